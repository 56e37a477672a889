import { execFileSync } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation, Running } from '../support/cli.ts';
import { openOddWeb } from '../support/odd-web.ts';
import type { OddWeb } from '../support/odd-web.ts';
import { backendsOf, keeperPid, killHard, orNull, serverPid } from '../support/processes.ts';
import { TAXII } from '../support/taxii.ts';
import { seededRandom } from '../support/world.ts';

// kill -9 at random moments of `source poll`, and the same command again: all that was served is there, and nothing of it twice.

const full = process.env['DISMANTLE_FULL'] === '1';
const KILLS = Number(process.env['DISMANTLE_KILLS'] ?? (full ? 50 : 4));
const SEED = Number(process.env['DISMANTLE_KILL_SEED'] ?? Date.now() % 1_000_000);
/** A poll may be over before its moment has come. Then another is drawn, of what is served next. */
const MOST_DRAWS = 10;
/** Until PostgreSQL has noticed that the program is gone, its locks keep others off. */
const MOST_POLLS = 12;
const TIMEOUT_MS = 240_000;

const VICTIMS = ['the program', 'PostgreSQL', 'all of them'] as const;
type Victim = (typeof VICTIMS)[number];
const kills = Array.from({ length: KILLS }, (_none, index) => ({
  number: index + 1,
  victim: VICTIMS[index % VICTIMS.length] ?? 'all of them',
}));

const random = seededRandom(SEED);
const chance = (): number => Buffer.from(random.bytes(6)).readUIntBE(0, 6) / 2 ** 48;

/** More pages than one import has, several events, and a file: all of it new each time. */
const OBJECTS = 110;
const OBJECTS_A_PAGE = 2;
const EVENTS = 8;
const LINES = 2000;

const SAID = ['--as', 'Ada Example', '--reason', 'a test'] as const;
const polls = z.array(z.looseObject({ source: z.string(), outcome: z.string(), problem: z.string().nullable() }));
const imports = z.array(z.looseObject({ source: z.string(), file: z.string(), accepted: z.int(), rejected: z.int() }));
const servers = z.array(z.looseObject({ host: z.string() }));

let here: Installation;
let web: OddWeb;
let env: Readonly<Record<string, string>>;
let tookMs = 0;
let hits = 0;
const report: string[] = [];

