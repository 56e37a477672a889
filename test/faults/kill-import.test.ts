import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { createInstallation } from '../support/cli.ts';
import type { Installation, Ran, Running } from '../support/cli.ts';
import { labFeed } from '../support/feeds.ts';
import { backendsOf, keeperPid, killHard, orNull, serverPid, until } from '../support/processes.ts';
import { seededRandom, unwrap } from '../support/world.ts';

// kill -9 at random moments of an import, and the same command again: it must end as if nothing had happened.

const full = process.env['DISMANTLE_FULL'] === '1';
const KILLS = Number(process.env['DISMANTLE_KILLS'] ?? (full ? 50 : 4));
const SEED = Number(process.env['DISMANTLE_KILL_SEED'] ?? Date.now() % 1_000_000);
const ROWS = 20_000;
/** A run may be quicker than the one that was measured, and be over before its moment has come. Then another is drawn. */
const MOST_DRAWS = 10;
const MOST_IMPORTS = 10;
const TIMEOUT_MS = 240_000;

const VICTIMS = ['the program', 'PostgreSQL', 'the keeper', 'all of them'] as const;
type Victim = (typeof VICTIMS)[number];
type Place = 'a fresh data directory' | 'a database in use';

/** Of every five kills, the last comes to an installation that has no database yet. */
const kills = Array.from({ length: KILLS }, (_none, index) => ({
  number: index + 1,
  victim: VICTIMS[index % VICTIMS.length] ?? 'all of them',
  where: index % 5 === 4 ? 'a fresh data directory' : 'a database in use',
})) satisfies readonly { number: number; victim: Victim; where: Place }[];

const random = seededRandom(SEED);
const chance = (): number => Buffer.from(random.bytes(6)).readUIntBE(0, 6) / 2 ** 48;
const FEED = labFeed(0, ROWS);

/** An installation, with what is known of it so far. */
interface Site {
  readonly installation: Installation;
  readonly feed: string;
  /** How many entries its ledger has. */
  entries: number;
  imports: number;
}

/** What the end state is made of, without what is random in it. */
interface EndState {
  readonly figures: unknown;
  readonly servers: { readonly count: number; readonly sha256: string };
  readonly cases: { readonly count: number; readonly sha256: string };
  /** Files outside of PostgreSQL's own, by their names. */
  readonly files: readonly string[];
  readonly entriesAdded: number;
}

const sites: Site[] = [];
let used: Site;
let undisturbed: Record<Place, { readonly tookMs: number; readonly end: EndState }>;
let operations = 0;
const report: string[] = [];
let hits = 0;

describe.skipIf(process.platform !== 'linux')(`an import of ${ROWS} rows, killed ${KILLS} times`, () => {
  beforeAll(async () => {
    used = newSite();
    const fresh = await measure(used);
    await measure(used);
    undisturbed = { 'a fresh data directory': fresh, 'a database in use': await measure(used) };
  });

  afterAll(async () => {
    const took = Object.entries(undisturbed ?? {}).map(([where, { tookMs }]) => `${where}: ${Math.round(tookMs)} ms`);
    process.stdout.write(
      [
        `DISMANTLE_KILL_SEED=${SEED} DISMANTLE_KILLS=${KILLS}: ${hits} in the midst of an import`,
        `undisturbed ${took.join(', ')}`,
        ...report,
        '',
      ].join('\n'),
    );
    for (const { installation } of sites) await installation.close();
  });

  test.each(kills)(
    'kill $number, of $victim, in $where: the same command again ends as if nothing had happened',
    { timeout: TIMEOUT_MS },
    async ({ victim, where }) => killAndRepeat(victim, where),
  );

  test('at least one kill hit an import in its midst', { timeout: MOST_DRAWS * TIMEOUT_MS }, async () => {
    // Where chance has missed with so few kills, it gets some more.
    for (let more = 0; hits === 0 && more < MOST_DRAWS; more++) await killAndRepeat('all of them', 'a database in use');
    expect(hits, report.join('\n')).toBeGreaterThan(0);
  });
});

