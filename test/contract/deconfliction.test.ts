import * as fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { COMPLETE_ROUNDS, DECONFLICTED } from '../../src/adapters/postgres/deconflicted-sql.ts';
import { PARTY_KINDS } from '../../src/domain/deconfliction.ts';
import type { HandsOff, Round } from '../../src/domain/deconfliction.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import {
  deconflictionStatus,
  listDeconfliction,
  listHandsOffs,
  openDeconfliction,
  roundCsv,
  skipStandings,
} from '../../src/flow/deconflict.ts';
import { run, setKind } from '../../src/flow.ts';
import { handsOffInForce, serverDeconfliction } from '../../src/policy/deconfliction.ts';
import {
  answer,
  answerHandsOffOne,
  ask,
  deconflict,
  lift,
  PARTIES,
  sayHandsOff,
  skip,
} from '../support/deconfliction.ts';
import type { Enrolled } from '../support/deconfliction.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { enrol } from '../support/ssh-keys.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 23, 12);

let database: TestDatabase;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of worlds) await world.store.close();
  await database?.close();
});

type Person = Awaited<ReturnType<typeof enrol>>;

interface Lab {
  readonly world: TestWorld;
  /** Analyst and approver. */
  readonly ada: Person;
  /** Counsel. */
  readonly bo: Person;
  /** Brings servers in, or lets time go by: a run that decides anew. */
  readonly go: (lines?: string, tlp?: string) => Promise<void>;
  /** What is still missing of a server. */
  readonly missing: (host: string) => Promise<readonly string[]>;
}

/** Most answers are such that a round gets complete now and then. */
const WEIGHTED_ANSWERS = ['clear', 'clear', 'clear', 'no-answer', 'skipped', 'waiting', 'not-asked', 'half'] as const;

const HOSTS = ['192.0.2.11', '192.0.2.12', '198.51.100.7'];

async function openLab(hosts: readonly string[] = HOSTS): Promise<Lab> {
  const world = await openTestWorld(database);
  worlds.push(world);
  const ada = await enrol(world, database.directory, 'Ada Example', ['admin', 'analyst', 'approver']);
  const bo = await enrol(world, database.directory, 'Bo Example', ['counsel'], ada);
  const sources = await openTestSources(database);
  const go: Lab['go'] = async (lines, tlp) => {
    const files = lines === undefined ? [] : [await openTestFile(database, lines)];
    const attest = { attest: 'Cy Example', reason: 'seen in the lab' };
    await run(world, sources, drill(files, { ...attest, ...(tlp === undefined ? {} : { tlp }) }));
  };
  await go(hosts.join('\n'));
  const missing: Lab['missing'] = async (host) => {
    const found = await world.store.read(async (transaction) => {
      for await (const page of transaction.cases((await transaction.findOperation('lab'))?.id ?? '')) {
        const caseView = page.find((each) => each.host === host);
        if (caseView !== undefined) return caseView.missing;
      }
      return null;
    });
    if (found === null) throw new Error(`there is no case of ${host}`);
    return found;
  };
  return { world, ada, bo, go, missing };
}

async function open(world: TestWorld, person: Enrolled): Promise<number> {
  const { round } = await openDeconfliction(world, 'lab', person.name);
  if (round === null) throw new Error('there is nothing new to ask about');
  return round.number;
}

