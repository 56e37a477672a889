/*
 * How fast addresses are located: `node bench/lookup.ts`.
 *
 * Measures from text over made-up addresses, on the same AS data in the same run:
 *
 *   ours      parses and checks the text; answers with AS, holder and country
 *   maxmind   `reader.get(text)` of the npm package, opened with its default options, which keep 10,000 decoded records;
 *             does not check the text; answers with AS and holder
 *   plain     parses as ours does, then a binary search over an array of objects; answers with the AS, IPv4 only
 *
 * The mmdb file is written here from the CSV files, which are read a second way for it, so that the comparison of
 * answers before anything is measured would tell a fault of either reading.
 */
import { addressV4, ipv6Text, parseAddress } from '../src/domain/address.ts';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressLocator } from '../src/ports/locator.ts';
import type { AsnResponse } from 'maxmind';
import type { MmdbRow } from './support/mmdb-writer.ts';
import { open as openMmdb } from 'maxmind';
import { createRequire } from 'node:module';
import { mmdbOfRows } from './support/mmdb-writer.ts';
import { openIpLocations } from '../src/adapters/ip-location-db/ip-locations.ts';
import os from 'node:os';
import path from 'node:path';

const COUNT = 500_000;
const COUNT_V6 = 50_000;
const CHECKED_ROWS = 5000;
const ROUNDS = 7;

interface Row {
  readonly first: number;
  readonly last: number;
  readonly asn: number;
}

/** One way to answer. */
type Find = (text: string) => number | null;

interface Contender {
  readonly label: string;
  readonly texts: readonly string[];
  readonly find: Find;
}

interface Result {
  readonly rate: number;
  readonly known: number;
}

async function csvLines(version: 4 | 6): Promise<readonly string[]> {
  const file = createRequire(import.meta.url).resolve(`@ip-location-db/asn/asn-ipv${version}-num.csv`);
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}

/** The obvious way: one object a row, found by bisection. */
async function plainRows(): Promise<readonly Row[]> {
  return (await csvLines(4)).map((line) => {
    const [first, last, asn] = line.split(',', 3).map(Number);
    return { first: first ?? 0, last: last ?? 0, asn: asn ?? 0 };
  });
}

function plainFind(rows: readonly Row[], number: number): number | null {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.first ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  const row = rows[low - 1];
  return row !== undefined && number <= row.last ? row.asn : null;
}

async function mmdbRows(version: 4 | 6): Promise<readonly MmdbRow[]> {
  return (await csvLines(version)).map((line) => {
    const [, first, last, asn, quoted, bare] = /^(\d+),(\d+),(\d+),(?:"(.*)"|(.*))$/.exec(line) ?? [];
    if (first === undefined || last === undefined || asn === undefined) throw new Error(`not a row: ${line}`);
    const holder = quoted?.replaceAll('""', '"') ?? bare ?? '';
    return { first: BigInt(first), last: BigInt(last), asn: Number(asn), holder };
  });
}

/** A small linear congruential generator: the same addresses at every run. */
function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

const next = createNumbers(20_201_012);

function anyRow(rows: readonly MmdbRow[]): MmdbRow {
  const row = rows[Math.floor((next() / 2 ** 32) * rows.length)];
  if (row === undefined) throw new Error('there are no rows');
  return row;
}

/** Made up as well, but one that the data knows. */
function addressWithin({ first, last }: MmdbRow): bigint {
  let random = 0n;
  for (let word = 0; word < 4; word++) random = (random << 32n) | BigInt(next());
  return first + ((random * (last - first + 1n)) >> 128n);
}

function textV4(number: bigint): string {
  return addressV4(Number(BigInt.asUintN(32, number))).text;
}

function textV6(number: bigint): string {
  return ipv6Text(BigInt.asUintN(64, number >> 64n), BigInt.asUintN(64, number));
}

/**
 * Some within ranges, and both sides of both ends, where a mistake by one would show. Always with the rows that overlap
 * the one before: they are so few that chance would miss them, and only they show which range takes precedence.
 */
function textsToCheck(rows: readonly MmdbRow[], text: (number: bigint) => string): string[] {
  const overlapping = rows.filter(({ first }, index) => first <= (rows[index - 1]?.last ?? -1n));
  const chosen = Array.from({ length: CHECKED_ROWS }, () => anyRow(rows));
  return [...overlapping, ...chosen].flatMap((row) =>
    [addressWithin(row), row.first - 1n, row.first, row.last, row.last + 1n].map(text),
  );
}

/** Throws unless both give the same AS for each. */
function check(texts: readonly string[], ours: Find, theirs: Find): void {
  let known = 0;
  for (const text of texts) {
    const asn = ours(text);
    if (asn !== theirs(text)) throw new Error(`${text}: AS ${asn} of ours, AS ${theirs(text)} of maxmind`);
    if (asn !== null) known++;
  }
  console.log(`the same AS by ours and by maxmind for ${texts.length} addresses, ${known} with an AS`);
}

