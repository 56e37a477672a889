import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { makeKey } from '../support/ssh-keys.ts';
import { stixValidator } from '../support/stix-schemas.ts';

/* A drill on lab addresses, given out in every format. */

let here: Installation;
const DAY_MS = 86_400_000;
const at = (name: string): string => join(here.folder, name);
const COMMUNITY = ['give', '--to', 'community'];

beforeAll(async () => {
  here = createInstallation();
  const { done, write, folder } = here;
  const seen = new Date(Date.now() - DAY_MS).toISOString();
  write('lists/some-list/list.json', JSON.stringify({ name: 'some', description: 'some', version: 1, type: 'cidr', matching_attributes: ['ip-dst'], list: ['198.51.100.250/32'] })); // prettier-ignore
  write('dismantle.yaml', 'organisation:\n  name: Example CERT\n  email: desk@cert.example\n');
  for (const group of ['one', 'two']) {
    const rows = [
      '192.0.2.11:443',
      '[2001:db8:1000::7]:443',
      '198.51.100.7:443',
      'c2_x.example:443',
      '198.51.100.250:80',
    ];
    const file = write(`${group}.csv`, `# ${group}\nserver,last_seen,evidence,malware\n${rows.map((row) => `${row},${seen},sandbox-run,Examplebot\n`).join('')}`); // prettier-ignore
    const lab = ['--operation', 'lab', '--drill', '--malware', 'Examplebot', '--group', group, '--source', group];
    await done([
      'run',
      file,
      ...lab,
      '--warninglists',
      at('lists'),
      '--providers',
      'examples/first-look/providers.yaml',
    ]);
  }
  const ada = makeKey(folder);
  const bo = makeKey(folder);
  await done(['person', 'add', 'Ada', '--role', 'admin', '--role', 'analyst', '--role', 'approver', '--key', `${ada.file}.pub`, '--sign-with', ada.file]); // prettier-ignore
  await done(['person', 'add', 'Bo', '--role', 'counsel', '--key', `${bo.file}.pub`, '--as', 'Ada', '--sign-with', ada.file]); // prettier-ignore
  await done(['deconflict', 'open', '--as', 'Ada']);
  for (const kind of ['law-enforcement', 'csirt', 'sinkhole-operator'])
    for (const [name, key] of [
      ['Ada', ada],
      ['Bo', bo],
    ] as const)
      await done(['deconflict', 'skip', '1', '--kind', kind, '--as', name, '--reason', 'a lab', '--key', key.file]);
});

afterAll(() => here?.close());

