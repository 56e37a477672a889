import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProof } from '../../src/ledger/build-proof.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import { originOf, signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { createSigner, formatVerifierKey, privateKeyFromSeed } from '../../src/ledger/note.ts';
import { formatProof } from '../../src/ledger/proof.ts';

// A court's expert has neither the product nor a reason to install it: the program and one folder have to do.

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const SIGNER = createSigner(originOf('CERT Example'), privateKeyFromSeed(Buffer.alloc(32, 1)));

let folder: string;
let checkpoint: string;

const at = (name: string): string => join(folder, name);

/** Runs the copied program as somebody does who has nothing but Node. */
function audit(args: readonly string[], input?: string): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dismantle-audit.js', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '' },
    ...(input === undefined ? {} : { input }),
  });
  return { code: status, stdout, stderr };
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-audit-')));
  mkdirSync(at('bin'));
  cpSync(join(REPOSITORY, 'bin/dismantle-audit.js'), at('bin/dismantle-audit.js'));
  cpSync(join(REPOSITORY, 'src/ledger'), at('src/ledger'), {
    recursive: true,
    filter: (source) => !source.endsWith('.test.ts'),
  });

  const ledger = new MemoryLedger('CERT Example');
  const rows = Array.from({ length: 20 }, (_, index) =>
    canonicalJson({ type: 'sighting', line: index + 1, host: `203.0.113.${index + 1}`, port: 443 }),
  );
  const draft = { recordedAt: '2026-11-23T23:00:00.000Z', actor: 'Ada', kind: 'import.recorded', subject: 'x' };
  const body = { schema: 1, file: 'feed.csv', sha256: 'ab'.repeat(32) };
  ledger.appendBatch({ ...draft, body }, rows, Buffer.alloc(32, 1), 8);
  ledger.append({ ...draft, kind: 'notice.drafted', body: { schema: 1 } }, Buffer.alloc(32, 2));
  const pieces: Uint8Array[] = [];
  for await (const piece of exportLedger(ledger, SIGNER)) pieces.push(piece);
  const exported = Buffer.concat(pieces).toString('utf8');
  writeFileSync(at('ledger.jsonl'), exported);
  writeFileSync(at('tampered.jsonl'), exported.replace('203.0.113.7', '203.0.113.8'));

  const { entries: size, root } = await ledger.head();
  checkpoint = signCheckpoint({ origin: SIGNER.name, size, root }, SIGNER);
  writeFileSync(at('kept.txt'), checkpoint);
  writeFileSync(at('other.txt'), signCheckpoint({ origin: SIGNER.name, size, root: 'ab'.repeat(32) }, SIGNER));
  const signed = { checkpoint, rotations: [], verifierKey: formatVerifierKey(SIGNER) };
  const proof = await buildProof(ledger, [{ sequence: 1, index: 16 }], 'CERT Example', signed, size);
  if (!proof.ok) throw new Error(proof.reason);
  writeFileSync(at('proof.json'), formatProof(proof.value));
  writeFileSync(at('forged.json'), formatProof(proof.value).replace('203.0.113.17', '203.0.113.18'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('with its file and the folder src/ledger alone', () => {
  test('nothing else is there', () => {
    expect(readdirSync(folder).filter((name) => !/\.(jsonl|json|txt)$/.test(name))).toEqual(['bin', 'src']);
    expect(readdirSync(at('src'))).toEqual(['ledger']);
  });

  test('an export is found whole, and nothing is said besides', () => {
    const said = expect.stringMatching(/^The ledger is whole: 2 entries, 20 rows, root [0-9a-f]{64}\n.*--key/);
    expect(audit(['ledger.jsonl'])).toEqual({ code: 0, stdout: said, stderr: '' });
  });

  test('a tampered one is not, and the entry is named', () => {
    const { code, stdout, stderr } = audit(['tampered.jsonl']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^The ledger is NOT whole: one thing is wrong\.\n {2}line 3, entry 1: .+ \(row-root\)\n$/);
  });

  test('a proof says what it proves, a forged one does not hold', () => {
    const proved = audit(['proof.json', '--key', formatVerifierKey(SIGNER)]);
    expect(proved).toMatchObject({ code: 0, stderr: '' });
    expect(proved.stdout).toContain(
      `line 17 of feed.csv (SHA-256 ${'ab'.repeat(32)}), recorded 2026-11-23T23:00:00.000Z`,
    );
    expect(proved.stdout).toContain('203.0.113[.]17:443');
    expect(audit(['forged.json'])).toMatchObject({ code: 1, stdout: expect.stringContaining('NOT hold') });
  });

  test('key and checkpoint are held against both', () => {
    const foreign = formatVerifierKey(createSigner(SIGNER.name, privateKeyFromSeed(Buffer.alloc(32, 2))));
    for (const file of ['ledger.jsonl', 'proof.json']) {
      expect(audit([file, '--key', formatVerifierKey(SIGNER), '--checkpoint', 'kept.txt']).code).toBe(0);
      expect(audit([file, '--key', foreign]).code).toBe(1);
      expect(audit([file, '--checkpoint', 'other.txt']).code).toBe(1);
    }
  });

  test('--json is one value', () => {
    const report: { what: string; ok: boolean; entries: number } = JSON.parse(audit(['ledger.jsonl', '--json']).stdout);
    expect(report).toMatchObject({ what: 'ledger', ok: true, entries: 2 });
  });

  test.each([[[]], [['--key']], [['a', 'b']], [['--bogus', 'a']], [['ledger.jsonl', '--checkpoint']]])(
    '%j is wrong usage',
    (args) => {
      const ran = audit(args);
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toMatch(/^Usage: dismantle-audit/);
    },
  );

  test('a file that cannot be read is told in one line', () => {
    const ran = audit(['missing.jsonl']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^dismantle-audit: .*missing\.jsonl.*\n$/);
  });

  test('--help says how', () => {
    expect(audit(['--help'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes') });
  });
});

test('with the sources gone, it says what it needs', () => {
  const bare = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-audit-')));
  try {
    mkdirSync(join(bare, 'bin'));
    cpSync(join(REPOSITORY, 'bin/dismantle-audit.js'), join(bare, 'bin/dismantle-audit.js'));
    const { status, stderr } = spawnSync(process.execPath, ['bin/dismantle-audit.js', 'x'], {
      cwd: bare,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('needs src/ledger/') });
  } finally {
    rmSync(bare, { recursive: true, force: true });
  }
});

test('standard input is read with -', () => {
  const exported = readFileSync(at('ledger.jsonl'), 'utf8');
  expect(audit(['-'], exported)).toMatchObject({ code: 0 });
  expect(audit(['-'], exported.slice(0, -9))).toMatchObject({ code: 1 });
});
