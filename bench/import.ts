/**
 * From a CSV file to committed rows: our import (every row checked, deduplicated, hashed into the ledger, under row-level
 * security) against what a user would write in an afternoon: csv-parse, a lookup in maxmind's reader where its data is
 * at hand, and one INSERT a row, in one transaction, on the same PostgreSQL.
 *
 *     node bench/import.ts [rows] [rounds]
 *
 * Public addresses made up at run time, which nobody contacts; a tenth of the rows says again what an earlier row has said. Each round runs both,
 * one after the other; the naive one takes a tenth of the rows, for its rate does not depend on how many there are.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { Client } from 'pg';
import { createApp } from '../src/app.ts';
import { openEmbeddedPostgres } from '../src/adapters/embedded-postgres/embedded-postgres.ts';
import { importOnly, parseImportOptions } from '../src/flow.ts';

const ROWS = Number(process.argv[2] ?? 200_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const NAIVE_ROWS = Math.ceil(ROWS / 10);
const folder = await mkdtemp(join(tmpdir(), 'dismantle-bench-'));
const feed = join(folder, 'feed.csv');
await generate(feed, ROWS);
const smallFeed = join(folder, 'small-feed.csv');
await generate(smallFeed, NAIVE_ROWS);

interface Measured {
  readonly wholeMs: number;
  readonly readMs: number;
  readonly mergeMs: number;
}

const ours: Measured[] = [];
const naive: number[] = [];
try {
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await importOurs(`round-${round}`));
    naive.push(await timed(() => importNaively()));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const best = ours.reduce((one, other) => (other.wholeMs < one.wholeMs ? other : one));
const naiveRate = NAIVE_ROWS / (Math.min(...naive) / 1000);
const rate = (ms: number): string => `${Math.round(ROWS / (ms / 1000))} rows/s`.padStart(14);
console.log(`${ROWS} rows, a tenth of them repeats; best of ${ROUNDS}, from the file to the commit`);
console.log(`  dismantle import                       ${rate(best.wholeMs)}`);
console.log(`    reading, checking, hashing, staging  ${rate(best.readMs)}`);
console.log(`    merging into servers, committing     ${rate(best.mergeMs)}`);
console.log(`  csv-parse + one INSERT a row           ${`${Math.round(naiveRate)} rows/s`.padStart(14)}`);
console.log(
  `  ratio                                  ${(ROWS / (best.wholeMs / 1000) / naiveRate).toFixed(2).padStart(7)}`,
);
console.log(`  peak memory of this process            ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);

async function importOurs(operation: string): Promise<Measured> {
  let mergingSince = 0;
  const app = await createApp({
    dataDirectory: join(folder, 'data'),
    configFile: null,
    environment: {},
    offline: true,
    progress: {
      step(text) {
        if (text.startsWith('merging')) mergingSince = performance.now();
      },
    },
    signal: new AbortController().signal,
    overrides: {},
  });
  try {
    const world = await app.openWorld();
    const started = performance.now();
    const files = await app.openFiles([feed]);
    const request = {
      operation: { name: operation, drill: false, malware: null },
      files,
      options: parseImportOptions({}),
    };
    const { intake } = await importOnly(world, request);
    const ended = performance.now();
    const [file] = intake.files;
    if (file?.accepted !== ROWS) throw new Error(`only ${file?.accepted} of ${ROWS} rows were accepted`);
    return { wholeMs: ended - started, readMs: mergingSince - started, mergeMs: ended - mergingSince };
  } finally {
    await app.close();
  }
}

async function importNaively(): Promise<void> {
  const opened = await openEmbeddedPostgres({
    dataDirectory: join(folder, 'data'),
    graceMs: 1000,
    startTimeoutMs: 60_000,
    report: () => {},
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  const client = new Client(opened.value.connection);
  await client.connect();
  try {
    await client.query('create table if not exists naive (ip inet, port int, first_seen timestamptz, malware text)');
    await client.query('begin');
    const rows: AsyncIterable<Record<string, string>> = createReadStream(smallFeed).pipe(parse({ columns: true }));
    for await (const { dst_ip: ip, dst_port: port, first_seen_utc: seen, malware } of rows) {
      await client.query('insert into naive values ($1, $2, $3, $4)', [ip, port, seen, malware]);
    }
    await client.query('commit');
  } finally {
    await client.end();
    await opened.value.close();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function generate(path: string, rows: number): Promise<void> {
  const file = await open(path, 'w');
  let text = 'first_seen_utc,dst_ip,dst_port,malware\n';
  for (let row = 0; row < rows; row++) {
    const said = row % 10 === 9 ? row - 5 : row;
    text += `2026-11-20 07:30:05,${madeUpAddress(said)},443,Examplebot\n`;
    if (text.length < 1_000_000) continue;
    await file.write(text);
    text = '';
  }
  await file.write(text);
  await file.close();
}

/** A different address for each number below 16 million, none of them in reserved space, in no order. */
function madeUpAddress(number: number): string {
  return `${20 + (number & 63)}.${(number >> 6) & 255}.${(number >> 14) & 255}.${1 + (number >> 22)}`;
}
