import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';

/* People, arming and signed attestations as their users meet them. Told in order: each test goes on from the one before. */

let here: Installation;

const at = (name: string): string => join(here.folder, name);

function makeKey(name: string, passphrase = ''): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', at(name)]);
  return at(name);
}

const personShape = z.object({
  person: z.string(),
  name: z.string(),
  publicKey: z.string(),
  roles: z.array(z.string()),
});
const armedShape = z.array(
  z.object({ operation: z.string(), lab: z.boolean(), inForce: z.boolean(), until: z.string() }),
);

const ADA = ['--as', 'Ada Example', '--reason', 'a test'] as const;

/** What the auditor's program, which knows nothing of the product, says of the exported ledger. */
function auditAlone(file: string): { code: number | null; stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, [join(REPOSITORY, 'bin/dismantle-audit.js'), file], {
    encoding: 'utf8',
  });
  return { code: status, stdout };
}

beforeAll(() => {
  here = createInstallation();
});

afterAll(() => here?.close());

test('an operation begins, and a word on a server needs no key yet', async () => {
  const feed = here.write('feed.txt', '198.51.100.7:443\n198.51.100.8:443\n');
  await here.done(['run', feed, '--operation', 'lab', '--drill']);
  expect(await here.done(['person', 'list'])).toMatch(/^Nobody is on record\.\nNext: dismantle person add/);
  expect(await here.done(['attest', '198.51.100.8', ...ADA])).toContain('198.51.100[.]8');
  expect(await here.done(['armed'])).toBe('Nothing is armed; nothing leaves.\n');
});

describe('people', () => {
  test('begin with an admin, who signs for herself', async () => {
    const key = makeKey('ada');
    const refused = await here.run(['person', 'add', 'Ada Example', '--role', 'approver', '--key', `${key}.pub`]);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('first person has to be admin'),
    });
    const words = ['--role', 'admin', '--role', 'analyst', '--key', `${key}.pub`];
    expect(await here.done(['person', 'add', 'Ada  Example', ...words])).toMatch(
      /^Ada Example is on record as analyst, admin with the key SHA256:\S+\.\n$/,
    );
  });

  test('are added by her, with the key in ~/.ssh that is hers', async () => {
    const home = at('home');
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, '.ssh/work'), readFileSync(at('ada')), { mode: 0o600 });
    writeFileSync(join(home, '.ssh/work.pub'), readFileSync(at('ada.pub')));
    const ben = makeKey('ben', 'a passphrase');
    const words = ['person', 'add', 'Ben Example', '--role', 'approver', '--key', `${ben}.pub`];
    expect(await here.run(words)).toMatchObject({ code: 2, stderr: expect.stringContaining('--as ADMIN') });
    const nowhere = await here.run([...words, '--as', 'ada example']);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('neither in an agent nor in') });
    const added = await here.json(personShape, [...words, '--as', 'ada example'], { env: { HOME: home } });
    expect(added).toMatchObject({ person: 'ben example', name: 'Ben Example', roles: ['approver'] });
    const list = await here.done(['person', 'list']);
    expect(list).toMatch(
      /^name +roles +key +since\nAda Example +analyst, admin +SHA256:.*\nBen Example +approver +SHA256:/,
    );
    expect(await here.done(['person', 'show', 'BEN example'])).toContain('ssh-ed25519 AAAA');
    expect(await here.run(['person', 'show', 'Zoe'])).toMatchObject({ code: 1 });
  });

  test('who cannot give their passphrase are told what to do, and nothing is recorded', async () => {
    const ran = await here.run(['arm', '--as', 'Ben Example', '--reason', 'x', '--key', at('ben')]);
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Ben Example is approver; this needs admin'),
    });
    const words = ['person', 'add', 'Carl', '--role', 'admin', '--key', `${makeKey('carl', 'secret')}.pub`];
    await here.done([...words, '--as', 'Ada Example', '--sign-with', at('ada')]);
    const locked = await here.run(['arm', '--as', 'Carl', '--reason', 'x', '--key', at('carl')]);
    expect(locked).toMatchObject({ code: 1, stderr: expect.stringMatching(/passphrase.*\n.*ssh-add/) });
    expect(await here.done(['armed'])).toBe('Nothing is armed; nothing leaves.\n');
  });

  test('may not use the key of somebody else', async () => {
    const ran = await here.run(['arm', ...ADA, '--key', at('carl')]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('is not the key on record (SHA256:') });
  });
});

