/*
 * How fast addresses are located: `node bench/lookup.ts`.
 *
 * Measures from text to Location over made-up addresses, and beside it a plain binary search over an array of objects
 * on the same data. A comparison with the `maxmind` package would need its data in the mmdb format, which is not
 * among this project's packages.
 */
import { addressV4, ipv6Text, parseAddress } from '../src/domain/address.ts';
import type { Address } from '../src/domain/address.ts';
import type { AddressLocator } from '../src/ports/locator.ts';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { openIpLocations } from '../src/adapters/ip-location-db/ip-locations.ts';

const COUNT = 500_000;
const ROUNDS = 7;

interface Row {
  readonly first: number;
  readonly last: number;
  readonly asn: number;
}

/** The obvious way: one object a row, found by bisection. */
async function plainRows(): Promise<readonly Row[]> {
  const file = createRequire(import.meta.url).resolve('@ip-location-db/asn/asn-ipv4-num.csv');
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
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

/** A small linear congruential generator: the same addresses at every run. */
function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

/** The best of several rounds, in lookups a second. */
function measure(texts: readonly string[], find: (address: Address) => number | null): { rate: number; known: number } {
  let best = 0;
  let known = 0;
  for (let round = 0; round < ROUNDS; round++) {
    known = 0;
    const started = performance.now();
    for (const text of texts) {
      const parsed = parseAddress(text);
      if (parsed.ok && find(parsed.value) !== null) known++;
    }
    best = Math.max(best, (texts.length / (performance.now() - started)) * 1000);
  }
  return { rate: best, known };
}

async function timedOpen(label: string, cacheDirectory: string | null): Promise<AddressLocator> {
  const started = performance.now();
  const locator = await openIpLocations({ cacheDirectory, report: () => {} });
  console.log(`open, ${label.padEnd(42)} ${(performance.now() - started).toFixed(0).padStart(6)} ms`);
  return locator;
}

const next = createNumbers(20_201_012);
const textsV4 = Array.from({ length: COUNT }, () => addressV4(next()).text);
const textsV6 = Array.from({ length: COUNT / 5 }, () => {
  const high = (0x2a00n << 48n) | (BigInt(next() >>> 3) << 19n) | BigInt(next() >>> 13);
  return ipv6Text(high, BigInt(next()));
});

const cacheDirectory = await mkdtemp(path.join(os.tmpdir(), 'dismantle-bench-'));
try {
  await timedOpen('no cache directory', null);
  await timedOpen('first run, writing the cache', cacheDirectory);
  const locator = await timedOpen('every later run, from the cache', cacheDirectory);
  const rows = await plainRows();

  const found = (address: Address): number | null => locator.locate(address).asn;
  const plain = (address: Address): number | null => (address.version === 4 ? plainFind(rows, address.number) : null);
  const results = [
    ['IPv4, text to AS, holder, country', measure(textsV4, found)],
    ['IPv4, text to AS, plain array of objects', measure(textsV4, plain)],
    ['IPv6, text to AS, holder, country', measure(textsV6, found)],
  ] as const;
  for (const [label, { rate, known }] of results) {
    console.log(`${label.padEnd(48)} ${(rate / 1e6).toFixed(2).padStart(6)} M/s   ${known} with an AS`);
  }
  console.log(`ratio to the plain array: ${(results[0][1].rate / results[1][1].rate).toFixed(1)}`);
  console.log(`data of ${locator.dataDate}. ${locator.attribution}`);
} finally {
  await rm(cacheDirectory, { recursive: true, force: true });
}
