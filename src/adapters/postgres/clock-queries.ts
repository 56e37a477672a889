import { isoInstant } from '../../domain/instant.ts';
import type {
  AuthorityEnd,
  ClockNotice,
  ClockReads,
  DutyRecord,
  HandsOffRecord,
  HarmRecord,
  ReplyRecord,
  RetractedCase,
  UnnotifiedServer,
} from '../../ports/clock-facts.ts';
import type { Session } from './connect.ts';
import { plannedFor } from './pages.ts';
import { caseViewById } from './view-queries.ts';
import { instant } from './sql-values.ts';

const CASES = `
  (select coalesce(json_agg(json_build_object(
            'caseId', c.case_id, 'serverId', s.server_id, 'host', s.host, 'hostType', s.host_type, 'kind', s.kind,
            'state', c.state, 'rowId', c.row_id,
            'look', case when l.server_id is null then null
                         else json_build_object('outcome', l.outcome, 'at', ${instant('l.at')}) end)
            order by s.host_type, s.host), '[]')
   from notice_item i
   join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
   join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
   left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id
   where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id)`;

const DISPATCHES = `
  (select coalesce(json_agg(json_build_object(
            'dispatchId', d.dispatch_id, 'kind', d.kind, 'channel', d.channel, 'messageId', d.message_id,
            'contacts', d.contacts, 'state', d.state, 'attempts', d.attempts, 'queuedAt', ${instant('d.queued_at')},
            'sentAt', ${instant('d.sent_at')},
            'inDoubt', (select a.recipient from dispatch_attempt a
                        where a.organisation_id = d.organisation_id and a.dispatch_id = d.dispatch_id
                          and coalesce(a.outcome, 'unknown') = 'unknown'
                        order by a.attempt desc limit 1),
            'attemptedAt', array(select a.recipient from dispatch_attempt a
                                 where a.organisation_id = d.organisation_id and a.dispatch_id = d.dispatch_id
                                 group by a.recipient order by min(a.attempt)))
            order by d.queued_at, d.message_id), '[]')
   from dispatch d where d.organisation_id = n.organisation_id and d.notice_id = n.notice_id)`;

const NOTICES = `
  select n.notice_id as "noticeId", n.reference, n.message_id as "messageId", n.hash, n.provider_key as "providerKey",
         p.name as provider, p.country, n.method, n.row_id as "rowId", n.state, ${instant('n.sent_at')} as "sentAt", n.contacts,
         n.informed, n.reminders, n.next_contact as "nextContact", n.copy, ${instant('n.contested_at')} as "contestedAt",
         n.conversation, ${instant('n.last_reply_at')} as "lastReplyAt",
         coalesce((select w.fields->>'reminders' from provider_correction w
                   where w.organisation_id = n.organisation_id and w.key = n.provider_key), 'yes') <> 'no' as "wantsReminders",
         ${CASES} as cases, ${DISPATCHES} as dispatches
  from notice n
  join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key
  where n.operation_id = $1 and (n.sent_at is not null or exists (
          select from dispatch d
          where d.organisation_id = n.organisation_id and d.notice_id = n.notice_id and d.attempts > 0))`;

/** A configuration is the newest of its tag by when it was collected; where nobody knows, by its version. */
const NEWEST_CONFIGURATIONS = `
  select distinct on (tag) configuration_id, tag, version from configuration
  where operation_id = $1 and retired_at is null
  order by tag, collected_at desc nulls last, length(version) desc, version desc, configuration_id`;

