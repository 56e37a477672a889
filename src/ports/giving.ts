import type { GivingFacts, GivingOperation } from '../domain/giving.ts';
import type { Instant } from '../domain/instant.ts';

/** What giving out asks of the store. */
export interface GivingReads {
  /** As it stands at `now`. @throws where there is no such operation. */
  givingOperation(operationId: string, now: Instant): Promise<GivingOperation>;
  /** All servers of the operation in pages, by host, as they stand at `now`. */
  givingFacts(operationId: string, now: Instant): AsyncIterable<readonly GivingFacts[]>;
}
