import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const FEED_SOURCES: Projections = {
  'source.added': projectAdded,
  'source.paused': (session, { subject, recordedAt }) =>
    session.run('update source set paused_at = $2 where source_id = $1', [subject, recordedAt]),
  'source.resumed': (session, { subject }) =>
    session.run('update source set paused_at = null where source_id = $1', [subject]),
  'source.removed': (session, { subject, recordedAt }) =>
    session.run('update source set removed_at = $2 where source_id = $1', [subject, recordedAt]),
  // How far a source has been read stands beside the ledger, and so does what it leaves out.
  'source.removals-held': () => Promise.resolve(),
  'source.removals-accepted': () => Promise.resolve(),
};

async function projectAdded(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into source (organisation_id, source_id, operation_id, name, kind, url, collection, credential, every_minutes, words,
                         added_at, added_by)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      subject, body['operation'], body['name'], body['kind'], body['url'], body['collection'], body['credential'],
      body['everyMinutes'], JSON.stringify(body['words']), recordedAt, body['person'],
    ], // prettier-ignore
  );
}
