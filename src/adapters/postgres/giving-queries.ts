import type { GivingFacts, GivingOperation } from '../../domain/giving.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { GivingReads } from '../../ports/giving.ts';
import type { Session } from './connect.ts';
import { COMPLETE_ROUNDS, DECONFLICTED } from './deconflicted-sql.ts';
import { pagesOfServers, SERVERS_IN_ORDER } from './pages.ts';
import { COUNTS, HANDS_OFF, OF_RECORD, RELEASES, standingSightings } from './step-facts.ts';
import { instant } from './sql-values.ts';

export function givingReads(session: Session): GivingReads {
  return {
    givingOperation: (operationId, now) => givingOperation(session, operationId, now),
    givingFacts: (operationId, now) => givingFacts(session, operationId, now),
  };
}

async function givingOperation(session: Session, operationId: string, now: Instant): Promise<GivingOperation> {
  const operation = await session.row<GivingOperation>(
    `select o.operation_id as id, o.name, o.drill, o.malware, ${instant('o.opened_at')} as "openedAt",
            ${instant('greatest(o.opened_at, said.at)')} as "changedAt"
     from operation o
     cross join lateral (
       select max(at) as at from (
         select max(recorded_at) as at from import where operation_id = $1
         union all select max(greatest(recorded_at, lifted_at, case when until <= $2 then until end)) from hands_off where operation_id = $1
         union all select max(p.answered_at) from deconfliction_party p
                   join deconfliction_round r on r.organisation_id = p.organisation_id and r.round_id = p.round_id
                   where r.operation_id = $1
         union all select max(k.skipped_at) from deconfliction_skip k
                   join deconfliction_round r on r.organisation_id = k.organisation_id and r.round_id = k.round_id
                   where r.operation_id = $1
         union all select max(l.released_at) from server_release l
                   join server s on s.organisation_id = l.organisation_id and s.server_id = l.server_id
                   where s.operation_id = $1
         union all select max(corrected_at) from kind_correction where operation_id = $1
         union all select max(attested_at) from server_attestation where operation_id = $1
       ) words
     ) said
     where o.operation_id = $1`,
    [operationId, isoInstant(now)],
  );
  if (operation === null) throw new Error(`no operation ${operationId}`);
  return operation;
}

/** What of a sighting is told of, or decides whether it is. */
const SAID = 'port, scheme, first_seen, last_seen, also_named, marking, independence_group, reliability, imported_at';

/**
 * What counts of what sources say of the server `s`; of a case that was taken back all that they ever said, for then its sources
 * have often taken it back themselves, and it still has to be named to be revoked.
 */
const TOLD = `
  select * from ${standingSightings(SAID, COUNTS)} standing where c.state is distinct from 'retracted'
  union all
  select * from (select x.port, x.scheme, x.first_seen, x.last_seen, x.also_named, coalesce(x.tlp, i.tlp) as marking,
                        i.independence_group, i.reliability, i.recorded_at as imported_at
                 from sighting x
                 join import i on i.organisation_id = x.organisation_id and i.import_id = x.batch_id
                 where x.organisation_id = s.organisation_id and x.server_id = s.server_id) ever
  where c.state = 'retracted' and ${COUNTS}`;

