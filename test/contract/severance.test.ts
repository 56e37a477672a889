import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECTED_TABLES } from '../../src/adapters/postgres/projections.ts';
import { severanceReads } from '../../src/adapters/postgres/severance-queries.ts';
import type { LookOutcome } from '../../src/domain/look.ts';
import { importOnly, parseImportOptions, run } from '../../src/flow.ts';
import { circulate, matrixCsv, matrixOf, severance, showConfiguration } from '../../src/flow/severance.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

const HEADER = 'version,gtag,collected_at,server';
const OPTIONS = { staleDays: 7, newest: 2, upTo: 5 };

async function labOf(files: readonly string[], options: Parameters<typeof drill>[1] = {}): Promise<TestWorld> {
  const world = await openTestWorld(database);
  for (const file of files) {
    await run(world, await openTestSources(database, {}), drill([await openTestFile(database, file)], options));
  }
  return world;
}

/** Verdicts as if our own looks had led to them. */
async function setVerdicts(world: TestWorld, verdicts: Readonly<Record<string, LookOutcome>>): Promise<void> {
  await inTransactionAs(database.access.owner, world.organisationId, async (session) => {
    for (const [host, verdict] of Object.entries(verdicts)) {
      await session.run(
        `insert into server_verdict (organisation_id, server_id, operation_id, verdict, since, dark_at)
         select organisation_id, server_id, operation_id, $2, '2026-11-23', case when $2 = 'dark' then timestamptz '2026-11-23' end
         from server where host = $1
         on conflict (organisation_id, server_id) do update set verdict = excluded.verdict, dark_at = excluded.dark_at`,
        [host, verdict],
      );
    }
  });
}

async function answerOf(world: TestWorld, list: string | null = null, more: Partial<typeof OPTIONS> = {}) {
  return severance(world, 'lab', {
    ...OPTIONS,
    ...more,
    liveness: list === null ? null : await openTestFile(database, list),
  });
}