describe('a round', () => {
  test('asks about all servers of open cases once, and then about replacements alone', async () => {
    const { world, ada, go, missing } = await openLab();
    expect(await openDeconfliction(world, 'lab', ada.name)).toMatchObject({ round: { number: 1, servers: 3 } });
    expect(await openDeconfliction(world, 'lab', ada.name)).toEqual({ round: null, notToBeTold: 0 });
    expect(await missing('192.0.2.11')).toContain('no-deconfliction');
    for (const kind of PARTY_KINDS) await ask(world, ada, 1, kind);
    for (const kind of PARTY_KINDS) {
      await go();
      expect(await missing('192.0.2.11')).toContain('no-deconfliction');
      await answer(world, ada, 1, kind);
    }
    await go('203.0.113.5\n');
    expect(await missing('192.0.2.11')).not.toContain('no-deconfliction');
    expect(await missing('203.0.113.5')).toContain('no-deconfliction');

    expect(await openDeconfliction(world, 'lab', ada.name)).toMatchObject({ round: { number: 2, servers: 1 } });
    const [first, second] = await deconflictionStatus(world, 'lab', null);
    expect([first?.standing.isComplete, second?.standing.isComplete]).toEqual([true, false]);
    expect(first?.parties.map(({ answeredBy }) => answeredBy)).toEqual(Array(3).fill('ada example'));
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  });

  test('waits for a party of every kind again once another one was asked', async () => {
    const { world, ada, go, missing } = await openLab();
    await deconflict(world, ada);
    await go();
    expect(await missing('192.0.2.11')).not.toContain('no-deconfliction');
    await ask(world, ada, 1, 'csirt', 'Another CSIRT');
    await go();
    expect(await missing('192.0.2.11')).toContain('no-deconfliction');
    await answer(world, ada, 1, 'csirt', 'clear', 'another  csirt');
    await go();
    expect(await missing('192.0.2.11')).not.toContain('no-deconfliction');
  });

  test('keeps the first question and answer of a party', async () => {
    const { world, ada } = await openLab();
    await deconflict(world, ada);
    await expect(ask(world, ada, 1, 'csirt', 'csirt  EXAMPLE')).rejects.toThrow('CSIRT Example was asked in round 1');
    await expect(answer(world, ada, 1, 'csirt')).rejects.toThrow('is on record in round 1 as "clear" already');
    await expect(answer(world, ada, 1, 'csirt', 'no-answer')).rejects.toThrow('already');
    await expect(answer(world, ada, 1, 'csirt', 'clear', 'Nobody Example')).rejects.toThrow('has not been asked');
    await expect(answer(world, ada, 7, 'csirt')).rejects.toThrow('has no round 7');
  });

  test('takes silence for an answer a day after the question, and never sooner', async () => {
    const { world, ada } = await openLab();
    await open(world, ada);
    await ask(world, ada, 1, 'csirt');
    world.setClock(START + 23 * HOUR_MS);
    await expect(answer(world, ada, 1, 'csirt', 'no-answer')).rejects.toThrow('counts as silent from');
    world.setClock(START + 25 * HOUR_MS);
    await answer(world, ada, 1, 'csirt', 'no-answer');
    const [round] = await deconflictionStatus(world, 'lab', '1');
    expect(round?.parties).toMatchObject([{ party: 'CSIRT Example', answer: 'no-answer', answeredBy: 'ada example' }]);
    // Who breaks the silence is heard.
    await answer(world, ada, 1, 'csirt', 'clear');
    const [after] = await deconflictionStatus(world, 'lab', '1');
    expect(after?.parties).toMatchObject([{ answer: 'clear' }]);
  });

  test('goes on without a kind of party once two different people have signed why', async () => {
    const { world, ada, bo, go, missing } = await openLab();
    await open(world, ada);
    for (const kind of ['law-enforcement', 'csirt'] as const) {
      await ask(world, ada, 1, kind);
      await answer(world, ada, 1, kind);
    }
    await skip(world, ada, 1, 'sinkhole-operator');
    await expect(skip(world, { ...ada, name: ' ADA  example ' }, 1, 'sinkhole-operator')).rejects.toThrow(
      'the same person twice is one',
    );
    const standings = await skipStandings(world, 'lab', '1');
    expect(standings.map(({ partyKind, hands }) => [partyKind, hands.refused])).toEqual(
      PARTY_KINDS.map((kind) => [
        kind,
        kind === 'sinkhole-operator' ? null : `in round 1 nothing of ${kind} is missing`,
      ]),
    );
    expect(standings.find(({ hands }) => hands.refused === null)?.hands).toMatchObject({
      needed: 2,
      given: ['Ada Example'],
      mayGive: ['Bo Example'],
      mayNot: [],
    });
    await go();
    expect(await missing('192.0.2.11')).toContain('no-deconfliction');
    await skip(world, bo, 1, 'sinkhole-operator');
    await go();
    expect(await missing('192.0.2.11')).not.toContain('no-deconfliction');
    await expect(skip(world, bo, 1, 'csirt')).rejects.toThrow('nothing of csirt is missing');
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  });

  test('hands nobody what is kept for us, and devices to authorities alone', async () => {
    const { world, ada, go } = await openLab();
    await go('203.0.113.9\n', 'red');
    await setKind(world, 'lab', '192.0.2.12', { kind: 'iot-device', person: ada.name, reason: 'a camera' });
    await go();
    // Whoever vouches for a whole import gives no leave to tell of it; the source does.
    expect(await openDeconfliction(world, 'lab', ada.name)).toMatchObject({ round: { servers: 3 }, notToBeTold: 1 });
    const hostsFor = async (kind: (typeof PARTY_KINDS)[number] | null) => {
      const list = await listDeconfliction(world, 'lab', '1', kind);
      expect(list.marking).toBe('TLP:AMBER+STRICT');
      return [list.servers.map(({ host }) => host), list.leftOut.devices, list.leftOut.notToBeTold];
    };
    expect(await hostsFor('law-enforcement')).toEqual([HOSTS, 0, 0]);
    expect(await hostsFor('csirt')).toEqual([HOSTS, 0, 0]);
    expect(await hostsFor('sinkhole-operator')).toEqual([['192.0.2.11', '198.51.100.7'], 1, 0]);
    expect(await hostsFor(null)).toEqual([['192.0.2.11', '198.51.100.7'], 1, 0]);

    const csv = roundCsv(await listDeconfliction(world, 'lab', '1', 'csirt'));
    expect(csv.split('\r\n').slice(0, 2)).toEqual([
      '# TLP:AMBER+STRICT',
      '# DRILL: made-up servers on documentation addresses',
    ]);
    const rows: unknown = parse(csv, { columns: true, comment: '#', comment_no_infix: true });
    expect(rows).toMatchObject(HOSTS.map((host) => ({ host })));
  });

  test('is nothing that an unknown person or a role without the right can complete', async () => {
    const { world, ada, bo } = await openLab();
    await open(world, ada);
    await ask(world, ada, 1, 'csirt');
    const duty = await enrol(world, database.directory, 'Dee Example', ['duty'], ada);
    await expect(skip(world, duty, 1, 'csirt')).rejects.toThrow('Dee Example is duty; this needs approver or counsel');
    await expect(answer(world, { ...bo, name: 'Eve Example' }, 1, 'csirt')).rejects.toThrow('is not on record here');
    // Somebody else's key is nobody's word.
    await expect(answer(world, { ...bo, key: ada.key }, 1, 'csirt')).rejects.toThrow();
    await expect(ask(world, { ...bo, name: 'Eve Example' }, 1, 'csirt')).rejects.toThrow('is not on record here');
    await expect(openDeconfliction(world, 'lab', null)).rejects.toThrow('people are on record here');
  });
});

