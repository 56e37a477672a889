import type { DispatchAttempt, DispatchReads, DispatchRecord } from '../../ports/dispatches.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Session } from './connect.ts';

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

const DISPATCH = `
  select dispatch_id as "dispatchId", operation_id as "operationId", notice_id as "noticeId", kind, channel, contacts,
         contact_index as "contactIndex", message_id as "messageId", in_reply_to as "inReplyTo", reference_ids as "references",
         hash, text, ${ms('not_before')} as "notBefore", ${ms('not_after')} as "notAfter", state, attempts,
         ${ms('queued_at')} as "queuedAt", ${ms('next_at')} as "nextAt", recipient, ${ms('sent_at')} as "sentAt", code, response, ticket
  from dispatch`;

export function dispatchReads(session: Session): DispatchReads {
  return {
    dispatch: (dispatchId) => session.row<DispatchRecord>(`${DISPATCH} where dispatch_id = $1`, [dispatchId]),
    dispatches: (operationId, noticeId) =>
      session.rows<DispatchRecord>(
        `${DISPATCH} where operation_id = $1 and ($2::uuid is null or notice_id = $2) order by queued_at, dispatch_id`,
        [operationId, noticeId ?? null],
      ),
    async dispatchesDue(operationId, now) {
      const rows = await session.rows<{ id: string }>(
        `select dispatch_id as id from dispatch
         where operation_id = $1 and (state = 'attempted' or (state = 'queued' and next_at <= $2))
         order by next_at, dispatch_id`,
        [operationId, isoInstant(now)],
      );
      return rows.map(({ id }) => id);
    },
    async nextDispatchAt(operationId, now) {
      const row = await session.row<{ at: number | null }>(
        `select ${ms('min(next_at)')} as at from dispatch where operation_id = $1 and state = 'queued' and next_at > $2`,
        [operationId, isoInstant(now)],
      );
      return row?.at ?? null;
    },
    attempts: (dispatchId) =>
      session.rows<DispatchAttempt>(
        `select attempt, recipient, message_sha256 as "messageSha256", ${ms('attempted_at')} as "attemptedAt", outcome
         from dispatch_attempt where dispatch_id = $1 order by attempt`,
        [dispatchId],
      ),
    async attemptsSince(since, providerKey, domain) {
      const row = await session.row<{ provider: number; domain: number }>(
        `select count(distinct a.dispatch_id) filter (where n.provider_key = $2)::int as provider,
                count(distinct a.dispatch_id) filter (where lower(split_part(a.recipient, '@', 2)) = lower($3))::int as domain
         from dispatch_attempt a
         join dispatch d on d.organisation_id = a.organisation_id and d.dispatch_id = a.dispatch_id
         join notice n on n.organisation_id = d.organisation_id and n.notice_id = d.notice_id
         where a.attempted_at > $1`,
        [isoInstant(since), providerKey, domain],
      );
      return row ?? { provider: 0, domain: 0 };
    },
  };
}
