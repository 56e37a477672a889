import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';

// A strike by the command line: planned, held by two people with real keys, seen wherever somebody looks, and let go. One test
// after the other, each where the one before has left off.

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

const key = (name: string): string => join(folder, name.toLowerCase());
const signed = (name: string, ...words: readonly string[]): readonly string[] => [
  '--as',
  name,
  '--key',
  key(name),
  ...words,
];
const inLab = ['--operation', 'lab'];
const aim = new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 16) + 'Z'; // prettier-ignore
let reference = '';

beforeAll(async () => {
  for (const name of ['Ada', 'Bo', 'Cy']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key(name)]);
  await done(['person', 'add', 'Ada', '--role', 'admin', '--role', 'counsel', '--key', `${key('Ada')}.pub`, '--sign-with', key('Ada')]);
  for (const name of ['Bo', 'Cy']) {
    await done(['person', 'add', name, '--role', 'approver', '--key', `${key(name)}.pub`, '--as', 'Ada', '--sign-with', key('Ada')]);
  }
  const list = { name: 'some', description: 'some', version: 1, type: 'cidr', matching_attributes: ['ip-dst'] };
  write('lists/some/list.json', JSON.stringify({ ...list, list: ['198.51.100.250/32'] }));
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  write('data/dismantle.yaml', JSON.stringify({ organisation: { name: 'Example CERT', email: 'desk@cert.example', contestEmail: 'contest@cert.example' } }));
  for (const group of ['one', 'two']) {
    const file = write(`${group}.csv`, `# ${group}\nserver,last_seen,evidence,malware\n192.0.2.11:443,${day},sandbox-run,Examplebot\n`);
    await done(['run', file, ...inLab, '--drill', '--malware', 'Examplebot', '--group', group, '--source', group, '--warninglists', join(folder, 'lists'), '--providers', 'examples/first-look/providers.yaml']);
  }
  const [notice] = await json(z.array(z.looseObject({ reference: z.string() })), ['review', ...inLab]);
  reference = notice?.reference ?? '';
  await done(['approve', reference, ...signed('Bo'), '--yes', ...inLab]);
}); // prettier-ignore

test('a plan shows all strategies side by side, marks the chosen one, and says what comes next', async () => {
  expect(await done(['strike', 'list', ...inLab])).toContain('No strike is planned. Plan one with: dismantle strike plan');
  const said = await done(['strike', 'plan', '--aim', aim, '--seed', '7', '--as', 'Ada', ...inLab]);
  expect(said).toMatch(/^Strike 1 {2}simultaneous, aim /);
  expect(said).toContain(reference);
  expect(said).toMatch(/▸ +simultaneous/);
  for (const strategy of ['rolling', 'converge']) expect(said).toMatch(new RegExp(`\\n +${strategy} `));
  expect(said).toMatch(/exposure, minutes.*victim-hours.*none left alive \(95 %\)/);
  expect(said).toContain('Next: dismantle strike hold 1 --as PERSON --reason TEXT --operation lab');
  const shape = z.looseObject({ strike: z.int(), planHash: z.string(), seed: z.int(), forecasts: z.array(z.looseObject({})) });
  const given = await json(shape, ['strike', 'plan', '--strategy', 'converge', '--aim', aim, '--seed', '7', ...inLab]);
  expect(given).toMatchObject({ strike: 2, seed: 7, strategy: 'converge', operation: 'lab' });
  expect(given.forecasts).toHaveLength(3);
}); // prettier-ignore

test.each<[says: string, args: readonly string[], code: number, what: RegExp]>([
  ['an aim that is past', ['plan', '--aim', '2020-01-01'], 2, /is past\n.*--aim/],
  ['an aim beyond a day', ['plan', '--aim', '2999-01-01'], 2, /more than 24 hours ahead/],
  ['a strategy that there is not', ['plan', '--strategy', 'at-once'], 2, /rolling, simultaneous, converge/],
  ['a seed that is no number', ['plan', '--seed', 'x'], 2, /no whole number\n.*--seed 7/],
  ['a strike that there is not', ['show', '9'], 1, /has no strike 9\n.*Known ones: 1, 2/],
  ['a release without a why', ['release', '1', '--as', 'Bo'], 2, /--harm or --reason/],
  ['a release of what was never held by who may not', ['release', '1', '--as', 'Ny', '--harm', 'x'], 1, /Ny/],
])('%s is refused, with what to do next', async (_, args, code, what) => {
  const { code: found, stderr } = await run(['strike', ...args, ...inLab]);
  expect([found, stderr]).toEqual([code, expect.stringMatching(what)]);
});

