import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/flow.ts';
import type { NoticeCase } from '../../src/ports/store.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { drill, labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';

/*
 * 10,000 indicators that poison a feed, and 500 true ones beside them (issue 4): nothing of the first may reach a draft,
 * and of the second nearly everything has to. In a drill, on the lab's 198.18.0.0/15, through the whole flow and the store.
 */

const TRUE_ONES = 500;
/** How many of each kind; together 10,000. */
const EACH = 1000;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const HEADER = 'server,last_seen,evidence,reference,malware,kind';
/** The clock of a test stands at 2026-11-23, 12 o'clock. */
const FRESH = '2026-11-22';

type Row = (host: string) => string;
const configured: Row = (host) => `${host}:443,${FRESH},configuration,,Examplebot,`;
const listed: Row = (host) => `${host}:443,${FRESH},,,"Examplebot, CONFIRMED by two independent sources!!!",dedicated`;
const citing: Row = (host) => `${host}:443,${FRESH},,https://blog.example/examplebot,Examplebot,`;
const old: Row = (host) => `${host}:443,2016-11-02,,,Examplebot,`;
const cited2016: Row = (host) => `${host}:443,,,https://blog.example/2016/11/examplebot/,Examplebot,`;

/** The addresses of one part of the lab, a /20 for each. */
const block = (number: number, count = EACH): readonly string[] =>
  Array.from({ length: count }, (_, index) => `198.18.${number * 16 + (index >> 8)}.${index & 255}`);

const PROTECTED = { hold: block(0), never: block(1), cdn: block(2) };
const SINGLE = block(3);
const MIRRORED = block(4);
const RENAMED = block(5);
const OLD = block(6);
const CITED = block(7);
const UNRELIABLE = block(8);
const UNNAMED = block(9);
const TRUE = block(12, TRUE_ONES);
const POISON = [
  ...Object.values(PROTECTED).flat(),
  ...SINGLE,
  ...MIRRORED,
  ...RENAMED,
  ...OLD,
  ...CITED,
  ...UNRELIABLE,
  ...UNNAMED,
];

const file = (...parts: readonly (readonly [readonly string[], Row])[]): string =>
  [HEADER, ...parts.flatMap(([hosts, row]) => hosts.map(row))].join('\n');

test('10,000 poisoned indicators reach no draft, and 500 true ones beside them do', async () => {
  expect(new Set(POISON).size).toBe(10_000);
  const world = await openTestWorld(database);
  const sources = await openTestSources(database, {
    locator: labLocator({ '198.18.': { asn: 64_496, holder: 'Prairie Hosting' } }),
    warningLists: {
      sinkholes: ['198.18.0.0/20'],
      'root-servers': ['198.18.16.0/20'],
      akamai: ['198.18.32.0/20'],
      'vpn-ipv4': ['198.18.192.0/20'],
    },
  });
  const all = Object.values(PROTECTED).flat();
  const first = file(
    [all, configured],
    [TRUE, configured],
    [SINGLE, listed],
    [MIRRORED, citing],
    [OLD, old],
    [CITED, cited2016],
    [UNRELIABLE, configured],
    [UNNAMED, listed],
  );
  await run(world, sources, drill([await openTestFile(database, first)], { source: 'feed one', group: 'one' }));
  const second = file([all, configured], [TRUE, listed], [MIRRORED, citing], [OLD, old], [CITED, cited2016]);
  await run(world, sources, drill([await openTestFile(database, second)], { source: 'feed two', group: 'two' }));
  // The same group under other spellings, twice.
  await run(
    world,
    sources,
    drill([await openTestFile(database, file([RENAMED, configured]))], { source: 'x', group: 'Feed-Three' }),
  );
  await run(
    world,
    sources,
    drill([await openTestFile(database, file([RENAMED, listed]))], { source: 'y', group: 'FEED three ' }),
  );
  await run(
    world,
    sources,
    drill([await openTestFile(database, file([UNRELIABLE, listed]))], { source: 'z', group: 'four', reliability: 'E' }),
  );
  const { cases } = await run(world, sources, drill([await openTestFile(database, file([UNNAMED, configured]))]));
  expect(cases.total).toBe(10_500);

  const drafted = await world.store.read(async (transaction) => {
    const hosts: string[] = [];
    for await (const page of transaction.cases((await transaction.findOperation('lab'))?.id ?? '')) {
      for (const { host, noticeId } of page) if (noticeId !== null) hosts.push(host);
    }
    return new Set<NoticeCase['host']>(hosts);
  });
  expect(POISON.filter((host) => drafted.has(host))).toEqual([]);
  expect(TRUE.filter((host) => drafted.has(host)).length).toBeGreaterThanOrEqual(TRUE_ONES * 0.95);
});
