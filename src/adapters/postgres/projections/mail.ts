import type { JsonValue } from '../../../ledger/canonical.ts';
import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

/**
 * What comes back. A message changes its own row, the conversation of its notice, and the state of that notice's cases
 * among what lies behind `notified`: never a server, a look at one, or a verdict.
 */
export const MAIL: Projections = {
  'mail.received': projectReceived,
  'mail.reclassified': projectReclassified,
};

async function projectReceived(
  session: Session,
  { subject, sequence, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  const notice = body['notice'] ?? null;
  await session.run(
    `insert into received_mail (organisation_id, sha256, sequence, operation_id, notice_id, dispatch_id, message_id, in_reply_to,
                                from_address, from_domain, subject, received_at, placed_by, is_confirmed, class, proposed_class,
                                reasons, ticket, auth, bounce, by_person, source)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14,
             array(select jsonb_array_elements_text($15::jsonb)), $16, $17::jsonb, $18::jsonb, null, $19)`,
    [
      subject, sequence, body['operation'] ?? null, notice, body['dispatch'] ?? null, body['messageId'] ?? null,
      body['inReplyTo'] ?? null, body['fromAddress'] ?? null, body['fromDomain'] ?? null, body['subject'], recordedAt,
      body['placedBy'] ?? null, body['isConfirmed'], body['class'], JSON.stringify(body['reasons']), body['ticket'] ?? null,
      JSON.stringify(body['auth']), jsonOrNull(body['bounce']), body['source'],
    ],
  ); // prettier-ignore
  if (notice === null || body['isConfirmed'] !== true) return;
  await session.run(
    `update notice set last_reply_at = case when $2 then $3::timestamptz else last_reply_at end, ticket = coalesce($4, ticket)
     where notice_id = $1`,
    [notice, body['isReply'], recordedAt, body['ticket'] ?? null],
  );
  await projectConversation(session, body['conversation'], recordedAt);
}

async function projectReclassified(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update received_mail
     set class = $2, operation_id = $3, notice_id = $4, dispatch_id = case when notice_id = $4 then dispatch_id end,
         placed_by = case when $4::uuid is null then null when notice_id = $4 then placed_by else 'person' end,
         is_confirmed = $4::uuid is not null, by_person = $5, reasons = array_append(reasons, $6)
     where sha256 = $1`,
    [subject, body['class'], body['operation'] ?? null, body['notice'] ?? null, body['by'], body['sentence']],
  );
  await session.run(
    `update notice n
     set ticket = coalesce(m.ticket, n.ticket), last_reply_at = greatest(n.last_reply_at, m.received_at)
     from received_mail m
     where m.sha256 = $1 and n.notice_id = m.notice_id and m.class not in ('bounce', 'unrelated')`,
    [subject],
  );
  await projectConversation(session, body['left'], recordedAt);
  await projectConversation(session, body['conversation'], recordedAt);
}

function jsonOrNull(value: JsonValue | undefined): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** `conversation`: what the entry says that a conversation has come to, {notice, latest, state}; null where none has changed. */
async function projectConversation(
  session: Session,
  conversation: JsonValue | undefined,
  recordedAt: string,
): Promise<void> {
  if (conversation === undefined || conversation === null) return;
  const values = [JSON.stringify(conversation), recordedAt];
  await session.run(
    `update notice
     set conversation = $1::jsonb->>'latest',
         contested_at = case when $1::jsonb->>'state' = 'contested' then coalesce(contested_at, $2) end
     where notice_id = ($1::jsonb->>'notice')::uuid`,
    values,
  );
  await session.run(
    `update case_file set state = $1::jsonb->>'state', state_since = $2
     where case_id in (select case_id from notice_item where notice_id = ($1::jsonb->>'notice')::uuid)
       and state in ('notified', 'acknowledged', 'refused', 'contested') and state <> $1::jsonb->>'state'`,
    values,
  );
}