async function killAndRepeat(victim: Victim, where: Place): Promise<void> {
  for (let draw = 1; draw <= MOST_DRAWS; draw++) {
    const site = where === 'a database in use' ? await databaseInUse() : newSite();
    const momentMs = chance() * undisturbed[where].tookMs;
    const command = nextCommand(site);
    const running = site.installation.start(command);
    let over = false;
    void running.ended.then(() => (over = true));
    await sleep(momentMs);
    if (over) {
      site.entries += undisturbed[where].end.entriesAdded;
      continue;
    }
    const what = kill(site, victim, running);
    const first = await running.ended;
    expectPlainEnd(first, victim);

    const second = await site.installation.run(command);
    expect({ code: second.code, stderr: second.stderr }).toEqual({
      code: 0,
      stderr: expect.not.stringContaining('dismantle:'),
    });
    const committed = importFigures.parse(JSON.parse(second.stdout)).intake.files[0].duplicate;
    if (first.code === 0) expect(committed).toBe(true);
    if (!committed && what.atWork) hits += 1;
    report.push(
      `${what.killed} at ${Math.round(momentMs)} ms in ${where}, ${what.found}; ` +
        `exit ${first.code ?? first.signal}, ${committed ? 'committed' : 'rolled back'}`,
    );
    expect(await endState(site, second)).toEqual(undisturbed[where].end);
    await expectNothingLeft(site);
    return;
  }
  throw new Error(`of ${MOST_DRAWS} imports none was still running when its moment came`);
}

/** One whose ledger an audit reads in a moment: another is made when the last has seen many imports. */
async function databaseInUse(): Promise<Site> {
  if (used.imports < MOST_IMPORTS) return used;
  used = newSite();
  // The first audit makes the key that signs, and the command after it enters that in the ledger.
  await measure(used);
  await measure(used);
  return used;
}

function newSite(): Site {
  const installation = createInstallation();
  const site = { installation, feed: installation.write('feed.csv', FEED), entries: 0, imports: 0 };
  sites.push(site);
  return site;
}

function nextCommand(site: Site): readonly string[] {
  operations += 1;
  site.imports += 1;
  return ['import', site.feed, '--operation', `operation-${operations}`, '--drill', '--json'];
}

async function measure(site: Site): Promise<{ tookMs: number; end: EndState }> {
  const command = nextCommand(site);
  const began = performance.now();
  const ran = await site.installation.run(command);
  const tookMs = performance.now() - began;
  expect(ran).toMatchObject({ code: 0 });
  return { tookMs, end: await endState(site, ran) };
}

/** What was killed, what the import's connection was doing (its process title), and whether it was at work at all. */
interface Kill {
  readonly killed: string;
  readonly found: string;
  readonly atWork: boolean;
}

function kill({ installation }: Site, victim: Victim, running: Running): Kill {
  const server = orNull(() => serverPid(installation.dataDirectory));
  const keeper = orNull(() => keeperPid(installation.dataDirectory));
  const backends = server === null ? [] : backendsOf(server);
  const doing = backends.map(({ title }) => title.replace(/^.*\[local\] ?/, ''));
  const found = doing.length === 0 ? 'not connected' : doing.join(', ');
  const atWork = backends.some(({ title }) => /dismantle_app .* (?!idle$)/.test(title));
  const which = Math.floor(chance() * 3);

  const killed: string[] = [];
  const end = (name: string, pid: number | null | undefined): void => {
    if (pid === null || pid === undefined) return;
    killHard(pid);
    killed.push(name);
  };
  if (victim === 'the keeper' || victim === 'all of them') end('keeper', keeper);
  const noBackend = backends.length === 0;
  if (victim === 'all of them' || (victim === 'PostgreSQL' && (which !== 1 || noBackend))) end('postmaster', server);
  if (victim === 'all of them' || (victim === 'PostgreSQL' && which !== 0)) {
    for (const { pid } of backends) end('backend', pid);
  }
  if (victim === 'the program' || victim === 'all of them') {
    running.kill('SIGKILL');
    killed.push('program');
  }
  return { killed: killed.join(' + ') || 'nothing yet', found, atWork };
}

