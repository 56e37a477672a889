import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const STRIKES: Projections = {
  'strike.planned': projectPlan,
  'strike.hold-approved': projectHold,
  'strike.released': projectRelease,
  'briefing.composed': projectBriefing,
  'strike.briefings-approved': projectBriefingApprovals,
  'briefing.attempted': projectBriefingAttempt,
  'briefing.delivered': projectBriefingDelivered,
  'briefing.failed': projectBriefingFailed,
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

async function projectBriefing(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into briefing (organisation_id, briefing_id, operation_id, strike_id, provider_key, notices, recipient, message_id, text, hash,
                           leave_before, composed_at, composed_by, state, next_at)
     select current_organisation(), $1, $2, $3, $4, w.notices, $6, $7, $8::jsonb, $9, $10, $11, $12, 'waiting', $11
     from (select array(select (jsonb_array_elements_text($5::jsonb))::uuid) as notices) w
     -- Of what is erased nobody is told: none of these notices has left, and no briefing about them.
     where cardinality(w.notices) = (select count(*) from notice n where n.notice_id = any(w.notices))
     on conflict (organisation_id, briefing_id) do update
       set notices = excluded.notices, recipient = excluded.recipient, text = excluded.text, hash = excluded.hash,
           leave_before = excluded.leave_before, composed_at = excluded.composed_at, composed_by = excluded.composed_by,
           next_at = excluded.next_at
       where briefing.attempts = 0`,
    [
      subject, body['operation'], body['strike'], body['provider'], JSON.stringify(body['notices']), body['recipient'], body['messageId'],
      JSON.stringify({ subject: body['messageSubject'], body: body['messageBody'] }), body['hash'], body['leaveBefore'], recordedAt, body['by'],
    ],
  ); // prettier-ignore
}

async function projectBriefingApprovals(
  session: Session,
  { sequence, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  await session.run(
    `insert into briefing_approval (organisation_id, sequence, briefing_id, hash, person, role, reason, approved_at)
     select current_organisation(), $1, b.briefing_id, w.hash, $3, $4, $5, $6
     from jsonb_to_recordset($2::jsonb) as w (briefing uuid, hash text)
     join briefing b on b.briefing_id = w.briefing`,
    [sequence, JSON.stringify(body['briefings']), body['person'], body['role'], body['reason'], recordedAt],
  );
}

async function projectBriefingAttempt(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into briefing_attempt (organisation_id, briefing_id, attempt, recipient, message_sha256, host, port, attempted_at)
     select current_organisation(), $1, $2, $3, $4, $5, $6, $7 where exists (select from briefing where briefing_id = $1)`,
    [subject, body['attempt'], body['recipient'], body['messageSha256'], body['host'], body['port'], recordedAt],
  );
  await session.run(`update briefing set state = 'attempted', attempts = $2 where briefing_id = $1`, [
    subject,
    body['attempt'],
  ]);
}

async function projectBriefingDelivered(
  session: Session,
  { subject, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  await settleBriefing(session, subject, 'delivered', body, recordedAt);
  await session.run(
    `update briefing set state = 'sent', sent_at = $2, code = $3, response = $4 where briefing_id = $1`,
    [subject, recordedAt, body['code'], body['response']],
  );
}

async function projectBriefingFailed(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await settleBriefing(session, subject, body['certain'] === false ? 'unknown' : 'failed', body, recordedAt);
  await session.run(
    `update briefing
     -- What may have arrived stays in doubt until it is tried again, or given up.
     set state = case when $2 = 'person' then 'failed' when $6 then 'attempted' else 'waiting' end,
         next_at = coalesce($3::timestamptz, next_at), code = $4, response = $5
     where briefing_id = $1`,
    [subject, body['next'], body['nextAt'], body['code'], body['response'], body['certain'] === false],
  );
}

async function settleBriefing(
  session: Session,
  briefingId: string,
  outcome: 'delivered' | 'failed' | 'unknown',
  body: ProjectedEntry['body'],
  recordedAt: string,
): Promise<void> {
  await session.run(
    `update briefing_attempt set outcome = $3, code = $4, response = $5, settled_at = $6
     where briefing_id = $1 and attempt = $2`,
    [briefingId, body['attempt'], outcome, body['code'], body['response'], recordedAt],
  );
}
