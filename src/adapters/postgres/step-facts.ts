import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type {
  DecideFacts,
  IdentifyFacts,
  KnownAnswer,
  Listed,
  LocateFacts,
  NoticeCase,
  ProviderCorrection,
  ProviderWords,
} from '../../ports/store.ts';
import type { Session } from './connect.ts';
import { COMPLETE_ROUNDS, DECONFLICTED } from './deconflicted-sql.ts';
import { pagesOf, pagesOfServers, plannedFor, SERVERS_IN_ORDER } from './pages.ts';
import { instant, isoText } from './sql-values.ts';

/** The last episode of a server; the alias `s` is the server. */
const LAST_CASE = `
  left join lateral (
    select * from case_file where organisation_id = s.organisation_id and server_id = s.server_id
    order by episode desc limit 1
  ) c on true`;

function providerJson(p: string): string {
  return `case when ${p}.key is null then null else json_build_object(
    'key', ${p}.key, 'name', ${p}.name, 'asn', ${p}.asn, 'country', ${p}.country, 'type', ${p}.type, 'trust', ${p}.trust,
    'channel', ${p}.channel, 'contact', ${p}.contact, 'source', ${p}.source, 'contacts', ${p}.contacts) end`;
}

/**
 * The sightings of the server `s` that their sources have not taken back. `offset 0` keeps the planner from beginning at
 * the imports: from statistics older than a large import it would read all of that import's rows for each server.
 */
export function standingSightings(columns: string, condition = 'true'): string {
  return `(select ${columns} from standing_sighting
           where organisation_id = s.organisation_id and server_id = s.server_id and ${condition} offset 0)`;
}

/**
 * The same of all servers of the operation $1 in one reading. For few servers: to begin each of them anew costs more than what they
 * say. Of many it would hold in memory what is read page by page otherwise.
 */
function standingOfAll(columns: string): string {
  return `(select ${columns} from (
             select g.*, i.source, i.source_key, i.independence_group, i.reliability, i.recorded_at as imported_at
             from import i
             join sighting g on g.organisation_id = i.organisation_id and g.batch_id = i.import_id
             where i.operation_id = $1 and not exists (
               select from last_withdrawal w
               where w.organisation_id = g.organisation_id and w.server_id = g.server_id and w.source_key = i.source_key
                 and w.operation_id = i.operation_id and (w.port is null or w.port = g.port)
                 and (w.path_hash is null or w.path_hash = md5(g.path)) and (w.sequence, w.position) > (i.sequence, g.position))
           ) standing_sighting)`;
}

/** Sources that count for nothing steer nothing either: no kind, no port, no name. */
export const OF_RECORD = `reliability is distinct from 'D' and reliability is distinct from 'E'`;

/** TLP 2.0: RED is for those who were told, AMBER+STRICT for our organisation; neither may reach a provider. */
export const TELLABLE = `marking is distinct from 'red' and marking is distinct from 'amber+strict'`;

/** A configuration's controllers are evidence by themselves; all else that does not say how it knows is a listing. */
export const EVIDENCE = `coalesce(evidence, case when configuration_id is null then 'listing' else 'configuration' end)`;

/** The same for a notice, with the configuration's version behind it. */
const EVIDENCE_IN_WORDS = `${EVIDENCE} || coalesce((
  select ' ' || f.version from configuration f
  where f.organisation_id = standing_sighting.organisation_id and f.configuration_id = standing_sighting.configuration_id), '')`;

/** So many different words of one source, and of all of them, are enough to judge a server by; flooding gains nothing. */
const STATEMENTS_A_SOURCE = 20;
const MAX_STATEMENTS = 500;

const WORDS = `batch_id, source, source_key, independence_group, reliability, reference, label, configuration_id, imported_at, also_named,
                 ${EVIDENCE} as evidence,
                 coalesce(last_seen, first_seen, (select f.collected_at from configuration f
                   where f.organisation_id = standing_sighting.organisation_id
                     and f.configuration_id = standing_sighting.configuration_id)) as seen`;

const BEST_FIRST = `order by folded.evidence = 'listing', folded.seen desc nulls last, folded.received desc, folded.reference,
                               folded.label, folded.configuration_id`;

