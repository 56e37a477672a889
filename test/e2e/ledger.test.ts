import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, runProgram } from '../support/cli.ts';
import { NO_OPENSSL, openTimeStampingAuthority } from '../support/time-stamping-authority.ts';

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

test('what is wrong beyond ten things is counted', async () => {
  const few = write('few.jsonl', `{}\n${'x\n'.repeat(500)}`);
  expect((await runProgram(['audit', few])).stdout).toMatch(
    /501 things are wrong\.\n( {2}.+\n){10} {2}and 491 more \(--json lists 100 of them\)\n$/,
  );
});

const proved = z.object({
  file: z.string(),
  rows: z.int(),
  entries: z.int(),
  root: z.string(),
  verifierKey: z.string(),
  checkpoint: z.string(),
});

test('one line of an import is proved to whoever has only the proof', async () => {
  const proof = join(folder, 'line.json');
  const said = await done(['ledger', 'prove', 'a.txt:17', '--out', proof]);
  expect(said).toMatch(
    /line 17 of \S*a\.txt \(SHA-256 [0-9a-f]{64}\).*says that 198\.18\.0\[\.\]15:443 served the botnet/,
  );
  const home = join(folder, 'court');
  mkdirSync(home);
  const checked = await runProgram(['audit', proof], { env: { HOME: home }, cwd: home });
  expect(checked).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('The proof holds: 1 row') });
  expect(readdirSync(home)).toEqual([]);
  expect(readFileSync(proof, 'utf8')).not.toContain('198.18.0.16');

  const forged = write('forged.json', readFileSync(proof, 'utf8').replace('198.18.0.15', '198.18.0.16'));
  const refused = await runProgram(['audit', forged]);
  expect(refused).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/does NOT hold.*\n {2}entry \d+: .*\(row-root\)/),
  });
});

test('a server is proved by every row that names it, on standard output where nothing else is said', async () => {
  const text = await done(['ledger', 'prove', '198.18.0[.]1:443', '--json']);
  const { code, stdout } = await runProgram(['audit', '-', '--json', '--key', first.verifierKey], { stdin: text });
  expect(code).toBe(0);
  const facts = z.looseObject({ facts: z.array(z.looseObject({ row: z.looseObject({ host: z.string() }) })) });
  const rows = facts.parse(JSON.parse(stdout)).facts.map(({ row }) => row.host);
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows)).toEqual(new Set(['198.18.0.1']));
});

test('a proof under a checkpoint kept elsewhere is held against that very checkpoint', async () => {
  const kept = write('kept-for-proof.txt', first.checkpoint);
  const out = join(folder, 'under.json');
  const { entries } = await json(proved, ['ledger', 'prove', 'a.txt:9', '--out', out, '--checkpoint', kept]);
  expect(entries).toBe(first.entries);
  expect((await runProgram(['audit', out, '--checkpoint', kept])).code).toBe(0);
});

