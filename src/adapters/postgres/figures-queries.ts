import type {
  ConfigurationFacts,
  DarkRun,
  OperationFacts,
  ServerFacts,
  ServiceFacts,
  SharedHost,
  StatusWord,
  VantageFacts,
  VerdictFacts,
} from '../../domain/figure-facts.ts';
import type { Instant } from '../../domain/instant.ts';
import type { FigureReads } from '../../ports/figure-facts.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

/*
 * Tables and views go by their plain names here, so that the same queries read a past moment where others of those names stand before
 * them (as-of.ts). Numbers of rows and not of moments decide how long they take: nothing here asks once a server.
 */

export function figureReads(session: Session): FigureReads {
  return {
    figureFacts: (operationId) => figureFacts(session, operationId),
    lastRecordedAt: async () =>
      (await session.row<{ at: Instant | null }>(`select ${instant('max(recorded_at)')} as at from ledger_entry`))
        ?.at ?? null,
  };
}

async function figureFacts(session: Session, operationId: string): Promise<OperationFacts> {
  const operation = await session.row<Pick<OperationFacts, 'operation' | 'drill' | 'malware' | 'openedAt'>>(
    `select name as operation, drill, malware, ${instant('opened_at')} as "openedAt" from operation where operation_id = $1`,
    [operationId],
  );
  if (operation === null) throw new Error(`no operation ${operationId}`);
  const erased = await session.row<{ n: number }>(
    `select count(*)::int as n from batch b
     where b.operation_id = $1 and b.kind = 'import'
       and not exists (select from ledger_body l where l.organisation_id = b.organisation_id and l.sequence = b.sequence)`,
    [operationId],
  );
  return {
    ...operation,
    servers: await serverFacts(session, operationId),
    services: await serviceFacts(session, operationId),
    configurations: await session.rows<ConfigurationFacts>(
      `select version, tag, ${instant('collected_at')} as "collectedAt" from configuration
       where operation_id = $1 order by collected_at nulls last, version, tag`,
      [operationId],
    ),
    vantages: await vantageFacts(session, operationId),
    statusWords: await statusWords(session, operationId),
    shared: await sharedHosts(session, operationId),
    erasedImports: erased?.n ?? 0,
    devices: (
      await session.rows<{ host: string }>(
        `select s.host from server s
         left join kind_correction k on k.organisation_id = s.organisation_id and k.server_id = s.server_id
         where s.operation_id = $1 and (s.kind = 'iot-device' or k.kind = 'iot-device') order by s.host`,
        [operationId],
      )
    ).map(({ host }) => host),
  };
}

/** A row as it comes: verdict and look lie beside each other, since one query over all servers is what is fast. */
type ServerRow = Omit<ServerFacts, 'verdict' | 'darkRuns'> & {
  readonly verdict: VerdictFacts['verdict'] | null;
  readonly finding: VerdictFacts['finding'];
  readonly since: Instant | null;
  readonly lastLiveAt: Instant | null;
  readonly darkAt: Instant | null;
  readonly confirmedAt: Instant | null;
};

async function serverFacts(session: Session, operationId: string): Promise<readonly ServerFacts[]> {
  const runs = await darkRuns(session, operationId);
  const rows = await session.rows<ServerRow>(
    `with cases as (
       select server_id, array_agg(case_id::text order by episode) as ids, min(identified_at) as identified_at,
              bool_and(state = 'retracted') as wrong
       from case_file where operation_id = $1 group by server_id
     ), notified as (
       select c.server_id, min(n.sent_at) as at
       from notice n
       join notice_item i on i.organisation_id = n.organisation_id and i.notice_id = n.notice_id
       join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
       where n.operation_id = $1 and n.sent_at is not null
       group by c.server_id
     )
     select s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind, s.country, s.provider_key as "providerKey",
            p.name as provider, cases.ids as "caseIds", c.state, c.method, c.settled_as as "settledAs",
            ${instant('cases.identified_at')} as "identifiedAt", cases.wrong as "isWrong", ${instant('notified.at')} as "notifiedAt",
            -- Looks that earlier versions took down changed no verdict: then the newest of them says what is known.
            coalesce(v.verdict, l.outcome) as verdict, v.finding, ${instant('coalesce(v.since, l.at)')} as since,
            ${instant('greatest(v.last_live_at, l.last_live_at)')} as "lastLiveAt",
            ${instant("case when v.server_id is not null then v.dark_at when l.outcome = 'dark' then l.at end")} as "darkAt",
            ${instant('v.confirmed_at')} as "confirmedAt", ${instant('l.at')} as "lastLookAt"
     from server s
     join cases on cases.server_id = s.server_id
     join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
     left join notified on notified.server_id = s.server_id
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     left join server_verdict v on v.organisation_id = s.organisation_id and v.server_id = s.server_id
     left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id
     where s.operation_id = $1
     order by s.server_id`,
    [operationId],
  );
  return rows.map(({ verdict, finding, since, lastLiveAt, darkAt, confirmedAt, ...server }) => ({
    ...server,
    verdict: verdict === null || since === null ? null : { verdict, finding, since, lastLiveAt, darkAt, confirmedAt },
    darkRuns: runs.get(server.serverId) ?? [],
  }));
}

