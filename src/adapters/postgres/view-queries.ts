import type { CaseView, NoticeView, OperationFigures, ProviderView, ServerView } from '../../ports/views.ts';
import type { Session } from './connect.ts';
import { GIVEN } from './send-queries.ts';
import { pagesOfServers, plannedFor, SERVERS_IN_ORDER } from './pages.ts';
import { isoText } from './sql-values.ts';

const PROVIDER = 'left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key';

const LOOK = 'left join server_look l on l.organisation_id = s.organisation_id and l.server_id = s.server_id';

/** How it stands by our own looks; one that is confirmed dark stays so while it answers as something else. */
const VERDICT = `
     left join server_verdict v on v.organisation_id = s.organisation_id and v.server_id = s.server_id
     left join dark_run r on r.organisation_id = s.organisation_id and r.server_id = s.server_id and r.returned_at is null`;

const VERDICT_COLUMNS = `v.verdict, v.finding, ${isoText('coalesce(v.dark_at, r.dark_at)')} as "darkAt",
            ${isoText('coalesce(v.confirmed_at, r.confirmed_at)')} as "confirmedAt"`;

/** Who wants the server left alone for longest, and has not taken it back. */
const HANDS_OFF = `left join lateral (
       select party, until from hands_off
       where organisation_id = s.organisation_id and server_id = s.server_id and lifted_at is null
       order by until desc, sequence limit 1
     ) h on true`;

const SERVER_VIEW = `
     select s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind,
            coalesce((select jsonb_agg(jsonb_build_object('port', e.port, 'scheme', e.scheme, 'path', e.path)
                                       order by e.port nulls first, e.scheme nulls first, e.path nulls first)
                      from (select * from endpoint x where x.organisation_id = s.organisation_id and x.server_id = s.server_id
                            order by x.port nulls first, x.scheme nulls first, x.path nulls first limit 1000) e),
                     '[]') as endpoints,
            ${isoText('s.first_seen')} as "firstSeen", ${isoText('s.last_seen')} as "lastSeen",
            (s.asn is not null or s.provider_key is not null) as located,
            s.provider_key as "providerKey", p.name as provider, s.asn, s.holder, s.country,
            s.location_source as "locationSource", s.location_date as "locationDate", s.kind_reasons as "kindReasons",
            (select k.kind from kind_correction k
             where k.organisation_id = s.organisation_id and k.server_id = s.server_id and k.kind <> s.kind) as "kindToCome",
            s.other_provider as "otherProviderKey", o.name as "otherProvider", s.network,
            c.case_id as "caseId", c.state, coalesce(c.held_by, '{}') as "heldBy",
            l.outcome as "lastLook", ${isoText('l.at')} as "lastLookAt", ${isoText('l.last_live_at')} as "lastLiveAt",
            ${VERDICT_COLUMNS},
            h.party as "handsOffBy", ${isoText('h.until')} as "handsOffUntil"
     from server s
     ${PROVIDER}
     left join provider o on o.organisation_id = s.organisation_id and o.key = s.other_provider
     left join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
     ${LOOK}
     ${VERDICT}
     ${HANDS_OFF}`;

export function serverViews(session: Session, operationId: string): AsyncIterable<readonly ServerView[]> {
  return pagesOfServers<ServerView>(session, `${SERVER_VIEW} ${SERVERS_IN_ORDER}`, [operationId]);
}

export function serverView(session: Session, operationId: string, serverId: string): Promise<ServerView | null> {
  return session.row<ServerView>(`${SERVER_VIEW} where s.operation_id = $1 and s.server_id = $2`, [
    operationId,
    serverId,
  ]);
}

const CASE_VIEW = `
     select c.case_id as "caseId", s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind, c.episode, c.state,
            ${isoText('c.state_since')} as "stateSince", ${isoText('c.opened_at')} as "openedAt",
            c.held_by as "heldBy", c.groups, c.attested_by as "attestedBy", c.ground_checked as "groundChecked",
            c.list_hits as "listHits", c.assessment, s.country, s.provider_key as "providerKey", p.name as provider,
            c.method, c.row_id as "rowId", c.playbook, c.missing,
            (select i.notice_id from notice_item i
             where i.organisation_id = c.organisation_id and i.case_id = c.case_id limit 1) as "noticeId",
            l.outcome as "lastLook", ${isoText('l.at')} as "lastLookAt", ${isoText('h.until')} as "handsOffUntil",
            ${VERDICT_COLUMNS}, ${isoText('c.closed_at')} as "closedAt", c.previous_case_id as "previousCaseId",
            case when c.settled_as is not null then
              jsonb_build_object('as', c.settled_as, 'reason', c.settlement) end as settlement,
            case when c.retracted_at is not null then
              jsonb_build_object('at', ${isoText('c.retracted_at')}, 'reason', c.retraction) end as retraction
     from server s
     join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id
     ${PROVIDER}
     ${LOOK}
     ${VERDICT}
     ${HANDS_OFF}`;

