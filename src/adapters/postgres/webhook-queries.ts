import { isoInstant } from '../../domain/instant.ts';
import type { Webhook, WebhookMessage, WebhookState } from '../../domain/webhook.ts';
import type { WebhookReads, WebhookWrites } from '../../ports/webhooks.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

const WEBHOOK = `
  select webhook_id as id, provider_key as provider, url, ${instant('set_at')} as "setAt", set_by as "setBy", ${instant('removed_at')} as "removedAt"
  from webhook`;

const MESSAGE = `
  select message_id as id, webhook_id as "webhookId", kind, reference, drill, ${instant('happened_at')} as "happenedAt",
         ${instant('queued_at')} as "queuedAt", state, attempts, ${instant('attempted_at')} as "attemptedAt", ${instant('next_at')} as "nextAt",
         status, problem
  from webhook_message`;

/** Of notices that have left, or may have: whoever has heard nothing of one hears nothing of its end either. */
const HAS_LEFT = `
  (n.sent_at is not null or exists (
     select from dispatch d
     where d.organisation_id = n.organisation_id and d.notice_id = n.notice_id and d.kind = 'notice' and d.attempts > 0))`;

/**
 * Everything that a provider's desk may hear of, read from what the ledger has made of its entries: so nothing is missed, whoever did it
 * and whether any worker ran. `cause` tells one from the other; the message's id follows from it.
 */
const HAPPENED = `
  select 'notice.sent' as kind, 'sent' as cause, n.sent_at as at where n.sent_at is not null
  union all
  select 'notice.checked', 'checked ' || k.sequence, looked.at
  from door_check k
  cross join lateral (
    select max(first.at) as at, count(first.at) as cases
    from unnest(k.cases) as asked(case_id)
    join case_file c on c.organisation_id = k.organisation_id and c.case_id = asked.case_id
    cross join lateral (select min(p.at) as at from probe p
                        where p.organisation_id = c.organisation_id and p.server_id = c.server_id and p.at >= k.asked_at) first
  ) looked
  where k.organisation_id = n.organisation_id and k.notice_id = n.notice_id and looked.cases = cardinality(k.cases)
  union all
  select case when n.state = 'retracted' then 'notice.retracted' else 'notice.corrected' end, 'taken back ' || i.case_id, c.retracted_at
  from notice_item i
  join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id and c.state = 'retracted'
  where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id and ${HAS_LEFT}
  union all
  select 'notice.withdrawn', 'withdrawn ' || e.sequence, e.recorded_at
  from ledger_entry e
  where n.state = 'withdrawn' and e.organisation_id = n.organisation_id and e.subject = n.notice_id::text
    and e.kind = 'notice.withdrawn' and ${HAS_LEFT}`;

export function webhookReads(session: Session): WebhookReads {
  return {
    webhooks: () => session.rows<Webhook>(`${WEBHOOK} order by provider_key, set_at desc, webhook_id`),
    webhook: (id) => session.row<Webhook>(`${WEBHOOK} where webhook_id = $1`, [id]),
    webhookMessages: (webhookId, limit) =>
      session.rows<WebhookMessage>(`${MESSAGE} where webhook_id = $1 order by happened_at desc, message_id limit $2`, [
        webhookId,
        limit,
      ]),
    webhookMessage: (id) => session.row<WebhookMessage>(`${MESSAGE} where message_id = $1`, [id]),
    async webhookCounts(webhookId) {
      const rows = await session.rows<{ state: WebhookState; n: number }>(
        'select state, count(*)::int as n from webhook_message where webhook_id = $1 group by state',
        [webhookId],
      );
      const counts = { waiting: 0, delivered: 0, failed: 0, cancelled: 0 };
      for (const { state, n } of rows) counts[state] = n;
      return counts;
    },
    dueWebhookMessages: (webhookId, now, limit) =>
      session.rows<WebhookMessage>(
        `${MESSAGE} where webhook_id = $1 and state = 'waiting' and next_at <= $2 order by happened_at, message_id limit $3`,
        [webhookId, isoInstant(now), limit],
      ),
    async nextWebhookMessage(webhookId) {
      const row = await session.row<{ at: number | null }>(
        `select ${instant('min(next_at)')} as at from webhook_message where webhook_id = $1 and state = 'waiting'`,
        [webhookId],
      );
      return row?.at ?? null;
    },
  };
}

export function webhookWrites(session: Session): WebhookWrites {
  return {
    async queueWebhookMessages(webhookId, drills, now) {
      const rows = await session.rows(
        `insert into webhook_message (organisation_id, message_id, webhook_id, kind, notice_id, reference, drill, happened_at,
                                      queued_at, next_at)
         select w.organisation_id,
                'msg_' || left(encode(sha256(convert_to(concat_ws(' ', w.webhook_id, n.notice_id, e.cause), 'UTF8')), 'hex'), 32),
                w.webhook_id, e.kind, n.notice_id, n.reference, o.drill, e.at, $3, $3
         from webhook w
         join notice n on n.organisation_id = w.organisation_id and n.provider_key = w.provider_key
         join operation o on o.organisation_id = n.organisation_id and o.operation_id = n.operation_id
         cross join lateral (${HAPPENED}) e
         where w.webhook_id = $1 and w.removed_at is null and e.at >= w.set_at and ($2 or not o.drill)
         on conflict (organisation_id, message_id) do nothing
         returning message_id`,
        [webhookId, drills, isoInstant(now)],
      );
      return rows.length;
    },
    queueWebhookTest: (webhookId, messageId, now) =>
      session.run(
        `insert into webhook_message (organisation_id, message_id, webhook_id, kind, drill, happened_at, queued_at, next_at)
         values (current_organisation(), $2, $1, 'webhook.test', false, $3, $3, $3)`,
        [webhookId, messageId, isoInstant(now)],
      ),
    beginWebhookAttempt: (messageId, now, nextAt) =>
      session.run(
        `update webhook_message set attempts = attempts + 1, attempted_at = $2, next_at = $3, status = null, problem = null
         where message_id = $1`,
        [messageId, isoInstant(now), isoInstant(nextAt)],
      ),
    settleWebhookAttempt: (messageId, { state, status, problem, nextAt }, now) =>
      session.run(
        `update webhook_message
         set state = $2, status = $3, problem = $4, next_at = $5, settled_at = case when $2 = 'waiting' then null else $6::timestamptz end
         where message_id = $1 and state = 'waiting'`,
        [messageId, state, status, problem, isoInstant(nextAt), isoInstant(now)],
      ),
    cancelWebhookMessages: (webhookId, now) =>
      session.run(
        `update webhook_message set state = 'cancelled', settled_at = $2 where webhook_id = $1 and state = 'waiting'`,
        [webhookId, isoInstant(now)],
      ),
  };
}
