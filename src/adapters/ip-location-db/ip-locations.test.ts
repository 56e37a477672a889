import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { AddressLocator } from '../../ports/locator.ts';
import { openIpLocations } from './ip-locations.ts';
import type { PackageFolders } from './package-files.ts';

const MALTRAIL = path.resolve('../shared/data/trickbot/maltrail-trickbot.txt');
const CACHE = 'ip-locations.cache';

let folder = '';
let packages: PackageFolders;
let cacheDirectory = '';
const reports: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dismantle-locations-'));
});

beforeEach(async () => {
  reports.length = 0;
  packages = { asn: await mkdtemp(path.join(folder, 'asn-')), country: await mkdtemp(path.join(folder, 'country-')) };
  cacheDirectory = path.join(await mkdtemp(path.join(folder, 'cache-')), 'not', 'yet', 'there');
  await writePackages('2.3.2026061719', '64500');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Two small packages in the form of the real ones, over documentation space. */
async function writePackages(version: string, asn: string): Promise<void> {
  for (const directory of [packages.asn, packages.country]) {
    await writeFile(path.join(directory, 'package.json'), JSON.stringify({ version }));
  }
  const range = (text: string, size: bigint): string => {
    const { number } = numberOf(text);
    return `${number},${number + size - 1n}`;
  };
  const v4 = [
    `${range('192.0.2.0', 256n)},64496,"Example ""North"", Inc."`,
    `${range('198.51.100.0', 128n)},${asn},South\u00ad  Example\u0007 SA`,
    `${range('203.0.113.0', 256n)},0,Nobody`,
    'not,a,row',
    '5,4,64501,Backwards',
    '4294967296,4294967297,64501,Too large',
  ];
  await writeFile(path.join(packages.asn, 'asn-ipv4-num.csv'), `${v4.join('\r\n')}\r\n`);
  await writeFile(path.join(packages.asn, 'asn-ipv6-num.csv'), `${range('2001:db8::', 1n << 64n)},65550,Six Example\n`);
  const countries = [`${range('198.51.100.0', 256n)},br`, `${range('203.0.113.0', 256n)},ZZ`];
  await writeFile(path.join(packages.country, 'asn-country-ipv4-num.csv'), countries.join('\n'));
  await writeFile(path.join(packages.country, 'asn-country-ipv6-num.csv'), `${range('2001:db8::', 1n << 96n)},KG\n`);
}

function addressOf(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

function numberOf(text: string): { number: bigint } {
  const address = addressOf(text);
  return { number: address.version === 4 ? BigInt(address.number) : (address.high << 64n) | address.low };
}

const open = (directory: string | null = cacheDirectory): Promise<AddressLocator> =>
  openIpLocations({ cacheDirectory: directory, report: (sentence) => reports.push(sentence), packages });

function look(locator: AddressLocator, text: string): unknown[] {
  const { asn, holder, country } = locator.locate(addressOf(text));
  return [asn, holder, country];
}

it('joins origin AS, holder and country, and says null for what is not known', async () => {
  const locator = await open(null);
  expect(look(locator, '192.0.2.255')).toEqual([64496, 'Example "North", Inc.', null]);
  expect(look(locator, '198.51.100.127')).toEqual([64500, 'South Example SA', 'BR']);
  expect(look(locator, '198.51.100.128')).toEqual([null, null, 'BR']);
  expect(look(locator, '203.0.113.1')).toEqual([null, null, null]);
  expect(look(locator, '198.18.0.0')).toEqual([null, null, null]);
  expect(look(locator, '2001:db8::ffff')).toEqual([65550, 'Six Example', 'KG']);
  expect(look(locator, '2001:db8:0:1::')).toEqual([null, null, 'KG']);
  expect(look(locator, '::ffff:192.0.2.1')).toEqual([64496, 'Example "North", Inc.', null]);
  expect(reports).toContain('3 lines of the location data were not understood and left out.');
});

it('states the age and the origin of the data on every result, known or not', async () => {
  const locator = await open(null);
  expect(locator.dataDate).toBe('2026-06-17');
  expect(locator.attribution).toMatch(/RouteViews.*DB-IP.*CC BY 4\.0/);
  for (const text of ['192.0.2.1', '198.18.0.1']) {
    expect(locator.locate(addressOf(text))).toMatchObject({
      source: 'ip-location-db 2.3.2026061719',
      dataDate: '2026-06-17',
    });
  }
});

it('answers the same from the cache as without it, and prepares the data once only', async () => {
  const without = await open(null);
  await open();
  reports.length = 0;
  const cached = await open();
  expect(reports).toEqual([]);
  for (const text of ['192.0.2.1', '198.51.100.5', '198.51.100.200', '203.0.113.1', '2001:db8::1', '2001:db8:1::']) {
    expect(cached.locate(addressOf(text))).toEqual(without.locate(addressOf(text)));
  }
  expect(await readdir(cacheDirectory)).toEqual([CACHE]);
});

it('makes the cache anew when other data was installed', async () => {
  await open();
  await writePackages('2.3.2026070119', '64511');
  const locator = await open();
  expect(look(locator, '198.51.100.1')).toEqual([64511, 'South Example SA', 'BR']);
  expect(locator.dataDate).toBe('2026-07-01');
  expect(reports.join('\n')).toContain('of other data');
  reports.length = 0;
  await open();
  expect(reports).toEqual([]);
});

it('does not believe a cache with any byte changed, cut short, or written by somebody else', async () => {
  await open();
  const file = path.join(cacheDirectory, CACHE);
  const whole = await readFile(file);
  const damaged: Buffer[] = [Buffer.alloc(0), Buffer.from('something else'), whole.subarray(0, -1)];
  for (let position = 0; position < whole.length; position += 41) {
    const copy = Buffer.from(whole);
    copy[position] = (copy[position] ?? 0) ^ 1;
    damaged.push(copy);
  }
  for (const bytes of damaged) {
    await writeFile(file, bytes);
    reports.length = 0;
    const locator = await open();
    expect(reports.join('\n')).toContain('it is made anew');
    expect(look(locator, '198.51.100.1')).toEqual([64500, 'South Example SA', 'BR']);
    expect((await readFile(file)).equals(whole)).toBe(true);
  }
});

it('goes on without a cache where none can be written', async () => {
  const blocked = path.join(folder, 'a-file');
  await writeFile(blocked, '');
  const locator = await open(path.join(blocked, 'cache'));
  expect(look(locator, '192.0.2.1')[0]).toBe(64496);
  expect(reports.join('\n')).toContain('could not be written');
});

it('says what to do when a package is missing, undated or incomplete', async () => {
  const failing = async (): Promise<string> => {
    const error = await open().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ProblemError)) throw new Error('expected a problem');
    expect(error.problem.hint).toContain('npm ci');
    return error.problem.message;
  };
  await rm(path.join(packages.asn, 'asn-ipv6-num.csv'));
  expect(await failing()).toContain('asn-ipv6-num.csv: cannot be read');
  await writePackages('1.0.0', '64500');
  expect(await failing()).toContain('does not tell a date');
  await rm(packages.country, { recursive: true });
  await mkdir(packages.country);
  expect(await failing()).toContain('package.json: cannot be read');
});

it.skipIf(!existsSync(MALTRAIL))(
  'knows AS, holder and country of over 95 % of the addresses in a real feed (skipped without ../shared/data)',
  async () => {
    const text = await readFile(MALTRAIL, 'utf8');
    const addresses = new Set(text.match(/^\d+\.\d+\.\d+\.\d+(?=:|$)/gm));
    expect(addresses.size).toBe(1928);
    const locator = await openIpLocations({ cacheDirectory: null, report: () => {} });
    const complete = [...addresses].filter((entry) => !look(locator, entry).includes(null));
    expect(complete.length / addresses.size).toBeGreaterThan(0.95);
  },
);