// Text as it is put together: as jsonb each object is taken apart and sorted, which takes longer than everything before it.
const STATEMENTS = `json_agg(json_build_object(
                  'seen', ${instant('w.seen')}, 'group', w.independence_group, 'label', w.label, 'source', w.source,
                  'evidence', w.evidence, 'received', ${instant('w.received')}, 'reference', w.reference,
                  'reliability', w.reliability, 'configuration', w.configuration_id)
                  order by w.received, w.source, w.independence_group, w.evidence, w.reference nulls first, w.label nulls first,
                           w.configuration_id nulls first, w.seen nulls first)`;

/**
 * What the sources of the server `s` say, folded: rows that differ in nothing but line, port and path are one statement,
 * with its latest date; a configuration's controllers are of the day on which it was collected. Bounded source by source,
 * the newest first, so that no source can talk another one out of it. Read together with the names and the imports that people
 * vouch for: going through a server's sightings is what costs.
 */
const SAID = `
     cross join lateral (
       with x as materialized ${standingSightings(WORDS)}
       select (
         select coalesce(${STATEMENTS}, '[]')
         from (
           select * from (
             select folded.*, row_number() over (
                      partition by folded.source_key, folded.independence_group
                      ${BEST_FIRST}) as place
             from (
               select x.source, x.source_key, x.independence_group, x.reliability, x.evidence, x.reference, x.label, x.configuration_id,
                      max(x.seen) as seen, max(x.imported_at) as received
               from x
               group by 1, 2, 3, 4, 5, 6, 7, 8, x.seen is null
             ) folded
           ) placed
           where place <= ${STATEMENTS_A_SOURCE}
           order by place, received desc, source, independence_group limit ${MAX_STATEMENTS}
         ) w
       ) as statements,
       (array(select distinct x.also_named from x where ${OF_RECORD} and x.also_named is not null order by 1))[1:100] as names,
       array(select distinct a.person from x
             join attestation a on a.organisation_id = s.organisation_id and a.import_id = x.batch_id
             order by 1) as "attestedImports"
     ) said`;

/** The same of all servers of the operation $1, read once: before the select, and behind the servers. */
const SAID_OF_ALL = `
  x as materialized ${standingOfAll(`server_id, ${WORDS}`)},
  told as (
    select w.server_id, ${STATEMENTS} as statements
    from (
      select placed.*, row_number() over (
               partition by placed.server_id
               order by placed.place, placed.received desc, placed.source, placed.independence_group) as rank
      from (
        select folded.*, row_number() over (
                 partition by folded.server_id, folded.source_key, folded.independence_group
                 ${BEST_FIRST}) as place
        from (
          select x.server_id, x.source, x.source_key, x.independence_group, x.reliability, x.evidence, x.reference, x.label,
                 x.configuration_id, max(x.seen) as seen, max(x.imported_at) as received
          from x
          group by 1, 2, 3, 4, 5, 6, 7, 8, 9, x.seen is null
        ) folded
      ) placed
      where placed.place <= ${STATEMENTS_A_SOURCE}
    ) w
    where w.rank <= ${MAX_STATEMENTS}
    group by w.server_id
  ), known as (
    select server_id, (array_agg(distinct also_named order by also_named))[1:100] as names
    from x where ${OF_RECORD} and also_named is not null
    group by server_id
  ), vouched as (
    select x.server_id, array_agg(distinct a.person order by a.person) as persons
    from x join attestation a on a.import_id = x.batch_id
    group by x.server_id
  )`;

const WITH_SAID_OF_ALL = `
     left join told on told.server_id = s.server_id
     left join known on known.server_id = s.server_id
     left join vouched on vouched.server_id = s.server_id
     cross join lateral (select coalesce(told.statements, '[]') as statements, coalesce(known.names, '{}') as names,
                                coalesce(vouched.persons, '{}') as "attestedImports") said`;

const ATTESTATIONS = `
  (select coalesce(json_agg(json_build_object('person', a.person, 'reason', a.reason, 'at', ${instant('a.attested_at')},
                                                'evidence', a.evidence, 'seen', ${instant('a.seen')})
                             order by a.attested_at, a.person), '[]')
   from server_attestation a where a.organisation_id = s.organisation_id and a.server_id = s.server_id)`;

