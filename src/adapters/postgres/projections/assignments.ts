import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const ASSIGNMENTS: Projections = {
  'servers.assigned': projectAssigned,
  'assignment.answered': projectAnswered,
  'assignment.ended': projectEnded,
};

async function projectAssigned(session: Session, { body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into assignment (organisation_id, server_id, operation_id, partner, host, kind, endpoints, country, provider, operation,
                             state, assigned_at, assigned_by)
     select current_organisation(), t.server, $1, $2, t.host, t.kind, t.endpoints, t.country, t.provider, $3, 'offered', $4, $5
     from jsonb_to_recordset($6::jsonb) as t (server uuid, host text, kind text, endpoints jsonb, country text, provider text)
     on conflict (organisation_id, server_id) do update
       set operation_id = excluded.operation_id, partner = excluded.partner, host = excluded.host, kind = excluded.kind,
           endpoints = excluded.endpoints, country = excluded.country, provider = excluded.provider, operation = excluded.operation,
           state = excluded.state, note = null, assigned_at = excluded.assigned_at, assigned_by = excluded.assigned_by,
           answered_at = null, ended_at = null`,
    [body['operation'], body['partner'], body['name'], recordedAt, body['by'], JSON.stringify(body['servers'])],
  );
}

async function projectAnswered(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update assignment set state = $2, note = $3, answered_at = $4, ended_at = case when $2 = 'declined' then $4::timestamptz end
     where server_id = $1`,
    [subject, body['state'], body['note'], recordedAt],
  );
}

async function projectEnded(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(`update assignment set state = 'ended', ended_at = $2 where server_id = $1`, [subject, recordedAt]);
}