describe('hands off', () => {
  test('blocks a server at once, with everybody clear, and until a person lifts it', async () => {
    const { world, ada, bo, go, missing } = await openLab();
    await deconflict(world, ada);
    await sayHandsOff(world, bo, '192.0.2[.]11', START + 30 * DAY_MS);
    await go();
    expect(await missing('192.0.2.11')).toContain('hands-off');
    expect(await missing('192.0.2.12')).not.toContain('hands-off');
    await lift(world, bo, '192.0.2.11');
    await go();
    const after = await missing('192.0.2.11');
    expect(after).not.toContain('hands-off');
    expect(after).not.toContain('no-deconfliction');
    await expect(lift(world, bo, '192.0.2.11')).rejects.toThrow('has run out or was lifted');
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  });

  test('goes on blocking after its time until somebody has asked again, of which a reminder comes two days before', async () => {
    const { world, ada, go, missing } = await openLab();
    await deconflict(world, ada);
    const until = START + 10 * DAY_MS;
    await sayHandsOff(world, ada, '192.0.2.11', until);
    const due = (now: number) => world.store.read((transaction) => transaction.deconfliction().dueHandsOff(now));
    const own = async (now: number) => (await due(now)).map(({ host }) => host);
    expect(await own(until - 3 * DAY_MS)).toEqual([]);
    expect(await own(until - 2 * DAY_MS)).toEqual(['192.0.2.11']);
    world.setClock(until - 3 * DAY_MS);
    expect(await openDeconfliction(world, 'lab', ada.name)).toMatchObject({ round: null });

    world.setClock(until + HOUR_MS);
    await go();
    expect(await missing('192.0.2.11')).toContain('no-deconfliction');
    expect(await missing('192.0.2.11')).not.toContain('hands-off');
    expect(await missing('192.0.2.12')).not.toContain('no-deconfliction');
    expect(await own(until + 5 * DAY_MS)).toEqual(['192.0.2.11']);

    const round = await deconflict(world, ada);
    expect(round).toBe(2);
    expect(await own(until + 5 * DAY_MS)).toEqual([]);
    await go();
    expect(await missing('192.0.2.11')).not.toContain('no-deconfliction');
    expect(await listHandsOffs(world, 'lab')).toMatchObject([
      { host: '192.0.2.11', liftedAt: null, isAskedAgain: true },
    ]);
  });

  test('asked about again before its end, it gives way when its time is up', async () => {
    const { world, ada, go, missing } = await openLab();
    await deconflict(world, ada);
    const until = START + 10 * DAY_MS;
    await sayHandsOff(world, ada, '192.0.2.11', until);
    world.setClock(until - 40 * HOUR_MS);
    await deconflict(world, ada);
    await go();
    expect(await missing('192.0.2.11')).toContain('hands-off');
    world.setClock(until + HOUR_MS);
    await go();
    expect(await missing('192.0.2.11')).not.toContain('hands-off');
    expect(await missing('192.0.2.11')).not.toContain('no-deconfliction');
  });

  test('as an answer blocks what it names, and leaves the rest waiting or clear as the person says', async () => {
    const { world, ada } = await openLab();
    await open(world, ada);
    await ask(world, ada, 1, 'law-enforcement');
    const until = START + 30 * DAY_MS;
    await answerHandsOffOne(world, ada, 1, { servers: ['192.0.2.11'], until, isRestClear: false });
    const state = async () => (await deconflictionStatus(world, 'lab', '1'))[0]?.standing.kinds[0]?.state;
    expect(await state()).toBe('waiting');
    await answerHandsOffOne(world, ada, 1, { servers: ['192.0.2.12', '192.0.2[.]12'], until, isRestClear: true });
    expect(await state()).toBe('answered');
    const blocked = (await listHandsOffs(world, 'lab')).map(({ host, person }) => [host, person]);
    expect(blocked).toEqual([
      ['192.0.2.11', 'ada example'],
      ['192.0.2.12', 'ada example'],
    ]);
    // Nothing of an answer that names an unknown server goes on record.
    await ask(world, ada, 1, 'csirt');
    await expect(
      answerHandsOffOne(world, ada, 1, { servers: ['192.0.2.13', '198.51.100.7'], until, isRestClear: true }),
    ).rejects.toThrow('has no server');
    expect(await listHandsOffs(world, 'lab')).toHaveLength(2);
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  });

  test('is refused where its time is past, or the server is unknown', async () => {
    const { world, ada } = await openLab();
    await expect(sayHandsOff(world, ada, '192.0.2.11', START - DAY_MS)).rejects.toThrow('is past');
    await expect(sayHandsOff(world, ada, '192.0.2.99', START + DAY_MS)).rejects.toThrow('has no server');
  });
});

