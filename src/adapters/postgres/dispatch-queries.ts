import type {
  DispatchAttempt,
  DispatchDue,
  DispatchNotice,
  DispatchReads,
  DispatchRecord,
} from '../../ports/dispatches.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

const DISPATCH = `
  select dispatch_id as "dispatchId", operation_id as "operationId", notice_id as "noticeId", kind, channel, contacts,
         contact_index as "contactIndex", message_id as "messageId", in_reply_to as "inReplyTo", reference_ids as "references",
         hash, text, ${instant('not_before')} as "notBefore", ${instant('not_after')} as "notAfter", state, attempts,
         ${instant('queued_at')} as "queuedAt", ${instant('next_at')} as "nextAt", recipient, ${instant('sent_at')} as "sentAt", code, response, ticket
  from dispatch`;

const NOTICE = `
  select n.notice_id as "noticeId", n.reference, n.state, n.hash, n.message_id as "messageId", n.message_sha256 as "messageSha256",
         n.method, n.provider_key as "providerKey", p.name as provider, p.country, p.channel, p.contact, n.contacts, n.informed, n.copy,
         ${instant('n.not_before')} as "notBefore", ${instant('n.not_after')} as "notAfter", ${instant('n.sent_at')} as "sentAt",
         ${instant('n.contested_at')} as "contestedAt",
         array(select distinct a.person from notice_approval a
               where a.notice_id = n.notice_id and a.hash = n.hash and a.withdrawn_at is null order by 1) as "approvedBy"
  from notice n
  join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key`;

export function dispatchReads(session: Session): DispatchReads {
  return {
    noticeToSend: (noticeId) => session.row<DispatchNotice>(`${NOTICE} where n.notice_id = $1`, [noticeId]),
    async approvedNotices(operationId) {
      const rows = await session.rows<{ id: string }>(
        `select n.notice_id as id from notice n
         where n.operation_id = $1 and n.state = 'approved' and not exists (
           select from dispatch d
           where d.notice_id = n.notice_id and d.kind = 'notice' and (d.state <> 'cancelled' and (d.state <> 'failed' or d.hash = n.hash)))
         order by n.reference`,
        [operationId],
      );
      return rows.map(({ id }) => id);
    },
    dispatch: (dispatchId) => session.row<DispatchRecord>(`${DISPATCH} where dispatch_id = $1`, [dispatchId]),
    dispatches: (operationId, noticeId) =>
      session.rows<DispatchRecord>(
        `${DISPATCH} where operation_id = $1 and ($2::uuid is null or notice_id = $2) order by queued_at, dispatch_id`,
        [operationId, noticeId ?? null],
      ),
    dispatchesDue: (operationId, now) =>
      session.rows<DispatchDue>(
        `select d.dispatch_id as "dispatchId", d.notice_id as "noticeId",
                d.kind = 'notice' and d.state = 'queued' and n.sent_at is null as "mayBeHeld"
         from dispatch d
         join notice n on n.organisation_id = d.organisation_id and n.notice_id = d.notice_id
         where d.operation_id = $1 and (d.state = 'attempted' or (d.state = 'queued' and d.next_at <= $2))
         -- What undoes harm goes first.
         order by d.kind = 'correction' desc, d.next_at, d.dispatch_id`,
        [operationId, isoInstant(now)],
      ),
    async nextDispatchAt(operationId, now) {
      const row = await session.row<{ at: number | null }>(
        `select ${instant('min(next_at)')} as at from dispatch where operation_id = $1 and state = 'queued' and next_at > $2`,
        [operationId, isoInstant(now)],
      );
      return row?.at ?? null;
    },
    async messageAsLeft(noticeId) {
      const row = await session.row<{ message: Buffer }>(
        `select m.message from dispatch d
         join dispatch_attempt a on a.organisation_id = d.organisation_id and a.dispatch_id = d.dispatch_id and a.outcome = 'delivered'
         join notice_message m on m.organisation_id = a.organisation_id and m.sha256 = a.message_sha256
         where d.notice_id = $1 and d.kind = 'notice' order by a.settled_at desc limit 1`,
        [noticeId],
      );
      return row?.message ?? null;
    },
    attempts: (dispatchId) =>
      session.rows<DispatchAttempt>(
        `select attempt, recipient, message_sha256 as "messageSha256", ${instant('attempted_at')} as "attemptedAt", outcome, given_up as "isGivenUp"
         from dispatch_attempt where dispatch_id = $1 order by attempt`,
        [dispatchId],
      ),
    async attemptsSince(since, providerKey, domain, exceptDispatch) {
      const row = await session.row<{ provider: number; domain: number }>(
        `with tried as (
           select a.dispatch_id as id, n.provider_key, a.recipient
           from dispatch_attempt a
           join dispatch d on d.organisation_id = a.organisation_id and d.dispatch_id = a.dispatch_id
           join notice n on n.organisation_id = d.organisation_id and n.notice_id = d.notice_id
           where a.attempted_at > $1 and a.dispatch_id <> $4 and d.kind <> 'correction'
           union all
           -- A desk that was told ahead has got a message as well.
           select a.briefing_id, b.provider_key, a.recipient
           from briefing_attempt a
           join briefing b on b.organisation_id = a.organisation_id and b.briefing_id = a.briefing_id
           where a.attempted_at > $1 and a.briefing_id <> $4)
         select count(distinct id) filter (where provider_key = $2)::int as provider,
                count(distinct id) filter (where lower(split_part(recipient, '@', 2)) = lower($3))::int as domain
         from tried`,
        [isoInstant(since), providerKey, domain, exceptDispatch],
      );
      return row ?? { provider: 0, domain: 0 };
    },
  };
}
