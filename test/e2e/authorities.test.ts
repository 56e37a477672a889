import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';

/* Orders as counsel meets them. Told in order: each test goes on from the one before. */

let here: Installation;

const at = (name: string): string => join(here.folder, name);

const authorityShape = z.object({
  reference: z.string(),
  inForce: z.boolean(),
  mayBeNamed: z.boolean(),
  servers: z.number(),
  documentSha256: z.string(),
  scope: z.object({ addresses: z.array(z.string()), prefixes: z.array(z.string()), standing: z.boolean() }),
});
const coverageShape = z.object({
  operation: z.string(),
  servers: z.array(
    z.object({
      server: z.object({ host: z.string() }),
      authority: z.string().nullable(),
      others: z.array(z.object({ authority: z.string(), reasons: z.array(z.string()) })),
    }),
  ),
});
const requestShape = z.object({
  servers: z.number(),
  covered: z.number(),
  sha256: z.string(),
  files: z.array(z.string()),
});

let bo: readonly string[] = [];

function makeKey(name: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  return at(name);
}

beforeAll(async () => {
  here = createInstallation();
  const feed = here.write('feed.csv', 'host,port\n192.0.2.11,443\n198.51.100.7,443\n');
  const providers = ['--providers', 'examples/first-look/providers.yaml'];
  await here.done(['run', feed, '--operation', 'lab', '--drill', ...providers, '--attest', 'A', '--reason', 'x']);
  const [ada, counsel] = [makeKey('ada'), makeKey('bo')];
  await here.done(['person', 'add', 'Ada', '--role', 'admin', '--key', `${ada}.pub`, '--sign-with', ada]);
  const add = ['person', 'add', 'Bo', '--role', 'counsel', '--key', `${counsel}.pub`, '--as', 'Ada'];
  await here.done([...add, '--sign-with', ada]);
  bo = ['--as', 'Bo', '--reason', 'a test', '--key', counsel];
  here.write('order.pdf', '%PDF-1.4 an order');
});

afterAll(() => here?.close());

const ORDER =
  '--kind court-order --court Example --docket 1:26-cv-1 --jurisdiction US --issued 2026-01-01 --expires 2099-01-01'.split(
    ' ',
  );

test('nothing is on record, and every server is under none', async () => {
  expect(await here.done(['authority', 'list'])).toMatch(/^No authority is on record\.\nNext: /);
  const said = await here.done(['coverage']);
  expect(said).toMatch(/^0 of 2 servers of open cases are under an authority in force\.\n/);
  expect(said).toContain('192.0.2[.]11\n    no authority is on record\n');
});