export function caseViews(session: Session, operationId: string): AsyncIterable<readonly CaseView[]> {
  return pagesOfServers<CaseView>(session, `${CASE_VIEW} ${SERVERS_IN_ORDER}`, [operationId]);
}

/** A server's last episode. */
export function caseView(session: Session, serverId: string): Promise<CaseView | null> {
  return session.row<CaseView>(`${CASE_VIEW} where s.server_id = $1 order by c.episode desc limit 1`, [serverId]);
}

export function caseViewById(session: Session, operationId: string, caseId: string): Promise<CaseView | null> {
  return session.row<CaseView>(`${CASE_VIEW} where s.operation_id = $1 and c.case_id = $2`, [operationId, caseId]);
}

export async function providerViews(session: Session, operationId: string): Promise<ProviderView[]> {
  return (await plannedFor(session, operationId)).rows<ProviderView>(
    `select p.key, p.name, p.asn, p.country, p.type, p.trust, p.channel, p.contact, p.source, p.contacts, count(*)::int as servers,
            (select count(*)::int from notice n
             where n.organisation_id = p.organisation_id and n.operation_id = $1 and n.provider_key = p.key
               and n.state = 'drafted') as notices
     from provider p
     join server s on s.organisation_id = p.organisation_id and s.provider_key = p.key and s.operation_id = $1
     group by p.organisation_id, p.key
     order by servers desc, p.name, p.key`,
    [operationId],
  );
}

/** @param references in any case; null: all */
export async function noticeViews(
  session: Session,
  operationId: string,
  references: readonly string[] | null = null,
): Promise<NoticeView[]> {
  return (await plannedFor(session, operationId)).rows<NoticeView>(
    `select n.notice_id as "noticeId", n.provider_key as "providerKey", p.name as provider, p.country,
            n.recipient as "to", n.method, n.row_id as "rowId", n.approvals,
            case when n.recipient is null and p.channel in ('form', 'api') and p.key not like '%csirt:%' then p.contact end as form, ${GIVEN} as given,
            (select count(*)::int from notice_item i
             where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id) as items,
            n.state, n.missing, n.reference, n.message_id as "messageId", ${isoText('n.drafted_at')} as "draftedAt",
            n.hash, n.file_name as "fileName"
     from notice n
     join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key
     where n.operation_id = $1 and ($2::text[] is null or upper(n.reference) = any($2))
     order by items desc, p.name, n.method`,
    [operationId, references?.map((reference) => reference.toUpperCase()) ?? null],
  );
}

export async function noticeNames(
  session: Session,
  operationId: string,
): Promise<Pick<NoticeView, 'noticeId' | 'reference' | 'provider'>[]> {
  return (await plannedFor(session, operationId)).rows(
    `select n.notice_id as "noticeId", n.reference, p.name as provider
     from notice n
     join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key
     where n.operation_id = $1`,
    [operationId],
  );
}

/** Counts in one statement, so that they are of one moment. */
export async function operationFigures(session: Session, operationId: string): Promise<OperationFigures> {
  const counts = (key: string, from: string): string =>
    `(select coalesce(jsonb_object_agg(key, n), '{}') from (select ${key} as key, count(*)::int as n ${from} group by 1) grouped)`;
  const cases = 'from case_file where operation_id = $1';
  const row = await (
    await plannedFor(session, operationId)
  ).row<OperationFigures>(
    `select (select count(*)::int from server where operation_id = $1) as servers,
            ${counts('kind', 'from server where operation_id = $1')} as "byKind",
            (select count(*)::int from server where operation_id = $1 and (asn is not null or provider_key is not null)) as located,
            (select count(*)::int ${cases} and state = 'held' and is_current) as held,
            ${counts('reason', 'from case_file cross join unnest(held_by) as reason where operation_id = $1 and is_current')} as "heldBy",
            (select count(distinct provider_key)::int from server where operation_id = $1) as providers,
            (select count(*)::int ${cases}) as cases,
            ${counts('state', cases)} as "byState",
            ${counts('code', "from case_file cross join unnest(missing) as code where operation_id = $1 and state = 'decided' and code in ('no-provider', 'not-to-be-told', 'no-hostname')")} as "notDrafted",
            ${counts('method', `${cases} and method is not null and state not in ('held', 'identified', 'located')`)} as methods,
            (select coalesce(jsonb_agg(h order by h->>'list' collate "C", h->>'effect' collate "C"), '[]')
             from (select jsonb_build_object('list', hit->>'list', 'effect', hit->>'effect', 'servers', count(distinct server_id)) as h
                   from case_file cross join jsonb_array_elements(list_hits) as hit where operation_id = $1 and is_current
                   group by hit->>'list', hit->>'effect') hits) as "listHits",
            exists (select from server where operation_id = $1) and not exists (
              select from server s
              left join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
              where s.operation_id = $1 and c.ground_checked is not true) as "groundChecked"`,
    [operationId],
  );
  if (row === null) throw new Error('a select without from gives one row');
  return row;
}
