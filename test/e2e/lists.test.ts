import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import { madeUpOnion } from '../support/indicators.ts';
import { runObject } from '../support/run-contract.ts';
import type { RunObject } from '../support/run-contract.ts';

const installation = createInstallation();
const { run, done, json, write } = installation;
afterAll(() => installation.close());

const DRILL = ['--drill', '--providers', 'examples/first-look/providers.yaml'];
let summary: RunObject;

beforeAll(async () => {
  summary = await json(runObject, [
    'run', 'examples/first-look/feed.csv', '--operation', 'first-look', ...DRILL, '--attest', 'Your Name', '--reason', 'x',
  ]); // prettier-ignore
});

const rows = z.array(z.record(z.string(), z.unknown()));
const hosts = async (...args: readonly string[]): Promise<readonly unknown[]> =>
  (await json(rows, ['servers', ...args])).map(({ host }) => host);

describe('servers', () => {
  test.concurrent.each([
    [['--filter', 'country=BR'], 2],
    [['--filter', 'country=br'], 2],
    [['--filter', 'country!=BR'], 17],
    [['--filter', 'host~example'], 2],
    [['--filter', 'provider~ip', '--filter', 'state=drafted'], 2],
    [['--filter', 'country=BR', '--filter', 'country=DE'], 0],
    [['--filter', 'provider=-'], 1],
    [['--filter', 'asn=64496'], 4],
    [['--limit', '5'], 5],
    [[], 19],
  ])('with %j are %i', async (args, expected) => {
    expect(await hosts(...args)).toHaveLength(expected);
  });

  test('are shown defanged to a person and exactly to a script', async () => {
    const { stdout, stderr } = await run(['servers', '--limit', '3']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1 + 3);
    expect(stdout).toMatch(/^192\.0\.2\[\.\]11 /m);
    expect(stderr).toContain('and 16 more: use --limit or --filter');
    expect(await hosts('--limit', '1')).toEqual(['192.0.2.11']);
    expect(await done(['servers', '--filter', 'country=XX'])).toBe('No servers that match.\n');
  });
});

test('cases match by a member of a list', async () => {
  expect(await json(rows, ['cases', '--filter', 'attestedBy=your name'])).toHaveLength(19);
  expect(await json(rows, ['cases', '--filter', 'heldBy=-'])).toHaveLength(19);
  const lacking = await json(rows, ['cases', '--filter', 'missing=no-csirt']);
  expect(lacking.length).toBeGreaterThan(0);
  expect(await json(rows, ['cases', '--filter', 'missing!=no-csirt'])).toHaveLength(19 - lacking.length);
});

test('providers and notices agree with the summary', async () => {
  const providers = await json(rows, ['providers']);
  expect(providers).toHaveLength(summary.providers);
  expect(await json(rows, ['providers', '--filter', 'contact=-'])).toHaveLength(1);
  const notices = await json(rows, ['notices']);
  expect(notices.map(({ reference }) => reference)).toEqual(summary.notices.map(({ reference }) => reference));
  expect(await json(rows, ['notices', '--filter', 'to=-'])).toHaveLength(3);
  const table = await done(['notices']);
  for (const { reference, provider } of summary.notices) expect(table).toMatch(new RegExp(`${reference} +${provider}`));
});

test('report ends as the run did, without the intake', async () => {
  const report = await json(runObject, ['status']);
  expect(report).toEqual({ ...summary, intake: { files: [], rejects: [], rejectsFile: null } });
  expect(await done(['status'])).toContain('Servers   19, of them 18 located at 8 providers');
});

describe('explain', () => {
  test('names the row that decided, its citation, and what is missing', async () => {
    const texts = ['192.0.2.11', '192.0.2[.]11:443', 'hxxp://192.0.2[.]11/'];
    const explained = texts.map((text) => done(['explain', text, '--operation', 'first-look']));
    for (const said of await Promise.all(explained)) {
      expect(said).toContain('192.0.2[.]11  port 443');
      expect(said).toMatch(/state +notice drafted/);
      expect(said).toMatch(/row +us-abuse-notice: /);
      expect(said).toMatch(/citation +18 U\.S\.C\. §1030/);
      expect(said).toMatch(/Still missing before a notice may go\n(.*\n)*.*not everybody has been asked/);
    }
  });

  test('says what a held server waits for', async () => {
    const file = write('one.txt', '192.0.2.77:443\n');
    await done(['run', file, '--operation', 'held', ...DRILL]);
    const said = await done(['explain', '192.0.2.77', '--operation', 'held']);
    expect(said).toMatch(/state +held/);
    expect(said).toMatch(/does not pass: fewer than two independent groups count\n  the unnamed group counts/);
    expect(said).toContain('dismantle attest SERVER');
    expect(said).toContain('none: the case is not identified');
  });

  test('says that nobody can seize an .onion, which no drill takes', async () => {
    const onion = madeUpOnion();
    const file = write('onion.txt', `${onion}\n`);
    const vouched = ['--attest', 'Your Name', '--reason', 'made up'];
    const drill = await json(runObject, ['run', file, '--operation', 'no-onion', '--drill', ...vouched]);
    expect(drill.intake.files).toMatchObject([{ accepted: 0, rejected: 1 }]);
    const real = await json(runObject, ['run', file, '--operation', 'onion', ...vouched]);
    expect(real).toMatchObject({ servers: { total: 1, located: 0 }, methods: { 'not-seizable': 1 }, notices: [] });
    const said = await done(['explain', onion, '--operation', 'onion']);
    expect(said).toContain('Method: not-seizable');
    expect(said).not.toContain(onion);
    expect(said).toContain(onion.replace('.', '[.]'));
  });
});

