import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const STRIKES: Projections = {
  'strike.planned': projectPlan,
  'strike.hold-approved': projectHold,
  'strike.released': projectRelease,
};

async function projectPlan(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into strike (organisation_id, strike_id, operation_id, number, strategy, aim, plan, plan_hash, planned_at, planned_by)
     select current_organisation(), $1, $2, $3, plan->>'strategy', (plan->>'aim')::timestamptz, plan, $5, $6, $7
     from (select $4::jsonb as plan) p`,
    [
      subject,
      body['operation'],
      body['number'],
      JSON.stringify(body['plan']),
      body['planHash'],
      recordedAt,
      body['by'],
    ],
  );
  await session.run(
    `insert into strike_item (organisation_id, strike_id, notice_id, notify_at, may_forward, device, cases)
     select current_organisation(), $1, i.notice, i."notifyAt", i."mayForward", i.device, i.cases
     from jsonb_to_recordset($2::jsonb->'items')
       as i (notice uuid, "notifyAt" timestamptz, "mayForward" boolean, device boolean, cases uuid[])`,
    [subject, JSON.stringify(body['plan'])],
  );
}

async function projectHold(session: Session, { subject, sequence, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into strike_hold (organisation_id, sequence, strike_id, person, role, until, reason, approved_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7)`,
    [sequence, subject, body['person'], body['role'], body['until'], body['reason'], recordedAt],
  );
}

async function projectRelease(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update strike set released_at = $2, released_by = $3, release_reason = $4, release_harm = $5
     where strike_id = $1 and released_at is null`,
    [subject, recordedAt, body['person'], body['reason'], body['harm']],
  );
}