function expectPlainEnd({ code, signal, stderr }: Ran, victim: Victim): void {
  if (victim === 'the program' || victim === 'all of them') expect([0, null]).toContain(code);
  else if (victim === 'the keeper') expect({ code, stderr }).toMatchObject({ code: 0 });
  else {
    expect(signal).toBeNull();
    expect([0, 1]).toContain(code);
    if (code === 1) expect(stderr).toMatch(/^dismantle: .*\n {2}\S.*\n$/m);
    expect(stderr).not.toContain('this is a bug');
  }
}

async function endState(site: Site, { stdout }: Ran): Promise<EndState> {
  const { installation } = site;
  const { operation, intake } = importFigures.parse(JSON.parse(stdout));
  const [servers, cases, audit] = await Promise.all([
    installation.json(rows, ['servers', '--operation', operation]),
    installation.json(rows, ['cases', '--operation', operation]),
    installation.done(['audit']),
  ]);
  const entries = Number(/^The ledger is whole: (\d+) entries/.exec(audit)?.[1]);
  const before = site.entries;
  site.entries = entries;
  return {
    figures: withoutChance({ ...intake, rejectsFile: null }),
    servers: digest(servers),
    cases: digest(cases),
    files: filesOf(installation, operation),
    entriesAdded: entries - before,
  };
}

const importFigures = z.looseObject({
  operation: z.string(),
  intake: z.looseObject({ files: z.tuple([z.looseObject({ duplicate: z.boolean() })]) }),
});
const rows = z.array(z.looseObject({}));

/** Ids are random, and whether the first or the second command did it is what is asked elsewhere. */
function withoutChance(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutChance);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !/Id$|^duplicate$|^file$|^source$/.test(key))
      .map(([key, inner]) => [key, withoutChance(inner)]),
  );
}

function digest(list: readonly object[]): { count: number; sha256: string } {
  const lines = list.map((row) => JSON.stringify(withoutChance(row))).sort();
  return { count: list.length, sha256: createHash('sha256').update(lines.join('\n')).digest('hex') };
}

/** All but the cluster's own; the operation's folder without those of other operations. */
function filesOf({ dataDirectory }: Installation, operation: string): string[] {
  const names = readdirSync(dataDirectory, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => !/^postgres\/18\/|^out\/operation-\d+|^postgres\/keeper.json$/.test(name))
    .concat(names.filter((name) => name.startsWith(`out/${operation}/`)).map((name) => name.replace(operation, '')))
    .sort();
}

/** Nobody is connected, nothing is locked or prepared, and no temporary file lies in the cluster. */
async function expectNothingLeft({ installation }: Site): Promise<void> {
  const { dataDirectory } = installation;
  const postgres = unwrap(
    await openEmbeddedPostgres({ dataDirectory, graceMs: 60_000, startTimeoutMs: 60_000, report: () => undefined }),
  );
  try {
    const left = (): Promise<unknown> =>
      withClient(postgres.connection, (session) =>
        session.row(
          `select (select count(*)::int from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()) as clients,
                  (select count(*)::int from pg_prepared_xacts) as prepared,
                  (select count(*)::int from pg_locks where locktype = 'advisory') as locks`,
        ),
      );
    const nothing = JSON.stringify({ clients: 0, prepared: 0, locks: 0 });
    await until('the last connection to go', async () => JSON.stringify(await left()) === nothing);
    const names = readdirSync(join(dataDirectory, 'postgres/18'), { recursive: true, encoding: 'utf8' });
    // pgsql_tmp holds sorts and hashes, tN_N is the file of a temporary table.
    expect(names.filter((name) => /pgsql_tmp\/.|\/t\d+_\d+|xlogtemp/.test(name))).toEqual([]);
  } finally {
    await postgres.close();
  }
}