export const RELEASES = `
  (select coalesce(json_agg(json_build_object('list', l.list, 'entry', l.entry, 'persons', l.persons) order by l.list, l.entry), '[]')
   from (select list, entry, jsonb_agg(person order by person) as persons from server_release r
         where r.organisation_id = s.organisation_id and r.server_id = s.server_id group by list, entry) l)`;

/** A watched server has thousands of looks alike; where none of the newest counts, none does. */
const MATCHES_CONSIDERED = 20;

/** Whether the look `p` bears the fingerprint `g`, as policy/verdict/judge-look.ts has it: a look names but one of them. */
const BEARS = `case g.kind
  when 'certificate' then p.seen->'tls'->>'outcome' = 'handshake' and p.seen->'tls'->'chain'->0->>'sha256' = g.value
  when 'public-key' then p.seen->'tls'->>'outcome' = 'handshake' and p.seen->'tls'->'chain'->0->>'publicKeySha256' = g.value
  when 'http-body' then p.seen->'http'->>'outcome' = 'answered' and p.seen->'http'->>'bodySha256' = g.value
    and not (p.seen->'http'->>'bodyTruncated')::boolean
  else p.seen->'http'->>'outcome' = 'answered' and exists (
    select from jsonb_array_elements(p.seen->'http'->'headers') h where (h->>0) || ': ' || (h->>1) = g.value)
  end`;

/**
 * The newest look of ours at the server `s` that matched a fingerprint, with all that it bears and that stand: several
 * sources may have tied the same. None where it was found to be something else since.
 */
const MATCHING_PROBE = `
  (select json_build_object('at', ${instant('m.at')}, 'fingerprints', m.standing)
   from (
     select p.at,
            (select jsonb_agg(jsonb_build_object('fingerprintId', g.fingerprint_id, 'kind', g.kind, 'value', g.value,
                                'source', g.source, 'group', g.source_group) order by g.recorded_at, g.fingerprint_id)
             from fingerprint g
             where g.organisation_id = p.organisation_id and g.operation_id = s.operation_id and g.withdrawn_at is null
               and ${BEARS}) as standing
     from probe p
     where p.organisation_id = s.organisation_id and p.server_id = s.server_id and p.fingerprint_id is not null
       and p.round is not null and p.outcome = 'c2-live'
       and not exists (select from probe l where l.organisation_id = s.organisation_id and l.server_id = s.server_id
                       and l.at > p.at and l.outcome = 'answers-other')
     order by p.at desc limit ${MATCHES_CONSIDERED}
   ) m
   where m.standing is not null order by m.at desc limit 1)`;

const JUDGED_BY = `s.server_id as "serverId", s.host_type as "hostType", s.host, said.statements, said.names,
            ${ATTESTATIONS} as attestations, said."attestedImports", ${RELEASES} as releases, ${MATCHING_PROBE} as probe`;

function toJudge(before: string, said: string): string {
  return `${before} select ${JUDGED_BY},
            case when c.case_id is null then null else json_build_object(
              'caseId', c.case_id, 'state', c.state, 'heldBy', c.held_by, 'groups', c.groups,
              'attestedBy', c.attested_by, 'groundChecked', c.ground_checked, 'listHits', c.list_hits,
              'assessment', c.assessment) end as current, ${instant('c.heard_from')} as "heardFrom"
     from server s
     ${LAST_CASE}
     ${said}
     ${SERVERS_IN_ORDER}`;
}

/** One question in two ways: for many servers, each by itself; for few, all at once. Their answers are the same. */
export const TO_JUDGE = { many: toJudge('', SAID), few: toJudge(`with ${SAID_OF_ALL}`, WITH_SAID_OF_ALL) };

export function serversToJudge(session: Session, operationId: string): AsyncIterable<readonly IdentifyFacts[]> {
  return pagesOfServers<IdentifyFacts>(session, TO_JUDGE, [operationId]);
}

export function statementsOf(
  session: Session,
  operationId: string,
  serverId: string,
): Promise<Omit<IdentifyFacts, 'current'> | null> {
  return session.row(`select ${JUDGED_BY} from server s ${SAID} where s.operation_id = $1 and s.server_id = $2`, [
    operationId,
    serverId,
  ]);
}