async function darkRuns(session: Session, operationId: string): Promise<ReadonlyMap<string, readonly DarkRun[]>> {
  const rows = await session.rows<DarkRun & { readonly serverId: string }>(
    `select server_id as "serverId", ${instant('dark_at')} as "darkAt", ${instant('last_live_at')} as "lastLiveAt",
            ${instant('confirmed_at')} as "confirmedAt", ${instant('returned_at')} as "returnedAt"
     from dark_run where operation_id = $1 order by server_id, dark_at`,
    [operationId],
  );
  return Map.groupBy(rows, ({ serverId }) => serverId);
}

function serviceFacts(session: Session, operationId: string): Promise<readonly ServiceFacts[]> {
  return session.rows<ServiceFacts>(
    `select * from (
       select ${instant('n.sent_at')} as at, 'notice' as kind, n.reference, p.name as provider
       from notice n join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key
       where n.operation_id = $1 and n.sent_at is not null
       union all
       select ${instant('s.served_at')}, 'order', a.reference, s.provider
       from authority_service s
       join authority a on a.organisation_id = s.organisation_id and a.authority_id = s.authority_id
       where a.operation_id = $1) served
     order by at, kind, reference, provider nulls first`,
    [operationId],
  );
}

function vantageFacts(session: Session, operationId: string): Promise<readonly VantageFacts[]> {
  return session.rows<VantageFacts>(
    `select vantage as name, vantage_kind as kind, network, country, count(*)::int as looks, ${instant('max(at)')} as "lastLookAt",
            bool_or(finding is null or finding not in ('vantage-failed', 'vantage-deaf', 'not-allowed')) as "hasSeen"
     from probe p join batch b on b.organisation_id = p.organisation_id and b.batch_id = p.batch_id
     where b.operation_id = $1
     group by vantage, vantage_kind, network, country
     order by vantage, vantage_kind, network, country`,
    [operationId],
  );
}

/** Every word of a source, folded: the same words in ten files are one row. What it has taken back since is none. */
function statusWords(session: Session, operationId: string): Promise<readonly StatusWord[]> {
  return session.rows<StatusWord>(
    `select f.source, f."serverId", v.host, f.endpoint, f.status, f."seenAt", f."firstToldAt", f."toldSequence",
            ${instant('i.recorded_at')} as "toldAt"
     from (
       select min(s.source) as source, s.source_key, s.server_id as "serverId",
              concat_ws(' ', s.port, s.scheme, s.path) as endpoint, s.status, ${instant('coalesce(s.last_seen, s.first_seen)')} as "seenAt",
              ${instant('min(s.imported_at)')} as "firstToldAt",
              greatest(min(s.sequence), max(s.sequence) filter (where m.snapshot)) as "toldSequence"
       from standing_sighting s
       join import m on m.organisation_id = s.organisation_id and m.import_id = s.batch_id
       where s.operation_id = $1 and s.status is not null
       group by s.source_key, s.server_id, s.port, s.scheme, s.path, s.status, coalesce(s.last_seen, s.first_seen)
     ) f
     join server v on v.server_id = f."serverId"
     join import i on i.sequence = f."toldSequence"
     order by f.source_key, f."serverId", f.endpoint, f.status, f."seenAt"`,
    [operationId],
  );
}

/** Servers of this operation that another one has identified, too: the id of a server follows from operation and host. */
function sharedHosts(session: Session, operationId: string): Promise<readonly SharedHost[]> {
  return session.rows<SharedHost>(
    `with identified as (
       select distinct s.operation_id, s.host_type, s.host
       from server s join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id
       where c.identified_at is not null and c.state <> 'retracted')
     select mine.host, array_agg(o.name order by o.name) as operations
     from identified mine
     join identified other on other.host_type = mine.host_type and other.host = mine.host and other.operation_id <> mine.operation_id
     join operation o on o.operation_id = other.operation_id
     where mine.operation_id = $1
     group by mine.host_type, mine.host order by mine.host`,
    [operationId],
  );
}
