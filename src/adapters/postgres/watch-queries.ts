import { isoInstant } from '../../domain/instant.ts';
import { MAX_ENDPOINTS } from '../../ports/watching.ts';
import type { ProbingRecord, WatchedServer, WatchPulse, WatchReads } from '../../ports/watching.ts';
import type { Session } from './connect.ts';
import { pagesOfServers } from './pages.ts';
import { instant } from './sql-values.ts';

/** What follows from looks alone: a watch that wrote it knows it already. */
const OWN_KINDS = ['probe.recorded', 'server.verdict-changed', 'server.confirmed-dark', 'server.returned'];

// Folded once for all servers where that is cheaper than a lookup each: a hundred thousand servers are read in a second or two.
const WATCHED = `
  with notified as materialized (
    select c.server_id, max(n.sent_at) as at
    from notice n
    join notice_item i on i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
    join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id and c.is_current
    where n.operation_id = $1 and n.sent_at is not null
    group by c.server_id
  ), left_alone as materialized (
    select distinct server_id from hands_off where operation_id = $1 and lifted_at is null and until > $2
  ), asked as materialized (
    select c.server_id, max(k.asked_at) as at
    from door_check k
    join notice n on n.organisation_id = k.organisation_id and n.notice_id = k.notice_id
    cross join unnest(k.cases) as x (case_id)
    join case_file c on c.organisation_id = k.organisation_id and c.case_id = x.case_id and c.is_current
    where n.operation_id = $1
    group by c.server_id
  ), said as materialized (
    select x.server_id, json_agg(json_build_object('port', x.port, 'scheme', x.scheme, 'path', x.path) order by x.place) as endpoints,
           max(x.named)::int as named
    from (
      select g.server_id, g.port, g.scheme, g.path, row_number() over (
               partition by g.server_id
               -- What ever answered first: whoever writes lists must not push it out with dead ports.
               order by exists (select from service_baseline b where b.server_id = g.server_id and b.port = g.port) desc,
                        max(g.recorded_at) desc, g.port, g.scheme nulls first, g.path nulls first) as place,
             count(*) over (partition by g.server_id) as named
      from import i
      join sighting g on g.organisation_id = i.organisation_id and g.batch_id = i.import_id
      where i.operation_id = $1 and ($3::uuid[] is null or g.server_id = any($3))
      group by g.server_id, g.port, g.scheme, g.path
    ) x
    where x.place <= ${MAX_ENDPOINTS}
    group by x.server_id
  )
  select s.server_id as "serverId", s.host_type as "hostType", s.host, s.provider_key as "providerKey", c.state,
         coalesce(c.list_hits @> '[{"effect": "never"}]', false) as "isProtected", h.server_id is not null as "isHandsOff",
         ${instant('n.at')} as "notifiedAt", ${instant('c.closed_at')} as "closedAt",
         coalesce(e.endpoints, '[]') as endpoints, greatest(coalesce(e.named, 0) - ${MAX_ENDPOINTS}, 0) as "endpointsBeyond",
         ${instant('l.last_round')} as "lastRoundAt", ${instant('a.at')} as "askedAt",
         case when v.verdict is not null then json_build_object(
           'verdict', v.verdict, 'finding', v.finding, 'since', ${instant('v.since')}, 'lastLiveAt', ${instant('v.last_live_at')},
           'darkAt', ${instant('v.dark_at')}, 'confirmedAt', ${instant('v.confirmed_at')}) end as verdict
  from server s
  left join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
  left join notified n on n.server_id = s.server_id
  left join asked a on a.server_id = s.server_id
  left join left_alone h on h.server_id = s.server_id
  left join server_verdict v on v.organisation_id = s.organisation_id and v.server_id = s.server_id
  left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id
  left join said e on e.server_id = s.server_id
  where s.operation_id = $1 and ($3::uuid[] is null or s.server_id = any($3))
  -- Who falls due together is written down in this order, whatever the plan.
  order by s.server_id`;

export function watchReads(session: Session): WatchReads {
  return {
    watchedServers: (operationId, now, only) =>
      pagesOfServers<WatchedServer>(session, WATCHED, [operationId, isoInstant(now), only ?? null]),
    async watchPulse(operationId, since) {
      const row = await session.prepared.row<WatchPulse>(
        `select exists (select from probing p
                        join operation o on o.organisation_id = p.organisation_id and o.operation_id = p.operation_id
                        where p.operation_id = $1 and p.stopped_at is null and o.closed_at is null) as "isOn",
                coalesce((select max(sequence) from ledger_entry), 0) as newest,
                exists (select from ledger_entry where sequence > $2 and kind <> all($3)) as "hasNews"`,
        [operationId, since, OWN_KINDS],
      );
      return row ?? { isOn: false, newest: since, hasNews: false };
    },
    probings: (operationId) =>
      session.prepared.rows<ProbingRecord>(
        `select p.operation_id as "operationId", o.name as operation, p.person, p.reason, ${instant('p.started_at')} as "startedAt",
                ${instant('p.stopped_at')} as "stoppedAt", p.stopped_by as "stoppedBy", p.stop_reason as "stopReason"
         from probing p
         join operation o on o.organisation_id = p.organisation_id and o.operation_id = p.operation_id
         where $1::uuid is null or p.operation_id = $1
         order by p.sequence desc`,
        [operationId],
      ),
  };
}
