import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import { labFeed } from '../support/feeds.ts';

// Four programs at once on a data directory in which there is nothing yet: making the database, the schema, the
// operation and the ledger's first entries are raced for as well.

const ROWS_A_PROCESS = process.env['DISMANTLE_FULL'] === '1' ? 50_000 : 5000;
const HALF = ROWS_A_PROCESS / 2;
const INTO = ['--operation', 'races', '--drill'];

const installation = createInstallation();
afterAll(() => installation.close());

const imported = z.looseObject({
  intake: z.looseObject({
    files: z.array(
      z.looseObject({
        sha256: z.string(),
        rows: z.int(),
        accepted: z.int(),
        rejected: z.int(),
        /** Word for word the same as one before it: counted, and not kept twice. */
        repeated: z.int(),
        duplicate: z.boolean(),
      }),
    ),
  }),
});
const servers = z.array(z.looseObject({ host: z.string(), endpoints: z.array(z.looseObject({ port: z.int() })) }));
const report = z.looseObject({
  servers: z.looseObject({ total: z.int() }),
  ledger: z.looseObject({ entries: z.int() }),
});

/** Each overlaps the next by half; the last name stands for the very same bytes as the first. */
const FEEDS = {
  common: labFeed(0, HALF),
  second: labFeed(HALF / 2, HALF / 2 + HALF),
  third: labFeed(HALF, 2 * HALF),
  fourth: labFeed(HALF + HALF / 2, 2 * HALF + HALF / 2),
  copy: labFeed(0, HALF),
};

test('four imports of overlapping files at once lose nothing, double nothing, and leave a whole ledger', async () => {
  const paths = Object.fromEntries(
    Object.entries(FEEDS).map(([name, feed]) => [name, installation.write(`${name}.csv`, feed)]),
  );
  const file = (name: keyof typeof FEEDS): string => paths[name] ?? '';
  const runs = await Promise.all(
    [
      [file('common'), file('second')],
      [file('third'), file('common')],
      [file('copy'), file('third')],
      [file('second'), file('fourth')],
    ].map((files) => installation.run(['import', ...files, ...INTO, '--json'])),
  );
  for (const { code, stderr } of runs) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('dismantle:') });
  }

  const files = runs.flatMap(({ stdout }) => imported.parse(JSON.parse(stdout)).intake.files);
  const first = files.filter(({ duplicate }) => !duplicate);
  expect(files).toHaveLength(8);
  // Each content was imported once, by one of them, and whoever else had it was told the same figures.
  expect(new Set(first.map(({ sha256 }) => sha256)).size).toBe(4);
  expect(first).toHaveLength(4);
  for (const { sha256, rows, accepted, rejected } of files) {
    expect(first).toContainEqual(expect.objectContaining({ sha256, rows, accepted, rejected }));
  }

  const rows = Object.values({ ...FEEDS, copy: '' }).flatMap((feed) => feed.trim().split('\n').slice(1));
  const accepted = rows.map((row) => row.split(',')).filter(([, host = '']) => host.split('.').length === 4);
  const union = new Set(accepted.map(([, host]) => host));
  const endpoints = new Set(accepted.map(([, host, port]) => `${host}:${port}`));
  const found = await installation.json(servers, ['servers', '--operation', 'races']);
  expect(found).toHaveLength(union.size);
  expect(new Set(found.map(({ host }) => host))).toEqual(union);
  expect(new Set(found.flatMap(({ host, endpoints: of }) => of.map(({ port }) => `${host}:${port}`)))).toEqual(
    endpoints,
  );
  expect(first.reduce((sum, { accepted: count }) => sum + count, 0)).toBe(accepted.length);
  expect(first.reduce((sum, { rejected: count }) => sum + count, 0)).toBe(rows.length - accepted.length);

  // The operation, opened once, and one entry an import.
  const { servers: total, ledger } = await installation.json(report, ['status', '--operation', 'races']);
  expect({ total: total.total, entries: ledger.entries }).toEqual({ total: union.size, entries: 5 });
  const kept = first.reduce((sum, { rows: count, repeated }) => sum + count - repeated, 0);
  expect(await installation.done(['audit'])).toContain(`The ledger is whole: 5 entries, ${kept} rows`);
});
