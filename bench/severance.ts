/*
 * How fast configurations are laid against servers and answered for: `node bench/severance.ts`.
 *
 * Over the 187 published TrickBot configurations where they are at hand (../shared/data/trickbot), else over made-up ones of
 * the same shape; with a made-up liveness (every twelfth server lives). Nothing of the file is printed.
 *
 *   ours     facts to matrix (bits), severed, ranking, live in none of the newest five
 *   plain    the same from the rows of the file, as one would write it first: each configuration a list of texts that is
 *            searched for each server
 *
 * Both have to give the same answers, or nothing is measured. Then what the servers to take down next take, and ours on a
 * hundred times as much.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SeveranceConfiguration, SeveranceFacts, SeveranceServer } from '../src/domain/severance.ts';
import { remainingServers } from '../src/policy/severance/hanging.ts';
import { buildMatrix } from '../src/policy/severance/matrix.ts';
import { liveNotInLatest, severed } from '../src/policy/severance/severed.ts';
import { silencing } from '../src/policy/severance/silencing.ts';

const ROUNDS = 5;
const NEWEST = 5;
const FILE = fileURLToPath(new URL('../../shared/data/trickbot/configs-1000002-to-1000200.csv', import.meta.url));

interface Row {
  readonly version: string;
  readonly tag: string;
  readonly at: number;
  readonly server: string;
}

function rowsOf(text: string): readonly Row[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(','))
    .filter((fields) => fields.length === 4)
    .map(([version = '', tag = '', date = '', server = '']) => ({ version, tag, at: Date.parse(date), server }))
    .filter(({ server }) => /^\d+\.\d+\.\d+\.\d+:\d+$/.test(server) && !server.startsWith('127.'));
}

/** `configurations` lists of 23 servers each out of a pool that moves on with them, as the published ones do. */
function madeUpRows(configurations: number): readonly Row[] {
  return Array.from({ length: configurations }, (_, index) =>
    Array.from({ length: 23 }, (_, place): Row => {
      const server = index * 8 + ((place * 37 + index * index) % 160);
      return {
        version: String(1_000_000 + index),
        tag: 'lab1',
        at: 1_500_000_000_000 + index * 3_600_000,
        server: `198.${18 + ((server >> 16) & 1)}.${(server >> 8) & 255}.${server & 255}:443`,
      };
    }),
  ).flat();
}

const hostOf = (server: string): string => server.slice(0, server.indexOf(':'));
const isLive = (index: number): boolean => index % 12 === 5;

/** As the store gives them. */
function factsOf(rows: readonly Row[]): SeveranceFacts {
  const hosts = [...new Set(rows.map(({ server }) => hostOf(server)))].toSorted();
  const indexes = new Map(hosts.map((host, index) => [host, index]));
  const lists = new Map<string, { readonly row: Row; readonly servers: Set<number>; entries: number }>();
  for (const row of rows) {
    const key = `${row.version} ${row.tag}`;
    const list = lists.get(key) ?? { row, servers: new Set<number>(), entries: 0 };
    lists.set(key, list);
    list.servers.add(indexes.get(hostOf(row.server)) ?? 0);
    list.entries += 1;
  }
  return {
    servers: hosts.map((host, index): SeveranceServer => ({
      serverId: host,
      hostType: 'address',
      host,
      kind: 'unknown',
      country: null,
      provider: null,
      verdict: isLive(index) ? 'live' : 'dark',
      confirmedAt: null,
      isNamedElsewhere: false,
    })),
    configurations: [...lists].map(([key, { row, servers, entries }]): SeveranceConfiguration => ({
      configurationId: key,
      version: row.version,
      tag: row.tag,
      collectedAt: row.at,
      lastCollectedAt: row.at,
      recordedAt: row.at,
      lastListedAt: row.at,
      entries,
      accepted: entries,
      sources: ['published'],
      retirement: null,
      earlierRetirements: [],
      lists: [...servers].toSorted((a, b) => a - b),
      retracted: 0,
    })),
    changes: [],
  };
}

interface Answers {
  readonly state: string;
  readonly cells: number;
  readonly remaining: number;
  readonly inNoneOfTheNewest: number;
}

