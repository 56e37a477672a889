import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, runProgram } from '../support/cli.ts';

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

const file = join(folder, 'ledger.jsonl');
const exported = z.object({
  file: z.string(),
  entries: z.int(),
  rows: z.int(),
  root: z.string(),
  verifierKey: z.string(),
  checkpoint: z.string(),
});
const report = z.looseObject({
  ok: z.boolean(),
  entries: z.int(),
  findings: z.array(
    z.object({ line: z.int().nullable(), sequence: z.int().nullable(), kind: z.string(), message: z.string() }),
  ),
});
let first: z.infer<typeof exported>;

const grow = (name: string, count: number): Promise<string> => {
  const lines = Array.from({ length: count }, (_none, index) => `198.18.${index >> 8}.${index & 255}:443`);
  return done(['import', write(name, `# ${name}\n${lines.join('\n')}\n`), '--operation', 'lab', '--drill']);
};

beforeAll(async () => {
  await grow('a.txt', 300);
  first = await json(exported, ['ledger', 'export', file]);
});

test('an export is audited from the file alone, and no data directory is made', async () => {
  const home = join(folder, 'nobody');
  mkdirSync(home);
  const { code, stdout } = await runProgram(['audit', file], { env: { HOME: home }, cwd: home });
  expect(code).toBe(0);
  expect(stdout).toContain(`The ledger is whole: ${first.entries} entries, ${first.rows} rows, root ${first.root}`);
  expect(stdout).toContain(first.verifierKey);
  expect(readdirSync(home)).toEqual([]);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('the database is audited the same, and - is standard output and input', async () => {
  expect(await done(['audit'])).toContain(`The ledger is whole: ${first.entries} entries`);
  const piped = await done(['ledger', 'export', '-']);
  expect(piped).toBe(readFileSync(file, 'utf8'));
  const { code } = await runProgram(['audit', '-'], { stdin: piped });
  expect(code).toBe(0);
  expect((await runProgram(['audit', '-'], { stdin: piped.slice(0, -10) })).code).toBe(1);
});

test('a flipped byte is found, and its place named', async () => {
  const bytes = readFileSync(file);
  const spots = [bytes.length * 0.001, bytes.length * 0.3, bytes.length * 0.7, bytes.length - 5].map(Math.floor);
  const flips = spots.map(async (offset, index) => {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(offset) ^ 1, offset);
    const damaged = write(`flipped-${index}.jsonl`, flipped);
    const { code, stdout } = await runProgram(['audit', damaged, '--json']);
    expect(code, `byte ${offset}`).toBe(1);
    const { ok, findings } = report.parse(JSON.parse(stdout));
    expect(ok).toBe(false);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings[0]?.line, `byte ${offset}`).toBeGreaterThanOrEqual(1);
  });
  await Promise.all(flips);
  const damaged = write(
    'flipped.jsonl',
    Buffer.from(bytes.toString('latin1').replace('198.18.0.9"', '198.18.0.8"'), 'latin1'),
  );
  const { code, stdout } = await runProgram(['audit', damaged]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/The ledger is NOT whole: .*\n {2}line \d+, entry \d+: .+ \(row-root\)/);
});

test('a checkpoint kept elsewhere tells a ledger that goes on from one that was made anew', async () => {
  const checkpoint = write('kept.txt', first.checkpoint);
  await grow('b.txt', 3);
  const next = await json(exported, ['ledger', 'export', join(folder, 'next.jsonl')]);
  expect(next.entries).toBeGreaterThan(first.entries);
  const known = ['--key', first.verifierKey, '--checkpoint', checkpoint];
  expect((await runProgram(['audit', next.file, ...known])).code).toBe(0);

  const other = createInstallation();
  try {
    await other.done(['import', write('c.txt', '192.0.2.1\n'), '--operation', 'lab', '--drill']);
    const anew = await other.json(exported, ['ledger', 'export', join(folder, 'anew.jsonl')]);
    expect((await runProgram(['audit', anew.file])).code).toBe(0);
    expect((await runProgram(['audit', anew.file, ...known])).code).toBe(1);
  } finally {
    await other.close();
  }
});

test('an export that a person asks for shows the checkpoint to keep', async () => {
  const { code, stdout } = await run(['ledger', 'export', file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Its checkpoint; .*\n\n(.+\n){3,}\n— .+ .+\n$/);
});