export function clockReads(session: Session): ClockReads {
  return {
    clockNotices: async (operationId, caseId) =>
      (await plannedFor(session, operationId)).rows<ClockNotice>(
        `${NOTICES} and ($2::uuid is null or exists (
           select from notice_item i
           where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id and i.case_id = $2))
         order by n.sent_at nulls last, n.reference`,
        [operationId, caseId ?? null],
      ),
    // The clock is asked at every sending, and most of what has left is over (policy/clock/notice-steps.ts: mayGoByItself).
    runningNotices: async (operationId) =>
      (await plannedFor(session, operationId)).rows<ClockNotice>(
        `${NOTICES} and n.sent_at is not null and not exists (
           select from notice_item i
           join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
           where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
             and c.state in ('contested', 'retracted', 'dark', 'settled'))
         and (
           (n.copy is not null and n.informed <> '[]' and not exists (
              select from dispatch d
              where d.organisation_id = n.organisation_id and d.notice_id = n.notice_id and d.kind = 'csirt-copy'
                and d.state <> 'cancelled'))
           or exists (
             select from notice_item i
             join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
             left join server_look l on l.organisation_id = c.organisation_id and l.server_id = c.server_id
             where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
               and not coalesce(l.at > n.sent_at and l.outcome in ('dark', 'answers-other'), false)))
         order by n.sent_at nulls last, n.reference`,
        [operationId],
      ),
    caseById: (operationId, caseId) => caseViewById(session.prepared, operationId, caseId),
    openDispatches: (caseId) =>
      session.prepared.rows<{ dispatchId: string; noticeId: string }>(
        `select d.dispatch_id as "dispatchId", d.notice_id as "noticeId" from dispatch d
         join notice_item i on i.organisation_id = d.organisation_id and i.notice_id = d.notice_id
         where i.case_id = $1 and d.kind <> 'correction' and d.state in ('queued', 'attempted', 'waiting', 'failed')
         order by d.queued_at, d.dispatch_id`,
        [caseId],
      ),
    unnotifiedServers: async (operationId, limit) =>
      (await plannedFor(session, operationId)).rows<UnnotifiedServer>(
        `select c.case_id as "caseId", s.server_id as "serverId", s.host, s.host_type as "hostType", s.kind, c.state,
                ${instant('c.opened_at')} as "openedAt", p.name as provider, c.missing
         from case_file c
         join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
         left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
         where c.operation_id = $1 and c.state in ('identified', 'located', 'decided', 'drafted', 'approved')
           -- What nobody can seize is written to nobody.
           and c.method is distinct from 'not-seizable'
         order by c.opened_at, s.host limit $2`,
        [operationId, limit],
      ),
    harmOf: async (operationId, serverIds) =>
      (await plannedFor(session, operationId)).rows<HarmRecord>(
        `with newest as (${NEWEST_CONFIGURATIONS})
         select s.server_id as "serverId", l.outcome as look, said."newestConfigurations", said.reported, said.sightings
         from server s
         left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id
         cross join lateral (
           select count(*)::int as sightings,
                  coalesce(array_agg(distinct coalesce(nullif(w.tag, ''), w.version)) filter (where w.tag is not null), '{}')
                    as "newestConfigurations",
                  (array_agg(x.status order by coalesce(x.last_seen, x.first_seen, x.imported_at) desc, x.sequence desc, x.position desc)
                     filter (where x.status is not null))[1] as reported
           from standing_sighting x left join newest w on w.configuration_id = x.configuration_id
           where x.server_id = s.server_id
         ) said
         where s.operation_id = $1 and s.server_id = any($2)`,
        [operationId, serverIds],
      ),
    retractedCases: async (operationId) =>
      (await plannedFor(session, operationId)).rows<RetractedCase>(
        `select c.case_id as "caseId", s.server_id as "serverId", s.host, s.host_type as "hostType",
                ${instant('c.retracted_at')} as "retractedAt", c.retraction as reason
         from case_file c
         join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
         where c.operation_id = $1 and c.state = 'retracted' order by c.retracted_at, s.host`,
        [operationId],
      ),
    handsOffRecords: async (operationId) =>
      (await plannedFor(session, operationId)).rows<HandsOffRecord>(
        `select h.server_id as "serverId", s.host, h.party, ${instant('h.until')} as until, h.note
         from hands_off h join server s on s.organisation_id = h.organisation_id and s.server_id = h.server_id
         where h.operation_id = $1 and h.lifted_at is null and not exists (
           select from deconfliction_server a
           join deconfliction_round r on r.organisation_id = a.organisation_id and r.round_id = a.round_id
           where a.organisation_id = h.organisation_id and a.server_id = h.server_id and r.opened_at >= h.until)
           and not exists (
             select from hands_off later
             where later.organisation_id = h.organisation_id and later.server_id = h.server_id
               and later.sequence > h.sequence and later.party = h.party)
         order by h.until, s.host`,
        [operationId],
      ),
    authoritiesEnding: async (operationId, from, until) =>
      (await plannedFor(session, operationId)).rows<AuthorityEnd>(
        `select reference, ${instant('least(expires_at, ends_at)')} as "endsAt" from authority
         where operation_id = $1 and least(expires_at, ends_at) > $2 and least(expires_at, ends_at) <= $3
         order by 2, 1`,
        [operationId, isoInstant(from), isoInstant(until)],
      ),
    repliesSince: async (operationId, since) =>
      (await plannedFor(session, operationId)).rows<ReplyRecord>(
        `select n.reference, m.notice_id as "noticeId", m.from_address as "from", m.subject, m.class,
                ${instant('m.received_at')} as "receivedAt", m.is_confirmed as "isConfirmed", m.notice_id is not null as "isPlaced"
         from received_mail m
         left join notice n on n.organisation_id = m.organisation_id and n.notice_id = m.notice_id
         where coalesce(m.operation_id, n.operation_id, $1) = $1
           and (m.received_at >= $2 or (m.notice_id is null and m.class <> 'unrelated'))
         -- What answers a notice first, the newest first: junk must not hide it.
         order by (m.notice_id is not null and m.is_confirmed) desc, m.received_at desc, m.sha256 limit 1000`,
        [operationId, isoInstant(since)],
      ),
    duties: (after) =>
      session.prepared.rows<DutyRecord>(
        `select duty_id as "dutyId", person, ${instant('from_at')} as "from", ${instant('until_at')} as until, set_by as "setBy"
         from duty where until_at > $1 order by from_at, person, duty_id`,
        [isoInstant(after)],
      ),
  };
}