describe('configurations in the store', () => {
  test('are answered for by our verdicts: what they reach, what hangs on it, what no recent one lists', async () => {
    const world = await labOf([
      [
        HEADER,
        '101,lab1,2026-11-20,198.18.0.1:443',
        '101,lab1,2026-11-20,198.18.0.1:449',
        '101,lab1,2026-11-20,198.18.0.2:443',
        '102,lab1,2026-11-21,198.18.0.2:443',
        '103,lab1,2026-11-22,198.18.0.3:443',
        '103,lab1,2026-11-22,127.0.0.1:1',
        '104,lab1,2026-11-22,127.0.0.1:1',
      ].join('\n'),
      '198.18.0.9:443\n',
    ]);
    const unseen = await answerOf(world);
    expect(unseen.severed).toMatchObject({
      state: 'unknown',
      reasons: ['3 listed servers are inconclusive; nobody has looked at 3 of them'],
      coverage: { configurations: 4, unreadableEntries: 2, listedServers: 3, inconclusive: 3 },
    });
    expect(unseen.severed.coverage.gaps).toContain('1 configuration in circulation has no entry that could be read: 104 (lab1)');

    await setVerdicts(world, { '198.18.0.1': 'live', '198.18.0.2': 'dark', '198.18.0.3': 'dark', '198.18.0.9': 'c2-live' });
    const answer = await answerOf(world);
    expect(answer.severed.state).toBe('no');
    expect(answer.reaching).toMatchObject([{ version: '101', servers: 2, live: 1 }]);
    expect(answer.remaining).toMatchObject([
      { host: '198.18.0.1', configurations: 1, only: 1, share: 1, newest: { version: '101' } },
      { host: '198.18.0.9', configurations: 0, only: 0, share: 0, newest: null },
    ]);
    expect(answer.liveNotInLatest.servers.map(({ host }) => host)).toEqual(['198.18.0.1', '198.18.0.9']);
    expect(answer.next).toMatchObject({ servers: 1, steps: [{ k: 1, silenced: 1, isExact: true }] });

    const matrix = await matrixOf(world, 'lab', null);
    expect(matrix.servers[0]).toMatchObject({ host: '198.18.0.1', listedIn: [0] });
    expect(matrixCsv(matrix).split('\r\n').slice(0, 2)).toEqual([
      'server,verdict,configurations,101 lab1,102 lab1,103 lab1,104 lab1',
      '198.18.0.1,live,1,1,0,0,0',
    ]);
    await world.store.close();
  }); // prettier-ignore

  test('go out of circulation with a reason and come back, by a name that means one of them', async () => {
    const world = await labOf([
      [HEADER, '101,lab1,2026-11-22,198.18.1.1:443', '101,lab2,2026-11-22,198.18.1.2:443', '102,lab1,2026-11-22,198.18.1.2:443'].join('\n'),
    ]); // prettier-ignore
    await setVerdicts(world, { '198.18.1.1': 'live', '198.18.1.2': 'dark' });
    const words = { as: 'Ada', reason: 'replaced by 102', to: 'retired' } as const;
    await expect(circulate(world, 'lab', '101', words)).rejects.toThrow('2 configurations have the version 101');
    await expect(circulate(world, 'lab', '7', words)).rejects.toThrow('no configuration 7');
    await expect(circulate(world, 'lab', '101/lab1', { ...words, to: 'in-circulation' })).rejects.toThrow(
      'is in circulation',
    );
    await circulate(world, 'lab', '101/lab1', words);
    await expect(circulate(world, 'lab', '101/lab1', words)).rejects.toThrow('is retired already');
    expect((await answerOf(world)).severed.state).toBe('none-observed-live');
    expect((await showConfiguration(world, 'lab', '101/lab1')).configuration).toMatchObject({
      retiredBy: 'Ada',
      retirement: 'replaced by 102',
    });
    // A source tells it again: it stays retired, and that is said.
    const again = await openTestFile(database, [HEADER, '101,lab1,2026-11-22,198.18.1.1:443', ''].join('\n'));
    await run(world, await openTestSources(database, {}), drill([again]));
    const told = await answerOf(world);
    expect(told.severed.state).toBe('none-observed-live');
    expect(told.severed.coverage.gaps).toContain(
      '1 retired configuration was told by a source again since: 101 (lab1)',
    );
    // Distributed anew under another tag it is another configuration, in circulation.
    const anew = await openTestFile(database, [HEADER, '101,lab3,2026-11-23,198.18.1.1:443'].join('\n'));
    await run(world, await openTestSources(database, {}), drill([anew]));
    expect((await answerOf(world)).reaching).toMatchObject([{ version: '101', tag: 'lab3' }]);
    await circulate(world, 'lab', '101/lab1', { ...words, to: 'in-circulation' });
    expect((await answerOf(world)).reaching).toHaveLength(2);
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual(
      expect.not.arrayContaining([expect.stringContaining('the table configuration ')]),
    );
    await world.store.close();
  });

  test('list no server any more that their source has taken back or a person has retracted', async () => {
    const snapshot = { source: 'lab feed', snapshot: true };
    const world = await labOf(
      [
        [HEADER, '101,lab1,2026-11-22,198.18.2.1:443', '101,lab1,2026-11-22,198.18.2.2:443'].join('\n'),
        [HEADER, '101,lab1,2026-11-22,198.18.2.2:443', ''].join('\n'),
      ],
      snapshot,
    );
    await setVerdicts(world, { '198.18.2.1': 'live', '198.18.2.2': 'dark' });
    const answer = await answerOf(world);
    expect(answer.severed).toMatchObject({ state: 'none-observed-live', coverage: { listedServers: 1 } });
    // It lives all the same, and no configuration lists it.
    expect(answer.liveNotInLatest.servers.map(({ host }) => host)).toEqual(['198.18.2.1']);
    await inTransactionAs(database.access.owner, world.organisationId, (session) =>
      session.run(
        `update case_file c set state = 'retracted', retracted_at = now(), retraction = 'wrong', held_by = '{}' from server s
         where s.server_id = c.server_id and s.host in ('198.18.2.1', '198.18.2.2')`,
      ),
    );
    expect(await answerOf(world)).toMatchObject({
      remaining: [],
      severed: { coverage: { listedServers: 0, gaps: ['1 entry names servers that were retracted as wrong, which count no more'] } },
    });
    await world.store.close();
  }); // prettier-ignore

  test('are read as of a past moment from tables that shadow the real ones', async () => {
    const world = await labOf([[HEADER, '101,lab1,2026-11-21,198.18.5.1:443', '101,lab1,2026-11-21,198.18.5.2:443'].join('\n')]);
    const operation = (await world.store.read((transaction) => transaction.findOperation('lab')))?.id ?? '';
    const before = await world.store.read((transaction) => transaction.severanceFacts(operation));
    const shadowed = await inTransactionAs(database.access.owner, world.organisationId, async (session) => {
      for (const table of PROJECTED_TABLES) {
        await session.run(`create temporary table ${table} on commit drop as table dismantle.${table}`);
      }
      // What came later: the real tables know it, the shadows do not.
      await session.run(`update dismantle.configuration set retired_at = '2026-11-23', retired_by = 'Ada', retirement = 'gone'`);
      await session.run(`delete from dismantle.last_withdrawal`);
      await session.run(`set local search_path = pg_temp, dismantle`);
      return severanceReads(session).severanceFacts(operation);
    });
    expect(shadowed).toEqual(before);
    expect(before.configurations).toMatchObject([{ version: '101', retirement: null, lists: [0, 1] }]);
    await world.store.close();
  }); // prettier-ignore

  test('count fallbacks plainly, those that only a feed names among them', async () => {
    // A drill has no such names; these are made up, in an operation of which nothing leaves.
    const world = await openTestWorld(database);
    const onion = `${'a'.repeat(56)}.onion`;
    for (const text of [[HEADER, `101,lab1,2026-11-22,${onion}:443`].join('\n'), 'made-up-lab.bit\n']) {
      await importOnly(world, {
        operation: { name: 'lab', drill: false, malware: null },
        files: [await openTestFile(database, text)],
        options: parseImportOptions({}),
      });
    }
    expect(await answerOf(world)).toMatchObject({
      severed: { state: 'unknown', coverage: { fallbacks: 2 } },
      fallbacks: { total: 2, alive: 0, unresolved: 2, notAlive: 0 },
    });
    await setVerdicts(world, { [onion]: 'live' });
    expect(await answerOf(world)).toMatchObject({ severed: { state: 'no' }, fallbacks: { alive: 1, unresolved: 1 } });
    await world.store.close();
  });

  test('are answered for by a list given by hand, which is said not to be our measurement', async () => {
    const world = await labOf([
      [HEADER, '101,lab1,2026-11-22,198.18.4.1:443', '102,lab1,2026-11-23,198.18.4.2:443'].join('\n'),
      '198.18.4.9:443\n',
    ]);
    await setVerdicts(world, { '198.18.4.1': 'live', '198.18.4.2': 'live' });
    const list = 'host,port,status\n# mine\n198.18.4[.]1,443,dark\n198.18.4.2,dark\n198.18.4.2,449,dark\n198.18.4.9,LIVE\n198.18.4.77,live\n198.18.4.3,up\n010.1.1.1,live\n'; // prettier-ignore
    const answer = await answerOf(world, list);
    expect(answer.severed).toMatchObject({ state: 'none-observed-live', since: null, coverage: { provisionallyDark: 2 } });
    expect(answer.liveness).toMatchObject({ kind: 'given-list', isOurMeasurement: false, rows: 7, notTracked: 1 });
    expect(answer.liveness).toMatchObject({ rejected: [{ line: 8, value: '198.18.4.3,up' }, { line: 9 }] });
    expect(answer.liveNotInLatest.servers.map(({ host }) => host)).toEqual(['198.18.4.9']);
    // Whom a list does not name is inconclusive, whatever we have seen.
    expect((await answerOf(world, '198.18.4.1,dark')).severed.state).toBe('unknown');
    await expect(answerOf(world, '198.18.4.1,up\n')).rejects.toThrow('no row says of a server whether it is alive');
    await world.store.close();
  }); // prettier-ignore
});

