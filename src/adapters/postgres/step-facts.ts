import type { DecideFacts, IdentifyFacts, Listed, LocateFacts, NoticeCase } from '../../ports/store.ts';
import { isoText } from './batch-rows.ts';
import type { Session } from './connect.ts';
import { pagesOf, SERVERS_IN_ORDER } from './pages.ts';

/** The last episode of a server; the alias `s` is the server. */
const LAST_CASE = `
  left join lateral (
    select * from case_file where organisation_id = s.organisation_id and server_id = s.server_id
    order by episode desc limit 1
  ) c on true`;

const PROVIDER_JSON = `
  case when p.key is null then null else jsonb_build_object(
    'key', p.key, 'name', p.name, 'asn', p.asn, 'country', p.country, 'type', p.type, 'trust', p.trust,
    'channel', p.channel, 'contact', p.contact, 'source', p.source) end`;

/**
 * The sightings of the server `s` that their sources have not taken back. `offset 0` keeps the planner from beginning at
 * the imports: from statistics older than a large import it would read all of that import's rows for each server.
 */
function standingSightings(columns: string): string {
  return `select ${columns} from standing_sighting
          where organisation_id = s.organisation_id and server_id = s.server_id offset 0`;
}

export function serversToJudge(session: Session, operationId: string): AsyncIterable<readonly IdentifyFacts[]> {
  return pagesOf<IdentifyFacts>(
    session,
    `select s.server_id as "serverId", s.host_type as "hostType", s.host,
            said.groups, said.attested_by as "attestedBy",
            case when c.case_id is null then null else jsonb_build_object(
              'caseId', c.case_id, 'state', c.state, 'heldBy', c.held_by, 'groups', c.groups,
              'attestedBy', c.attested_by, 'groundChecked', c.ground_checked, 'listHits', c.list_hits) end as current
     from server s
     cross join lateral (
       select coalesce(array_agg(distinct x.independence_group order by x.independence_group)
                         filter (where x.independence_group is not null), '{}') as groups,
              coalesce(array_agg(distinct a.person order by a.person) filter (where a.person is not null), '{}') as attested_by
       from (${standingSightings('distinct organisation_id, batch_id, independence_group')}) x
       left join attestation a on a.organisation_id = x.organisation_id and a.import_id = x.batch_id
     ) said
     ${LAST_CASE}
     ${SERVERS_IN_ORDER}`,
    [operationId],
  );
}

export function serversToLocate(session: Session, operationId: string): AsyncIterable<readonly LocateFacts[]> {
  return pagesOf<LocateFacts>(
    session,
    `select s.server_id as "serverId", s.host_type as "hostType", s.host,
            jsonb_build_object('type', 'location', 'serverId', s.server_id, 'providerKey', s.provider_key, 'asn', s.asn,
              'holder', s.holder, 'country', s.country, 'source', s.location_source, 'dataDate', s.location_date) as current
     from server s
     ${SERVERS_IN_ORDER}`,
    [operationId],
  );
}

export function casesToDecide(session: Session, operationId: string): AsyncIterable<readonly DecideFacts[]> {
  return pagesOf<DecideFacts>(
    session,
    `select c.case_id as "caseId", s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind, c.state,
            c.groups, c.attested_by as "attestedBy", c.ground_checked as "groundChecked", c.list_hits as "listHits",
            s.country, ${PROVIDER_JSON} as provider, 'none' as authority,
            case when c.method is null then null else jsonb_build_object(
              'method', c.method, 'rowId', c.row_id, 'playbook', c.playbook, 'providerKey', c.decided_for,
              'missing', c.missing) end as current
     from server s
     join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.state <> 'held'
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     ${SERVERS_IN_ORDER}`,
    [operationId],
  );
}

export function casesToNotify(session: Session, operationId: string, rowIds: readonly string[]): Promise<NoticeCase[]> {
  return session.rows<NoticeCase>(
    `select c.case_id as "caseId", c.state, c.decided_for as "providerKey", c.method, c.row_id as "rowId", c.missing,
            s.host_type as "hostType", s.host, s.kind,
            (select jsonb_agg(jsonb_build_object('port', e.port, 'scheme', e.scheme, 'path', e.path)
                              order by e.port nulls first, e.scheme nulls first, e.path nulls first)
             from (${standingSightings('distinct port, scheme, path')}) e) as endpoints,
            (select jsonb_agg(
                      jsonb_build_object('group', said.independence_group, 'port', said.port, 'label', said.label, 'importedAt', ${isoText('said.recorded_at')},
                        'firstSeen', ${isoText('said.first_seen')}, 'lastSeen', ${isoText('said.last_seen')},
                        'status', said.status)
                      order by said.port nulls first, said.independence_group, said.recorded_at, said.first_seen nulls first,
                               said.last_seen nulls first, said.status nulls first, said.label nulls first)
             from (${standingSightings('distinct independence_group, imported_at as recorded_at, port, first_seen, last_seen, status, label')}) said) as sightings
     from case_file c
     join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
     where c.operation_id = $1 and c.state in ('decided', 'drafted') and c.decided_for is not null and c.row_id = any($2)
     order by c.decided_for, c.method, s.host_type, s.host`,
    [operationId, rowIds],
  );
}

export async function* noLongerListed(
  session: Session,
  operationId: string,
  source: string,
  batchId: string,
): AsyncGenerator<readonly Listed[]> {
  // By hash: one server may have as many paths as the file has lines, and each with each would take for ever.
  await session.run('set local enable_nestloop = off');
  // The batch itself is no import yet, so that none of its rows stands among those listed before.
  yield* pagesOf<Listed>(
    session,
    `select distinct x.server_id as "serverId", x.host_type as "hostType", x.host, x.port, x.scheme, x.path
     from standing_sighting x
     where x.operation_id = $1 and x.source_key = $2
       and not exists (
         select from sighting n
         where n.batch_id = $3 and n.server_id = x.server_id
           and coalesce(n.port, 0) = coalesce(x.port, 0) and coalesce(n.path, '') = coalesce(x.path, ''))
     order by 2, 3, 4, 5, 6`,
    [operationId, source, batchId],
  );
  await session.run('set local enable_nestloop = on');
}
