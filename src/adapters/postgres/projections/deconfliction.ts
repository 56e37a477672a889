import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';
import { joinRows } from './join-rows.ts';

/*
 * Words on servers stand whether an import that names the server has been erased or not: another one may name it later in
 * the replay.
 */

export const DECONFLICTION: Projections = {
  'deconfliction.opened': projectRound,
  'deconfliction.asked': projectQuestion,
  'deconfliction.answered': projectAnswer,
  'deconfliction.skipped': projectSkip,
  'hands-off.recorded': projectHandsOff,
  'hands-off.lifted': projectLifting,
  'probe.recorded': projectLooks,
};

async function projectRound(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into deconfliction_round (organisation_id, round_id, operation_id, number, opened_at, person)
     values (current_organisation(), $1, $2, $3, $4, $5)`,
    [subject, body['operation'], body['number'], recordedAt, body['by']],
  );
  await session.run(
    `insert into deconfliction_server (organisation_id, round_id, server_id)
     select current_organisation(), $1, value::uuid from jsonb_array_elements_text($2::jsonb)`,
    [subject, JSON.stringify(body['servers'])],
  );
}

async function projectQuestion(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into deconfliction_party (organisation_id, round_id, party, party_kind, channel, asked_at, asked_by)
     values (current_organisation(), $1, $2, $3, $4, $5, $6)`,
    [subject, body['party'], body['partyKind'], body['channel'], body['askedAt'], body['by']],
  );
}

async function projectAnswer(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run(
    `update deconfliction_party set answer = $3, answered_at = $4, answered_by = $5, note = $6
     where round_id = $1 and party = $2`,
    [subject, body['party'], body['answer'], body['answeredAt'], body['person'], body['note']],
  );
}

async function projectSkip(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into deconfliction_skip (organisation_id, round_id, party_kind, person, reason, skipped_at)
     values (current_organisation(), $1, $2, $3, $4, $5)`,
    [subject, body['partyKind'], body['person'], body['reason'], recordedAt],
  );
}

async function projectHandsOff(
  session: Session,
  { subject, sequence, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  await session.run(
    `insert into hands_off (organisation_id, sequence, operation_id, server_id, party, until, note, person, recorded_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8)`,
    [sequence, body['operation'], subject, body['party'], body['until'], body['note'], body['by'], recordedAt],
  );
}

/** One that has run out is not lifted by words: then somebody has to ask again. */
async function projectLifting(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update hands_off set lifted_at = $2 where server_id = $1 and lifted_at is null and until > $2', [
    subject,
    recordedAt,
  ]);
}

/**
 * The newest look that told anything goes before every inconclusive one; of two at one moment, the one that did not find it
 * alive. A round of our own probes is one look, by policy/verdict/judge-round.ts: one vantage that finds it alive keeps it
 * alive, and it is dark where one found all of it dark and nobody anything else.
 */
async function projectLooks(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await joinRows(
    session,
    body,
    `with by_vantage as (
       select server_id, round, vantage, bool_and(outcome = 'dark') as all_dark
       from probe where batch_id = $1 and round is not null and finding <> 'nothing-to-look-at'
       group by server_id, round, vantage
     ), dark as (
       select server_id, round from by_vantage where all_dark group by server_id, round
     ), rounds as (
       select p.server_id, p.round,
              case when bool_or(p.outcome = 'c2-live') then 'c2-live' when bool_or(p.outcome = 'live') then 'live'
                   when bool_or(p.outcome = 'answers-other') then 'answers-other'
                   when bool_or(p.finding = 'changed-behaviour') or not bool_or(d.server_id is not null) then 'inconclusive'
                   else 'dark' end as outcome,
              max(p.at) filter (where p.outcome in ('live', 'c2-live')) as live_at, max(p.at) as last_at,
              (array_agg(p.vantage order by ${RANK}, p.at desc, p.vantage))[1] as vantage
       from probe p left join dark d on d.server_id = p.server_id and d.round = p.round
       where p.batch_id = $1 and p.round is not null
       group by p.server_id, p.round
     ), looks as (
       select server_id, coalesce(live_at, last_at) as at, round, outcome, vantage, live_at, 0 as position from rounds
       union all
       select server_id, at, null, outcome, vantage, case when outcome in ('live', 'c2-live') then at end, position
       from probe where batch_id = $1 and round is null
     )
     insert into server_look (organisation_id, server_id, at, outcome, vantage, last_live_at, round, last_round)
     select distinct on (server_id) current_organisation(), server_id, at, outcome, vantage,
            max(live_at) over (partition by server_id), round, max(round) over (partition by server_id)
     from looks
     order by server_id, outcome = 'inconclusive', at desc, outcome in ('live', 'c2-live'), position desc
     on conflict (organisation_id, server_id) do update
       set last_live_at = greatest(server_look.last_live_at, excluded.last_live_at),
           last_round = greatest(server_look.last_round, excluded.last_round),
           at = case when ${GOES_BEFORE} then excluded.at else server_look.at end,
           outcome = case when ${GOES_BEFORE} then excluded.outcome else server_look.outcome end,
           round = case when ${GOES_BEFORE} then excluded.round else server_look.round end,
           vantage = case when ${GOES_BEFORE} then excluded.vantage else server_look.vantage end`,
    [subject],
  );
  await joinRows(
    session,
    body,
    `update server_verdict v set last_live_at = greatest(v.last_live_at, p.live_at)
     from (select server_id, max(at) as live_at from probe
           where batch_id = $1 and outcome in ('live', 'c2-live') group by server_id) p
     where p.server_id = v.server_id`,
    [subject],
  );
  await session.run(
    `insert into service_baseline (organisation_id, server_id, port, seen, at)
     select distinct on (server_id, port) current_organisation(), server_id, port, seen, at
     from probe
     where batch_id = $1 and round is not null and port is not null and outcome in ('live', 'c2-live')
       and (seen->'tls'->>'outcome' = 'handshake' or seen->'http'->>'outcome' = 'answered')
     order by server_id, port, outcome, (seen->'tls'->>'outcome' = 'handshake') is true desc, at, position
     on conflict (organisation_id, server_id, port) do nothing`,
    [subject],
  );
}

const RANK = `array_position(array['c2-live', 'live', 'answers-other', 'dark', 'inconclusive'], p.outcome)`;

const GOES_BEFORE = `(excluded.outcome <> 'inconclusive', excluded.at, excluded.outcome not in ('live', 'c2-live'))
                  >= (server_look.outcome <> 'inconclusive', server_look.at, server_look.outcome not in ('live', 'c2-live'))`;
