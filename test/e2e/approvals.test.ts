import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';

const SERVER = '192.0.2.11';
const CSV = `server,last_seen,evidence,malware
${SERVER}:443,${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)},sandbox-run,Examplebot
`;

let installation: Installation;
let reference: string;
const keys: Record<string, string> = {};

const signer = (name: string): readonly string[] => ['--as', name, '--key', keys[name] ?? ''];

beforeAll(async () => {
  installation = createInstallation();
  const { done, write, folder } = installation;
  for (const name of ['Ada Example', 'Bo Example', 'Cy Example']) {
    keys[name] = join(folder, name.slice(0, 2).toLowerCase());
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keys[name]]);
  }
  await done(['person', 'add', 'Ada Example', '--role', 'admin', '--role', 'analyst', '--key', `${keys['Ada Example']}.pub`, '--sign-with', keys['Ada Example'] ?? '']); // prettier-ignore
  for (const name of ['Bo Example', 'Cy Example'])
    await done(['person', 'add', name, '--role', 'approver', '--key', `${keys[name]}.pub`, '--as', 'Ada Example', '--sign-with', keys['Ada Example'] ?? '']); // prettier-ignore
  write('lists/some-list/list.json', JSON.stringify({ name: 'some', description: 'some', version: 1, type: 'cidr', matching_attributes: ['ip-dst'], list: ['198.51.100.250/32'] })); // prettier-ignore
  write('dismantle.yaml', 'organisation:\n  name: Example CERT\n  email: desk@cert.example\n');
  const ours = readFileSync(new URL('../../playbooks/default.dmn', import.meta.url), 'utf8');
  write('four-eyes.dmn', ours.replaceAll('<text>1</text>', '<text>2</text>'));
  for (const group of ['one', 'two']) {
    const file = write(`feed-${group}.csv`, `# ${group}\n${CSV}`);
    await done(['run', file, '--operation', 'lab', '--drill', '--malware', 'Examplebot', '--group', group, '--source', group, '--warninglists', join(folder, 'lists'), '--providers', 'examples/first-look/providers.yaml', ...settings()]); // prettier-ignore
  }
  const [notice] = await installation.json(z.array(z.object({ reference: z.string(), servers: z.number() })), [
    'review',
  ]);
  reference = notice?.reference ?? '';
});

afterAll(async () => {
  await installation?.close();
});

function settings(): readonly string[] {
  return [
    '--config',
    join(installation.folder, 'dismantle.yaml'),
    '--playbook',
    join(installation.folder, 'four-eyes.dmn'),
  ];
}

const facts = z.object({
  notice: z.object({ state: z.string(), hash: z.string() }),
  standing: z.object({ given: z.array(z.object({ name: z.string() })), needed: z.number() }),
  refusals: z.array(z.object({ code: z.string() })),
});

describe('the screen of an approver', () => {
  test('lists what waits with how many have approved', async () => {
    const out = await installation.done(['review']);
    expect(out).toContain(reference);
    expect(out).toContain('waits for approval (0 of 2)');
    expect(await installation.done(['notices'])).toContain('waits for approval (0 of 2)');
  });

  test('fits a screen, defanged, with all that one has to know, and says what is unknown', async () => {
    const out = await installation.done(['review', reference, ...settings()]);
    const lines = out.split('\n');
    expect(lines.length).toBeLessThanOrEqual(55);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(out).not.toContain(SERVER);
    for (const fact of [
      reference,
      'DRILL',
      '192.0.2[.]11',
      'port 443',
      'sandbox-run',
      '2 independent groups',
      'abuse@prairie-hosting.example',
      'score 95',
      'preserve, isolate',
      'nobody has looked',
      'nobody was asked whether it is theirs',
      'other names on this address: not known, nobody was asked',
      'registered network around it: not known, no registry was asked',
      'Approvals: 0 of 2 different people',
      'Bo Example, Cy Example',
      'not-armed',
      'not-deconflicted',
      'customer',
      'order',
      'CSIRT told',
    ])
      expect(out).toContain(fact);
    expect(out).toMatch(/hash\s+[0-9a-f]{64}/);
  });

  test('shows the message word for word where it is asked for', async () => {
    const out = await installation.done(['review', reference, '--text', ...settings()]);
    expect(out).toContain('The message, word for word');
    expect(out).toContain('Prairie Hosting');
  });
});

describe('approving on the command line', () => {
  test('takes a reference that is typed, or --yes, and one notice at a time', async () => {
    const silent = await installation.run(['approve', reference, ...signer('Bo Example'), ...settings()]);
    expect([silent.code, silent.stderr]).toEqual([2, expect.stringContaining('nobody is at a terminal')]);
    const several = await installation.run(['approve', reference, reference, '--yes', ...signer('Bo Example')]);
    expect([several.code, several.stderr]).toEqual([2, expect.stringContaining('one notice at a time')]);
    const slip = await installation.run(['approve', 'DSM-XXXXXXXX', '--yes', ...signer('Bo Example'), ...settings()]);
    expect([slip.code, slip.stderr]).toEqual([1, expect.stringContaining('there is no notice "DSM-XXXXXXXX"')]);
  });

  test("takes no other's key, nor an analyst's yes", async () => {
    const forged = await installation.run([
      'approve',
      reference,
      '--yes',
      '--as',
      'Bo Example',
      '--key',
      keys['Cy Example'] ?? '',
      ...settings(),
    ]);
    expect(forged.code).toBe(1);
    const analyst = await installation.run(['approve', reference, '--yes', ...signer('Ada Example'), ...settings()]);
    expect([analyst.code, analyst.stderr]).toEqual([1, expect.stringContaining('needs approver')]);
  });

  test('takes two people, once each, and the ledger holds their signatures', async () => {
    expect(await installation.done(['approve', reference, '--yes', ...signer('Bo Example'), ...settings()])).toContain(
      '1 of 2 approvals',
    );
    const again = await installation.run(['approve', reference, '--yes', ...signer('Bo Example'), ...settings()]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('approved this very text already')]);
    const out = await installation.done([
      'approve',
      reference.toLowerCase(),
      '--yes',
      '--hours',
      '12',
      ...signer('Cy Example'),
      ...settings(),
    ]);
    expect(out).toContain('2 of 2 approvals');
    expect(out).toContain('not-armed');
    const after = await installation.json(facts, ['review', reference, ...settings()]);
    expect(after.notice.state).toBe('approved');
    expect(await installation.done(['audit'])).toContain('whole');
  });

  test('is taken back, and a no ends it', async () => {
    await installation.done(['withdraw', reference, ...signer('Cy Example'), '--reason', 'found dark']);
    expect((await installation.json(facts, ['review', reference, ...settings()])).standing.given).toMatchObject([
      { name: 'Bo Example' },
    ]);
    await installation.done(['reject', reference, ...signer('Cy Example'), '--reason', 'a shared host']);
    expect(await installation.done(['review', reference, ...settings()])).toContain('by cy example: a shared host');
    const late = await installation.run(['approve', reference, '--yes', ...signer('Cy Example'), ...settings()]);
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('the notice is rejected')]);
    const over = await installation.run(['withdraw', reference, ...signer('Bo Example'), '--reason', 'x']);
    expect([over.code, over.stderr]).toEqual([1, expect.stringContaining('is rejected')]);
  });
});
