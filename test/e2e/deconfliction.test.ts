import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import { makeKey } from '../support/ssh-keys.ts';

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

const ada = makeKey(folder);
const bo = makeKey(folder);
const ADA = ['--as', 'Ada Example', '--reason', 'call of 9:40', '--key', ada.file];
const BO = ['--as', 'Bo Example', '--reason', 'none is known here', '--key', bo.file];

const caseRows = z.array(
  z.looseObject({
    host: z.string(),
    missing: z.array(z.string()),
    lastLook: z.string().nullable(),
    handsOffUntil: z.string().nullable(),
  }),
);

async function missing(host: string): Promise<readonly string[]> {
  await done(['run', '--operation', 'lab']);
  const rows = await json(caseRows, ['cases', '--filter', `host=${host}`]);
  return rows[0]?.missing ?? ['there is no such case'];
}

beforeAll(async () => {
  const feed = write('feed.txt', '192.0.2.11:443\n192.0.2.12:449\n198.51.100.7:443\n');
  const attested = ['--attest', 'Cy Example', '--reason', 'seen in the lab'];
  await done(['run', feed, '--operation', 'lab', '--drill', ...attested]);
});

describe('before anybody is on record', () => {
  test('a look is taken under the name that is given, and shown wherever the server is', async () => {
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const said = await done([
      'look', '192.0.2[.]11:443', '--outcome', 'c2-live', '--at', at, '--vantage', 'our own line',
      '--how', 'certificate of gate.examplebot.example', '--as', 'Ada Example',
    ]); // prettier-ignore
    expect(said).toContain('1 look recorded: 1 c2-live\nNext: dismantle run --operation lab');
    expect(await missing('192.0.2.11')).not.toContain('no-fresh-probe');
    expect(await missing('192.0.2.12')).toContain('no-fresh-probe');
    const listed = await done(['servers', '--filter', 'lastLook=c2-live']);
    expect(listed).toMatch(/192\.0\.2\[\.\]11 .*c2-live/);
    expect(listed).not.toContain('192.0.2[.]12');
    const explained = await done(['explain', '192.0.2.11']);
    expect(explained).toMatch(
      /Looks\n {2}c2-live on .*, port 443, from our own line, says Ada Example: certificate of gate\[\.\]examplebot/,
    );
    expect(explained).toContain('nobody has been asked: dismantle deconflict open');
  });

  test.each<[says: string, args: readonly string[], what: string]>([
    ['c2-live without what it matched', ['192.0.2.11', '--outcome', 'c2-live', '--vantage', 'v'], 'what it matched'],
    [
      'a look in the future',
      ['192.0.2.11', '--outcome', 'live', '--vantage', 'v', '--at', '2999-01-01'],
      'in the future',
    ],
    ['a look of long ago', ['192.0.2.11', '--outcome', 'live', '--vantage', 'v', '--at', '2020-01-01'], '30 days past'],
    ['a look at another server', ['192.0.2.99', '--outcome', 'live', '--vantage', 'v'], 'no such server'],
  ])('%s is refused, with the reason', async (_, args, what) => {
    const { code, stdout } = await run(['look', ...args, '--as', 'Ada']);
    expect([code, stdout]).toEqual([1, expect.stringContaining(what)]);
  });

  test.each<[says: string, args: readonly string[], what: RegExp]>([
    ['nothing to look at', ['--outcome', 'live'], /which servers\?/],
    ['a look without an outcome', ['192.0.2.11', '--vantage', 'v'], /--outcome and --vantage/],
    ['an unknown outcome', ['192.0.2.11', '--outcome', 'up', '--vantage', 'v'], /c2-live, live/],
    ['a file and a server', ['192.0.2.11', '--file', 'looks.csv'], /brings its own/],
  ])('%s is a wrong command line', async (_, args, what) => {
    const { code, stderr } = await run(['look', ...args, '--as', 'Ada']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(what)]);
  });

  test('a file of looks goes on past its bad rows, and tells each with line, value and reason', async () => {
    const at = new Date(Date.now() - 7_200_000).toISOString();
    const file = write(
      'looks.csv',
      `server,port,at,vantage,outcome,how\n192.0.2.12,449,${at},our own line,dark,\n192.0.2.12,,2999-01-01,our own line,dark,\n`,
    );
    const said = await done(['look', '--file', file, '--as', 'Ada Example']);
    expect(said).toContain('1 look recorded: 1 dark');
    expect(said).toMatch(
      /1 rejected:\n {2}.*looks\.csv, line 3: 192\.0\.2\[\.\]12,,2999-01-01.*: the moment lies in the future/,
    );
    expect(await missing('192.0.2.12')).toContain('not-seen-alive');
    const again = await json(z.looseObject({ recorded: z.int(), repeated: z.int() }), [
      'look', '--file', file, '--as', 'Ada Example',
    ]); // prettier-ignore
    expect(again).toMatchObject({ recorded: 0, repeated: 1 });
  });
});