describe('arming', () => {
  test('names operation, traffic and end, and says that a drill is armed for the lab only', async () => {
    const said = await here.done(['arm', '--hours', '8', ...ADA, '--key', at('ada')]);
    expect(said).toMatch(
      /^lab is armed until \d{4}-\d\d-\d\d \d\d:\d\d UTC: .*\nIt is a drill, so it is armed for the lab only/,
    );
    const [arming] = await here.json(armedShape, ['armed']);
    expect(arming).toMatchObject({ operation: 'lab', lab: true, inForce: true });
    expect(await here.done(['armed'])).toMatch(/\nlab +send \(lab only\) +armed +/);
  });

  test.each([
    [['--hours', '337'], 2, /at most 14 days/],
    [['--hours', 'x'], 2, /no whole number/],
    [['--until', '2020-01-01'], 2, /is past/],
    [['--until', 'tomorrow'], 2, /is no moment/],
    [['--until', '2026-12-01', '--hours', '3'], 2, /cannot be used with/],
  ])('with %j is refused', async (words, code, message) => {
    const ran = await here.run(['arm', ...words, ...ADA, '--key', at('ada')]);
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('ends at once', async () => {
    expect(await here.done(['disarm', ...ADA])).toMatch(/^lab is not armed any more/);
    expect(await here.run(['disarm', ...ADA])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not armed'),
    });
    expect(await here.done(['armed', '--all'])).toMatch(/\nlab +send \(lab only\) +ended /);
  });
});

test('a word on a server is now one of those on record, and signed', async () => {
  const stranger = await here.run(['attest', '198.51.100.7', '--as', 'Zoe', '--reason', 'x']);
  expect(stranger).toMatchObject({ code: 1, stderr: expect.stringMatching(/Zoe is not on record here\n.*person add/) });
  const approver = await here.run(['attest', '198.51.100.7', '--as', 'Ben Example', '--reason', 'x']);
  expect(approver).toMatchObject({ code: 1, stderr: expect.stringContaining('this needs analyst or counsel or duty') });
  expect(await here.done(['attest', '198.51.100.7', ...ADA, '--key', at('ada')])).toContain('Ada Example vouches for');
  expect(await here.done(['attest', '198.51.100.7', '--withdraw', ...ADA])).toContain('no longer vouches for');
  const early = await here.done(['attest', '198.51.100.8', '--withdraw', ...ADA]);
  expect(early).toContain('no longer vouches for');
});

test('what was signed audits with the product, without it, and by ssh-keygen itself', async () => {
  await here.done(['person', 'remove', 'Carl', ...ADA, '--key', at('ada')]);
  expect(await here.done(['audit'])).toMatch(/^The ledger is whole/);
  const file = at('ledger.jsonl');
  await here.done(['ledger', 'export', file]);
  expect(auditAlone(file)).toMatchObject({ code: 0 });

  const ada = await here.json(personShape, ['person', 'show', 'ada example']);
  writeFileSync(at('allowed'), `${JSON.stringify(ada.person)} ${ada.publicKey}\n`);
  const line = z
    .object({
      entry: z.object({ kind: z.string() }),
      body: z
        .object({
          person: z.string(),
          signed: z.object({ statement: z.string(), signature: z.string() }).optional(),
        })
        .partial(),
    })
    .partial();
  let verified = 0;
  for (const text of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const { body } = line.parse(JSON.parse(text));
    if (body?.signed === undefined) continue;
    writeFileSync(at('statement.sig'), body.signed.signature);
    const words = [
      '-Y',
      'verify',
      '-f',
      at('allowed'),
      '-I',
      'ada example',
      '-n',
      'dismantle',
      '-s',
      at('statement.sig'),
    ];
    expect(execFileSync('ssh-keygen', words, { input: body.signed.statement, encoding: 'utf8' })).toMatch(/^Good/);
    verified += 1;
  }
  // Ada, Ben and Carl added, one arming, one attestation, one removal.
  expect(verified).toBe(6);
});

test('an act whose signature was taken out is found in the exported file alone', () => {
  const file = at('ledger.jsonl');
  expect(existsSync(file)).toBe(true);
  const lines = readFileSync(file, 'utf8').split('\n');
  const changed = lines.map((text) =>
    text.includes('"kind":"operation.armed"') ? text.replace(/"nonce\\":\\"./, '"nonce\\":\\"x') : text,
  );
  writeFileSync(at('forged.jsonl'), changed.join('\n'));
  const { code, stdout } = auditAlone(at('forged.jsonl'));
  expect(code).toBe(1);
  expect(stdout).toMatch(/operation\.armed: the signature: it does not verify \(signed-act\)/);
});
