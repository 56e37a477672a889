import type { Briefing, BriefingNotice } from '../../domain/briefing.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { OtherServer, Strike, WaitingForStrike } from '../../domain/strike.ts';
import type { StrikeReads } from '../../ports/strikes.ts';
import type { Session } from './connect.ts';
import { instant, list } from './sql-values.ts';

/** Each with all of its items, or with those alone that a condition names. */
const strikeWith = (only = ''): string => `
  select s.strike_id as "strikeId", s.operation_id as "operationId", s.number, s.strategy, ${instant('s.aim')} as aim,
         s.plan_hash as "planHash", ${instant('s.planned_at')} as "plannedAt", s.planned_by as "plannedBy",
         ${list(
           `json_build_object('noticeId', i.notice_id, 'notifyAt', ${instant('i.notify_at')}, 'mayForward', i.may_forward,
                               'isDevice', i.device, 'cases', i.cases)`,
           `from strike_item i where i.organisation_id = s.organisation_id and i.strike_id = s.strike_id ${only}`,
           'i.notify_at, i.notice_id',
         )} as items,
         ${list(
           `json_build_object('person', h.person, 'role', h.role, 'until', ${instant('h.until')}, 'reason', h.reason,
                               'approvedAt', ${instant('h.approved_at')}, 'stands', p.person is not null)`,
           `from strike_hold h
            left join person p on p.organisation_id = h.organisation_id and p.person = h.person and p.removed_at is null
              and p.added_at <= h.approved_at and h.role = any(p.roles)
            where h.organisation_id = s.organisation_id and h.strike_id = s.strike_id`,
           'h.sequence',
         )} as approvals,
         case when s.released_at is not null then json_build_object('at', ${instant('s.released_at')}, 'by', s.released_by,
           'reason', s.release_reason, 'isHarm', s.release_harm) end as released
  from strike s`;

/** Of which nothing has been begun. */
const WAITS = `n.state in ('drafted', 'approved') and n.sent_at is null and not exists (
  select from dispatch d join dispatch_attempt a on a.organisation_id = d.organisation_id and a.dispatch_id = d.dispatch_id
  where d.organisation_id = n.organisation_id and d.notice_id = n.notice_id and d.kind = 'notice')`;

/** Of each provider, how long its servers took from notice to dark: in drills and in earnest apart. */
const HISTORIES = `
  history as (
    select n.provider_key,
           coalesce(json_agg(extract(epoch from r.dark_at - n.sent_at) / 3600 order by r.dark_at, c.case_id)
                    filter (where r.dark_at is not null), '[]') as finished,
           count(*) filter (where r.dark_at is null and n.sent_at < $2::timestamptz - interval '72 hours')::int as ignored
    from notice n
    join operation o on o.organisation_id = n.organisation_id and o.operation_id = n.operation_id
    join notice_item i on i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
    join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id and c.state <> 'retracted'
    left join lateral (select min(x.dark_at) as dark_at from dark_run x
                       where x.organisation_id = c.organisation_id and x.server_id = c.server_id and x.dark_at >= n.sent_at) r on true
    where n.sent_at is not null and n.state <> 'retracted'
      and o.drill = (select drill from operation where operation_id = $1)
    group by n.provider_key
  )`;

const HISTORY = `json_build_object('finishedHours', coalesce(h.finished, '[]'), 'ignored', coalesce(h.ignored, 0)) as history`;

const GONE = `coalesce(l.outcome in ('dark', 'answers-other'), false)`;

const BRIEFING = `
  select b.briefing_id as "briefingId", b.operation_id as "operationId", b.strike_id as "strikeId", b.provider_key as "providerKey",
         p.name as provider, b.notices,
         (select min(n.reference) from notice n where n.organisation_id = b.organisation_id and n.notice_id = any(b.notices)) as reference,
         b.recipient, b.message_id as "messageId", b.text, b.hash, ${instant('b.leave_before')} as "leaveBefore", b.state, b.attempts,
         ${instant('b.next_at')} as "nextAt", ${instant('b.sent_at')} as "sentAt", b.code, b.response,
         ${list(
           `json_build_object('attempt', t.attempt, 'recipient', t.recipient, 'isLost', t.outcome is not null)`,
           `from briefing_attempt t
            where t.organisation_id = b.organisation_id and t.briefing_id = b.briefing_id and coalesce(t.outcome, 'unknown') = 'unknown'`,
           't.attempt',
         )} as doubts,
         ${list(
           `json_build_object('person', a.person, 'role', a.role, 'approvedAt', ${instant('a.approved_at')}, 'stands', w.person is not null)`,
           `from briefing_approval a
            left join person w on w.organisation_id = a.organisation_id and w.person = a.person and w.removed_at is null
              and w.added_at <= a.approved_at and a.role = any(w.roles)
            where a.organisation_id = b.organisation_id and a.briefing_id = b.briefing_id and a.hash = b.hash`,
           'a.sequence',
         )} as approvals
  from briefing b
  join provider p on p.organisation_id = b.organisation_id and p.key = b.provider_key`;

