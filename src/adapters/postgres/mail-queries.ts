import type { ConversationFacts, MailReads, MailThread, ReceivedMail } from '../../ports/correspondence.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

const MAIL = `
  select m.sha256, m.sequence::int as sequence, m.operation_id as "operationId", m.notice_id as "noticeId",
         m.dispatch_id as "dispatchId", n.reference, m.message_id as "messageId", m.in_reply_to as "inReplyTo",
         m.from_address as "fromAddress", m.from_domain as "fromDomain", m.subject,
         ${instant('m.received_at')} as "receivedAt", m.placed_by as "placedBy",
         m.is_confirmed as "isConfirmed", m.class, m.proposed_class as "proposedClass", m.reasons, m.ticket, m.auth, m.bounce,
         m.by_person as "byPerson", m.source
  from received_mail m
  left join notice n on n.organisation_id = m.organisation_id and n.notice_id = m.notice_id`;

/** To whom a notice's dispatches went or may go, by kind. */
const RECIPIENTS = `
  coalesce((select jsonb_agg(distinct jsonb_build_object('address', lower(contact), 'kind', d.kind))
            from dispatch d cross join unnest(d.contacts) as contact
            where d.notice_id = n.notice_id and (d.attempts > 0 or d.state = 'sent')), '[]') as recipients`;

/** Delivery reports come from whatever machine gave up: they make nobody known. */
const KNOWN = `
  coalesce((select jsonb_agg(distinct m.from_domain)
            from received_mail m
            where m.notice_id = n.notice_id and m.is_confirmed and m.from_domain is not null
              and m.bounce is null and m.class not in ('bounce', 'unrelated')), '[]') as "knownDomains"`;

export function mailReads(session: Session): MailReads {
  return {
    receivedMail: (sha256) => session.row<ReceivedMail>(`${MAIL} where m.sha256 = $1`, [sha256]),
    findReceivedMail: (start) =>
      session.rows<ReceivedMail>(`${MAIL} where starts_with(m.sha256, $1) order by m.sha256 limit 2`, [start]),
    receivedMails: (unplaced, limit) =>
      session.rows<ReceivedMail>(
        `${MAIL} where not $1 or m.notice_id is null and m.by_person is null or m.notice_id is not null and not m.is_confirmed
         order by m.sequence desc limit $2`,
        [unplaced, limit],
      ),
    mailThreads: ({ messageIds, tokens, ticket }) =>
      session.rows<MailThread>(
        `with found as (
           select d.notice_id, d.dispatch_id, 'message-id' as by, d.message_id as key
           from dispatch d where d.message_id = any($1)
           union all
           -- A draft that has left bears the notice's own Message-ID.
           select n.notice_id, null, 'token', n.reference from notice n where n.reference = any($2) and n.sent_at is not null
           union all
           select n.notice_id, null, 'ticket', $3 from notice n
           where $3::text is not null and n.sent_at is not null
             and (upper(n.ticket) = $3 or exists (select from received_mail m
                                                   where m.notice_id = n.notice_id and m.is_confirmed and m.ticket = $3))
         )
         select f.notice_id as "noticeId", n.operation_id as "operationId", f.dispatch_id as "dispatchId", f.by, f.key,
                ${RECIPIENTS}, ${KNOWN}
         from found f join notice n on n.notice_id = f.notice_id
         order by f.by, f.key, f.notice_id
         limit 200`,
        [messageIds, tokens, ticket],
      ),
    conversation: (noticeId) =>
      session.row<ConversationFacts>(
        `select n.notice_id as "noticeId", n.operation_id as "operationId", n.reference, n.message_sha256 as "messageSha256",
                ${RECIPIENTS}, ${KNOWN},
                coalesce((select jsonb_agg(jsonb_build_object('sha256', m.sha256, 'class', m.class, 'fromDomain', m.from_domain)
                                           order by m.sequence)
                          from received_mail m where m.notice_id = n.notice_id and m.is_confirmed), '[]') as mails
         from notice n where n.notice_id = $1`,
        [noticeId],
      ),
    noticesForMail: (text) =>
      session.rows(
        `select notice_id as "noticeId", operation_id as "operationId", reference from notice
         where reference = upper($1) or notice_id::text = lower($1) order by notice_id limit 2`,
        [text],
      ),
    async isBriefing(messageIds) {
      return (await session.row('select from briefing where message_id = any($1) limit 1', [messageIds])) !== null;
    },
    async isOurMessageId(messageId) {
      const ours = 'select from dispatch where message_id = $1 union all select from briefing where message_id = $1';
      return (await session.row(ours, [messageId])) !== null;
    },
  };
}
