import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const CANDIDATES: Projections = {
  'fingerprint.recorded': projectRecorded,
  'fingerprint.withdrawn': projectWithdrawn,
  'candidate.offered': projectOffered,
  'candidate.settled': projectSettled,
};

/** Recorded again after it was withdrawn, it counts again, with the words of the new entry. */
async function projectRecorded(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('delete from fingerprint where fingerprint_id = $1', [subject]);
  await session.run(
    `insert into fingerprint (organisation_id, fingerprint_id, operation_id, kind, value, source, source_group, seen_at, note,
                              person, recorded_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      subject, body['operation'], body['fingerprintKind'], body['value'], body['source'], body['group'], body['seen'],
      body['note'], body['by'], recordedAt,
    ],
  ); // prettier-ignore
}

async function projectWithdrawn(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    'update fingerprint set withdrawn_at = $2, withdrawn_by = $3, withdrawal = $4 where fingerprint_id = $1',
    [subject, recordedAt, body['by'], body['reason']],
  );
}

/** Offered again with a newer date it is the same candidate; what people have said of it stays. */
async function projectOffered(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into candidate (organisation_id, candidate_id, operation_id, host_type, host, port, kind, value, source,
                            source_group, seen_at, matches, file, line, offered_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (organisation_id, candidate_id) do update
       set seen_at = excluded.seen_at, matches = excluded.matches, file = excluded.file, line = excluded.line,
           offered_at = excluded.offered_at`,
    [
      subject, body['operation'], body['hostType'], body['host'], body['port'], body['fingerprintKind'], body['value'],
      body['source'], body['group'], body['seen'], JSON.stringify(body['matches']), body['file'], body['line'], recordedAt,
    ],
  ); // prettier-ignore
}

async function projectSettled(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    'update candidate set settled_as = $2, settled_at = $3, settled_by = $4, reason = $5 where candidate_id = $1',
    [subject, body['as'], recordedAt, body['by'], body['reason']],
  );
}
