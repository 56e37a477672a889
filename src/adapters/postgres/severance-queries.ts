import type { SeveranceConfiguration, SeveranceFacts, SeveranceServer } from '../../domain/severance.ts';
import type { SeveranceReads } from '../../ports/severance.ts';
import type { Session } from './connect.ts';

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/*
 * These run as of a past moment as well: there the projected tables are shadowed by temporary ones of the same names, so
 * names are never qualified and views, which would read the real tables, are not used. Rows of later imports are kept out by
 * joining `import`, which is such a table, and `batch`.
 */

/** As the view standing_sighting says it: what its source has not taken back since. */
const stands = (sighting: string): string => `
  not exists (
    select from last_withdrawal w
    where w.server_id = ${sighting}.server_id and w.source_key = i.source_key and w.operation_id = i.operation_id
      and w.organisation_id = ${sighting}.organisation_id
      and (w.port is null or w.port = ${sighting}.port) and (w.path_hash is null or w.path_hash = md5(${sighting}.path))
      and (w.sequence, w.position) > (i.sequence, ${sighting}.position))`;

/** Retracted as wrong: by its newest episode. */
const IS_RETRACTED = `
  exists (select from case_file f
          where f.organisation_id = s.organisation_id and f.server_id = s.server_id and f.is_current and f.state = 'retracted')`;

interface ConfigurationRecord extends Omit<SeveranceConfiguration, 'lists' | 'retracted'> {
  readonly serverIds: readonly string[];
}

interface ServerRecord extends SeveranceServer {
  readonly isRetracted: boolean;
}

export function severanceReads(session: Session): SeveranceReads {
  return {
    severanceFacts: (operationId, alsoServerIds = []) => severanceFacts(session, operationId, alsoServerIds),
  };
}

async function severanceFacts(
  session: Session,
  operationId: string,
  alsoServerIds: readonly string[],
): Promise<SeveranceFacts> {
  const configurations = await configurationRecords(session, operationId);
  const wanted = new Set([...configurations.flatMap(({ serverIds }) => serverIds), ...alsoServerIds]);
  const records = await serverRecords(session, operationId, [...wanted]);
  const retracted = new Set(records.flatMap(({ serverId, isRetracted }) => (isRetracted ? [serverId] : [])));
  const servers = records
    .filter(({ isRetracted }) => !isRetracted)
    .map(({ isRetracted: _isRetracted, ...server }): SeveranceServer => server);
  const indexes = new Map(servers.map(({ serverId }, index) => [serverId, index]));
  return {
    servers,
    configurations: configurations.map(({ serverIds, ...configuration }) => ({
      ...configuration,
      lists: serverIds.flatMap((serverId) => indexes.get(serverId) ?? []).toSorted((a, b) => a - b),
      retracted: serverIds.filter((serverId) => retracted.has(serverId)).length,
    })),
    changes: (await changeRecords(session, operationId)).flatMap(({ serverId, at, to }) => {
      const server = indexes.get(serverId);
      return server === undefined ? [] : [{ server, at, to }];
    }),
  };
}

function configurationRecords(session: Session, operationId: string): Promise<ConfigurationRecord[]> {
  return session.rows<ConfigurationRecord>(
    `with told as (
       select r.configuration_id, max(r.collected_at) as last_collected_at, max(i.recorded_at) as last_listed_at,
              array_agg(distinct i.source) as sources
       from configuration_record r
       join batch b on b.organisation_id = r.organisation_id and b.batch_id = r.batch_id
       join import i on i.organisation_id = r.organisation_id and i.import_id = r.batch_id
       where i.operation_id = $1
       group by r.configuration_id
     ), listed as (
       select s.configuration_id, array_agg(distinct s.server_id) as server_ids
       from import i
       join batch b on b.organisation_id = i.organisation_id and b.batch_id = i.import_id
       join sighting s on s.organisation_id = i.organisation_id and s.batch_id = i.import_id
       where i.operation_id = $1 and s.configuration_id is not null and ${stands('s')}
       group by s.configuration_id
     )
     select c.configuration_id as "configurationId", c.version, c.tag, ${ms('c.collected_at')} as "collectedAt",
            ${ms('t.last_collected_at')} as "lastCollectedAt", ${ms('c.recorded_at')} as "recordedAt",
            ${ms('coalesce(t.last_listed_at, c.recorded_at)')} as "lastListedAt", c.entries, c.accepted,
            coalesce(array(select unnest(t.sources) order by 1), '{}') as sources,
            case when c.retired_at is null then null
                 else jsonb_build_object('at', ${ms('c.retired_at')}, 'by', c.retired_by, 'reason', c.retirement) end as retirement,
            c.earlier_retirements as "earlierRetirements", coalesce(l.server_ids, '{}') as "serverIds"
     from configuration c
     left join told t on t.configuration_id = c.configuration_id
     left join listed l on l.configuration_id = c.configuration_id
     where c.operation_id = $1
     order by c.collected_at nulls first, length(c.version), c.version, c.tag, c.configuration_id`,
    [operationId],
  );
}

function serverRecords(session: Session, operationId: string, listed: readonly string[]): Promise<ServerRecord[]> {
  return session.rows<ServerRecord>(
    `with wanted as (
       select unnest($2::uuid[]) as server_id
       union select server_id from server_verdict where operation_id = $1 and verdict in ('c2-live', 'live')
       union select server_id from server where operation_id = $1 and host_type in ('onion', 'blockchain-name')
     )
     select s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind, s.country, p.name as provider, v.verdict,
            ${ms('v.confirmed_at')} as "confirmedAt",
            s.host_type in ('onion', 'blockchain-name') and exists (
              select from sighting x
              join import i on i.organisation_id = x.organisation_id and i.import_id = x.batch_id
              where x.server_id = s.server_id and x.organisation_id = s.organisation_id and x.configuration_id is null
                and i.operation_id = $1 and ${stands('x')}) as "isNamedElsewhere",
            ${IS_RETRACTED} as "isRetracted"
     from wanted
     join server s on s.server_id = wanted.server_id
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     left join server_verdict v on v.organisation_id = s.organisation_id and v.server_id = s.server_id
     where s.operation_id = $1
     order by s.host_type, s.host`,
    [operationId, listed],
  );
}

interface ChangeRecord {
  readonly serverId: string;
  readonly at: number;
  readonly to: SeveranceFacts['changes'][number]['to'];
}

function changeRecords(session: Session, operationId: string): Promise<ChangeRecord[]> {
  return session.rows<ChangeRecord>(
    `select server_id as "serverId", ${ms('at')} as at, to_verdict as "to" from verdict_change
     where operation_id = $1 order by sequence`,
    [operationId],
  );
}
