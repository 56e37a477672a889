import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prefixText } from '../../domain/address.ts';
import type { WarningList } from '../../domain/warning-list.ts';
import { readOwnList } from './read-own-list.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dismantle-own-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(content: string, name = 'hospitals.txt'): Promise<WarningList> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  const list = await readOwnList(file);
  if (!list.ok) throw new Error(list.problem.message);
  return list.value;
}

const shown = ({ entries }: WarningList): readonly unknown[] =>
  entries.map((entry) => {
    const { effect, reason, expires } = entry;
    const what =
      entry.covers === 'prefix' ? prefixText(entry.prefix) : entry.covers === 'name-and-below' ? `${entry.name}.` : '';
    return [what, effect, reason, expires].filter((part) => part !== undefined);
  });

it('reads lines of addresses, prefixes and names, the reason behind a "#"', async () => {
  const list = await read(`# what we protect, 2026-11-01
192.0.2.1
198.51.100.0/24   # the hospital's network
2001:DB8::/32

Hospital.example  # all wards, since 2019-01-01
*.school.example
.bücher.example
203.0.113[.]7
`);
  expect(list).toMatchObject({
    folder: 'own-hospitals',
    origin: 'own',
    date: '2026-11-01',
    dateFrom: 'content',
    oddCount: 0,
  });
  expect(shown(list)).toEqual([
    ['192.0.2.1/32'],
    ['198.51.100.0/24', "the hospital's network"],
    ['2001:db8::/32'],
    ['hospital.example.', 'all wards, since 2019-01-01'],
    ['school.example.'],
    ['xn--bcher-kva.example.'],
    ['203.0.113.7/32'],
  ]);
});

it('reads a CSV with effects, reasons and last days', async () => {
  const list = await read(
    'entry,effect,reason,expires\n# none of ours\n192.0.2.1,never,"ward 3, intensive care",2027-01-01\nshop.example,,,\nlab.example,Note,testing,\n',
    'ours_20261101.csv',
  );
  expect(list).toMatchObject({ folder: 'own-ours_20261101', date: '2026-11-01', dateFrom: 'file-name' });
  expect(shown(list)).toEqual([
    ['192.0.2.1/32', 'never', 'ward 3, intensive care', '2027-01-01'],
    ['shop.example.'],
    ['lab.example.', 'note', 'testing'],
  ]);
});

it('takes a list in the MISP format, from its file or its folder', async () => {
  const content = JSON.stringify({
    name: 'Banks',
    version: 20261101,
    type: 'string',
    list: ['bank.example', '192.0.2.1'],
  });
  const list = await read(content, 'banks/list.json');
  expect(list).toMatchObject({
    folder: 'own-banks',
    title: 'Banks',
    origin: 'own',
    date: '2026-11-01',
    dateFrom: 'version',
  });
  expect(await readOwnList(path.join(folder, 'banks'))).toMatchObject({ value: { folder: 'own-banks' } });
  await expect(read(JSON.stringify({ type: 'cidr', list: ['192.0.2.1', '010.1.1.1'] }), 'x.json')).rejects.toThrow(
    /1 of its entries cannot be read:\n {2}"010\.1\.1\.1": not four plain decimal/,
  );
});

it('is a never-list where its file is called like one', async () => {
  expect((await read('192.0.2.1\n', 'root-servers.txt')).folder).toBe('root-servers');
  expect((await read('192.0.2.1\n', 'vpn-ipv4.txt')).folder).toBe('own-vpn-ipv4');
});

it('refuses all of it for lines that cannot be read, and names each with its place', async () => {
  const content = '192.0.2.1\n192.0.2.300\n010.1.1.1\nhttps://shop.example/\n192.0.2.0/33\nhospital.example ward\n';
  const refused = await read(content).then(
    () => '',
    (error: unknown) => String(error),
  );
  expect(refused).toContain('5 lines of what is to be protected cannot be read');
  for (const line of [
    ':2: "192.0.2.300" is not four plain decimal numbers',
    ':3: "010.1.1.1" is not four plain decimal numbers',
    ':4: "https://shop.example/" is not an address, a prefix or a name',
    ':5: "192.0.2.0/33" is not an address, a prefix or a name',
    ':6: "hospital.example ward" is more than one word; a reason goes behind a "#"',
  ]) {
    expect(refused).toContain(`hospitals.txt${line}`);
  }
});

it.each([
  ['entry,effect\n192.0.2.1,sometimes\n', ':2: the effect "sometimes" is unknown'],
  [
    'entry,effect,reason,expires\n192.0.2.1,hold,,31.12.2026\n',
    ':2: expires on "31.12.2026"; a day is written YYYY-MM-DD',
  ],
  ['entry,effect,reason,expires\n192.0.2.1,hold,,2026-02-30\n', ':2: expires on "2026-02-30"'],
  ['entry,effect\n192.0.2.1,reserved\n', ':2: the effect "reserved" is unknown'],
  ['entry,effect\n,never\n', ':2: the entry is empty'],
  ['entry,owner\n192.0.2.1,us\n', ':1: the column "owner" is unknown'],
  ['entry,reason\n192.0.2.1,ward 3, intensive care\n', ':2: more cells than columns'],
  ['entry,reason\n"192.0.2.1,x\n', 'not readable as CSV'],
])('refuses a CSV that says what nobody can heed: %s', async (content, reason) => {
  await expect(read(content, 'ours.csv')).rejects.toThrow(reason);
});

it('refuses a file that protects nothing', async () => {
  await expect(read('# nothing yet\n')).rejects.toThrow('protects nothing');
  await expect(read('entry,effect\n', 'ours.csv')).rejects.toThrow('protects nothing');
});
