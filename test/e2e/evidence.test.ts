import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import { rawReply } from '../support/replies.ts';

// Told in order: each test goes on from the one before.

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
/** Outside of the repository, where no node_modules is found. */
const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-court-')));
afterAll(async () => {
  await installation.close();
  rmSync(elsewhere, { recursive: true, force: true });
});

const written = z.looseObject({
  file: z.string(),
  about: z.object({ operation: z.string(), server: z.string().nullable(), cases: z.array(z.string()) }),
  entries: z.int(),
  rows: z.int(),
  files: z.int(),
  missing: z.array(z.string()),
  verifierKey: z.string(),
  checkpoint: z.string(),
});
const file = join(folder, 'case.zip');
const cases = z.array(z.looseObject({ caseId: z.string(), serverId: z.string(), host: z.string() }));
let key = '';

beforeAll(async () => {
  const feed = ['run', 'examples/first-look/feed.csv', '--operation', 'first-look', '--drill'];
  const providers = ['--providers', 'examples/first-look/providers.yaml'];
  await done([...feed, ...providers, '--attest', 'Your Name', '--reason', 'x']);
  await done([
    'mail',
    'import',
    write('reply.eml', Buffer.from(rawReply({ text: 'We have suspended it.' })).toString()),
  ]);
});

/** Runs the program of the bundle with nothing beside: no package, no path, no home. */
function audit(at: string, args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const ran = spawnSync(process.execPath, ['audit/dismantle-audit.js', ...args], {
    cwd: at,
    encoding: 'utf8',
    env: { PATH: '' },
  });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

function unzip(name: string): string {
  const at = join(elsewhere, name);
  mkdirSync(at);
  execFileSync('unzip', ['-q', file, '-d', at]);
  return at;
}

test('the evidence about a case is written, told, and readable by its owner alone', async () => {
  const [chosen] = await json(cases, ['cases']);
  const told = await json(written, ['evidence', chosen?.caseId ?? '', '--out', file]);
  expect(told.about).toEqual({ operation: 'first-look', server: chosen?.serverId, cases: [chosen?.caseId] });
  expect(told).toMatchObject({ file, missing: [] });
  expect(told.entries).toBeGreaterThan(4);
  expect(statSync(file).mode & 0o077).toBe(0);
  key = told.verifierKey;
  const again = join(folder, 'again.zip');
  await done(['evidence', chosen?.host ?? '', '--out', again]);
  expect(readFileSync(again).equals(readFileSync(file))).toBe(true);
});

test('it is checked on another machine with nothing but Node, unpacked or as it is', () => {
  const at = unzip('case');
  expect(existsSync(join(at, 'node_modules'))).toBe(false);
  expect(readdirSync(at)).toEqual(
    expect.arrayContaining(['README.txt', 'SHA256SUMS', 'SIGNED.txt', 'audit', 'bundle.json', 'index.html']),
  );
  const whole = audit(at, ['.', '--key', key]);
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(whole.stdout).toMatch(/^The evidence holds: .* in operation first-look, from the ledger of /);
  expect(audit(at, [file])).toMatchObject({ code: 0, stderr: '' });
  const entry = readdirSync(join(at, 'entries'))[0] ?? '';
  expect(audit(at, [join('entries', entry)]).stdout).toMatch(/^The proof holds: 1 entry/);
  expect(JSON.parse(audit(at, ['.', '--json']).stdout)).toMatchObject({ what: 'evidence', ok: true });
  const sums = execFileSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], { cwd: at, encoding: 'utf8' });
  expect(sums).toBe('');
});

test('dismantle audit checks it as well, and names what was touched', async () => {
  expect(await done(['audit', file, '--key', key])).toMatch(/^The evidence holds/);
  const at = unzip('touched');
  const story = join(at, 'index.html');
  execFileSync('sed', ['-i', 's/drafted/refused/', story]);
  const ran = await run(['audit', at]);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(
    /^The evidence does NOT hold: one thing is wrong\.\n {2}index\.html is not the file that is listed/,
  );
});

test('the whole operation, with what is personal kept back', async () => {
  await done(['evidence', 'FIRST-LOOK', '--out', file, '--withhold', 'personal,sealed']);
  const said = await done(['audit', file]);
  expect(said).toContain('The evidence holds: operation first-look');
  expect(said).toContain('Kept back on request');
});

test.each([
  [['evidence', 'nobody', '--out', 'x.zip'], /"nobody" is no operation here/],
  [['evidence', '192.0.2.222', '--out', 'x.zip'], /there is no case and no server 192\.0\.2\[\.\]222/],
  [['evidence', 'first-look', '--out', 'x.pdf'], /ends in \.zip/],
  [['evidence', 'first-look', '--out', 'x.zip', '--withhold', 'secrets'], /known: personal, sealed, others/],
  [['evidence', 'first-look', '--out', '/nowhere/at/all/x.zip'], /cannot be written/],
])('%j says what to do instead', async (args, said) => {
  const ran = await run(args);
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toMatch(said);
  expect(existsSync('x.zip')).toBe(false);
});