test('two people hold it, one of them counsel; it is said in review, status and due', async () => {
  const hold = ['strike', 'hold', '1'];
  const words = ['--reason', 'all at once', ...inLab];
  expect(await done([...hold, ...signed('Bo', ...words)])).toContain('one of two has approved; holds nothing');
  const { code, stderr } = await run([...hold, ...signed('Cy', ...words)]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/has to be counsel, and Cy is not\n.*person list/)]);
  expect(await done([...hold, ...signed('Ada', ...words)])).toMatch(/: held\n[\s\S]*approved by ada as counsel/);
  const until = /held by strike 1 until \d{4}-\d\d-\d\d \d\d:\d\d/;
  expect(await done(['review', reference, ...inLab])).toMatch(until);
  expect(await done(['status', ...inLab])).toMatch(until);
  const due = await done(['due', ...inLab]);
  expect(due).toMatch(until);
  expect(due).toContain('strike  strike 1  goes by itself');
  expect(await done(['strike', 'list', ...inLab])).toMatch(/1 +simultaneous .* bo, ada +held/);
});

test('a trusted desk is briefed ahead once two people have approved what they have read, and not while nothing is armed', async () => {
  const brief = ['strike', 'brief', '1'];
  const words = ['--reason', 'a small desk', ...inLab];
  const early = await run([...brief, ...signed('Bo', ...words)]);
  expect([early.code, early.stderr]).toEqual([1, expect.stringMatching(/no briefing of strike 1 waits[^]*strike brief 1/)]);
  const said = await done([...brief, ...inLab]);
  expect(said).toMatch(/^Prairie Hosting {2}abuse@prairie-hosting\.example: waits for two approvals/);
  expect(said).toMatch(new RegExp(`Subject: \\[${reference}\\] TLP:RED DRILL: Please have somebody at your desk at .* UTC\\n {2}TLP:RED\\n`));
  expect(said).toContain('Next: dismantle strike brief 1 --as PERSON --reason TEXT --operation lab');
  expect(said).not.toContain('192.0.2');
  const half = await run([...brief, '--as', 'Bo', ...inLab]);
  expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('--as and --reason go together')]);
  expect(await done([...brief, ...signed('Bo', ...words)])).toContain('one of two has approved; it does not leave');
  const { code, stderr } = await run([...brief, ...signed('Cy', ...words)]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/has to be counsel, and Cy is not\n.*person list/)]);
  expect(await done([...brief, ...signed('Ada', ...words)])).toContain('approved; it leaves with the next send');
  const sent = await done(['send', ...inLab]);
  expect(sent).toMatch(/no mail server is set/);
  const ready = readFileSync(join(readyIn(sent), `${reference}-briefing.eml`), 'utf8');
  expect(ready).toMatch(/^To: abuse@prairie-hosting\.example/m);
  expect(await done(['strike', 'show', '1', ...inLab])).toContain(`ahead of ${reference}: approved; it leaves with the next send`);
  expect(await done(['strike', 'list', ...inLab])).toMatch(/0 of 1/);
  expect(await done(['outgoing', ...inLab])).toMatch(/briefing +queued/);
  const shape = z.looseObject({ briefings: z.array(z.looseObject({ standing: z.string(), approvals: z.array(z.looseObject({})) })) });
  const shown = await json(shape, ['strike', 'show', '1', ...inLab]);
  expect(shown.briefings).toMatchObject([{ standing: 'approved', approvals: [{ person: 'bo' }, { person: 'ada', role: 'counsel' }] }]);
}); // prettier-ignore

function readyIn(said: string): string {
  return /they lie in (.+)\.\n/.exec(said)?.[1] ?? '';
}

test('harm that is imminent ends it at once, by one', async () => {
  const said = await done(['strike', 'release', '1', ...signed('Cy', '--harm', 'a hospital is being encrypted', ...inLab)]);
  expect(said).toMatch(/released by cy, .*, harm is imminent: a hospital is being encrypted\nNext: dismantle send/);
  for (const args of [['review', reference], ['status'], ['due']]) {
    expect(await done([...args, ...inLab]), args.join(' ')).not.toContain('held by strike');
  }
  expect(await done(['strike', 'show', '1', ...inLab])).toContain(`ahead of ${reference}: did not leave, and leaves no more`);
  expect((await run(['strike', 'brief', '1', ...inLab])).stderr).toContain('strike 1 is not held');
  expect(await done(['audit'])).toMatch(/whole|nothing|OK/i);
}); // prettier-ignore