const REAL = join(
  fileURLToPath(new URL('../../../shared/data/trickbot/', import.meta.url)),
  'configs-1000002-to-1000200.csv',
);
const REAL_TEXT = ((): string | null => {
  try {
    return readFileSync(REAL, 'utf8');
  } catch {
    process.stdout.write(`skipped: the published configurations are not at ${REAL}\n`);
    return null;
  }
})();

// Real addresses: imported into an operation that is no drill, here alone, and never printed.
describe.skipIf(REAL_TEXT === null)('the 187 published configurations', () => {
  const text = REAL_TEXT ?? '';
  /** The twin reads the file a second way: version and tag to the set of addresses. */
  const lists = new Map<string, Set<string>>();
  const dates = new Map<string, number>();
  for (const line of text.split('\n').slice(1)) {
    const [version = '', tag = '', date = '', server = ''] = line.trim().split(',');
    if (version === '') continue;
    const name = `${version} ${tag}`;
    const host = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(server)?.[1];
    const list = lists.get(name) ?? new Set();
    lists.set(name, list);
    if (host !== undefined && !host.startsWith('127.')) list.add(host);
    dates.set(name, Date.parse(date));
  }
  const newestNames = [...lists.keys()].toSorted((a, b) => (dates.get(b) ?? 0) - (dates.get(a) ?? 0) || Number(b.split(' ')[0]) - Number(a.split(' ')[0])); // prettier-ignore
  const hosts = [...new Set([...lists.values()].flatMap((list) => [...list]))].toSorted();

  let world: TestWorld;
  beforeAll(async () => {
    world = await openTestWorld(database);
    const file = await openTestFile(database, text);
    await importOnly(world, {
      operation: { name: 'lab', drill: false, malware: null },
      files: [file],
      options: parseImportOptions({}),
    });
  });
  afterAll(async () => {
    await world?.store.close();
  });

  test('stand in the matrix entry by entry', async () => {
    const { configurations, servers } = await matrixOf(world, 'lab', null);
    expect(configurations).toHaveLength(187);
    const seen = new Map<string, Set<string>>(
      configurations.map(({ version, tag }) => [`${version} ${tag}`, new Set()]),
    );
    for (const { host, listedIn } of servers) {
      for (const column of listedIn) {
        const one = configurations[column];
        seen.get(`${one?.version} ${one?.tag}`)?.add(host);
      }
    }
    let different = 0;
    for (const [name, list] of lists) {
      const found = seen.get(name) ?? new Set();
      if (found.size !== list.size || [...list].some((host) => !found.has(host))) different += 1;
    }
    expect(different).toBe(0);
  });

  test.each([
    ['every fortieth server lives', (index: number): LookOutcome => (index % 40 === 7 ? 'live' : 'dark')],
    ['old servers live alone', (index: number): LookOutcome => (isOld(index) && index % 9 === 0 ? 'live' : 'dark')],
    ['no server lives', (): LookOutcome => 'dark'],
    ['one is inconclusive', (index: number): LookOutcome => (index === 3 ? 'inconclusive' : 'dark')],
  ])('are answered for rightly where %s', async (_, outcomeOf) => {
    const outcomes = new Map(hosts.map((host, index) => [host, outcomeOf(index)]));
    const list = hosts.map((host) => `${host},${outcomes.get(host)}`).join('\n');
    // Published years ago: by the days of the setting alone nobody would know anything any more.
    const answer = await answerOf(world, list, { newest: 5, staleDays: 100_000 });
    const live = hosts.filter((host) => outcomes.get(host) === 'live');
    const reaching = [...lists].filter(([, list]) => live.some((host) => list.has(host))).map(([name]) => name);
    const isOpen = hosts.some((host) => outcomes.get(host) === 'inconclusive');
    expect(answer.severed.state).toBe(reaching.length > 0 ? 'no' : isOpen ? 'unknown' : 'none-observed-live');
    const sameNames = answer.reaching.map(({ version, tag }) => `${version} ${tag}`).toSorted();
    expect(sameNames).toEqual(reaching.toSorted());
    const remaining = answer.remaining.map(({ host }) => host).toSorted();
    expect(remaining.length).toBe(live.length);
    expect(remaining.every((host, index) => host === live[index])).toBe(true);
    const recent = newestNames.slice(0, 5).map((name) => lists.get(name) ?? new Set());
    expect(answer.liveNotInLatest.configurations.map(({ version, tag }) => `${version} ${tag}`)).toEqual(
      newestNames.slice(0, 5),
    );
    const twin = live.filter((host) => !recent.some((each) => each.has(host)));
    const found = answer.liveNotInLatest.servers.map(({ host }) => host).toSorted();
    expect(found.length).toBe(twin.length);
    expect(found.every((host, index) => host === twin[index])).toBe(true);
    for (const { servers, silenced, atMost, k } of answer.next.steps) {
      const fallen = new Set(servers.map(({ host }) => host));
      const quiet = reaching.filter((name) => live.every((host) => !lists.get(name)?.has(host) || fallen.has(host)));
      expect(quiet.length).toBe(silenced);
      expect(atMost).toBeGreaterThanOrEqual(silenced);
      expect(fallen.size).toBeLessThanOrEqual(k);
    }
  });

  function isOld(index: number): boolean {
    const host = hosts[index] ?? '';
    return !newestNames.slice(0, 60).some((name) => lists.get(name)?.has(host));
  }
});