/** What is served, since the beginning; of the file the newest alone. */
const served = { taxii: [] as string[], misp: [] as string[], url: [] as string[], files: 0 };
let addresses = 0;
const newAddresses = (count: number): string[] =>
  Array.from({ length: count }, () => {
    addresses += 1;
    return `198.18.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
  });

function serveMore(): void {
  served.taxii.push(...newAddresses(OBJECTS));
  served.misp.push(...newAddresses(EVENTS));
  served.url = newAddresses(LINES);
  served.files += 1;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://feed.example');
  const json = (value: unknown, headers: Record<string, string> = {}): void =>
    void response.writeHead(200, { 'content-type': TAXII, ...headers }).end(JSON.stringify(value));
  if (url.pathname === '/taxii2/root/') json({ title: 'root', versions: [TAXII], max_content_length: 1 });
  else if (url.pathname === '/taxii2/root/collections/') json({ collections: [{ id: 'c2', title: 'C2', can_read: true, can_write: false }] });
  else if (url.pathname.endsWith('/objects/')) answerObjects(url, json);
  else if (url.pathname === '/misp/manifest.json') json(Object.fromEntries(served.misp.map((_host, index) => [uuidOf(index), { timestamp: '1' }])));
  else if (url.pathname.startsWith('/misp/')) json(eventOf(url.pathname.slice('/misp/'.length, -'.json'.length)));
  else if (request.headers['if-none-match'] === `"${served.files}"`) response.writeHead(304).end();
  else response.writeHead(200, { etag: `"${served.files}"` }).end(served.url.map((host) => `${host}:443\n`).join(''));
} // prettier-ignore

function answerObjects({ searchParams }: URL, json: (value: unknown, headers?: Record<string, string>) => void): void {
  const addedAt = (index: number): string => new Date(Date.UTC(2026, 10, 20) + index * 1000).toISOString();
  const after = searchParams.get('added_after');
  const next = searchParams.get('next');
  const from = next === null ? served.taxii.findIndex((_host, index) => after === null || addedAt(index) > after) : Number(next);
  const page = from < 0 ? [] : served.taxii.slice(from, from + OBJECTS_A_PAGE);
  const end = from + page.length;
  const objects = page.map((host, at) => ({
    type: 'indicator', spec_version: '2.1', id: `indicator--${uuidOf(from + at)}`, created: '2026-11-20T00:00:00.000Z', modified: '2026-11-20T00:00:00.000Z',
    pattern: `[ipv4-addr:value = '${host}']`, pattern_type: 'stix', valid_from: '2026-11-20T00:00:00Z',
  }));
  if (page.length === 0) json({});
  else json({ objects, ...(end < served.taxii.length ? { more: true, next: String(end) } : {}) }, { 'x-taxii-date-added-last': addedAt(end - 1) });
} // prettier-ignore

const uuidOf = (index: number): string => `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

function eventOf(uuid: string): unknown {
  const value = served.misp[Number.parseInt(uuid.slice(0, 8), 16)];
  const attribute = { type: 'ip-dst', category: 'Network activity', value, to_ids: true, timestamp: '1763640000' };
  return { Event: { uuid, info: 'Examplebot', date: '2026-11-20', timestamp: '1', Attribute: [attribute] } };
}

describe.skipIf(process.platform !== 'linux')(`a poll of three sources, killed ${KILLS} times`, () => {
  beforeAll(async () => {
    here = createInstallation();
    web = await openOddWeb();
    web.answerWith(answer);
    env = { DISMANTLE_TRAFFIC_FETCH: 'true', DISMANTLE_FETCH_ALLOW: '["127.0.0.1"]' };
    const key = join(here.folder, 'ada');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada', '-f', key]);
    await here.done(['run', here.write('feed.txt', '198.19.0.1:443\n'), '--operation', 'lab', '--drill']);
    await here.done(['person', 'add', 'Ada Example', '--role', 'admin', '--key', `${key}.pub`]);
    for (const [name, kind, path] of [['a-file', 'url', 'c2.txt'], ['a-feed', 'misp', 'misp/'], ['a-collection', 'taxii', 'taxii2/root/']] as const) {
      const url = `http://127.0.0.1:${web.port}/${path}`;
      await here.done(['source', 'add', name, '--operation', 'lab', '--kind', kind, '--url', url, '--group', 'feeds', ...SAID, '--key', key]);
    }
    serveMore();
    const began = performance.now();
    await here.done(['source', 'poll'], { env });
    tookMs = performance.now() - began;
    await expectAllOfIt();
  }); // prettier-ignore

  afterAll(async () => {
    const head = `DISMANTLE_KILL_SEED=${SEED} DISMANTLE_KILLS=${KILLS}: ${hits} in the midst; undisturbed ${Math.round(tookMs)} ms`;
    process.stdout.write([head, ...report, ''].join('\n'));
    await web?.close();
    await here?.close();
  });

  test.each(kills)(
    'kill $number, of $victim: the same command again has all that was served, and nothing twice',
    { timeout: TIMEOUT_MS },
    async ({ victim }) => killAndRepeat(victim),
  );

  test('at least one kill hit a poll in its midst', { timeout: MOST_DRAWS * TIMEOUT_MS }, async () => {
    for (let more = 0; hits === 0 && more < MOST_DRAWS; more++) await killAndRepeat('the program');
    expect(hits, report.join('\n')).toBeGreaterThan(0);
  });
});

async function killAndRepeat(victim: Victim): Promise<void> {
  for (let draw = 1; draw <= MOST_DRAWS; draw++) {
    serveMore();
    const momentMs = chance() * tookMs;
    const running = here.start(['source', 'poll', '--json'], { env });
    let isOver = false;
    void running.ended.then(() => (isOver = true));
    await sleep(momentMs);
    if (isOver) continue;
    kill(victim, running);
    await running.ended;
    const news = await pollToTheEnd();
    if (news > 0) hits += 1;
    report.push(`${victim} at ${Math.round(momentMs)} ms: ${news} of 3 sources had more for the next`);
    await expectAllOfIt();
    return;
  }
  throw new Error(`of ${MOST_DRAWS} polls none was still running when its moment came`);
}

function kill(victim: Victim, running: Running): void {
  const server = orNull(() => serverPid(here.dataDirectory));
  const backends = server === null ? [] : backendsOf(server);
  const keeper = orNull(() => keeperPid(here.dataDirectory));
  if (victim === 'all of them' && keeper !== null) killHard(keeper);
  if (victim !== 'the program') for (const pid of [server, ...backends.map((each) => each.pid)]) if (pid !== null) killHard(pid);
  if (victim !== 'PostgreSQL') running.kill('SIGKILL');
} // prettier-ignore

/** Polls until no source has anything more; how many had, the first time that they were read. */
async function pollToTheEnd(): Promise<number> {
  const withNews = new Set<string>();
  for (let poll = 1; poll <= MOST_POLLS; poll++) {
    const polled = await here.json(polls, ['source', 'poll'], { env });
    expect(polled.filter(({ problem }) => problem !== null)).toEqual([]);
    for (const { source, outcome } of polled) if (outcome === 'news') withNews.add(source);
    if (polled.length === 3 && polled.every(({ outcome }) => outcome === 'nothing-new')) return withNews.size;
    if (polled.length < 3) await sleep(500);
  }
  throw new Error(`after ${MOST_POLLS} polls there was still something to be read`);
}

/** All that was served so far, each row once: no import has taken a row that another one had. */
async function expectAllOfIt(): Promise<void> {
  const taken = (await here.json(imports, ['imports', '--operation', 'lab'])).filter(({ source }) => source.startsWith('a-'));
  const rows = (source: string): number =>
    taken.filter((each) => each.source === source).reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0);
  expect({ taxii: rows('a-collection'), misp: rows('a-feed'), url: rows('a-file') }).toEqual({
    taxii: served.taxii.length,
    misp: served.misp.length,
    url: LINES * served.files,
  });
  expect(new Set(taken.map(({ file, source }) => `${source} ${file}`)).size).toBeGreaterThanOrEqual(served.misp.length);
  const hosts = new Set((await here.json(servers, ['servers', '--operation', 'lab'])).map(({ host }) => host));
  expect([...served.taxii, ...served.misp, ...served.url].filter((host) => !hosts.has(host))).toEqual([]);
  expect(await here.done(['audit'])).toMatch(/^The ledger is whole/);
} // prettier-ignore
