import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInstallation } from '../support/cli.ts';
import type { Ran } from '../support/cli.ts';

const installation = createInstallation();
const { folder, run, done, write } = installation;
afterAll(() => installation.close());

const good = write('good.txt', '192.0.2.1:443\n');
const table = write('table.csv', 'a,b\n192.0.2.1,443\n');
const INTO = ['--operation', 'lab', '--drill'];

beforeAll(async () => {
  write('empty.csv', '');
  write('feed.json', '{"servers": ["192.0.2.1"]}\n');
  write('unknown.yaml', 'organization:\n  name: Lab\n');
  await done(['import', good, ...INTO]);
});

/** One line of what is wrong, one of what to do next; nothing where results go. */
function expectRefusal({ stdout, stderr }: Ran, what: RegExp): void {
  expect(stdout).toBe('');
  // On a busy machine progress may be told before; its lines end in an ellipsis.
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.endsWith(' …'));
  expect(lines.at(-2)).toMatch(/^dismantle: /);
  expect(lines.at(-2)).toMatch(what);
  expect(lines.at(-1)).toMatch(/^ {2}\S.{8}/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(lines.length).toBeLessThanOrEqual(2);
}

const file = (name: string): string => join(folder, name);

// Each of them only reads what is there, so they may run at once.
test.concurrent.each<[says: string, code: number, args: readonly string[], what: RegExp]>([
  ['an unknown command', 2, ['servrs'], /servrs.*servers/],
  ['an unknown option', 2, ['servers', '--bogus'], /--bogus/],
  ['a run without an operation', 2, ['run', good], /--operation/],
  ['an operation that cannot be a folder', 2, ['import', good, '--operation', '../up', '--drill'], /\.\.\/up/],
  ['an unknown format', 2, ['import', good, ...INTO, '--format', 'xlsx'], /xlsx.*csv, maltrail, list/],
  ['a mapping of an unknown meaning', 2, ['import', table, ...INTO, '--map', 'colour=a'], /colour=a/],
  ['a mapping to no column', 2, ['import', table, ...INTO, '--map', 'server=nope'], /nope/],
  ['a person without a reason', 2, ['run', good, ...INTO, '--attest', 'Your Name'], /--reason/],
  ['a reason without a person', 2, ['run', good, ...INTO, '--reason', 'why'], /--attest/],
  ['a group of two lines', 2, ['run', good, ...INTO, '--group', 'a\nb'], /--group/],
  ['a filter without an operator', 2, ['servers', '--filter', 'state'], /state/],
  ['a filter with an unknown key', 2, ['servers', '--filter', 'colour=red'], /colour=red/],
  ['a file that is not there', 1, ['run', file('missing.csv'), ...INTO], /missing\.csv: there is no such file/],
  ['a folder for a file', 1, ['run', folder, ...INTO], /is a folder/],
  ['an empty file', 1, ['run', file('empty.csv'), ...INTO], /empty\.csv: the file is empty/],
  ['a file of JSON that is no feed', 1, ['run', file('feed.json'), ...INTO], /JSON, but of no kind that is read/],
  ['an operation that is not there', 1, ['servers', '--operation', 'nowhere'], /no operation "nowhere"/],
  ['a server that is not there', 1, ['explain', '192.0.2.99:443', '--operation', 'lab'], /no server 192\.0\.2\[\.\]99/],
  ['settings that are not there', 1, ['status', '--config', file('missing.yaml')], /missing\.yaml.*no such file/],
  ['settings with an unknown key', 1, ['status', '--config', file('unknown.yaml')], /line 1.*organization/],
  [
    'a provider book that is not there',
    1,
    ['run', good, ...INTO, '--providers', file('missing.yaml')],
    /missing\.yaml/,
  ],
  ['warning lists that are not there', 1, ['run', good, ...INTO, '--warninglists', file('nowhere')], /nowhere/],
  ['a ledger file that is not there', 1, ['audit', file('missing.jsonl')], /missing\.jsonl/],
  ['a ledger file that cannot be written', 1, ['ledger', 'export', file('no/such/folder.jsonl')], /cannot be written/],
])('%s is refused with exit code %i', async (_says, code, args, what) => {
  const ran = await run(args);
  expect(ran.code).toBe(code);
  expectRefusal(ran, what);
});

test('standard output stays empty with --json too', async () => {
  expectRefusal(await run(['run', file('missing.csv'), ...INTO, '--json']), /missing\.csv/);
  expectRefusal(await run(['servers', '--operation', 'nowhere', '--json']), /nowhere/);
  expectRefusal(await run(['servers', '--bogus', '--json']), /--bogus/);
});

// Reading a process's memory at 0 fails for root as well.
test.skipIf(!existsSync('/proc/self/mem'))('a file that cannot be read is refused', async () => {
  const ran = await run(['run', '/proc/self/mem', ...INTO]);
  expect(ran.code).toBe(1);
  expectRefusal(ran, /\/proc\/self\/mem: /);
});

test.skipIf(process.geteuid?.() === 0)('a file that one may not read is refused', async () => {
  const secret = write('secret.txt', '192.0.2.1\n');
  chmodSync(secret, 0o000);
  const ran = await run(['run', secret, ...INTO]);
  expect(ran.code).toBe(1);
  expectRefusal(ran, /you may not read it/);
});

test('what is refused leaves no trace in the ledger', async () => {
  const before = await done(['status', '--operation', 'lab', '--json']);
  await run(['run', file('empty.csv'), ...INTO]);
  expect(await done(['status', '--operation', 'lab', '--json'])).toBe(before);
});

test('a file none of whose columns names a server opens no operation', async () => {
  const notes = write('notes.md', 'Feeds go in, notices come out.\nNothing of it, is a feed.\n');
  const ran = await run(['run', notes, '--operation', 'slip']);
  expect(ran.code).toBe(1);
  expectRefusal(ran, /none of its columns is known to name the server/);
  expect(await done(['operation', 'list'])).not.toContain('slip');
});
