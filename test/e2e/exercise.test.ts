import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { SMALL_SCENARIO } from '../support/small-scenario.ts';

/* An exercise as its users run it, on a small scenario of their own. What happens in it is tested in test/exercise. */

let here: Installation;
let mine: string;

const durations = z.object({ medianMinutes: z.number().nullable(), finished: z.number(), censored: z.number() });
const resultShape = z.object({
  operation: z.literal('small'),
  drill: z.literal(true),
  scenario: z.literal('small'),
  seed: z.number(),
  strategy: z.enum(['rolling', 'simultaneous', 'converge']),
  playbook: z.object({ name: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  troubles: z.object({ total: z.literal(0), first: z.tuple([]) }),
  ledgerRoot: z.string().regex(/^[0-9a-f]{64}$/),
  initial: z.object({ identified: z.number(), disabled: z.number() }),
  total: z.object({ identified: z.number(), disabled: z.number() }),
  identifyToDark: durations,
  exposure: z.object({ minutes: z.number().nullable(), open: z.boolean() }),
  victimHours: z.number(),
  severed: z.object({ state: z.enum(['no', 'none-observed-live', 'unknown']) }),
  truth: z.object({ servers: z.number(), aliveAtEnd: z.number(), innocentsHit: z.literal(0) }),
  definitions: z.record(z.string(), z.string()),
});

/** Everything that decides something, otherwise than by default. */
const otherSettings = (
  texts: string,
  replies: string,
): string => `organisation: { name: Another CERT, email: other@cert.example }
gates: { evidenceDays: 1, probeHours: 1 }
clock: { reminderHours: 2, maxReminders: 1, nextContactHours: 3, targetHours: 1 }
watch: { minutelyMinutes: 1, fiveMinutelyHours: 1 }
verify: { vantages: 3, rounds: 9, hours: 20 }
severance: { staleDays: 1 }
notices: { texts: '${texts}', nameSources: true, languages: { DE: de } }
mail: { replyWordsFile: '${replies}', rate: { perProviderPerHour: 1 } }
`;

beforeAll(() => {
  here = createInstallation();
  mine = here.write('small.yaml', SMALL_SCENARIO);
});
afterAll(() => here?.close());

/** Databases of exercises in this installation's own PostgreSQL. */
async function exerciseDatabases(): Promise<readonly string[]> {
  const opened = await openEmbeddedPostgres({
    dataDirectory: here.dataDirectory,
    graceMs: 60_000,
    startTimeoutMs: 60_000,
    report: () => undefined,
  });
  if (!opened.ok) throw new ProblemError(opened.problem);
  try {
    return await withClient(opened.value.connection, async (session) => {
      const rows = await session.rows<{ name: string }>(
        `select datname as name from pg_database where datname like 'exercise\\_%'`,
      );
      return rows.map(({ name }) => name);
    });
  } finally {
    await opened.value.close();
  }
}

describe('dismantle exercise', () => {
  test('without a scenario lists those that come with it', async () => {
    const listed = await here.json(z.array(z.object({ name: z.string(), title: z.string() })), ['exercise']);
    expect(listed.map(({ name }) => name)).toContain('trickbot-2020');
    expect(await here.done(['exercise'])).toContain('Play one with: dismantle exercise');
  });

  test('of the same scenario, seed and strategy the ledger has the same root whatever the settings, of another seed another', async () => {
    const first = await here.json(resultShape, ['exercise', mine]);
    expect(first).toMatchObject({ seed: 7, strategy: 'rolling' });
    expect(first.initial.identified).toBe(6);
    expect(first.total.disabled).toBeGreaterThanOrEqual(5);
    expect(first.truth.servers).toBe(6);
    here.write('texts/en/abuse-notice.txt', 'Subject: Mine\n\nOther words: {{where}}\n');
    const replies = here.write(
      'replies.yaml',
      readFileSync(join(REPOSITORY, 'src/texts/replies/replies.yaml'), 'utf8'),
    );
    const settings = here.write('other.yaml', otherSettings(join(here.folder, 'texts'), replies));
    const again = await here.json(resultShape, ['exercise', mine, '--seed', '7', '--config', settings]);
    expect(again).toEqual(first);
    const other = await here.json(resultShape, ['exercise', mine, '--seed', '8']);
    expect(other.ledgerRoot).not.toBe(first.ledgerRoot);
    expect(other.victimHours).not.toBe(first.victimHours);
  });

  test('with a playbook of one’s own names it, and puts its files beside the others', async () => {
    const other = readFileSync(join(REPOSITORY, 'playbooks/default.dmn'), 'utf8');
    const playbook = here.write('my.dmn', other.replace('dismantle method table', 'My own table'));
    const said = await here.done(['exercise', mine, '--playbook', playbook]);
    expect(said).toMatch(/^Playbook {5}My own table {2}\(sha256 [0-9a-f]{12}\)$/m);
    const hash = createHash('sha256').update(readFileSync(playbook)).digest('hex');
    expect(
      existsSync(join(here.dataDirectory, 'out', `exercise-small-7-rolling-${hash.slice(0, 8)}`, 'report.html')),
    ).toBe(true);
    expect(existsSync(join(here.dataDirectory, 'out', 'exercise-small-7-rolling'))).toBe(false);
  });

  test('writes report, evidence and ledger, which audit, and leaves no operation behind', async () => {
    const out = join(here.folder, 'played');
    const said = await here.done(['exercise', mine, '--strategy', 'simultaneous', '--out', out]);
    expect(said).toContain('6 servers disabled');
    expect(said).toContain('simultaneous');
    for (const name of ['report.html', 'report.json', 'evidence.zip', 'ledger.jsonl']) {
      expect(existsSync(join(out, name)), name).toBe(true);
    }
    const { ledgerRoot } = z
      .object({ ledgerRoot: z.string() })
      .parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
    expect(said).toContain(ledgerRoot);
    const audited = await here.json(z.object({ root: z.string() }), ['audit', join(out, 'ledger.jsonl')]);
    expect(audited.root).toBe(ledgerRoot);
    await here.done(['audit', join(out, 'evidence.zip')]);
    const strikes = readFileSync(join(out, 'ledger.jsonl'), 'utf8').match(/"kind":"strike\.[a-z-]+"/g);
    expect([...new Set(strikes)].toSorted()).toEqual(['"kind":"strike.hold-approved"', '"kind":"strike.planned"']);
    const ran = await here.run(['status']);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain('no operation');
  });

  test('compares strategies, exposure beside victim-hours', async () => {
    const shape = z.object({
      seeds: z.literal(1),
      strategies: z.array(
        z.object({
          strategy: z.string(),
          victimHours: z.object({ median: z.number(), low: z.number(), high: z.number() }),
          exposureMinutes: z.object({ median: z.number() }).nullable(),
          exposureOpen: z.number(),
          noneLeft: z.object({ share: z.number(), low: z.number(), high: z.number() }),
        }),
      ),
    });
    const compared = await here.json(shape, ['exercise', mine, '--compare', '--seeds', '1']);
    expect(compared.strategies.map(({ strategy }) => strategy)).toEqual(['rolling', 'simultaneous', 'converge']);
    const said = await here.done(['exercise', mine, '--compare', '--seeds', '1', '--strategy', 'rolling']);
    expect(said).toContain('exposure h');
    expect(said).toContain('victim-hours');
  });

  test('with --speed takes as long as its minutes say, and comes out the same', async () => {
    const began = performance.now();
    const slow = await here.json(resultShape, ['exercise', mine, '--speed', '90']);
    // Eighteen hours, less what is after the last thing that happens.
    expect(performance.now() - began).toBeGreaterThan(11_000);
    const fast = await here.json(resultShape, ['exercise', mine]);
    expect(slow).toEqual(fast);
  });

  test('that Ctrl-C stops leaves nothing behind', async () => {
    const temporary = join(here.folder, 'tmp');
    mkdirSync(temporary);
    const out = join(here.folder, 'stopped');
    const running = here.start(['exercise', mine, '--speed', '5', '--out', out], { env: { TMPDIR: temporary } });
    await running.said(/day 1: \d+ servers alive/);
    expect(await exerciseDatabases()).toHaveLength(1);
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('the exercise was stopped; nothing of it is kept');
    expect(await exerciseDatabases()).toEqual([]);
    // The database's own folder, which goes with it, is none of the exercise's.
    const left = readdirSync(temporary).filter((name) => name.startsWith('dismantle-exercise-'));
    expect([existsSync(out), left]).toEqual([false, []]);
  });

  test.each([
    ['--compare', ['exercise', '--compare'], '--compare needs a scenario'],
    ['--compare --out', ['exercise', 'my.yaml', '--compare', '--out', 'here'], '--compare writes no files'],
    ['--compare --speed', ['exercise', 'my.yaml', '--compare', '--speed', '9'], '--compare plays as fast as it goes'],
    [
      '--seeds',
      ['exercise', 'my.yaml', '--seeds', '2'],
      '--seeds is for --compare\n  Add --compare, or give one seed with --seed',
    ],
  ])('%s has no sense, and says what has', async (_, args, told) => {
    const ran = await here.run(args);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(told);
  });

  test('says what is wrong with a scenario, and where', async () => {
    const bad = here.write('bad.yaml', SMALL_SCENARIO.replace('asn: 64513', 'asn: 3320'));
    const ran = await here.run(['exercise', bad]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('bad.yaml:15: providers.1.asn: 3320; an AS number for documentation or private use');
    const none = await here.run(['exercise', 'no-such']);
    expect(none.stderr).toContain('Known ones:');
    const seed = await here.run(['exercise', mine, '--seed', 'x']);
    expect(seed.code).toBe(2);
  });
});