describe('with people on record', () => {
  beforeAll(async () => {
    const role = (...roles: readonly string[]) => roles.flatMap((each) => ['--role', each]);
    await done([
      'person',
      'add',
      'Ada Example',
      ...role('admin', 'analyst', 'approver'),
      '--key',
      `${ada.file}.pub`,
      '--sign-with',
      ada.file,
    ]);
    await done([
      'person',
      'add',
      'Bo Example',
      ...role('counsel'),
      '--key',
      `${bo.file}.pub`,
      '--as',
      'Ada Example',
      '--sign-with',
      ada.file,
    ]);
  });

  test('a round is opened, handed over, asked about and answered, until nothing of it is missing', async () => {
    expect((await run(['deconflict', 'open'])).stderr).toContain('Say who with --as NAME');
    const opened = await done(['deconflict', 'open', '--as', 'Ada Example']);
    expect(opened).toContain('Round 1 asks about 3 servers. Nobody has been told anything yet.');
    expect(await done(['deconflict', 'open', '--as', 'Ada Example'])).toContain('Nothing new');

    const out = join(folder, 'round-1.csv');
    expect(await done(['deconflict', 'list', '1', '--kind', 'csirt', '--out', out])).toContain('TLP:AMBER+STRICT');
    const csv = readFileSync(out, 'utf8');
    expect(csv.startsWith('# TLP:AMBER+STRICT\r\n# DRILL')).toBe(true);
    expect(csv).toContain('\r\n192.0.2.11,443,');
    expect(await done(['deconflict', 'list', '1'])).toContain('192.0.2[.]11');

    const asked = (party: string, kind: string) =>
      done([
        'deconflict',
        'ask',
        '1',
        '--party',
        party,
        '--kind',
        kind,
        '--channel',
        'desk@party.example',
        '--as',
        'Ada Example',
      ]);
    await asked('Police Example', 'law-enforcement');
    await asked('CSIRT Example', 'csirt');
    const early = await run(['deconflict', 'answer', '1', '--party', 'CSIRT Example', '--answer', 'no-answer', ...ADA]);
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('counts as silent from')]);
    await done(['deconflict', 'answer', '1', '--party', 'CSIRT Example', '--answer', 'clear', ...ADA]);
    await done([
      'deconflict', 'answer', '1', '--party', 'police example', '--answer', 'hands-off', '--servers', '192.0.2[.]12',
      '--until', '2999-01-01', '--rest-clear', ...ADA,
    ]); // prettier-ignore

    const skip = ['deconflict', 'skip', '1', '--kind', 'sinkhole-operator'];
    expect(await done([...skip, ...ADA])).toContain('once a second person says so');
    const twice = await run([...skip, ...ADA]);
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining('the same person twice is one')]);
    expect(await done(['deconflict', 'status'])).toMatch(
      /not complete[^]*sinkhole-operator {2}nobody has been asked, skipped by one person/,
    );
    expect(await missing('192.0.2.11')).toContain('no-deconfliction');
    expect(await done([...skip, ...BO])).toContain('two people have signed');
    expect(await done(['deconflict', 'status', '1'])).toMatch(/Round 1 .*: complete/);

    expect(await missing('192.0.2.11')).not.toContain('no-deconfliction');
    expect(await missing('192.0.2.12')).toContain('hands-off');
    expect(await done(['explain', '192.0.2.12'])).toContain(
      'hands off  Police Example wants it left alone until 2999-01-01 00:00 UTC',
    );
  });

  test('hands off blocks at once, and is lifted by a signature alone', async () => {
    const word = ['--party', 'Police Example', '--until', '2999-01-01', '--reason', 'being watched'];
    const unknown = await run(['hands-off', '198.51.100.7', ...word, '--as', 'Eve Example']);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('is not on record here')]);
    const past = await run([
      'hands-off',
      '198.51.100.7',
      '--party',
      'P',
      '--until',
      '2020-01-01',
      '--reason',
      'r',
      '--as',
      'Bo Example',
    ]);
    expect([past.code, past.stderr]).toEqual([2, expect.stringContaining('is past')]);
    await done(['hands-off', '198.51.100[.]7', ...word, '--as', 'Bo Example']);
    expect(await missing('198.51.100.7')).toContain('hands-off');
    expect(await done(['hands-off', 'list'])).toMatch(
      /198\.51\.100\[\.\]7 +Police Example +2999-01-01 00:00 UTC +in force/,
    );

    const stranger = makeKey(folder);
    const forged = await run([
      'hands-off',
      'lift',
      '198.51.100.7',
      '--as',
      'Bo Example',
      '--reason',
      'r',
      '--key',
      stranger.file,
    ]);
    expect(forged.code).toBe(1);
    expect(await missing('198.51.100.7')).toContain('hands-off');
    await done(['hands-off', 'lift', '198.51.100.7', ...BO]);
    expect(await missing('198.51.100.7')).not.toContain('hands-off');
  });

  test('and the ledger of all of it is whole', async () => {
    expect(await done(['audit'])).toContain('whole');
  });
});
