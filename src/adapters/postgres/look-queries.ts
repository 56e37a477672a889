import { isoInstant } from '../../domain/instant.ts';
import type { LookAsked, LookBefore } from '../../ports/store.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

/**
 * The newest of a server's looks that are read to find one that told something; what lies further back is of no use to anybody. A round has
 * up to 32 ports from each of its vantages, and one that was not read whole is not told: the looks that found it alive may be the missing ones.
 */
const MOST_LOOKS = 1000;

interface FoundLook extends Omit<LookBefore, 'ports'> {
  /** Which of those that were asked for. */
  readonly number: number;
  /** What was found at each port of it, in no order. */
  readonly outcomes: readonly { readonly port: number; readonly outcome: string }[] | null;
}

/**
 * The looks that notices tell of, as they were on record before a moment: what is drafted anew from the same facts has to say the same.
 * A round of our own probes is one look, judged as where the newest is kept (projections/deconfliction.ts).
 */
export async function looksBefore(
  session: Session,
  asked: readonly LookAsked[],
): Promise<readonly (LookBefore | null)[]> {
  if (asked.length === 0) return [];
  const found = await session.rows<FoundLook>(
    `with asked as (
       select a.case_id, a.before, string_to_array(a.ports, ',')::int[] as ports, a.number
       from unnest($1::uuid[], $2::timestamptz[], $3::text[]) with ordinality as a(case_id, before, ports, number)
     ), read as (
       select a.number, p.*
       from asked a
       join case_file c on c.case_id = a.case_id
       cross join lateral (
         select x.*, row_number() over (order by x.at desc, x.batch_id, x.position) as place from probe x
         join batch b on b.organisation_id = x.organisation_id and b.batch_id = x.batch_id
         join ledger_entry e on e.organisation_id = b.organisation_id and e.sequence = b.sequence
         where x.organisation_id = c.organisation_id and x.server_id = c.server_id and e.recorded_at < a.before
           and (a.ports is null or x.port is null or x.port = any(a.ports))
         order by x.at desc, x.batch_id, x.position limit ${MOST_LOOKS}
       ) p
     ), looked as (
       select r.* from read r
       where r.round is null
          or not exists (select from read c where c.number = r.number and c.round = r.round and c.place = ${MOST_LOOKS})
     ), dark as (
       select distinct number, round from (
         select number, round, vantage from looked where round is not null and finding <> 'nothing-to-look-at'
         group by number, round, vantage having bool_and(outcome = 'dark')) whole
     ), looks as (
       select l.number,
              case when bool_or(l.outcome = 'c2-live') then 'c2-live' when bool_or(l.outcome = 'live') then 'live'
                   when bool_or(l.outcome = 'answers-other') then 'answers-other'
                   when bool_or(l.finding = 'changed-behaviour') or not bool_or(d.number is not null) then 'inconclusive'
                   else 'dark' end as outcome,
              coalesce(max(l.at) filter (where l.outcome in ('live', 'c2-live')), max(l.at)) as at,
              json_agg(json_build_object('port', l.port, 'outcome', l.outcome)) filter (where l.port is not null) as outcomes
       from looked l left join dark d on d.number = l.number and d.round = l.round
       where l.round is not null
       group by l.number, l.round
       union all
       select number, outcome, at,
              json_agg(json_build_object('port', port, 'outcome', outcome)) filter (where port is not null)
       from looked where round is null
       group by number, outcome, at
     )
     select distinct on (number) number::int, outcome, ${instant('at')} as at, outcomes
     from looks
     order by number, outcome = 'inconclusive', at desc, outcome in ('live', 'c2-live'), outcome`,
    [
      asked.map(({ caseId }) => caseId),
      asked.map(({ before }) => isoInstant(before)),
      asked.map(({ ports }) => ports?.join(',') ?? null),
    ],
  );
  const byNumber = new Map(
    found.map(({ number, at, outcome, outcomes }) => {
      const ports = new Set((outcomes ?? []).filter((each) => each.outcome === outcome).map(({ port }) => port));
      return [number, { at, outcome, ports: [...ports].sort((one, other) => one - other) }];
    }),
  );
  return asked.map((_, index) => byNumber.get(index + 1) ?? null);
}