/** Of sightings `x`: what a server is located by, and its kind judged by. */
const WHERE_AND_WHAT = `
              coalesce(array_agg(distinct x.port) filter (where ${OF_RECORD} and x.port is not null), '{}') as ports,
              (coalesce(array_agg(distinct x.also_named) filter (where ${OF_RECORD} and x.also_named is not null), '{}'))[1:100] as names,
              coalesce(jsonb_agg(distinct jsonb_build_object('kind', x.stated_kind, 'source', x.source,
                         'group', x.independence_group, 'reliability', x.reliability))
                       filter (where ${OF_RECORD} and x.stated_kind is not null), '[]') as kinds`;

const FOUND = 'port, also_named, stated_kind, source, independence_group, reliability';

function toLocate(before: string, said: string): string {
  return `${before} select s.server_id as "serverId", s.host_type as "hostType", s.host,
            jsonb_build_object('type', 'location', 'serverId', s.server_id, 'providerKey', s.provider_key, 'asn', s.asn,
              'holder', s.holder, 'country', s.country, 'source', s.location_source, 'dataDate', s.location_date)
            || case when s.other_provider is null then '{}' else jsonb_build_object('otherProvider', s.other_provider) end
            || case when s.network is null then '{}' else jsonb_build_object('network', s.network) end as current,
            said.ports, said.names, said.kinds as "statedKinds", coalesce(c.list_hits, '[]') as "listHits",
            (select json_build_object('kind', k.kind, 'person', k.person, 'reason', k.reason) from kind_correction k
             where k.organisation_id = s.organisation_id and k.server_id = s.server_id) as "kindCorrection",
            json_build_object('kind', s.kind, 'reasons', s.kind_reasons) as "currentKind"
     from server s
     ${LAST_CASE}
     ${said}
     ${SERVERS_IN_ORDER}`;
}

/** As TO_JUDGE. */
export const TO_LOCATE = {
  many: toLocate('', `cross join lateral (select ${WHERE_AND_WHAT} from ${standingSightings(FOUND)} x) said`),
  few: toLocate(
    `with known as (select x.server_id, ${WHERE_AND_WHAT} from ${standingOfAll(`server_id, ${FOUND}`)} x group by x.server_id)`,
    `left join known on known.server_id = s.server_id
     cross join lateral (select coalesce(known.ports, '{}') as ports, coalesce(known.names, '{}') as names,
                                coalesce(known.kinds, '[]') as kinds) said`,
  ),
};

export function serversToLocate(session: Session, operationId: string): AsyncIterable<readonly LocateFacts[]> {
  return pagesOfServers<LocateFacts>(session, TO_LOCATE, [operationId]);
}

export function serversToLookUp(
  session: Session,
  operationId: string,
): AsyncIterable<readonly Pick<LocateFacts, 'serverId' | 'hostType' | 'host'>[]> {
  return pagesOfServers(
    session,
    `select s.server_id as "serverId", s.host_type as "hostType", s.host from server s ${SERVERS_IN_ORDER}`,
    [operationId],
  );
}

export async function mayBeAskedAbout(
  session: Session,
  operationId: string,
  serverIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await (
    await plannedFor(session, operationId)
  ).rows<{ id: string }>(
    `select s.server_id as id from server s ${LAST_CASE}
     where s.operation_id = $1 and s.server_id = any($2) and coalesce(c.state, 'held') <> 'held'
       and exists ${standingSightings('1', TELLABLE)}`,
    [operationId, serverIds],
  );
  return new Set(rows.map(({ id }) => id));
}

export function registryAnswers(session: Session): AsyncIterable<readonly KnownAnswer[]> {
  return pagesOf<KnownAnswer>(
    session,
    `select asked, outcome, reason, registration, url, ${instant('fetched_at')} as "fetchedAt" from registry_answer order by asked`,
    [],
  );
}

export async function providerWords(session: Session): Promise<ProviderWords> {
  const [corrections, merges, preferences] = await Promise.all([
    session.rows<{ key: string; fields: ProviderCorrection }>('select key, fields from provider_correction'),
    session.rows<{ key: string; into: string }>('select key, into_key as into from provider_merge'),
    session.rows<{ pair: string }>(`select first_key || ' ' || second_key as pair from provider_preference`),
  ]);
  return {
    corrections: new Map(corrections.map(({ key, fields }) => [key, fields])),
    merges: new Map(merges.map(({ key, into }) => [key, into])),
    preferences: new Set(preferences.map(({ pair }) => pair)),
  };
}