test('a command asks which operation is meant where there are several', async () => {
  const { code, stderr } = await run(['servers']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/say which one with --operation\n {2}Known ones: .*first-look/);
});

describe('doctor', () => {
  test('finds this installation well, and a broken setting out', async () => {
    const { findings, ok } = await json(
      z.object({
        ok: z.boolean(),
        findings: z.array(z.object({ what: z.string(), state: z.string(), says: z.string() })),
      }),
      ['doctor'],
    );
    expect(ok).toBe(true);
    expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['database', 'sources', 'traffic']));
    expect(await done(['doctor'])).toMatch(/good {2}traffic +every switch is off: nothing leaves this machine/);
    const { code, stdout } = await run(['doctor'], { env: { DISMANTLE_PLAYBOOK: 'nowhere.dmn' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^BAD {3}sources .*nowhere\.dmn/m);
  });
});

test('what is set and not heeded is told on standard error, by doctor as a note, and no result holds it', async () => {
  const env = {
    DISMANTLE_ORGANISATON_NAME: 'Lab CERT',
    DISMANTLE_PROTECTED_GROUND_EFFECTS: '{"root-servers":"note"}',
  };
  const told =
    'dismantle: DISMANTLE_ORGANISATON_NAME has no effect: there is no such variable; the nearest is DISMANTLE_ORGANISATION_NAME\n' +
    'dismantle: DISMANTLE_PROTECTED_GROUND_EFFECTS: protectedGround.effects: "root-servers": note has no effect; ';
  const shown = await run(['config', 'show', '--json'], { env });
  expect(shown.stderr).toMatch(/^.*\n.*\n$/);
  expect(shown.stderr).toContain(told);
  expect(JSON.parse(shown.stdout)).not.toHaveProperty('withoutEffect');
  const { code, stdout, stderr } = await run(['doctor'], { env });
  expect(code).toBe(0);
  expect(stderr).toContain(told);
  expect(stdout).toMatch(/^note {2}without effect {5}DISMANTLE_ORGANISATON_NAME /m);
  expect(stdout).toMatch(/^note {2}without effect {5}.*"root-servers": note has no effect/m);
});

describe('config show', () => {
  const settings = z.object({
    file: z.string().nullable(),
    settings: z.array(z.object({ key: z.string(), value: z.string().nullable(), origin: z.string() }).loose()),
  });

  test('tells where every value comes from, and no secret', async () => {
    const secret = 'postgres://me:secret-word@127.0.0.1:1/lab';
    const config = write('settings.yaml', 'organisation:\n  name: Lab CERT\n  email: lab@cert.example\n');
    const args = ['config', 'show', '--config', config];
    const env = { DATABASE_URL: secret, DISMANTLE_ORGANISATION_EMAIL: 'other@cert.example' };
    const shown = await json(settings, args, { env });
    const found = new Map(shown.settings.map(({ key, value, origin }) => [key, { value, origin }]));
    expect(shown.file).toBe(config);
    expect(found.get('organisation.name')).toEqual({ value: 'Lab CERT', origin: `${config}: line 2` });
    expect(found.get('organisation.email')).toEqual({
      value: 'other@cert.example',
      origin: 'DISMANTLE_ORGANISATION_EMAIL',
    });
    expect(found.get('database.url')).toEqual({ value: '(set)', origin: 'DATABASE_URL' });
    expect(found.get('traffic.send')).toEqual({ value: 'false', origin: 'default' });
    const text = await done(args, { env });
    expect(text + JSON.stringify(shown)).not.toContain('secret-word');
  });

  test('reads dismantle.yaml in the data directory, and refuses a secret in it', async () => {
    const path = write('data/dismantle.yaml', 'organisation:\n  name: Lab CERT\n');
    expect(await done(['config', 'show'])).toMatch(/organisation\.name +Lab CERT +.*dismantle\.yaml: line 2/);
    write('data/dismantle.yaml', 'database:\n  url: postgres://me:secret-word@127.0.0.1:1/lab\n');
    const { code, stdout, stderr } = await run(['config', 'show']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`${path}: line 2: database.url is a secret and has no place in this file`);
    expect(stderr).not.toContain('secret-word');
    write('data/dismantle.yaml', '');
  });
});

test('the README runs the command that is tested here', () => {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8').replaceAll(/\\\n\s*/g, '');
  expect(readme).toMatch(
    /dismantle run examples\/first-look\/feed\.csv --operation first-look --drill --providers examples\/first-look\/providers\.yaml --attest "Your Name" --reason "first look"/,
  );
});
