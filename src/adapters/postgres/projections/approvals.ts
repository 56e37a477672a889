import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';
import { settleApproval } from './notices.ts';

export const APPROVALS: Projections = {
  'notice.approved': projectApproved,
  'notice.rejected': projectRejected,
  'notice.approval-withdrawn': projectApprovalWithdrawn,
  'server.released': projectReleased,
  'contact.cleared': projectCleared,
};

async function projectApproved(
  session: Session,
  { subject, sequence, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  // Whoever approves anew after the time of an approval has run out replaces it.
  await session.run(
    `update notice_approval set withdrawn_at = $4
     where notice_id = $1 and hash = $2 and person = $3 and withdrawn_at is null and expires_at <= $4`,
    [subject, body['hash'], body['person'], recordedAt],
  );
  await session.run(
    // A notice whose draft has been erased since is none any more.
    `insert into notice_approval (organisation_id, sequence, notice_id, hash, person, approved_at, expires_at)
     select current_organisation(), $1, $2, $3, $4, $5, $6 where exists (select from notice where notice_id = $2)`,
    [sequence, subject, body['hash'], body['person'], recordedAt, body['expiresAt']],
  );
  await settleApproval(session, subject, recordedAt);
}

/** A rejection is of one text; the next one begins anew. */
async function projectRejected(
  session: Session,
  { subject, sequence, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  await session.run(
    `insert into notice_rejection (organisation_id, sequence, notice_id, hash, person, reason, rejected_at)
     select current_organisation(), $1, $2, $3, $4, $5, $6 where exists (select from notice where notice_id = $2)`,
    [sequence, subject, body['hash'], body['person'], body['reason'], recordedAt],
  );
  // Cases first: what follows from an approval falls with it.
  await session.run(
    `update case_file c set state = 'drafted', state_since = $3
     from notice n join notice_item i on i.notice_id = n.notice_id
     where n.notice_id = $1 and n.hash = $2 and n.state in ('drafted', 'approved') and i.case_id = c.case_id
       and c.state = 'approved'`,
    [subject, body['hash'], recordedAt],
  );
  await session.run(
    `update notice set state = 'rejected' where notice_id = $1 and hash = $2 and state in ('drafted', 'approved')`,
    [subject, body['hash']],
  );
  await stopQueued(session, subject, 'the notice was rejected');
}

async function projectApprovalWithdrawn(
  session: Session,
  { subject, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  await session.run(
    `update notice_approval set withdrawn_at = $4
     where notice_id = $1 and hash = $2 and person = $3 and withdrawn_at is null`,
    [subject, body['hash'], body['person'], recordedAt],
  );
  await settleApproval(session, subject, recordedAt);
  await stopQueued(session, subject, 'an approval was taken back');
}

/** What no attempt has been made of goes no further; what may have left already is the sender's to settle. */
async function stopQueued(session: Session, noticeId: string, why: string): Promise<void> {
  await session.run(
    `update dispatch d set state = 'cancelled', response = $2
     from notice n
     where n.notice_id = $1 and d.notice_id = n.notice_id and n.state in ('drafted', 'rejected')
       and d.state in ('queued', 'waiting') and d.sent_at is null
       and not exists (select from dispatch_attempt a where a.dispatch_id = d.dispatch_id and a.outcome = 'unknown')`,
    [noticeId, why],
  );
}

async function projectReleased(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into server_release (organisation_id, server_id, list, entry, person, reason, released_at)
     select current_organisation(), $1, hit.list, hit.entry, $3, $4, $5
     from jsonb_to_recordset($2::jsonb) as hit (list text, entry text)
     on conflict do nothing`,
    [subject, JSON.stringify(body['lists']), body['person'], body['reason'], recordedAt],
  );
}

/** The last word of each person counts: a contact may have changed since the one before. */
async function projectCleared(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into contact_clearance (organisation_id, provider_key, mailbox, person, reason, cleared_at)
     values (current_organisation(), $1, $2, $3, $4, $5)
     on conflict (organisation_id, provider_key, mailbox, person) do update
       set reason = excluded.reason, cleared_at = excluded.cleared_at`,
    [subject, body['mailbox'], body['person'], body['reason'], recordedAt],
  );
}
