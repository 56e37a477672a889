import { BEFORE_NOTICE } from '../../../domain/case.ts';
import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const DISPATCHES: Projections = {
  'notice.aimed': projectAim,
  'dispatch.queued': projectQueued,
  'dispatch.attempted': projectAttempted,
  'dispatch.delivered': projectDelivered,
  'dispatch.failed': projectFailed,
  'dispatch.bounced': projectBounced,
  'dispatch.submitted': projectSubmitted,
  'dispatch.retried': projectRetried,
  'dispatch.cancelled': projectCancelled,
};

async function projectAim(session: Session, { body }: ProjectedEntry): Promise<void> {
  await session.run('update operation set not_before = $2, not_after = $3 where operation_id = $1', [
    body['operation'],
    body['notBefore'],
    body['notAfter'],
  ]);
}

async function projectQueued(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  const channel = body['channel'];
  await session.run(
    `insert into dispatch (organisation_id, dispatch_id, operation_id, notice_id, kind, channel, contacts, message_id, in_reply_to,
                           reference_ids, hash, text, not_before, not_after, approved_by, state, queued_at, next_at)
     select current_organisation(), $1, $2, $3, $4, $5, array(select jsonb_array_elements_text($6::jsonb)), $7, $8,
            array(select jsonb_array_elements_text($9::jsonb)), $10, $11::jsonb, $12, $13,
            array(select jsonb_array_elements_text($14::jsonb)), $15, $16, greatest($16, coalesce($12::timestamptz, $16))
     where exists (select from notice where notice_id = $3)
     -- What was cancelled, or refused by everybody, is queued anew under its own Message-ID.
     on conflict (organisation_id, dispatch_id) do update
       set state = excluded.state, next_at = excluded.next_at, channel = excluded.channel, contacts = excluded.contacts,
           hash = excluded.hash, text = excluded.text, not_before = excluded.not_before, not_after = excluded.not_after,
           approved_by = excluded.approved_by, contact_index = 0, queued_at = excluded.queued_at, response = null
       where dispatch.state in ('cancelled', 'failed')`,
    [
      subject, body['operation'], body['notice'], body['dispatchKind'], channel, JSON.stringify(body['contacts']),
      body['messageId'], body['inReplyTo'], JSON.stringify(body['references'] ?? []), body['hash'],
      body['text'] === null ? null : JSON.stringify(body['text']), body['notBefore'], body['notAfter'],
      JSON.stringify(body['approvedBy'] ?? []), channel === 'mail' || channel === 'designated-agent' ? 'queued' : 'waiting', recordedAt,
    ],
  ); // prettier-ignore
}

async function projectAttempted(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into dispatch_attempt (organisation_id, dispatch_id, attempt, recipient, message_sha256, host, port, attempted_at)
     select current_organisation(), $1, $2, $3, $4, $5, $6, $7 where exists (select from dispatch where dispatch_id = $1)`,
    [subject, body['attempt'], body['recipient'], body['messageSha256'], body['host'], body['port'], recordedAt],
  );
  await session.run(`update dispatch set state = 'attempted', attempts = $2, recipient = $3 where dispatch_id = $1`, [
    subject,
    body['attempt'],
    body['recipient'],
  ]);
}

async function projectDelivered(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await settleAttempt(session, subject, 'delivered', body, recordedAt);
  await session.run(
    `update dispatch set state = 'sent', sent_at = $2, code = $3, response = $4 where dispatch_id = $1`,
    [subject, recordedAt, body['code'], body['response']],
  );
  await projectNotified(session, subject, recordedAt);
}

async function projectFailed(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await settleAttempt(session, subject, body['certain'] === false ? 'unknown' : 'failed', body, recordedAt);
  await session.run(
    `update dispatch
     set state = case when $2 = 'person' then 'failed' else 'queued' end,
         contact_index = contact_index + case when $2 = 'next-contact' then 1 else 0 end,
         next_at = coalesce($3::timestamptz, next_at), code = $4, response = $5
     -- What was cancelled meanwhile stays so.
     where dispatch_id = $1 and state <> 'cancelled'`,
    [subject, body['next'], body['nextAt'], body['code'], body['response']],
  );
}

/** A bounce that came back by mail after the server had taken it: the next contact's turn, or a person's. */
async function projectBounced(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update dispatch
     set state = case when $2 = 'person' then 'failed' else 'queued' end,
         contact_index = contact_index + case when $2 = 'next-contact' then 1 else 0 end,
         bounced_at = $3, next_at = $3, response = $4
     where dispatch_id = $1`,
    [subject, body['next'], recordedAt, body['response']],
  );
}

async function projectSubmitted(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update dispatch set state = 'sent', sent_at = $2, ticket = $3, response = $4 where dispatch_id = $1`,
    [subject, recordedAt, body['ticket'], body['note']],
  );
  if (body['ticket'] !== null) {
    await session.run(
      `update notice set ticket = coalesce(ticket, $2) where notice_id = (select notice_id from dispatch where dispatch_id = $1)`,
      [subject, body['ticket']],
    );
  }
  await projectNotified(session, subject, recordedAt);
}

async function projectRetried(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update dispatch set state = 'queued', contact_index = 0, next_at = $2 where dispatch_id = $1 and state = 'failed'`,
    [subject, recordedAt],
  );
}

async function projectCancelled(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run(`update dispatch set state = 'cancelled', response = $2 where dispatch_id = $1`, [
    subject,
    body['reason'],
  ]);
}

async function settleAttempt(
  session: Session,
  dispatchId: string,
  outcome: 'delivered' | 'failed' | 'unknown',
  body: ProjectedEntry['body'],
  recordedAt: string,
): Promise<void> {
  await session.run(
    `update dispatch_attempt set outcome = $3, code = $4, response = $5, settled_at = $6, given_up = $7
     where dispatch_id = $1 and attempt = $2`,
    [
      dispatchId,
      body['attempt'],
      outcome,
      body['code'],
      body['response'],
      recordedAt,
      outcome === 'unknown' && body['next'] === 'person',
    ],
  );
}

/** With its first message a notice is sent, and its cases are notified; of everything else nothing follows. */
async function projectNotified(session: Session, dispatchId: string, recordedAt: string): Promise<void> {
  const [notice] = await session.rows<{ notice_id: string }>(
    `update notice set state = case when state = 'retracted' then state else 'sent' end, sent_at = $2
     where notice_id = (select notice_id from dispatch where dispatch_id = $1 and kind = 'notice') and sent_at is null
     returning notice_id`,
    [dispatchId, recordedAt],
  );
  if (notice === undefined) return;
  await session.run(
    `update case_file set state = 'notified', state_since = $2
     where case_id in (select case_id from notice_item where notice_id = $1)
       and state = any($3)`,
    [notice.notice_id, recordedAt, BEFORE_NOTICE],
  );
}
