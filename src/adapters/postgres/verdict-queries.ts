import { isoInstant } from '../../domain/instant.ts';
import type { RecordedLook, ServiceBaseline, VerdictFacts, VerdictReads } from '../../ports/verdicts.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

/** A look on record; the alias `p` is its row. */
const LOOK = `p.server_id as "serverId", p.port, ${instant('p.at')} as at, ${instant('p.round')} as round, p.outcome, p.finding,
                p.how, p.person, p.address,
                jsonb_build_object('name', p.vantage, 'network', p.network, 'country', p.country) as vantage`;

export function verdictReads(session: Session): VerdictReads {
  return {
    verdictFacts: (operationId, serverIds) =>
      session.prepared.rows<VerdictFacts>(
        `select s.server_id as "serverId", s.host_type as "hostType", s.host,
                case when v.server_id is null then null else jsonb_build_object(
                  'verdict', v.verdict, 'finding', v.finding, 'since', ${instant('v.since')}, 'lastLiveAt', ${instant('v.last_live_at')},
                  'darkAt', ${instant('v.dark_at')}, 'confirmedAt', ${instant('v.confirmed_at')}) end as verdict,
                ${instant('l.at')} as "newestAt",
                case when c.case_id is null then null else jsonb_build_object(
                  'caseId', c.case_id, 'episode', c.episode, 'state', c.state, 'settledAs', c.settled_as) end as "newestCase",
                ${instant(`(select d.dark_at from dark_run d where d.server_id = s.server_id and d.returned_at is null)`)} as "confirmedDarkAt",
                ${instant(`(
                  select min(n.sent_at) from notice n
                  join notice_item i on i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
                  join case_file x on x.organisation_id = i.organisation_id and x.case_id = i.case_id
                  where x.server_id = s.server_id)`)} as "firstNoticeAt"
         from server s
         left join server_verdict v on v.organisation_id = s.organisation_id and v.server_id = s.server_id
         left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id
         left join lateral (
           -- One by one through its key: from statistics older than a large import the planner would read all cases for each.
           select * from case_file where organisation_id = s.organisation_id and server_id = s.server_id and is_current limit 1
         ) c on true
         where s.operation_id = $1 and s.server_id = any($2::uuid[])`,
        [operationId, serverIds],
      ),
    serviceBaselines: (serverIds) =>
      session.prepared.rows<ServiceBaseline>(
        `select server_id as "serverId", port, seen, ${instant('at')} as at, accepted_by as "acceptedBy"
         from service_baseline where server_id = any($1::uuid[])`,
        [serverIds],
      ),
    recordedLooks: (servers) =>
      session.prepared.rows<RecordedLook>(
        `select ${LOOK}
         from jsonb_to_recordset($1::jsonb) as w (id uuid, since timestamptz)
         join probe p on p.server_id = w.id and (w.since is null or coalesce(p.round, p.at) >= w.since)
         order by coalesce(p.round, p.at), p.batch_id, p.position`,
        [
          JSON.stringify(
            servers.map(({ serverId, since }) => ({ id: serverId, since: since === null ? null : isoInstant(since) })),
          ),
        ],
      ),
    newestLooks: (serverId) =>
      session.prepared.rows<RecordedLook>(
        `select distinct on (p.port, p.vantage) ${LOOK}
         from probe p where p.server_id = $1
         order by p.port nulls first, p.vantage, p.at desc, p.batch_id, p.position desc`,
        [serverId],
      ),
    newestService: (serverId, port) =>
      session.prepared.row(
        `select seen, ${instant('at')} as at from probe
         where server_id = $1 and port = $2 and round is not null
           and (seen->'tls'->>'outcome' = 'handshake' or seen->'http'->>'outcome' = 'answered')
         order by at desc limit 1`,
        [serverId, port],
      ),
  };
}
