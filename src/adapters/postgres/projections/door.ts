import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const DOORS: Projections = {
  'door.closed': projectClosing,
  'door.check-requested': projectCheck,
  'door.found': projectFind,
  'door.find-settled': projectSettling,
};

/** As its notice was drafted last; a notice that is drafted without a door has none any more. */
export async function projectDoor(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  const door = body['door'] ?? null;
  if (door === null) {
    await session.run('delete from door where notice_id = $1', [subject]);
    return;
  }
  await session.run(
    `insert into door (organisation_id, notice_id, token_hash, code_hash, expires_at, content)
     select current_organisation(), $1, d->>'tokenHash', d->>'codeHash', (d->>'expiresAt')::timestamptz, d->'content'
     from (select $2::jsonb as d) x
     on conflict (organisation_id, notice_id) do update
       set token_hash = excluded.token_hash, code_hash = excluded.code_hash, expires_at = excluded.expires_at,
           content = excluded.content`,
    [subject, JSON.stringify(door)],
  );
}

async function projectClosing(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    'update door set closed_at = $2, closed_by = $3, close_reason = $4 where notice_id = $1 and closed_at is null',
    [subject, recordedAt, body['by'], body['reason']],
  );
}

async function projectCheck(session: Session, { subject, sequence, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into door_check (organisation_id, notice_id, sequence, asked_at, cases)
     select current_organisation(), $1, $2, $3, array(select value::uuid from jsonb_array_elements_text($4::jsonb))
     where exists (select from notice where notice_id = $1)`,
    [subject, sequence, recordedAt, JSON.stringify(body['cases'])],
  );
}

async function projectFind(session: Session, { subject, sequence, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into door_find (organisation_id, find_id, notice_id, operation_id, sequence, lines, note, offered_at)
     select current_organisation(), $1, $2, $3, $4, array(select jsonb_array_elements_text($5::jsonb)), $6, $7
     where exists (select from notice where notice_id = $2)`,
    [subject, body['notice'], body['operation'], sequence, JSON.stringify(body['lines']), body['note'], recordedAt],
  );
}

async function projectSettling(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update door_find set settled_at = $2, settled_as = $3, settled_by = $4, reason = $5, import_id = $6 where find_id = $1`,
    [subject, recordedAt, body['as'], body['by'], body['reason'], body['import'] ?? null],
  );
}
