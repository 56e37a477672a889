import { isoInstant } from '../../domain/instant.ts';
import { MAX_ENDPOINTS } from '../../ports/watching.ts';
import type { ProbingRecord, WatchedServer, WatchPulse, WatchReads } from '../../ports/watching.ts';
import type { Session } from './connect.ts';
import { pagesOf } from './pages.ts';
import { instant } from './step-facts.ts';

/** What follows from looks alone: a watch that wrote it knows it already. */
const OWN_KINDS = ['probe.recorded', 'server.verdict-changed', 'server.confirmed-dark', 'server.returned'];

// Folded once for all servers where that is cheaper than a lookup each: a hundred thousand servers are read in a second or two.
const WATCHED = `
  with notified as materialized (
    select i.case_id, max(n.sent_at) as at
    from notice n
    join notice_item i on i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
    where n.operation_id = $1 and n.sent_at is not null
    group by i.case_id
  ), left_alone as materialized (
    select distinct server_id from hands_off where operation_id = $1 and lifted_at is null and until > $2
  )
  select s.server_id as "serverId", s.host_type as "hostType", s.host, s.provider_key as "providerKey", c.state,
         coalesce(c.list_hits @> '[{"effect": "never"}]', false) as "isProtected", h.server_id is not null as "isHandsOff",
         ${instant('n.at')} as "notifiedAt", ${instant('c.closed_at')} as "closedAt", e.endpoints,
         ${instant('r.round')} as "lastRoundAt",
         case when v.verdict is not null then jsonb_build_object(
           'verdict', v.verdict, 'finding', v.finding, 'since', ${instant('v.since')}, 'lastLiveAt', ${instant('v.last_live_at')},
           'darkAt', ${instant('v.dark_at')}, 'confirmedAt', ${instant('v.confirmed_at')}) end as verdict
  from server s
  left join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
  left join notified n on n.case_id = c.case_id
  left join left_alone h on h.server_id = s.server_id
  left join server_verdict v on v.organisation_id = s.organisation_id and v.server_id = s.server_id
  left join lateral (
    select p.round from probe p
    where p.organisation_id = s.organisation_id and p.server_id = s.server_id and p.round is not null
    order by p.at desc limit 1
  ) r on true
  cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('port', x.port, 'scheme', x.scheme, 'path', x.path)), '[]') as endpoints
    from (
      select g.port, g.scheme, g.path from sighting g
      join import i on i.organisation_id = g.organisation_id and i.import_id = g.batch_id
      where g.organisation_id = s.organisation_id and g.server_id = s.server_id
      group by g.port, g.scheme, g.path
      order by max(g.recorded_at) desc, g.port, g.scheme nulls first, g.path nulls first limit ${MAX_ENDPOINTS}
    ) x
  ) e
  where s.operation_id = $1`;

export function watchReads(session: Session): WatchReads {
  return {
    watchedServers: (operationId, now, only) =>
      only === undefined
        ? pagesOf<WatchedServer>(session, WATCHED, [operationId, isoInstant(now)])
        : pagesOf<WatchedServer>(session, `${WATCHED} and s.server_id = any($3::uuid[])`, [
            operationId,
            isoInstant(now),
            only,
          ]),
    async watchPulse(operationId, since) {
      const row = await session.row<WatchPulse>(
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
      session.rows<ProbingRecord>(
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
