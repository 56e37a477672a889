/**
 * What counsel needs for an order over servers that no order covers, as DOCX, PDF and CSV: from the command to the three
 * files' bytes, out of our own PostgreSQL.
 *
 *     node bench/authority-request.ts [servers]
 *
 * The servers are documentation addresses of a drill (at most 10,240), each named by three sources in configurations,
 * flows and lists.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../src/app.ts';
import { requestAuthority } from '../src/flow/authorities.ts';
import { parseImportOptions, run } from '../src/flow.ts';

const SERVERS = Number(process.argv[2] ?? 1000);
const LIMIT_MS = 60_000;
const PROVIDERS = 40;
const folder = await mkdtemp(join(tmpdir(), 'dismantle-bench-'));
const book = join(folder, 'providers.json');
// A network of 198.18.0.0/15 for each provider.
const networks = Array.from({ length: PROVIDERS }, (_none, index) => ({
  name: `Hosting ${index}`,
  country: ['DE', 'US', 'BR', 'NL'][index % 4],
  prefixes: [`198.18.${index}.0/24`],
}));
await writeFile(book, JSON.stringify({ providers: networks }));

const app = await createApp({
  dataDirectory: join(folder, 'data'),
  configFile: null,
  environment: { PATH: process.env['PATH'], HOME: folder },
  offline: true,
  progress: { step: () => undefined },
  signal: new AbortController().signal,
  overrides: { providers: book, out: join(folder, 'out') },
});
try {
  const world = await app.openWorld();
  const sources = await app.openSources(null);
  for (const [index, evidence] of ['configuration', 'netflow', 'listing'].entries()) {
    const feed = join(folder, `feed-${index}.csv`);
    await writeFile(feed, feedOf(index, evidence));
    const options = parseImportOptions({ source: `source ${index}`, group: `group ${index}`, reliability: 'B' });
    const operation = { name: 'bench', drill: true, malware: 'Examplebot' };
    await run(world, sources, { operation, files: await app.openFiles([feed]), options });
  }
  const writers = await app.openDocumentWriters();
  const started = performance.now();
  const papers = await requestAuthority(world, writers, 'bench', { order: null, organisation: 'Example CERT' });
  const tookMs = performance.now() - started;
  console.log(`${papers.servers} servers at ${PROVIDERS} providers, three sources each`);
  console.log(`  the three files      ${`${(tookMs / 1000).toFixed(2)} s`.padStart(12)}`);
  for (const format of ['docx', 'pdf', 'csv'] as const)
    console.log(`  ${format.padEnd(20)} ${`${Math.ceil(papers[format].length / 1024)} KiB`.padStart(12)}`);
  console.log(`  peak memory          ${`${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`.padStart(12)}`);
  if (papers.servers !== SERVERS || (SERVERS <= 1000 && tookMs > LIMIT_MS)) process.exitCode = 1;
} finally {
  await app.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function feedOf(source: number, evidence: string): string {
  const rows = Array.from({ length: SERVERS }, (_none, index) => {
    const address = `198.18.${index % PROVIDERS}.${Math.floor(index / PROVIDERS) % 256}`;
    return `${address},${440 + source},${evidence},2026-11-2${source}T10:00:00Z`;
  });
  return ['ip,port,evidence,last_seen', ...rows].join('\n');
}
