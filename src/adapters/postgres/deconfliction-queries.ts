import { ASK_AGAIN_HOURS } from '../../domain/deconfliction.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type {
  DeconflictionQueries,
  DeconflictionReads,
  HandsOffRecord,
  LookQueries,
  LookRecord,
  OpenServer,
  RoundRecord,
  RoundServer,
} from '../../ports/deconfliction.ts';
import type { Session } from './connect.ts';
import { ASK_AGAIN_FROM } from './deconflicted-sql.ts';
import { pagesOf, pagesOfServers } from './pages.ts';
import { MAY_BE_TOLD, standingSightings, TELLABLE } from './step-facts.ts';
import { instant, isoText } from './sql-values.ts';

/** States of cases that are open and about which nothing has been sent. */
const TO_BE_SENT = `('identified', 'located', 'decided', 'drafted', 'approved')`;

const ROUND = `
  select r.round_id as "roundId", r.number, ${instant('r.opened_at')} as "openedAt", r.person as "openedBy",
         (select count(*)::int from deconfliction_server d
          where d.organisation_id = r.organisation_id and d.round_id = r.round_id) as servers,
         (select coalesce(json_agg(json_build_object('party', p.party, 'partyKind', p.party_kind, 'channel', p.channel,
                   'askedAt', ${instant('p.asked_at')}, 'askedBy', p.asked_by, 'answer', p.answer,
                   'answeredAt', ${instant('p.answered_at')}, 'answeredBy', p.answered_by, 'note', p.note)
                   order by p.asked_at, p.party), '[]')
          from deconfliction_party p where p.organisation_id = r.organisation_id and p.round_id = r.round_id) as parties,
         (select coalesce(json_agg(json_build_object('partyKind', k.party_kind, 'person', k.person, 'reason', k.reason,
                   'skippedAt', ${instant('k.skipped_at')}) order by k.skipped_at, k.person), '[]')
          from deconfliction_skip k where k.organisation_id = r.organisation_id and k.round_id = r.round_id) as skips
  from deconfliction_round r`;

const HANDS_OFF = `
  select h.operation_id as "operationId", o.name as operation, h.server_id as "serverId", s.host, h.party, h.note, h.person,
         ${instant('h.until')} as until, ${instant('h.recorded_at')} as "recordedAt", ${instant('h.lifted_at')} as "liftedAt",
         exists (select from deconfliction_server d
                 join deconfliction_round r on r.organisation_id = d.organisation_id and r.round_id = d.round_id
                 where d.organisation_id = h.organisation_id and d.server_id = h.server_id
                   and r.opened_at >= ${ASK_AGAIN_FROM}) as "isAskedAgain"
  from hands_off h
  join operation o on o.organisation_id = h.organisation_id and o.operation_id = h.operation_id
  left join server s on s.organisation_id = h.organisation_id and s.server_id = h.server_id`;

export function deconflictionReads(session: Session): DeconflictionReads {
  const queries: DeconflictionQueries = {
    rounds: (operationId, named) =>
      session.rows<RoundRecord>(
        `${ROUND} where r.operation_id = $1 and ($2::text is null or r.number::text = $2 or r.round_id::text = $2) order by r.number`,
        [operationId, named ?? null],
      ),
    openServers: (operationId) => openServers(session, operationId),
    serversOfRound: (roundId) => serversOfRound(session, roundId),
    roundsOfServer: (serverId) =>
      session.rows<RoundRecord>(
        `${ROUND} where exists (select from deconfliction_server d
                                where d.organisation_id = r.organisation_id and d.round_id = r.round_id and d.server_id = $1)
         order by r.number`,
        [serverId],
      ),
    handsOffs: (of) =>
      'serverId' in of
        ? session.rows<HandsOffRecord>(`${HANDS_OFF} where h.server_id = $1 order by h.sequence`, [of.serverId])
        : session.rows<HandsOffRecord>(`${HANDS_OFF} where h.operation_id = $1 order by h.sequence`, [of.operationId]),
    dueHandsOff: (now) => dueHandsOff(session, now),
  };
  const looks: LookQueries = {
    async knownServers(operationId, serverIds) {
      const rows = await session.rows<{ id: string }>(
        'select server_id as id from server where operation_id = $1 and server_id = any($2::uuid[])',
        [operationId, serverIds],
      );
      return new Set(rows.map(({ id }) => id));
    },
    looks: (serverIds, since, limit) =>
      session.rows<LookRecord>(
        `select server_id as "serverId", port, ${instant('at')} as at, vantage, outcome, how, person
         from probe where server_id = any($1::uuid[]) and at >= $2
         order by at desc, batch_id desc, position desc limit $3`,
        [serverIds, isoInstant(since), limit],
      ),
  };
  return { deconfliction: () => queries, looks: () => looks };
}