describe('an order', () => {
  test('that is not whole is refused with everything that is wrong, and nothing is recorded', async () => {
    const ran = await here.run(['authority', 'add', '--kind', 'court-order', '--document', at('order.pdf'), ...bo]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    for (const reason of [
      'court: an order has one',
      'docket: an order',
      'issued: when',
      'jurisdiction: where',
      'scope: it names no server',
    ])
      expect(ran.stderr).toContain(reason);
    const empty = here.write('empty.pdf', '');
    const without = await here.run(['authority', 'add', ...ORDER, '--standing', '--document', empty, ...bo]);
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('empty.pdf is empty') });
    expect(await here.done(['authority', 'list'])).toContain('No authority is on record');
  });

  test('goes on record with options, and another one from a file', async () => {
    const words = ['--prefix', '192.0.2.0/24', '--document', at('order.pdf'), ...bo];
    const added = await here.json(authorityShape, ['authority', 'add', ...ORDER, ...words]);
    expect(added).toMatchObject({ reference: 'court-order-1', inForce: true, servers: 1 });
    const file = here.write(
      'order.yaml',
      'reference: supplement\nkind: supplemental-order\ncourt: District Court of Example\ndocket: 1:26-cv-1\n' +
        'jurisdictions: [NL, NO]\nissued: 2026-01-02\nsealed: true\nparent: court-order-1\nscope:\n  addresses:\n    - 203.0.113[.]5\n',
    );
    const said = await here.done(['authority', 'add', '--file', file, '--document', at('order.pdf'), ...bo]);
    expect(said).toContain('supplement\n  kind             supplemental-order\n');
    expect(said).toContain('relied on for    NL, NO');
    expect(said).toContain('203.0.113[.]5');
    expect(said).toContain('under seal: no notice names it');
    const unknown = here.write('odd.yaml', 'kind: statute\nverdict: guilty\n');
    const odd = await here.run(['authority', 'add', '--file', unknown, '--document', at('order.pdf'), ...bo]);
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('verdict') });
  });

  test('is listed, shown, and its document written as it was given', async () => {
    const list = await here.done(['authority', 'list']);
    expect(list).toMatch(/^reference +kind +court +docket +for +until +state +servers\ncourt-order-1 /);
    expect(list).toMatch(/\nsupplement .* in force, under seal +0\n/);
    const copy = at('copy.pdf');
    await here.done(['authority', 'show', 'Court-Order-1', '--document', copy]);
    expect(readFileSync(copy, 'utf8')).toBe('%PDF-1.4 an order');
    expect(await here.run(['authority', 'show', 'nothing'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no authority nothing\n.*Known ones: court-order-1, supplement/),
    });
  });

  test('is served and unsealed', async () => {
    const service = ['--method', 'by process server', '--proof', 'file 12', '--at', '2026-01-03'];
    const served = await here.done([
      'authority',
      'serve',
      'court-order-1',
      '--provider',
      'prairie hosting',
      ...service,
      ...bo,
    ]);
    expect(served).toContain('2026-01-03 00:00 UTC on drill:book:Prairie Hosting, by process server');
    const unsealed = await here.json(authorityShape, ['authority', 'unseal', 'supplement', ...bo]);
    expect(unsealed.mayBeNamed).toBe(true);
  });

  test('decides at the next run', async () => {
    await here.done(['run', '--operation', 'lab', '--providers', 'examples/first-look/providers.yaml']);
    expect(await here.done(['explain', '192.0.2.11'])).toContain('court-order');
    const { servers } = await here.json(coverageShape, ['coverage']);
    expect(servers).toMatchObject([
      { server: { host: '192.0.2.11' }, authority: 'court-order-1' },
      { server: { host: '198.51.100.7' }, authority: null },
    ]);
    expect(servers.at(1)?.others).toEqual([
      { authority: 'supplement', reasons: ['its scope does not name the server'] },
      { authority: 'court-order-1', reasons: ['its scope does not name the server', 'it is for US, not for NL'] },
    ]);
  });

  test('over the rest is asked for with three files', async () => {
    const out = at('papers/supplement');
    const made = await here.json(requestShape, ['authority', 'request', '--out', out]);
    expect(made).toMatchObject({ servers: 1, covered: 1 });
    expect(made.files.every((file) => existsSync(file))).toBe(true);
    const csv = readFileSync(join(out, 'appendix.csv'));
    expect(createHash('sha256').update(csv).digest('hex')).toBe(made.sha256);
    expect(csv.toString('utf8')).toContain(',198.51.100.7,');
    expect(readFileSync(join(out, 'appendix.docx')).subarray(0, 2).toString()).toBe('PK');
    expect(readFileSync(join(out, 'appendix.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
    expect(await here.done(['authority', 'request', '--out', out, '--for', 'court-order-1'])).toMatch(
      /^0 servers are listed.*\nNot listed: 1 covered.*\nNot listed: 1 outside of the countries/,
    );
  });

  test('ends, and everything still audits', async () => {
    const ended = await here.json(authorityShape, ['authority', 'expire', 'court-order-1', ...bo]);
    expect(ended).toMatchObject({ inForce: false, servers: 0 });
    expect(await here.run(['authority', 'expire', 'court-order-1', ...bo])).toMatchObject({ code: 1 });
    expect(await here.done(['coverage'])).toMatch(/^0 of 2 servers/);
    expect(await here.done(['audit'])).toMatch(/^The ledger is whole/);
  });
});
