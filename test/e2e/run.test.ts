import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import { importObject, runObject } from '../support/run-contract.ts';

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

const FEED = 'examples/first-look/feed.csv';
const DRILL = ['--drill', '--providers', 'examples/first-look/providers.yaml'];
const ATTESTED = ['--attest', 'Your Name', '--reason', 'first look'];

/** A list of drill servers, told apart by what they begin with. */
const list = (name: string, lines: readonly string[]): string => write(name, `${lines.join('\n')}\n`);

describe("the README's main command", () => {
  const command = ['run', FEED, '--operation', 'first-look', ...DRILL, ...ATTESTED];

  test('ends with a summary that a person can read', async () => {
    const { code, stdout } = await run(command);
    expect(code).toBe(0);
    expect(stdout).toContain('Operation first-look  drill: documentation and lab addresses only');
    expect(stdout).toContain('feed.csv (feodo-csv): 25 rows, 20 accepted, 5 rejected');
    expect(stdout).toMatch(/line 24: .*: not four plain decimal numbers from 0 to 255/);
    expect(stdout).toMatch(/Every rejected row with its reason: .*first-look\/rejects\.csv/);
    expect(stdout).toContain('Servers   19, of them 18 located at 8 providers');
    expect(stdout).toMatch(/\d+ {2}abuse-notice/);
    expect(stdout).toContain('Notices   7 drafts, 2 without a known contact');
    expect(stdout).toMatch(/Prairie Hosting +abuse-notice +4 {2}abuse@prairie-hosting\.example/);
    expect(stdout).toMatch(/In .*first-look\/outbox – open them/);
    expect(stdout).toMatch(/Ledger {4}\d+ entries, root [0-9a-f]{16}…/);
    expect(stdout).toMatch(/Next\n.*dismantle explain SERVER --operation first-look --data-dir /);
    expect(stdout).toContain('What the drafts still lack before anything leaves:');
  });

  test('writes what it says: a draft for each notice, and every rejected row', async () => {
    const { intake, notices } = await json(runObject, command);
    expect(notices).toHaveLength(7);
    for (const { file } of notices) {
      expect(readFileSync(file, 'utf8')).toMatch(/^content-type: multipart\/report/im);
      // Drafts name evidence: nobody else on the machine may read them.
      expect(statSync(file).mode & 0o077).toBe(0);
    }
    const outbox = join(installation.dataDirectory, 'out', 'first-look', 'outbox');
    expect(
      readdirSync(outbox)
        .map((name) => join(outbox, name))
        .sort(),
    ).toEqual(notices.map(({ file }) => file).sort());
    const rejects = readFileSync(intake.rejectsFile ?? '', 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(rejects[0]).toBe('file,line,value,reason');
    expect(rejects).toHaveLength(1 + 5);
    expect(intake.rejects.map(({ line }) => line)).toEqual([24, 25, 26, 27, 28]);
  });

  test('prints one JSON object that keeps to the contract', async () => {
    const object = await json(runObject, ['run', FEED, '--operation', 'contract', ...DRILL, ...ATTESTED]);
    expect(object).toMatchObject({
      operation: 'contract',
      intake: { files: [{ file: FEED, format: 'feodo-csv', rows: 25, accepted: 20, rejected: 5, duplicate: false }] },
      servers: { total: 19, located: 18, held: 0, heldBy: {} },
      providers: 8,
      cases: { total: 19, byState: { decided: 4, drafted: 15 } },
    });
    const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
    expect(sum(object.servers.byKind)).toBe(19);
    expect(sum(object.methods)).toBe(19);
    expect(sum(object.cases.byState)).toBe(object.cases.total);
    expect(object.notices.reduce((items, notice) => items + notice.items, 0)).toBe(15);
  });

  test('of which import --json prints operation, intake and ledger', async () => {
    const object = await json(importObject, ['import', FEED, '--operation', 'import-alone', '--drill']);
    expect(Object.keys(object).sort()).toEqual(['intake', 'ledger', 'operation']);
    expect(object.intake.files).toMatchObject([{ rows: 25, accepted: 20, rejected: 5 }]);
  });

  test('writes where --out says', async () => {
    const out = join(folder, 'elsewhere');
    const { notices, intake } = await json(runObject, [...command, '--out', out]);
    for (const { file } of notices) expect(existsSync(file) && file.startsWith(out)).toBe(true);
    expect(intake.rejectsFile).toBe(join(out, 'first-look', 'rejects.csv'));
  });
});

describe('the same bytes again', () => {
  const command = ['run', FEED, '--operation', 'again', '--drill'];

  test('change nothing in the ledger, and it says so', async () => {
    const first = await json(runObject, command);
    const second = await json(runObject, command);
    expect(first.intake.files[0]?.duplicate).toBe(false);
    expect(second.intake.files[0]).toMatchObject({ duplicate: true, rows: 25, accepted: 20, rejected: 5 });
    expect(second.intake.rejects).toEqual(first.intake.rejects);
    expect(second.ledger).toEqual(first.ledger);
    expect(await done(command)).toContain('the very same file was imported before, so no row was added');
  });

  test('are known under another name too', async () => {
    const before = await json(runObject, ['status', '--operation', 'again']);
    const copy = join(folder, 'renamed.txt');
    copyFileSync(join(REPOSITORY, FEED), copy);
    const { intake, ledger } = await json(runObject, ['run', copy, '--operation', 'again', '--drill']);
    expect(intake.files).toMatchObject([{ file: copy, duplicate: true }]);
    expect(ledger).toEqual(before.ledger);
  });

  test('take a new attestation once', async () => {
    const before = await json(runObject, ['status', '--operation', 'again']);
    expect(before.servers.held).toBe(19);
    const vouched = await json(runObject, [...command, ...ATTESTED]);
    expect(vouched.intake.files[0]?.duplicate).toBe(true);
    expect(vouched.servers.held).toBe(0);
    expect(vouched.ledger.entries).toBeGreaterThan(before.ledger.entries);
    expect((await json(runObject, [...command, ...ATTESTED])).ledger).toEqual(vouched.ledger);
  });
});

describe('one group of sources', () => {
  const servers = ['192.0.2.10:443', '198.51.100.7:443', '203.0.113.99:8443'];
  const a = list('a.txt', ['# ours', ...servers]);
  const b = list('b.txt', ['# theirs', ...servers]);

  test('is not enough, however many files it has', async () => {
    const { servers: figures, notices } = await json(runObject, ['run', a, b, '--operation', 'one', ...DRILL]);
    expect(figures).toMatchObject({ total: 3, held: 3, heldBy: { 'needs-corroboration': 3 } });
    expect(notices).toEqual([]);
    expect(await done(['status', '--operation', 'one'])).toMatch(/3 {2}held: fewer than two independent groups count/);
  });

  test('and another of a different name identify', async () => {
    const first = await json(runObject, ['run', a, '--group', 'a', '--operation', 'two', ...DRILL]);
    expect(first.servers.held).toBe(3);
    const second = await json(runObject, ['run', b, '--group', 'b', '--operation', 'two', ...DRILL]);
    expect(second.servers).toMatchObject({ held: 0, heldBy: {} });
    expect(second.notices.length).toBeGreaterThan(0);
    for (const { missing } of second.notices) expect(missing).not.toContain('attested-import-only');
  });

  test('cannot pass the same bytes for another group', async () => {
    await done(['run', a, '--group', 'a', '--operation', 'three', ...DRILL]);
    const again = ['run', a, '--group', 'b', '--operation', 'three', ...DRILL];
    const { servers: figures, intake, notices } = await json(runObject, again);
    expect(intake.files).toMatchObject([{ duplicate: true, group: 'a' }]);
    expect(figures.heldBy).toEqual({ 'needs-corroboration': 3 });
    expect(notices).toEqual([]);
    expect(await done(again)).toContain('it counts in the group "a"');
  });
});