function openServers(session: Session, operationId: string): AsyncIterable<readonly OpenServer[]> {
  return pagesOfServers<OpenServer>(
    session,
    `select s.server_id as "serverId", ${MAY_BE_TOLD} as "mayBeTold",
            (select coalesce(json_agg(json_build_object('openedAt', ${instant('r.opened_at')})), '[]')
             from deconfliction_server d
             join deconfliction_round r on r.organisation_id = d.organisation_id and r.round_id = d.round_id
             where d.organisation_id = s.organisation_id and d.server_id = s.server_id) as rounds,
            (select coalesce(json_agg(json_build_object('party', h.party, 'until', ${instant('h.until')},
                      'recordedAt', ${instant('h.recorded_at')}, 'liftedAt', ${instant('h.lifted_at')})), '[]')
             from hands_off h where h.organisation_id = s.organisation_id and h.server_id = s.server_id) as "handsOffs"
     from server s
     join lateral (
       select * from case_file where organisation_id = s.organisation_id and server_id = s.server_id
       order by episode desc limit 1
     ) c on c.state in ${TO_BE_SENT}
     where s.operation_id = $1
     order by s.host_type, s.host`,
    [operationId],
  );
}

function serversOfRound(session: Session, roundId: string): AsyncIterable<readonly RoundServer[]> {
  return pagesOf<RoundServer>(
    session,
    `select s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind, said.ports,
            p.name as provider, s.country, ${isoText('said.first_seen')} as "firstSeen", ${isoText('said.last_seen')} as "lastSeen",
            ${MAY_BE_TOLD} as "mayBeTold"
     from deconfliction_server d
     join server s on s.organisation_id = d.organisation_id and s.server_id = d.server_id
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     cross join lateral (
       select coalesce(array_agg(distinct x.port) filter (where x.port is not null), '{}') as ports,
              min(coalesce(x.first_seen, x.last_seen)) as first_seen, max(coalesce(x.last_seen, x.first_seen)) as last_seen
       from ${standingSightings('port, first_seen, last_seen', TELLABLE)} x
     ) said
     where d.round_id = $1
     order by s.host_type, s.host`,
    [roundId],
  );
}

function dueHandsOff(session: Session, now: Instant): Promise<readonly HandsOffRecord[]> {
  return session.rows<HandsOffRecord>(
    `select * from (
       ${HANDS_OFF}
       where h.lifted_at is null
         and not exists (select from hands_off longer
                         where longer.organisation_id = h.organisation_id and longer.server_id = h.server_id
                           and longer.lifted_at is null and (longer.until, longer.sequence) > (h.until, h.sequence))
         and h.until <= $1::timestamptz + interval '${ASK_AGAIN_HOURS} hours'
         and not exists (select from case_file c where c.organisation_id = h.organisation_id and c.server_id = h.server_id
                           and c.state = 'retracted')
     ) due
     where not due."isAskedAgain" order by due.until, due.host`,
    [isoInstant(now)],
  );
}