export function strikeReads(session: Session): StrikeReads {
  return {
    strikes: (operationId) =>
      session.prepared.rows<Strike>(`${strikeWith()} where s.operation_id = $1 order by s.number`, [operationId]),
    strikesOfNotice: (noticeId) =>
      session.prepared.rows<Strike>(
        `${strikeWith('and i.notice_id = $1')} where exists (select from strike_item i where i.organisation_id = s.organisation_id and i.strike_id = s.strike_id and i.notice_id = $1)
         order by s.number`,
        [noticeId],
      ),
    storedPlan: async (strikeId) =>
      (await session.prepared.row<{ plan: unknown }>('select plan from strike where strike_id = $1', [strikeId]))
        ?.plan ?? null,
    waitingForStrike: (operationId, now) => waitingForStrike(session, operationId, now),
    otherLiveServers: (operationId, now) => otherLiveServers(session, operationId, now),
    briefings: (operationId, strikeId) =>
      session.prepared.rows<Briefing>(
        `${BRIEFING} where b.operation_id = $1 and ($2::uuid is null or b.strike_id = $2) order by b.composed_at, reference, b.briefing_id`,
        [operationId, strikeId ?? null],
      ),
    briefingNotices: (strikeId) =>
      session.prepared.rows<BriefingNotice>(
        `select n.notice_id as "noticeId", n.reference, n.message_id as "messageId", n.provider_key as "providerKey", p.name as provider,
                p.country, p.channel,
                -- A word that takes the trust away counts at once, and not with the next run.
                case when c.fields->>'trust' <> 'cooperative' then c.fields->>'trust' else p.trust end as trust, n.contacts[1] as contact, n.state, ${instant('n.sent_at')} as "sentAt",
                ${instant('n.contested_at')} as "contestedAt"
         from strike_item i
         join notice n on n.organisation_id = i.organisation_id and n.notice_id = i.notice_id
         join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key
         left join provider_correction c on c.organisation_id = p.organisation_id and c.key = p.key
         where i.strike_id = $1 order by n.reference`,
        [strikeId],
      ),
    serverNamedIn: async (operationId, text) =>
      (
        await session.prepared.row<{ host: string | null }>('select server_named_in($1, $2) as host', [
          operationId,
          text,
        ])
      )?.host ?? null,
  };
}

function waitingForStrike(session: Session, operationId: string, now: Instant): Promise<readonly WaitingForStrike[]> {
  return session.prepared.rows<WaitingForStrike>(
    `with ${HISTORIES}
     select n.notice_id as "noticeId", n.reference, n.provider_key as "providerKey", p.name as provider, p.trust, p.country,
            n.method, n.state = 'approved' as "isApproved",
            ${instant("greatest(n.drafted_at, n.not_before) + n.deadline_hours * interval '30 minutes'")} as "halfwayAt",
            items.rows as "rowIds", items.servers, ${HISTORY}
     from notice n
     join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key
     left join history h on h.provider_key = n.provider_key
     cross join lateral (
       select array_agg(distinct c.row_id order by c.row_id) as rows,
              json_agg(json_build_object('caseId', c.case_id, 'isDevice', s.kind = 'iot-device',
                'identifiedAt', ${instant('coalesce(c.identified_at, c.opened_at)')}, 'isGone', ${GONE}) order by c.case_id) as servers
       from notice_item i
       join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
       join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
       left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id
       where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
     ) items
     where n.operation_id = $1 and ${WAITS} and items.servers is not null
     order by n.reference`,
    [operationId, isoInstant(now)],
  );
}

function otherLiveServers(session: Session, operationId: string, now: Instant): Promise<readonly OtherServer[]> {
  return session.prepared.rows<OtherServer>(
    `with ${HISTORIES}
     select s.provider_key as "providerKey", coalesce(p.trust, 'unknown') as trust, s.kind = 'iot-device' as "isDevice",
            ${instant('c.identified_at')} as "identifiedAt", ${instant('told.at')} as "notifiedAt", ${HISTORY}
     from server s
     join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     left join history h on h.provider_key = s.provider_key
     left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id
     left join lateral (
       select min(n.sent_at) as at from notice_item i
       join notice n on n.organisation_id = i.organisation_id and n.notice_id = i.notice_id
       where i.organisation_id = c.organisation_id and i.case_id = c.case_id) told on true
     where s.operation_id = $1 and c.identified_at is not null and c.closed_at is null and c.state not in ('held', 'retracted')
       and not ${GONE}
       and not exists (
         select from notice_item i join notice n on n.organisation_id = i.organisation_id and n.notice_id = i.notice_id
         where i.organisation_id = c.organisation_id and i.case_id = c.case_id and ${WAITS})
     order by s.server_id`,
    [operationId, isoInstant(now)],
  );
}