test.each([
  ['a line that has no row', 'a.txt:9999', /no row of a\.txt begins on line 9999/],
  ['a file that was not imported', 'nothing.txt:1', /no file of that name/],
  ['a port that nobody named', '198.18.0.1:80', /no row of an import in lab names 198\.18\.0\[\.\]1:80/],
])('%s cannot be proved, and it says why', async (_says, what, reason) => {
  const { code, stdout, stderr } = await run(['ledger', 'prove', what]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(reason);
});

const rotation = z.object({ previousKey: z.string(), verifierKey: z.string(), lost: z.boolean() });
const seed = join(installation.dataDirectory, 'keys', 'ledger-ed25519.seed');

test('a key is rotated on record, and whoever knows the old one can follow', async () => {
  const { previousKey, verifierKey } = await json(rotation, ['ledger', 'rotate-key', '--reason', 'yearly rotation']);
  expect(previousKey).toBe(first.verifierKey);
  // The newest checkpoint was signed by the old key; the audit takes it all the same.
  expect(await done(['audit'])).toContain('The signing key was replaced once, signed for by the key before.');
  const rotated = join(folder, 'rotated.jsonl');
  expect((await json(exported, ['ledger', 'export', rotated])).verifierKey).toBe(verifierKey);
  for (const key of [previousKey, verifierKey]) {
    expect((await runProgram(['audit', rotated, '--key', key])).code).toBe(0);
  }
  const proof = write('rotated.json', await done(['ledger', 'prove', 'a.txt:2']));
  expect((await runProgram(['audit', proof, '--key', previousKey])).code).toBe(0);
});

test('a lost key stops signing with a way out, is replaced on record only, and every audit says so', async () => {
  renameSync(seed, `${seed}.gone`);
  for (const command of [['audit'], ['ledger', 'export', '-'], ['ledger', 'prove', 'a.txt:2']]) {
    const { code, stdout, stderr } = await run(command);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/the ledger names the key dismantle\/default\+.* is missing\n.*rotate-key --lost --reason/);
  }
  expect(readdirSync(join(installation.dataDirectory, 'keys'))).not.toContain('ledger-ed25519.seed');

  await done(['ledger', 'rotate-key', '--lost', '--reason', 'the disk died']);
  const said = await done(['audit']);
  expect(said).toMatch(/The ledger is whole.*\n(.*\n)*Warning: entry \d+ .* because it was lost: "the disk died"/);
  const after = join(folder, 'after-loss.jsonl');
  await done(['ledger', 'export', after]);
  const { code, stdout } = await runProgram(['audit', after, '--key', first.verifierKey]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/entry \d+ replaced the key without its signature.*\(key\)/);
  const refused = await run(['ledger', 'rotate-key', '--lost', '--reason', 'again']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('it is not lost') });
});

test.each([[[]], [['--reason', ' ']], [['--reason', 'a\nb']]])('rotate-key with %j is wrong usage', async (args) => {
  expect((await run(['ledger', 'rotate-key', ...args])).code).toBe(2);
});

test.skipIf(NO_OPENSSL !== null)(
  `a time-stamp of the checkpoint is recorded, and openssl verifies the files${NO_OPENSSL === null ? '' : ` (skipped: ${NO_OPENSSL})`}`,
  async () => {
    const authority = await openTimeStampingAuthority();
    try {
      const out = join(folder, 'stamped');
      const command = ['ledger', 'timestamp', '--tsa', authority.url, '--out', out];
      const off = await run(command);
      expect(off).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('traffic.timestamp: true') });
      expect(authority.queries()).toBe(0);

      const on = { env: { DISMANTLE_TRAFFIC_TIMESTAMP: 'true' } };
      const said = await done(command, on);
      expect(said).toContain(`openssl ts -verify -in ${out}/token.tsr -data ${out}/checkpoint.txt -CAfile`);
      const checkpoint = readFileSync(join(out, 'checkpoint.txt'));
      expect(authority.verify(readFileSync(join(out, 'token.tsr')), checkpoint)).toContain('Verification: OK');

      expect(await done(['audit'])).toContain('The ledger is whole');
      const exportedText = await done(['ledger', 'export', '-']);
      const line = exportedText.split('\n').find((text) => text.includes('"kind":"checkpoint.timestamped"')) ?? '{}';
      const { body } = z
        .object({
          body: z.strictObject({
            schema: z.literal(1),
            checkpoint: z.string(),
            tsa: z.string(),
            genTime: z.iso.datetime(),
            token: z.base64(),
          }),
        })
        .parse({ body: z.object({ body: z.unknown() }).parse(JSON.parse(line)).body });
      expect(body).toMatchObject({ checkpoint: checkpoint.toString('utf8'), tsa: authority.url });
      expect(readFileSync(join(out, 'token.tsr')).includes(Buffer.from(body.token, 'base64'))).toBe(true);
      // The stamped checkpoint is one of this ledger: an audit continues from it.
      const piped = ['audit', '-', '--checkpoint', join(out, 'checkpoint.txt')];
      expect((await runProgram(piped, { stdin: exportedText })).code).toBe(0);

      authority.answerWith((_query, response) => response.end('no'));
      const refused = await run(command, on);
      expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('RFC 3161') });
      expect((await run([...command, '--offline'], on)).stderr).toContain('switched off');
    } finally {
      await authority.close();
    }
  },
);