/** In turns, so that whatever else the machine does meets all alike. The best of several rounds, in lookups a second. */
function measure(contenders: readonly Contender[]): readonly Result[] {
  const best = contenders.map(() => ({ rate: 0, known: 0 }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { texts, find }] of contenders.entries()) {
      let known = 0;
      const started = performance.now();
      for (const text of texts) if (find(text) !== null) known++;
      const rate = (texts.length / (performance.now() - started)) * 1000;
      best[index] = { rate: Math.max(best[index]?.rate ?? 0, rate), known };
    }
  }
  return best;
}

/** The first of the contenders is ours; the ratios to the others follow. */
function compare(contenders: readonly Contender[]): void {
  const results = measure(contenders);
  for (const [index, { label }] of contenders.entries()) {
    const { rate, known } = results[index] ?? { rate: 0, known: 0 };
    const ratio = index === 0 ? '' : `   ours is ${((results[0]?.rate ?? 0) / rate).toFixed(2)} times as fast`;
    console.log(`${label.padEnd(48)} ${(rate / 1e6).toFixed(2).padStart(6)} M/s   ${known} with an AS${ratio}`);
  }
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(`${label.padEnd(48)} ${(performance.now() - started).toFixed(0).padStart(6)} ms`);
  return result;
}

async function openOurs(label: string, cacheDirectory: string | null): Promise<AddressLocator> {
  return timed(`open, ${label}`, () => openIpLocations({ cacheDirectory, report: () => {} }));
}

/** Writes the file; returns addresses that depend on the rows, so that these half a million objects can go. */
async function prepareMmdb(
  file: string,
  dataDate: string,
): Promise<{ readonly announcedV6: readonly string[]; readonly toCheck: readonly string[] }> {
  const rowsV4 = await mmdbRows(4);
  const rowsV6 = await mmdbRows(6);
  await writeFile(file, mmdbOfRows([...rowsV4, ...rowsV6], dataDate));
  return {
    announcedV6: Array.from({ length: COUNT_V6 }, () => textV6(addressWithin(anyRow(rowsV6)))),
    toCheck: [...textsToCheck(rowsV4, textV4), ...textsToCheck(rowsV6, textV6)],
  };
}

const textsV4 = Array.from({ length: COUNT }, () => addressV4(next()).text);
const textsV6 = Array.from({ length: COUNT_V6 }, () => {
  const high = (0x2a00n << 48n) | (BigInt(next() >>> 3) << 19n) | BigInt(next() >>> 13);
  return ipv6Text(high, BigInt(next()));
});

const directory = await mkdtemp(path.join(os.tmpdir(), 'dismantle-bench-'));
try {
  await openOurs('no cache directory', null);
  await openOurs('first run, writing the cache', directory);
  const locator = await openOurs('every later run, from the cache', directory);
  const mmdb = path.join(directory, 'asn.mmdb');
  const { announcedV6, toCheck } = await timed('write the mmdb file, for the bench only', () =>
    prepareMmdb(mmdb, locator.dataDate),
  );
  const reader = await timed('open, maxmind', () => openMmdb<AsnResponse>(mmdb));
  const rows = await plainRows();

  const ours: Find = (text) => {
    const parsed = parseAddress(text);
    return parsed.ok ? locator.locate(parsed.value).asn : null;
  };
  const maxmind: Find = (text) => reader.get(text)?.autonomous_system_number ?? null;
  const plain: Find = (text) => {
    const parsed = parseAddress(text);
    return parsed.ok && parsed.value.version === 4 ? plainFind(rows, parsed.value.number) : null;
  };

  check([...toCheck, ...textsV4.slice(0, CHECKED_ROWS), ...textsV6.slice(0, CHECKED_ROWS)], ours, maxmind);
  compare([
    { label: 'IPv4, text to AS, holder, country', texts: textsV4, find: ours },
    { label: 'IPv4, text to AS, holder, maxmind', texts: textsV4, find: maxmind },
    { label: 'IPv4, text to AS, plain array of objects', texts: textsV4, find: plain },
  ]);
  compare([
    { label: 'IPv6, text to AS, holder, country', texts: textsV6, find: ours },
    { label: 'IPv6, text to AS, holder, maxmind', texts: textsV6, find: maxmind },
  ]);
  compare([
    { label: 'IPv6 announced, text to AS, holder, country', texts: announcedV6, find: ours },
    { label: 'IPv6 announced, text to AS, holder, maxmind', texts: announcedV6, find: maxmind },
  ]);
  console.log('maxmind with its default options (a cache of 10,000 decoded records).');
  console.log(`data of ${locator.dataDate}. ${locator.attribution}`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