describe('dismantle give', () => {
  test('writes a list, and says on standard error what was left out and why', async () => {
    const ran = await here.run([...COMMUNITY, '--format', 'list', '--out', at('block.txt')]);
    expect([ran.code, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toContain(
      'DRILL: lab, for community, TLP:GREEN at most: 4 servers given\n  left out: 1, held\n',
    );
    expect(readFileSync(at('block.txt'), 'utf8').split('\n')).toEqual([
      '# TLP:GREEN',
      '# DRILL: documentation and lab addresses only',
      '192.0.2.11:443',
      '198.51.100.7:443',
      '[2001:db8:1000::7]:443',
      'c2_x.example:443',
      '',
    ]);
  });

  test('lets no drill out of a pipe to the community', async () => {
    for (const out of [[], ['--out', '-']])
      expect(await here.run([...COMMUNITY, '--format', 'list', ...out])).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('it is a drill'),
      });
  });

  test('gives a country and a provider what is theirs, on standard output', async () => {
    expect(await here.done(['give', '--to', 'country:ZZ', '--format', 'csv'])).toMatch(
      /^host,host_type,port,[^\n]*\r\n$/,
    );
    const csv = await here.done(['give', '--to', 'provider:prairie hosting', '--format', 'csv']);
    expect(csv).toContain('\r\n192.0.2.11,address,443,Examplebot,');
    expect(csv).toContain('Prairie Hosting');
    expect(csv).not.toContain('198.51.100.7');
  });

  test('writes a DNS zone', async () => {
    await here.done([...COMMUNITY, '--format', 'rpz', '--out', at('zone')]);
    const zone = readFileSync(at('zone'), 'utf8');
    expect(zone).toMatch(/^@ IN SOA localhost\. hostmaster\.invalid\. \d{10} 300 60 604800 300$/m);
    expect(zone).toContain('\n128.7.zz.1000.db8.2001.rpz-ip IN CNAME .\n');
    // Nobody has said that the whole name is the botnet's.
    expect(zone).toContain('\nc2_x.example IN CNAME .\n');
    expect(zone).not.toContain('*.');
  });

  test('writes a bundle whose every object is valid by the official schemas', async () => {
    await here.done([...COMMUNITY, '--format', 'stix', '--out', at('stix.json'), '--config', at('dismantle.yaml')]);
    const { objects } = z
      .object({ objects: z.array(z.looseObject({ type: z.string() })) })
      .parse(JSON.parse(readFileSync(at('stix.json'), 'utf8')));
    const invalid = stixValidator();
    for (const object of objects) expect(invalid(object)).toBe('');
    expect(objects.filter(({ type }) => type === 'infrastructure')).toHaveLength(4);
    expect(objects.filter(({ type, labels }) => type === 'indicator' && String(labels).includes('drill'))).toHaveLength(
      4,
    );
    expect(JSON.stringify(objects)).toContain('"name":"Example CERT"');
  });

  test('fills a folder with a MISP feed, and one with what Suricata loads', async () => {
    await here.done([...COMMUNITY, '--format', 'misp', '--out', at('feed')]);
    const [uuid = ''] = Object.keys(z.record(z.uuid(), z.unknown()).parse(JSON.parse(readFileSync(at('feed/manifest.json'), 'utf8')))); // prettier-ignore
    expect(readdirSync(at('feed')).toSorted()).toEqual([`${uuid}.json`, 'hashes.csv', 'manifest.json'].toSorted());
    // What we write, we can read.
    const taken = await here.done(['import', at('feed'), '--operation', 'other', '--drill']);
    expect(taken).toContain('4 accepted');
    await here.done([...COMMUNITY, '--format', 'suricata', '--operation', 'lab', '--out', at('suricata')]);
    const rules = readdirSync(at('suricata')).find((name) => name.endsWith('.rules')) ?? '';
    for (const [, file = ''] of readFileSync(at(`suricata/${rules}`), 'utf8').matchAll(/load ([^;]+);/g))
      expect(existsSync(at(`suricata/${file}`))).toBe(true);
  });

  test('gives programs what was written, with a hash that stays while the facts do', async () => {
    const shape = z.object({
      operation: z.literal('lab'),
      drill: z.literal(true),
      to: z.literal('community'),
      format: z.literal('csv'),
      ceiling: z.literal('green'),
      given: z.literal(4),
      revoked: z.literal(0),
      leftOut: z.strictObject({ held: z.literal(1) }),
      files: z.tuple([z.object({ file: z.string(), bytes: z.int(), sha256: z.string() })]),
    });
    const once = () => here.json(shape, [...COMMUNITY, '--operation', 'lab', '--format', 'csv', '--out', at('x.csv')]);
    const [first, second] = [await once(), await once()];
    expect(first.files[0].bytes).toBe(readFileSync(at('x.csv')).length);
    expect(second.files[0].sha256).toBe(first.files[0].sha256);
  });

  test.each<[what: string, args: readonly string[], says: RegExp]>([
    ['a folder on standard output', [...COMMUNITY, '--format', 'misp'], /misp is a folder of files/],
    ['JSON and a file on one output', [...COMMUNITY, '--format', 'csv', '--json'], /needs a file of its own/],
    ['an unknown recipient', ['give', '--to', 'everybody', '--format', 'csv'], /no recipient/],
    [
      'AMBER for the community',
      [...COMMUNITY, '--format', 'csv', '--tlp', 'amber', '--out', 'x'],
      /not for the community/,
    ],
    ['a marking that nobody is told', [...COMMUNITY, '--format', 'csv', '--tlp', 'red'], /clear, green, amber/],
  ])('refuses %s', async (_, args, says) => {
    const ran = await here.run([...args, ...(args.includes('--tlp') ? ['--operation', 'lab'] : [])]);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(says) });
  });
});
