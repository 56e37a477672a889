import type { OperationFacts } from '../domain/figure-facts.ts';
import type { Instant } from '../domain/instant.ts';

export interface FigureReads {
  /** All that the figures of an operation are made from, by the rows that the transaction sees. */
  figureFacts(operationId: string): Promise<OperationFacts>;
  /** When the newest entry of the ledger was recorded; null: it is empty. */
  lastRecordedAt(): Promise<Instant | null>;
}
