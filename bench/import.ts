/**
 * From a CSV file to committed rows: our import (every row checked, deduplicated, in the ledger, under row-level
 * security) against what a user would write in an afternoon: csv-parse and one INSERT a row, in one transaction, on the
 * same PostgreSQL. `node bench/import.ts [rows]`; lab addresses made up at run time, a tenth of the rows repeated.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { Client } from 'pg';
import { createApp } from '../src/app.ts';
import { openEmbeddedPostgres } from '../src/adapters/embedded-postgres/embedded-postgres.ts';
import { importOnly, parseImportOptions } from '../src/flow.ts';

const ROWS = Number(process.argv[2] ?? 50_000);
const ROUNDS = 3;
const folder = await mkdtemp(join(tmpdir(), 'dismantle-bench-'));
const feed = join(folder, 'feed.csv');
await writeFile(feed, generated(ROWS));

const ours: number[] = [];
const naive: number[] = [];
try {
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await timed(() => importOurs(`round-${round}`)));
    naive.push(await timed(() => importNaively()));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const rate = (times: readonly number[]): number => Math.round(ROWS / (Math.min(...times) / 1000));
console.log(`${ROWS} rows, best of ${ROUNDS}`);
console.log(`  dismantle import                ${rate(ours)} rows/s`);
console.log(`  csv-parse + one INSERT a row    ${rate(naive)} rows/s`);
console.log(`  ratio                           ${(Math.min(...naive) / Math.min(...ours)).toFixed(2)}`);

async function importOurs(operation: string): Promise<void> {
  const app = await createApp({
    dataDirectory: join(folder, 'data'),
    configFile: null,
    environment: {},
    offline: true,
    progress: { step: () => {} },
    signal: new AbortController().signal,
    overrides: {},
  });
  try {
    const files = await app.openFiles([feed]);
    const request = {
      operation: { name: operation, drill: true, malware: null },
      files,
      options: parseImportOptions({}),
    };
    await importOnly(await app.openWorld(), request);
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
    const rows: AsyncIterable<Record<string, string>> = createReadStream(feed).pipe(parse({ columns: true }));
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

function generated(rows: number): string {
  const lines = ['first_seen_utc,dst_ip,dst_port,malware'];
  for (let row = 0; row < rows; row++) {
    const host = row % 10 === 9 ? row - 5 : row;
    lines.push(`2026-11-20 07:30:05,198.${18 + ((host >> 16) & 1)}.${(host >> 8) & 255}.${host & 255},443,Examplebot`);
  }
  return `${lines.join('\n')}\n`;
}
