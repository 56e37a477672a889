import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPILED, createInstallation, REPOSITORY } from '../support/cli.ts';
import type { Ran } from '../support/cli.ts';

const installation = createInstallation();
const { run, done, write, dataDirectory } = installation;
afterAll(() => installation.close());

const ESCAPE = '\u001b';
/** Rewrites the window's title; wipes the screen; the same in the C1 set; turns the direction of writing round. */
const HOSTILE = [`${ESCAPE}]0;owned\u0007`, `${ESCAPE}[2J`, '\u009b2J', '\u202e'];
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** A host as a terminal or a mail program would make a link of it; of IPv6 the whole address, shortened or not. */
const PLAIN_HOST =
  /(?<![\d.])(?:192\.0\.2|198\.51\.100|203\.0\.113|198\.18\.\d+)\.\d|2001:db8[0-9a-f:]*::|2001:db8(?::[0-9a-f]{1,4}){6}|[a-z0-9]\.evil\.example/;

const feed = write(
  `feed${HOSTILE[0]}${HOSTILE[1]}.csv`,
  [
    'server,port,malware',
    `192.0.2.5,443,Bad${HOSTILE.join('')}bot`,
    'http://c2.evil.example/gate,,Badbot',
    '2001:db8:1000::7,443,Badbot',
    ...HOSTILE.map((mark) => `192.0.2.6${mark},443,Badbot`),
    '203.0.113.60:3333,443,Badbot',
    'http://user@c2.evil.example/,80,Badbot',
    '[2001:db8::9]:99999,,Badbot',
    '',
  ].join('\n'),
);
const OPERATION = ['--operation', 'hostile'];
const command = ['run', feed, ...OPERATION, '--drill', '--providers', 'examples/first-look/providers.yaml'];

/** Every command that shows something of the operation; the first three make it what it is. */
const SHOWS: readonly (readonly string[])[] = [
  [...command, '--attest', 'Your Name', '--reason', 'why', '--group', 'partner'],
  [...command, '--attest', `Your${HOSTILE[1]}Name`, '--reason', 'why'],
  [...command, '--group', `a${HOSTILE[3]}b`],
  command,
  ['import', feed, ...OPERATION, '--drill'],
  ['status', ...OPERATION],
  ['servers', ...OPERATION],
  ['cases', ...OPERATION],
  ['providers', ...OPERATION],
  ['notices', ...OPERATION],
  ['explain', '192.0.2.5', ...OPERATION],
  ['explain', 'c2.evil.example', ...OPERATION],
  ['explain', '2001:db8:1000::7', ...OPERATION],
  ['explain', `192.0.2.99${HOSTILE[1]}`, ...OPERATION],
  ['explain', 'http://other.evil.example/', ...OPERATION],
  ['servers', ...OPERATION, '--filter', `host${HOSTILE[0]}`],
  ['run', `missing${HOSTILE[0]}.csv`, ...OPERATION, '--drill'],
  [`serv${HOSTILE[1]}ers`],
];

const MAKING = 3;

describe('what a person is shown', () => {
  const shown: Ran[] = [];
  beforeAll(async () => {
    for (const args of SHOWS.slice(0, MAKING)) shown.push(await run(args));
    shown.push(...(await Promise.all(SHOWS.slice(MAKING).map((args) => run(args)))));
  });

  test('holds no escape sequence, whatever a feed, a file name, a group or an option holds', () => {
    for (const [index, { stdout, stderr }] of shown.entries()) {
      expect(CONTROL.exec(stdout + stderr)?.[0], `${SHOWS[index]?.join(' ')}\n${stdout}${stderr}`).toBeUndefined();
    }
    expect(shown[0]?.stdout).toContain('10 rows, 3 accepted, 7 rejected');
  });

  test('holds no host that could be clicked, in rejected rows and errors neither', () => {
    for (const [index, { stdout, stderr }] of shown.entries()) {
      expect(PLAIN_HOST.exec(stdout + stderr)?.[0], `${SHOWS[index]?.join(' ')}\n${stdout}${stderr}`).toBeUndefined();
    }
    expect(shown[0]?.stdout).toMatch(/line 9: 203\.0\.113\[\.\]60:3333/);
  });

  test('holds the hosts exactly with --json, and no control character raw', async () => {
    const json = await done(['servers', ...OPERATION, '--json']);
    expect(json).toContain('"192.0.2.5"');
    const cases = await done(['cases', ...OPERATION, '--json']);
    expect(CONTROL.exec(json + cases)).toBeNull();
  });
});

/** On a busy machine a step takes the two seconds after which it is told (progress-line.test.ts); that is no error. */
function withoutProgress(stderr: string): string {
  return stderr.replace(/^.* …\n/gm, '');
}

test('standard error is silent where nothing is wrong, but for what takes long', async () => {
  expect(withoutProgress((await run(['status', ...OPERATION])).stderr)).toBe('');
});

/** Runs a line of shell with `$dismantle` for the program; the data directory is this file's. */
function shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const dismantle = `${process.execPath} ${join(REPOSITORY, 'bin', 'dismantle.js')}`;
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', line],
      {
        cwd: REPOSITORY,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), TERM: 'xterm', HOME: installation.folder, dismantle,
          NODE_COMPILE_CACHE: COMPILED, DISMANTLE_DATA_DIR: dataDirectory, ...env,
        },
      },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : null, signal: null, stdout, stderr });
      },
    ); // prettier-ignore
  });
}

test('a reader that has seen enough is no failure', async () => {
  const lines = Array.from({ length: 4000 }, (_none, index) => `198.18.${index >> 8}.${index & 255}:443`);
  await done(['import', write('many.txt', lines.join('\n')), '--operation', 'many', '--drill']);
  const { stdout, stderr } = await shell('{ $dismantle ledger export -; echo "ended with $?" >&2; } | head -1');
  expect(stdout).toMatch(/^\{"checkpoint":.*\}\n$/);
  expect(withoutProgress(stderr)).toBe('ended with 0\n');
  const closed = await shell('{ $dismantle servers --filter bad 2>&1; echo "ended with $?" >/dev/null; } | head -c 1');
  // Of "dismantle: …", or of a step that took long.
  expect(closed.stdout).toMatch(/^\w$/);
});

const hasScript = existsSync('/usr/bin/script');
if (!hasScript) process.stderr.write('skipped: what a terminal shows, for script(1) is not there\n');

describe.skipIf(!hasScript)('on a terminal', () => {
  const onTerminal = async (args: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await shell(`script -qec "$dismantle ${args}" /dev/null < /dev/null`, env)).stdout;
  const again = `run examples/first-look/feed.csv --operation screen --drill`;

  test('progress is one line that is gone before the result begins', async () => {
    const screen = await onTerminal(again);
    expect(screen).toMatch(/opening the database|reading|identifying/);
    // Every line of progress begins by wiping the one before, and the result begins on a wiped line.
    expect(screen).toMatch(/\r\u001b\[2K\u001b\[1mOperation screen/);
    const result = screen.slice(screen.indexOf('Operation screen'));
    expect(result).not.toContain(`${ESCAPE}[2K`);
    expect(result).toContain(`${ESCAPE}[1mNext${ESCAPE}[22m`);
  });

  test('NO_COLOR keeps colours away, and a pipe has none', async () => {
    expect(await onTerminal(again, { NO_COLOR: '1' })).not.toMatch(/\u001b\[\d+m/);
    expect((await shell(`$dismantle ${again}`)).stdout).not.toContain(ESCAPE);
  });
});