function ours(facts: SeveranceFacts, asOf: number): Answers {
  const { bits } = buildMatrix(facts);
  let cells = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) cells += 1;
  return {
    state: severed(facts, { asOf, staleDays: 7 }).state,
    cells,
    remaining: remainingServers(facts).length,
    inNoneOfTheNewest: liveNotInLatest(facts, NEWEST).length,
  };
}

function plain(rows: readonly Row[]): Answers {
  const hosts = [...new Set(rows.map(({ server }) => hostOf(server)))].toSorted();
  const names = [...new Set(rows.map(({ version, tag }) => `${version} ${tag}`))];
  const lists = names.map((name) =>
    rows.filter(({ version, tag }) => `${version} ${tag}` === name).map(({ server }) => hostOf(server)),
  );
  const dates = names.map((name) => rows.find(({ version, tag }) => `${version} ${tag}` === name)?.at ?? 0);
  const matrix = hosts.map((host) => lists.map((list) => list.includes(host)));
  const live = hosts.filter((_, index) => isLive(index));
  const newest = names
    .map((name, index) => ({ name, index, at: dates[index] ?? 0 }))
    .toSorted((a, b) => b.at - a.at || Number(b.name.split(' ')[0]) - Number(a.name.split(' ')[0]))
    .slice(0, NEWEST);
  return {
    state: lists.some((list) => list.some((host) => live.includes(host))) ? 'no' : 'other',
    cells: matrix.flat().filter(Boolean).length,
    remaining: live.length,
    inNoneOfTheNewest: live.filter((host) => !newest.some(({ index }) => lists[index]?.includes(host) === true)).length,
  };
}

function best<Value>(rounds: number, work: () => Value): { readonly ms: number; readonly value: Value } {
  let ms = Infinity;
  let value: Value | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    value = work();
    ms = Math.min(ms, performance.now() - started);
  }
  if (value === undefined) throw new Error('there was no round');
  return { ms, value };
}

function published(): readonly Row[] | null {
  try {
    return rowsOf(readFileSync(FILE, 'utf8'));
  } catch {
    console.log(`${path.basename(FILE)} is not at hand: made-up configurations of the same shape instead`);
    return null;
  }
}

const rows = published() ?? madeUpRows(187);
const asOf = Math.max(...rows.map(({ at }) => at));
const facts = factsOf(rows);
console.log(`${facts.configurations.length} configurations, ${facts.servers.length} servers, ${rows.length} entries`);

const first = performance.now();
const coldAnswers = ours(factsOf(rows), asOf);
const coldMs = performance.now() - first;
const our = best(ROUNDS, () => ours(factsOf(rows), asOf));
const peer = best(ROUNDS, () => plain(rows));
if (JSON.stringify(our.value) !== JSON.stringify(peer.value) || our.value.cells !== coldAnswers.cells) {
  throw new Error(`different answers: ${JSON.stringify(our.value)} and ${JSON.stringify(peer.value)}`);
}
console.log(`the same answers by both: ${JSON.stringify(our.value)}`);
console.log(`ours, the first time        ${coldMs.toFixed(1).padStart(9)} ms   (under 2,000 is asked for)`);
console.log(`ours, best of ${ROUNDS}             ${our.ms.toFixed(1).padStart(9)} ms`);
console.log(
  `plain, best of ${ROUNDS}            ${peer.ms.toFixed(1).padStart(9)} ms   ours is ${(peer.ms / our.ms).toFixed(0)} times as fast`,
);

const next = best(1, () => silencing(facts, 10));
const exact = next.value.steps.filter(({ isExact }) => isExact).length;
console.log(
  `servers to take down next, 1 to 10 ${next.ms.toFixed(0).padStart(6)} ms   ${exact} of ${next.value.steps.length} exact`,
);
for (const { k, silenced, atMost, isExact } of next.value.steps) {
  console.log(
    `  ${String(k).padStart(2)}: ${silenced} of ${next.value.reaching}${isExact ? ', exact' : `, at most ${atMost}`}`,
  );
}

const many = factsOf(madeUpRows(18_700));
const large = best(2, () => ours(many, 0));
console.log(
  `ours, ${many.configurations.length} made-up configurations, ${many.servers.length} servers: ${large.ms.toFixed(0)} ms`,
);
if (coldMs > 2000) process.exitCode = 1;