describe('the database', () => {
  const asApp = <Value>(world: TestWorld, work: (session: Session) => Promise<Value>): Promise<Value> =>
    inTransactionAs(database.access.app, world.organisationId, async (session) => {
      await session.run(`select set_config('role', 'dismantle_app', true)`);
      return work(session);
    });

  test('refuses the same person twice, people without the right, silence before a day has gone by, and unknown kinds', async () => {
    const { world, ada } = await openLab();
    await open(world, ada);
    await ask(world, ada, 1, 'csirt');
    await enrol(world, database.directory, 'Dee Example', ['duty'], ada);
    await skip(world, ada, 1, 'csirt');
    const insert = (person: string, kind = 'csirt') =>
      asApp(world, (session) =>
        session.run(
          `insert into deconfliction_skip (organisation_id, round_id, party_kind, person, reason, skipped_at)
           select organisation_id, round_id, $2, $1, 'why', opened_at from deconfliction_round`,
          [person, kind],
        ),
      );
    await expect(insert('ada example')).rejects.toThrow('deconfliction_skip_pkey');
    await expect(insert('dee example')).rejects.toThrow('is neither approver nor counsel');
    await expect(insert('eve example')).rejects.toThrow('is neither approver nor counsel');
    await expect(insert('ada example', 'press')).rejects.toThrow('check constraint');
    const silent = (after: string) =>
      asApp(world, (session) =>
        session.run(
          `update deconfliction_party set answer = 'no-answer', answered_at = asked_at + $1::interval, answered_by = 'ada example'`,
          [after],
        ),
      );
    await expect(silent('23 hours')).rejects.toThrow('check constraint');
    // Nobody takes a question, a server of a round or a hands-off back with SQL.
    for (const table of ['deconfliction_party', 'deconfliction_server', 'deconfliction_skip', 'hands_off', 'probe']) {
      await expect(asApp(world, (session) => session.run(`delete from ${table}`))).rejects.toThrow('permission denied');
    }
    await expect(asApp(world, (session) => session.run(`update hands_off set until = recorded_at`))).rejects.toThrow(
      'permission denied',
    );
  });

  test('answers as the policy does, over generated histories of a server', async () => {
    const { world } = await openLab(['192.0.2.11']);
    const at = fc.integer({ min: -400, max: 0 }).map((hours) => START + hours * HOUR_MS);
    const round = fc.record({
      openedAt: at,
      answers: fc.tuple(...PARTY_KINDS.map(() => fc.constantFrom(...WEIGHTED_ANSWERS))),
    });
    const word = fc.record({
      until: fc.integer({ min: -300, max: 100 }).map((hours) => START + hours * HOUR_MS),
      recordedAt: at,
      liftedAt: fc.option(at, { nil: null }),
    });
    const people = ['ada example', 'bo example'];
    const seen = { clear: 0, blocked: 0, open: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(round, { maxLength: 3 }), fc.array(word, { maxLength: 3 }), async (rounds, words) => {
        const handsOffs: HandsOff[] = words.map((each) => ({ party: 'Police Example', ...each }));
        const recorded: Round[] = rounds.map(({ openedAt, answers }, index) => ({
          number: index + 1,
          openedAt,
          parties: PARTY_KINDS.flatMap((partyKind, place) => {
            const said = answers[place];
            if (said !== 'clear' && said !== 'no-answer' && said !== 'waiting') return [];
            const answered = said === 'waiting' ? null : said;
            return [
              {
                party: PARTIES[partyKind],
                partyKind,
                channel: 'mail',
                askedAt: openedAt,
                answer: answered,
                answeredAt: null,
              },
            ];
          }),
          skips: PARTY_KINDS.flatMap((partyKind, place) => {
            const count = answers[place] === 'skipped' ? 2 : answers[place] === 'half' ? 1 : 0;
            return people.slice(0, count).map((person) => ({ partyKind, person }));
          }),
        }));
        const expected = {
          deconflicted: serverDeconfliction({ rounds: recorded, handsOffs }, START).state === 'deconflicted',
          blocked: handsOffInForce(handsOffs, START) !== null,
        };
        const told = await inDatabase(world, recorded, handsOffs);
        expect(told).toEqual({ ...expected, atOnce: expected.deconflicted });
        seen[expected.deconflicted ? 'clear' : 'open'] += 1;
        seen.blocked += expected.blocked ? 1 : 0;
      }),
      // The same histories each time: how many of them are complete or blocked must not be left to chance.
      { numRuns: 300, seed: 20_261_123 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });

  /** Puts a history into the tables, asks the functions, and takes it back. */
  async function inDatabase(
    { organisationId }: TestWorld,
    rounds: readonly Round[],
    handsOffs: readonly HandsOff[],
  ): Promise<{ deconflicted: boolean; blocked: boolean; atOnce: boolean }> {
    return inTransactionAs(database.access.owner, organisationId, async (session) => {
      const server = await session.row<{ server: string; operation: string }>(
        'select server_id as server, operation_id as operation from server limit 1',
      );
      if (server === null) throw new Error('there is no server');
      for (const { number, openedAt, parties, skips } of rounds) {
        const opened = isoInstant(openedAt);
        const id = `00000000-0000-4000-8000-00000000000${number}`;
        await session.run(
          `insert into deconfliction_round values (current_organisation(), $1, $2, $3, $4, 'ada example')`,
          [id, server.operation, number, opened],
        );
        await session.run('insert into deconfliction_server values (current_organisation(), $1, $2)', [
          id,
          server.server,
        ]);
        for (const { party, partyKind, answer: said } of parties) {
          await session.run(
            `insert into deconfliction_party values (current_organisation(), $1, $2, $3, 'mail', $4, 'ada example', $5::text,
               case when $5::text is null then null else $4::timestamptz + interval '1 day' end, null, null)`,
            [id, party, partyKind, opened, said],
          );
        }
        for (const { partyKind, person } of skips) {
          await session.run(`insert into deconfliction_skip values (current_organisation(), $1, $2, $3, 'why', $4)`, [
            id,
            partyKind,
            person,
            opened,
          ]);
        }
      }
      for (const [index, { until, recordedAt, liftedAt }] of handsOffs.entries()) {
        await session.run(
          `insert into hands_off values (current_organisation(), $1, $2, $3, 'Police Example', $4, 'why', 'ada example', $5, $6)`,
          [
            1_000_000 + index,
            server.operation,
            server.server,
            isoInstant(until),
            isoInstant(recordedAt),
            liftedAt === null ? null : isoInstant(liftedAt),
          ],
        );
      }
      const told = await session.row<{ deconflicted: boolean; blocked: boolean; atOnce: boolean }>(
        `${COMPLETE_ROUNDS}
         select deconflicted(s.server_id, $2) as deconflicted, hands_off_in_force(s.server_id, $2) as blocked,
                ${DECONFLICTED} as "atOnce"
         from server s where s.operation_id = $1`,
        [server.operation, isoInstant(START)],
      );
      await session.run('rollback');
      await session.run('begin');
      if (told === null) throw new Error('no answer');
      return told;
    });
  }
});

test('what follows from all of it is what the ledger says', async () => {
  const { world, ada, bo } = await openLab();
  await deconflict(world, ada);
  await sayHandsOff(world, ada, '192.0.2.11', START + 30 * DAY_MS);
  await sayHandsOff(world, ada, '192.0.2.12', START + 30 * DAY_MS);
  await lift(world, bo, '192.0.2.12');
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  await inTransactionAs(database.access.owner, world.organisationId, (session) =>
    session.run(`update hands_off set lifted_at = until where lifted_at is null`),
  );
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([
    expect.stringContaining('hands_off'),
  ]);
});