function givingFacts(session: Session, operationId: string, now: Instant): AsyncIterable<readonly GivingFacts[]> {
  return pagesOfServers<GivingFacts>(
    session,
    `${COMPLETE_ROUNDS}, placed as (
       select l.server_id, l.asn, min(l.data_date) as from_date, max(l.data_date) as to_date, max(e.recorded_at) as recorded_at
       from location l
       join batch b on b.organisation_id = l.organisation_id and b.batch_id = l.batch_id
       join ledger_entry e on e.organisation_id = b.organisation_id and e.sequence = b.sequence
       where b.operation_id = $1
       group by l.server_id, l.asn
     ), located as (
       select server_id, max(recorded_at) as recorded_at,
              coalesce(jsonb_agg(jsonb_build_object('asn', asn, 'from', from_date, 'to', to_date) order by from_date nulls first, asn)
                       filter (where asn is not null), '[]') as networks
       from placed group by server_id
     ), turned as (
       select server_id, max(recorded_at) as recorded_at from (
         select server_id, recorded_at from verdict_change where operation_id = $1
         union all select server_id, recorded_at from dark_run where operation_id = $1) turns
       group by server_id
     ), typed as (
       select j.server_id, max(e.recorded_at) as recorded_at
       from kind_judgement j
       join batch b on b.organisation_id = j.organisation_id and b.batch_id = j.batch_id
       join ledger_entry e on e.organisation_id = b.organisation_id and e.sequence = b.sequence
       where b.operation_id = $1
       group by j.server_id
     ), withdrawn as (
       select w.server_id, max(e.recorded_at) as recorded_at
       from last_withdrawal w
       join ledger_entry e on e.organisation_id = w.organisation_id and e.sequence = w.sequence
       where w.operation_id = $1
       group by w.server_id
     )
     select s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind,
            (select k.kind from kind_correction k where k.organisation_id = s.organisation_id and k.server_id = s.server_id)
              as "correctedKind",
            c.state, coalesce(c.held_by, '{}') as "heldBy", coalesce(c.list_hits, '[]') as "listHits", ${RELEASES} as releases,
            coalesce(c.ground_checked, false) as "groundChecked", c.assessment->>'basis' as basis,
            exists (select from server_attestation a where a.organisation_id = s.organisation_id and a.server_id = s.server_id)
              as "isAttested",
            c.method is not null as "isDecided", ${HANDS_OFF} is not null as "isHandsOff", ${DECONFLICTED} as "isDeconflicted",
            (select ${instant('min(f.identified_at)')} from case_file f
             where f.organisation_id = s.organisation_id and f.server_id = s.server_id) as "identifiedAt",
            case when c.state = 'settled' then ${instant('c.closed_at')} end as "settledAt",
            v.verdict, ${instant('v.since')} as "verdictSince", ${instant('v.dark_at')} as "darkAt",
            ${instant('v.confirmed_at')} as "confirmedAt",
            case when p.key is null then null else jsonb_build_object('key', p.key, 'name', p.name, 'type', p.type) end as provider,
            s.asn, s.holder, s.country, coalesce(located.networks, '[]') as networks,
            told.sayings, told.names,
            ${instant('greatest(s.recorded_at, c.state_since, c.retracted_at, located.recorded_at, turned.recorded_at, typed.recorded_at, withdrawn.recorded_at, told.imported_at)')}
              as "changedAt"
     from server s
     left join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     left join server_verdict v on v.organisation_id = s.organisation_id and v.server_id = s.server_id
     left join located on located.server_id = s.server_id
     left join turned on turned.server_id = s.server_id
     left join typed on typed.server_id = s.server_id
     left join withdrawn on withdrawn.server_id = s.server_id
     cross join lateral (
       with x as materialized (${TOLD})
       select (select max(imported_at) from x) as imported_at,
              (select coalesce(jsonb_agg(jsonb_build_object('marking', w.marking, 'port', w.port, 'schemes', w.schemes,
                        'firstSeen', ${instant('w.first_seen')}, 'lastSeen', ${instant('w.last_seen')})
                        order by w.port nulls first, w.marking nulls first), '[]')
               from (select marking, port, coalesce(array_agg(distinct scheme) filter (where scheme is not null), '{}') as schemes,
                            min(coalesce(first_seen, last_seen)) as first_seen, max(coalesce(last_seen, first_seen)) as last_seen
                     from x group by marking, port) w) as sayings,
              (select coalesce(jsonb_agg(jsonb_build_object('name', n.also_named, 'marking', n.marking, 'group', n.independence_group,
                        'isReliable', n.is_reliable)
                        order by n.also_named, n.marking nulls first, n.independence_group, n.is_reliable), '[]')
               from (select distinct also_named, marking, independence_group, coalesce(reliability in ('A', 'B'), false) as is_reliable
                     from x where also_named is not null and ${OF_RECORD}) n) as names
     ) told
     ${SERVERS_IN_ORDER}`,
    [operationId, isoInstant(now)],
  );
}
