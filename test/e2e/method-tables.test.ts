import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, REPOSITORY } from '../support/cli.ts';

// Told in order: a table is proposed, approved by a second person, decides, and is taken back; by the command line alone.

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

const DEFAULT = readFileSync(join(REPOSITORY, 'playbooks/default.dmn'), 'utf8');
const EDITED = DEFAULT.replace(/(?<=Entry id="abuse-notice\.citation"><text>")/, 'as edited; ');
const FEED = ['run', 'examples/first-look/feed.csv', '--operation', 'first-look', '--drill'];
const PROVIDERS = ['--providers', 'examples/first-look/providers.yaml', '--attest', 'Ada Example', '--reason', 'x'];

const proposal = z.object({
  number: z.int(),
  sha256: z.string().regex(/^[\da-f]{64}$/),
  state: z.string(),
  proposedAt: z.iso.datetime(),
  approvedBy: z.string().nullable(),
  examples: z.object({ count: z.int(), isOurs: z.boolean() }),
});
const checked = z.object({ file: z.string(), sha256: z.string() });

let file: string;
let keys: Record<'ada' | 'dee', string>;

const as = (who: 'ada' | 'dee'): string[] => [
  '--as',
  who === 'ada' ? 'Ada Example' : 'Dee Example',
  '--key',
  keys[who],
];
const because = ['--reason', 'the court of …, 3 March'];

beforeAll(async () => {
  file = write('edited.dmn', EDITED);
  const make = (name: string): string => {
    const key = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
    return key;
  };
  keys = { ada: make('ada'), dee: make('dee') };
  await done(['person', 'add', 'Ada Example', '--role', 'admin', '--role', 'counsel', '--key', `${keys.ada}.pub`, '--sign-with', keys.ada]); // prettier-ignore
  await done(['person', 'add', 'Dee Example', '--role', 'counsel', '--key', `${keys.dee}.pub`, '--as', 'Ada Example', '--sign-with', keys.ada]); // prettier-ignore
});

test('what would do harm or fails a test case is not proposed', async () => {
  const harmful = write('harmful.dmn', DEFAULT.replace(/(?<=Entry id="bulletproof-referral\.trust"><text>)[^<]*/, '"unresponsive"')); // prettier-ignore
  const harm = await run(['playbook', 'propose', harmful, ...as('ada'), ...because]);
  expect(harm).toMatchObject({ code: 1, stdout: '' });
  expect(harm.stderr).toContain('bulletproof-mailed');
  const failing = write('failing.dmn', DEFAULT.replace(/(?<=Entry id="br-abuse-notice\.approvals"><text>)\d/, '2'));
  const failed = await run(['playbook', 'propose', failing, ...as('ada'), ...because]);
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toMatch(/\d+ of \d+ test cases? fail/);
  expect(await done(['playbook', 'list'])).toContain('No method table was proposed here');
});

test('one person proposes, and it decides nothing yet; the proposer does not approve it', async () => {
  const said = await done(['playbook', 'propose', file, ...as('ada'), ...because]);
  expect(said).toContain('It differs in 1 row from the table in force:');
  expect(said).toMatch(/changed {2}abuse-notice\n +citation: .* → as edited; /);
  const [waiting] = await json(z.array(proposal), ['playbook', 'list']);
  expect(waiting).toMatchObject({ number: 1, state: 'waiting', approvedBy: null, examples: { isOurs: true } });
  const short = waiting?.sha256.slice(0, 12) ?? '';
  expect(await done(['playbook', 'show', short])).toContain('waits for approval');
  const own = await run(['playbook', 'approve', short, ...as('ada'), '--yes']);
  expect(own).toMatchObject({ code: 1, stdout: '' });
  expect(own.stderr).toContain('Ada Example has proposed it: a second person approves it');
  const unconfirmed = await run(['playbook', 'approve', short, ...as('dee')]);
  expect(unconfirmed.code).toBe(2);
  expect(unconfirmed.stderr).toContain('nobody is at a terminal to confirm it');
  expect((await json(checked, ['playbook', 'check'])).file).toContain('default.dmn');
});

test('counsel approves it; what becomes of the file then changes nothing, and no other table decides', async () => {
  const [waiting] = await json(z.array(proposal), ['playbook', 'list']);
  const sha256 = waiting?.sha256 ?? '';
  const approved = await json(proposal, ['playbook', 'approve', sha256.slice(0, 12), ...as('dee'), '--yes']);
  expect(approved).toMatchObject({ state: 'in-force', approvedBy: 'dee example' });
  writeFileSync(file, 'nothing any more');
  expect(await json(checked, ['playbook', 'check'])).toMatchObject({ file: `approved table 1 (${sha256.slice(0, 12)})`, sha256 }); // prettier-ignore
  expect(await done(['playbook', 'show', 'abuse-notice'])).toContain('as edited; ');
  const other = await run([...FEED, ...PROVIDERS, '--playbook', join(REPOSITORY, 'playbooks/default.dmn')]);
  expect(other).toMatchObject({ code: 1, stdout: '' });
  expect(other.stderr).toContain('the method table in force is the approved one, number 1');
  await done([...FEED, ...PROVIDERS]);
  const ledger = join(folder, 'ledger.jsonl');
  const beside = join(folder, 'beside');
  const exported = await done(['ledger', 'export', ledger, '--messages', beside]);
  expect(exported).toContain('2 files of method tables');
  expect(readFileSync(join(beside, `${sha256}.dmn`), 'utf8')).toBe(EDITED);
  expect(readFileSync(ledger, 'utf8')).toContain(`"playbook":"${sha256}"`);
  expect((await run(['audit', ledger])).code).toBe(0);
  expect((await run(['audit'])).code).toBe(0);
  expect(await done(['doctor'])).toContain('approved as number 1');
});

test('withdrawn by counsel it decides no more; a rejected one never does', async () => {
  const [inForce] = await json(z.array(proposal), ['playbook', 'list']);
  const withdrawn = await done(['playbook', 'withdraw', inForce?.sha256 ?? '', ...as('dee'), '--reason', 'repealed']);
  expect(withdrawn).toMatch(/In force now: .*default\.dmn/);
  const again = write('again.dmn', EDITED.replace('as edited', 'as edited again'));
  const { sha256 } = await json(proposal, ['playbook', 'propose', again, ...as('ada'), ...because]);
  const rejected = await done(['playbook', 'reject', sha256.slice(0, 8), ...as('dee'), '--reason', 'not in our law']);
  expect(rejected).toBe('Dee Example has rejected the method table 2.\n');
  const listed = await done(['playbook', 'list']);
  expect(listed).toMatch(/1 .* withdrawn/);
  expect(listed).toMatch(/2 .* rejected/);
  await done([...FEED, ...PROVIDERS]);
  expect((await run(['audit'])).code).toBe(0);
});
