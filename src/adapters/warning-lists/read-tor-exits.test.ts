import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prefixText } from '../../domain/address.ts';
import type { WarningList } from '../../domain/warning-list.ts';
import { readTorExits } from './read-tor-exits.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dismantle-tor-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(content: string, name = 'exits.txt'): Promise<WarningList> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  await utimes(file, new Date('2026-11-20T10:00:00Z'), new Date('2026-11-20T10:00:00Z'));
  const list = await readTorExits(file);
  if (!list.ok) throw new Error(list.problem.message);
  return list.value;
}

const addresses = ({ entries }: WarningList): readonly string[] =>
  entries.map((entry) => (entry.covers === 'prefix' ? prefixText(entry.prefix) : entry.text));

it('reads one address a line, with the date of its comments', async () => {
  const list = await read(
    '# exits as of 2026-11-18\n# updated 2026-11-19 07:00 UTC\n192.0.2.1\r\n\n2001:0db8:0000::0007 # one\n',
  );
  expect(list).toMatchObject({ folder: 'tor-exits', origin: 'tor-exits', date: '2026-11-19', dateFrom: 'content' });
  expect(list.version).toMatch(/^sha256:[0-9a-f]{16}$/);
  expect(addresses(list)).toEqual(['192.0.2.1/32', '2001:db8::7/128']);
});

it('takes the date from the file’s name where the content has none, else from the file', async () => {
  expect(await read('192.0.2.1\n', 'tor-exit-nodes_2020-10-12.lst')).toMatchObject({
    date: '2020-10-12',
    dateFrom: 'file-name',
  });
  expect(await read('192.0.2.1\n', 'exits-20261118.txt')).toMatchObject({ date: '2026-11-18', dateFrom: 'file-name' });
  expect(await read('192.0.2.1\n', 'exits-20261399.txt')).toMatchObject({ date: '2026-11-20', dateFrom: 'modified' });
});

it('reads an exit list of TorDNSEL, as CollecTor keeps it', async () => {
  const list = await read(
    `@type tordnsel 1.0
Downloaded 2026-11-24 02:02:00
ExitNode ${'A'.repeat(40)}
Published 2026-11-23 18:01:02
LastStatus 2026-11-23 20:02:03
ExitAddress 192.0.2.1 2026-11-23 20:11:12
ExitAddress 192.0.2.2 2026-11-25 01:00:00
ExitNode ${'B'.repeat(40)}
Published 2026-11-23 18:01:02
LastStatus 2026-11-23 20:02:03
ExitAddress 198.51.100.3 2026-11-22 20:11:12
`,
  );
  expect(addresses(list)).toEqual(['192.0.2.1/32', '192.0.2.2/32', '198.51.100.3/32']);
  expect(list).toMatchObject({ date: '2026-11-25', dateFrom: 'content', oddCount: 0 });
});

it('reads Onionoo’s details: exits by their flag, and by the addresses they were seen to leave by', async () => {
  const list = await read(
    JSON.stringify({
      version: '8.0',
      relays_published: '2026-11-24 12:00:00',
      relays: [
        {
          flags: ['Exit', 'Fast'],
          or_addresses: ['192.0.2.1:9001', '[2001:db8::1]:9001'],
          exit_addresses: ['192.0.2.9'],
        },
        { flags: ['Guard'], or_addresses: ['192.0.2.2:443'] },
        { flags: ['Guard'], or_addresses: ['192.0.2.3:443'], exit_addresses: ['192.0.2.4'] },
      ],
      bridges: [],
    }),
  );
  expect(addresses(list)).toEqual(['192.0.2.9/32', '192.0.2.1/32', '2001:db8::1/128', '192.0.2.4/32']);
  expect(list).toMatchObject({ date: '2026-11-24', dateFrom: 'content' });
});

it('counts a line that is no address, with its place and reason, and goes on', async () => {
  const good = Array.from({ length: 30 }, (_, at) => `192.0.2.${at + 1}`);
  const list = await read(['010.1.1.1', ...good].join('\n'));
  expect(list.entries).toHaveLength(30);
  expect(list).toMatchObject({
    oddCount: 1,
    odd: [{ entry: '010.1.1.1', reason: 'line 1: not four plain decimal numbers from 0 to 255' }],
  });
});

it.each([
  ['', 'names no address'],
  ['# only words\n', 'names no address'],
  ['192.0.2.1\nc2.example\n', '1 lines are no addresses'],
  ['{"relays": ', 'is not JSON'],
  ['{"bridges": []}', 'only Onionoo’s details are taken'],
])('refuses what is no list of Tor exits: %s', async (content, reason) => {
  await expect(read(content)).rejects.toThrow(reason);
});

it('refuses a file that is not there', async () => {
  expect(await readTorExits(path.join(folder, 'none'))).toMatchObject({ ok: false, problem: { code: 'input' } });
});
