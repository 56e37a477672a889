import type { SeveranceFacts } from '../domain/severance.ts';

export interface SeveranceReads {
  /** What configurations list and how those servers stand, of one operation. */
  severanceFacts(operationId: string): Promise<SeveranceFacts>;
}
