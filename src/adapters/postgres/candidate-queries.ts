import type { CandidateReads, FingerprintRecord } from '../../ports/candidates.ts';
import type { Session } from './connect.ts';
import { instant } from './step-facts.ts';

export function candidateReads(session: Session): CandidateReads {
  return {
    fingerprints: (operationId) =>
      session.rows<FingerprintRecord>(
        `select fingerprint_id as "fingerprintId", kind, value, source, source_group as "group", ${instant('seen_at')} as "seenAt"
         from fingerprint where operation_id = $1 and withdrawn_at is null
         order by kind, value, fingerprint_id`,
        [operationId],
      ),
  };
}
