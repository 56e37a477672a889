import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const PROBING: Projections = {
  'operation.probing-started': projectStarted,
  'operation.probing-stopped': projectStopped,
  'operation.closed': projectClosed,
  'operation.reopened': projectReopened,
};

/** One start an operation: a new one ends the one before. */
async function projectStarted(
  session: Session,
  { subject, sequence, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  await endProbing(session, subject, recordedAt, body['person'], body['reason']);
  await session.run(
    `insert into probing (organisation_id, operation_id, sequence, person, reason, started_at)
     values (current_organisation(), $1, $2, $3, $4, $5)`,
    [subject, sequence, body['person'], body['reason'], recordedAt],
  );
}

async function projectStopped(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await endProbing(session, subject, recordedAt, body['by'], body['reason']);
}

/** Nobody looks at what is over; whoever reopens it says anew that it may be looked at. */
async function projectClosed(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await endProbing(session, subject, recordedAt, body['by'], body['reason']);
  await session.run('update operation set closed_at = $2, closing = $3 where operation_id = $1', [
    subject,
    recordedAt,
    body['reason'],
  ]);
}

async function projectReopened(session: Session, { subject }: ProjectedEntry): Promise<void> {
  await session.run('update operation set closed_at = null, closing = null where operation_id = $1', [subject]);
}

async function endProbing(
  session: Session,
  operationId: string,
  at: string,
  by: ProjectedEntry['body'][string] | undefined,
  reason: ProjectedEntry['body'][string] | undefined,
): Promise<void> {
  await session.run(
    `update probing set stopped_at = $2, stopped_by = $3, stop_reason = $4 where operation_id = $1 and stopped_at is null`,
    [operationId, at, by, reason],
  );
}