/**
 * Host names that may stand in a notice: two groups, or a source of record A or B, know the address by them, and they may
 * be told. One worthless source must not choose whose name a provider is asked to stop serving.
 */
const TOLD_NAMES = `
  (array(select x.also_named
         from ${standingSightings('also_named, independence_group, reliability', `${TELLABLE} and ${OF_RECORD} and also_named is not null`)} x
         group by 1
         having count(distinct nullif(x.independence_group, '')) >= 2 or bool_or(x.reliability in ('A', 'B'))
         order by 1))[1:10]`;

/** The server `s` may be told of: some source has not kept it for us, or a person of ours vouches for it. */
export const MAY_BE_TOLD = `(
  exists ${standingSightings('1', TELLABLE)}
  or exists (select from server_attestation a where a.organisation_id = s.organisation_id and a.server_id = s.server_id))`;

/** The newest look at the server `s`. */
export const LAST_LOOK = `
  (select jsonb_build_object('at', ${instant('l.at')}, 'outcome', l.outcome, 'vantage', l.vantage,
            'lastLiveAt', ${instant('l.last_live_at')})
   from server_look l where l.organisation_id = s.organisation_id and l.server_id = s.server_id)`;

/** Who has asked at the moment $2 that the server `s` be left alone, for longest. */
export const HANDS_OFF = `
  (select jsonb_build_object('party', h.party, 'until', ${instant('h.until')})
   from hands_off h
   where h.organisation_id = s.organisation_id and h.server_id = s.server_id and h.lifted_at is null and h.until > $2
   order by h.until desc, h.sequence limit 1)`;

/** Which partner sees to the server `s`. */
export const WITH_PARTNER = `
  (select a.partner from assignment a
   where a.organisation_id = s.organisation_id and a.server_id = s.server_id and a.ended_at is null)`;

/**
 * Every name above a name that passed *identify* as a server of its own. "www" is the domain itself, as people write it. Asked once for
 * all cases, not for each: the subquery knows nothing of the case.
 */
const DOMAINS_WITH_NAMES_BELOW = `
  select array_to_string(below.labels[place:], '.')
  from server named
  join case_file standing on standing.organisation_id = named.organisation_id and standing.server_id = named.server_id
  cross join lateral (select string_to_array(named.host, '.') as labels) below
  cross join lateral generate_series(2, cardinality(below.labels)) place
  where named.operation_id = $1 and named.host_type = 'domain' and standing.state <> 'held' and named.host not like 'www.%'`;

export function casesToDecide(
  session: Session,
  operationId: string,
  now: Instant,
): AsyncIterable<readonly DecideFacts[]> {
  return pagesOfServers<DecideFacts>(
    session,
    `${COMPLETE_ROUNDS}
     select c.case_id as "caseId", s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind, c.state,
            c.ground_checked as "groundChecked", c.list_hits as "listHits", c.assessment,
            ${MAY_BE_TOLD} as "mayBeTold",
            cardinality(${TOLD_NAMES}) > 0 as "isNamed",
            s.host_type = 'domain' and s.host in (${DOMAINS_WITH_NAMES_BELOW}) as "hasNamesBelow",
            s.country, ${providerJson('p')} as provider, s.other_provider as "otherProvider",
            ${providerJson('n')} as csirt, 'none' as authority,
            ${LAST_LOOK} as look, ${DECONFLICTED} as deconflicted, ${HANDS_OFF} as "handsOff", ${WITH_PARTNER} as partner,
            case when c.method is null then null else json_build_object(
              'method', c.method, 'rowId', c.row_id, 'playbook', c.playbook, 'providerKey', c.decided_for,
              'facts', c.facts, 'missing', c.missing, 'authorityId', c.authority_id) end as current
     from server s
     join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.state in ('identified', 'located', 'decided', 'drafted', 'approved')
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     left join provider n on n.organisation_id = s.organisation_id and n.key =
       (select case when o.drill then 'drill:csirt:' else 'csirt:' end || coalesce(p.country, s.country)
        from operation o where o.organisation_id = s.organisation_id and o.operation_id = s.operation_id)
     ${SERVERS_IN_ORDER}`,
    [operationId, isoInstant(now)],
  );
}

/** What a notice can tell of one server; more is counted, not told. */
const MAX_ENDPOINTS = 1000;
const MAX_OBSERVATIONS = 200;

/**
 * Only what was weighed and counts stands in a notice, so that no noise of a worthless source hides the facts. Where no
 * group counts (old lists that a person vouches for), everything of sources with a record does.
 */
export const COUNTS = `${OF_RECORD} and (
  coalesce(jsonb_array_length(c.assessment->'groups'), 0) = 0
  or independence_group in (select g->>'group' from jsonb_array_elements(c.assessment->'groups') g))`;

export async function casesToNotify(
  session: Session,
  operationId: string,
  rowIds: readonly string[],
  without: readonly string[],
  providerKey: string | null = null,
): Promise<NoticeCase[]> {
  return (await plannedFor(session, operationId)).rows<NoticeCase>(
    `select c.case_id as "caseId", c.state, c.decided_for as "providerKey", c.method, c.row_id as "rowId", c.missing,
            c.authority_id as "authorityId", s.host_type as "hostType", s.host, s.kind,
            ${TOLD_NAMES} as names,
            (select coalesce(jsonb_agg(jsonb_build_object('port', e.port, 'scheme', e.scheme, 'path', e.path)
                              order by e.port nulls first, e.scheme nulls first, e.path nulls first), '[]')
             from (select distinct x.port, x.scheme, x.path from ${standingSightings('*', `${TELLABLE} and ${COUNTS}`)} x
                   order by 1, 2, 3 limit ${MAX_ENDPOINTS}) e) as endpoints,
            (select greatest(count(*) - ${MAX_ENDPOINTS}, 0)::int
             from (select distinct x.port, x.scheme, x.path from ${standingSightings('*', `${TELLABLE} and ${COUNTS}`)} x) e) as "endpointsBeyond",
            (select coalesce(jsonb_agg(
                      jsonb_build_object('group', said.independence_group, 'port', said.port, 'evidence', said.evidence,
                        'label', said.label, 'importedAt', ${isoText('said.recorded_at')}, 'saidAt', ${isoText('said.said_at')},
                        'firstSeen', ${isoText('said.first_seen')}, 'lastSeen', ${isoText('said.last_seen')},
                        'status', said.status) || case when said.own then jsonb_build_object('own', true) else '{}' end
                      order by said.port nulls first, said.independence_group, said.recorded_at, said.first_seen nulls first,
                               said.last_seen nulls first, said.status nulls first, said.label nulls first, said.evidence, said.own), '[]')
             from (
               -- What a source says again is said once, since it said it first: saying it again changes no draft.
               (select * from (select x.independence_group, min(x.imported_at) as recorded_at, x.port, x.first_seen, x.last_seen,
                       x.status, x.label, x.evidence_in_words as evidence, false as own, max(x.imported_at) as said_at
                from ${standingSightings(`*, ${EVIDENCE_IN_WORDS} as evidence_in_words`, `${TELLABLE} and ${COUNTS}`)} x
                group by x.independence_group, x.port, x.first_seen, x.last_seen, x.status, x.label, x.evidence_in_words) told
                order by told.last_seen desc nulls last, told.recorded_at desc, 1, 3, 4, 6, 7, 8 limit ${MAX_OBSERVATIONS})
               union all
               -- What people of ours have seen is told without their names.
               select '', a.attested_at, null, a.seen, a.seen, null, null, a.evidence, true, a.attested_at from server_attestation a
               where a.organisation_id = s.organisation_id and a.server_id = s.server_id and a.evidence is not null
             ) said) as sightings
     from case_file c
     join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
     where c.operation_id = $1 and c.state in ('decided', 'drafted', 'approved') and c.decided_for is not null and c.row_id = any($2)
       and not (c.missing && $3::text[]) and ($4::text is null or c.decided_for = $4)
     order by c.decided_for, c.method, s.host_type, s.host`,
    [operationId, rowIds, without, providerKey],
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

/** A batch that is being read is no import yet: its rows are not among them. */
export async function listedBefore(session: Session, operationId: string, source: string): Promise<number> {
  const row = await session.row<{ listed: number }>(
    `select count(*)::int as listed
     from (select distinct server_id, port, scheme, path from standing_sighting where operation_id = $1 and source_key = $2) x`,
    [operationId, source],
  );
  return row?.listed ?? 0;
}
