import { readFileSync, readdirSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { runs, someOf } from '../../test/support/runs.ts';
import { auditExport } from './audit.ts';
import type { AuditOptions, AuditReport } from './audit.ts';
import { canonicalJson } from './canonical.ts';
import { originOf, signCheckpoint } from './checkpoint.ts';
import type { Draft } from './entry.ts';
import { entryHash } from './entry.ts';
import { MAX_LINE_BYTES, exportLedger, headerLine } from './export.ts';
import type { FindingKind } from './finding.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { createSigner, formatVerifierKey, privateKeyFromSeed } from './note.ts';

const ORGANISATION = 'CERT Example';
const SIGNER = createSigner(originOf(ORGANISATION), privateKeyFromSeed(Buffer.alloc(32, 1)));

/** Everyday, one byte of so many is changed: each change takes an audit of the whole file. */
const STRIDE = 7;

const salt = (number: number): Uint8Array => Buffer.alloc(32, number);

function draft(minute: number, kind: string, text: string): Draft {
  return {
    recordedAt: `2026-11-23T23:${String(minute).padStart(2, '0')}:00.000Z`,
    actor: 'Ada Analyst',
    kind,
    subject: text,
    body: { schema: 1, text },
  };
}

function row(line: number): string {
  return canonicalJson({ type: 'sighting', line, host: `203.0.113.${line}`, port: 443 });
}

/** Twelve entries: single ones, batches of five, two and no rows, an erased one, and the erasure. */
function sampleLedger(): MemoryLedger {
  const ledger = new MemoryLedger(ORGANISATION);
  ledger.append(draft(1, 'operation-opened', 'first-look'), salt(1));
  ledger.appendBatch(draft(2, 'import', 'feed.csv'), [1, 2, 3, 4, 5].map(row), salt(2), 2);
  ledger.append(draft(3, 'attestation', 'Zürich € 😀 \uFFFD "quoted" \\ \n'), salt(3));
  ledger.append(draft(4, 'notice.drafted', 'c2.example'), salt(4));
  ledger.appendBatch(draft(5, 'identify', 'all'), [6, 7].map(row), salt(5));
  ledger.appendBatch(draft(6, 'locate', 'all'), [], salt(6));
  ledger.erase(4, draft(7, '', 'entry 4'), salt(7));
  for (let minute = 8; minute <= 11; minute++) {
    ledger.append(draft(minute, 'notice-drafted', `notice ${minute}`), salt(minute));
  }
  ledger.appendBatch(draft(12, 'decide', 'all'), [row(8)], salt(12));
  return ledger;
}

async function bytesOf(ledger: MemoryLedger, signer = SIGNER): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exportLedger(ledger, signer)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* chunksOf(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

function audit(bytes: Uint8Array | string, options?: AuditOptions): Promise<AuditReport> {
  return auditExport(chunksOf(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes), options);
}

let whole: Buffer;
let lines: readonly string[];
/** For each line of the sample, the entry that it belongs to; null for the header. */
let owners: readonly (number | null)[];

beforeAll(async () => {
  whole = await bytesOf(sampleLedger());
  lines = whole.toString('utf8').split(/(?<=\n)/);
  let owner: number | null = null;
  owners = lines.map((line) => {
    const { entry }: { entry?: { sequence: number } } = JSON.parse(line);
    owner = entry?.sequence ?? owner;
    return owner;
  });
});

/** The line (from 0) of an entry. */
const lineOf = (sequence: number): number => owners.indexOf(sequence);

function withLine(index: number, change: (line: string) => string): string {
  return lines.map((line, position) => (position === index ? change(line) : line)).join('');
}

/** A line (from 0) and the next one in each other's place. */
function withSwapped(index: number): string {
  return lines.map((line, at) => (at === index ? lines[at + 1] : at === index + 1 ? lines[index] : line)).join('');
}

describe('an untouched export', () => {
  test('passes, whatever the pieces in which it arrives', async () => {
    for (const size of [1, 7, 100, 4096, whole.length]) {
      expect(await auditExport(chunksOf(whole, size))).toMatchObject({
        ok: true,
        entries: 12,
        rows: 8,
        erased: 1,
        findings: [],
        root: (await sampleLedger().head()).root,
      });
    }
    expect(new Set(owners).size).toBe(13);
  });

  test('of an empty ledger passes, and is its header alone', async () => {
    const bytes = await bytesOf(new MemoryLedger(ORGANISATION));
    expect(bytes.toString('utf8').split('\n')).toHaveLength(2);
    expect(await audit(bytes)).toMatchObject({ ok: true, entries: 0, rows: 0 });
  });

  test('has the canonical form of its content in every line', () => {
    for (const line of lines) expect(`${canonicalJson(JSON.parse(line))}\n`).toBe(line);
  });

  test('is written in pieces, and passes with batches of several chunks', async () => {
    const ledger = new MemoryLedger(ORGANISATION);
    const rows = Array.from({ length: 10_000 }, (_, index) => canonicalJson({ line: index }));
    ledger.appendBatch(draft(1, 'import', 'feed.csv'), rows, salt(1));
    const pieces: Uint8Array[] = [];
    for await (const piece of exportLedger(ledger, SIGNER)) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(2);
    expect(await audit(Buffer.concat(pieces))).toMatchObject({ ok: true, rows: 10_000 });
  });

  test('is not made with the key of another organisation', async () => {
    await expect(bytesOf(new MemoryLedger('another'))).rejects.toThrow(RangeError);
  });
});

describe('every single change shows in the file alone', () => {
  /** The first finding names the entry that the byte belongs to. */
  async function expectFoundAt(bytes: Buffer, offset: number, what: string): Promise<void> {
    const { ok, findings } = await audit(bytes);
    const line = whole.subarray(0, offset).filter((byte) => byte === 0x0a).length;
    const found = { ok, sequence: findings[0]?.sequence };
    if (found.ok || found.sequence !== owners[line]) {
      expect(found, `${what} at ${offset}, line ${line + 1}`).toEqual({ ok: false, sequence: owners[line] });
    }
  }

  test('each byte flipped to two other values', async () => {
    for (const offset of someOf(whole.length, STRIDE)) {
      const byte = whole[offset] ?? 0;
      for (const value of [byte ^ (1 << (offset % 8)), (byte + 127) % 256]) {
        const changed = Buffer.from(whole);
        changed[offset] = value;
        await expectFoundAt(changed, offset, `${byte} became ${value}`);
      }
    }
  });

  test('each byte left out, and a space or a newline put in before it', async () => {
    for (const offset of someOf(whole.length, STRIDE)) {
      const [before, after] = [whole.subarray(0, offset), whole.subarray(offset)];
      const changes = [after.subarray(1), Buffer.concat([Buffer.of(offset % 2 === 0 ? 0x20 : 0x0a), after])];
      for (const change of changes)
        expect((await audit(Buffer.concat([before, change]))).ok, `at ${offset}`).toBe(false);
    }
  });

  test('the tail cut at each byte', async () => {
    for (const length of someOf(whole.length, STRIDE)) {
      expect((await audit(whole.subarray(0, length))).ok, `after ${length}`).toBe(false);
    }
  });

  test('each line dropped, doubled, or swapped with each other one', async () => {
    for (let index = 0; index < lines.length; index++) {
      const [before, line, after] = [lines.slice(0, index), lines[index] ?? '', lines.slice(index + 1)];
      expect((await audit([...before, ...after].join(''))).ok, `without line ${index + 1}`).toBe(false);
      expect((await audit([...before, line, line, ...after].join(''))).ok, `line ${index + 1} twice`).toBe(false);
      for (let second = index + 1; second < lines.length; second++) {
        const swapped = lines.map((text, at) => (at === index ? lines[second] : at === second ? line : text));
        expect((await audit(swapped.join(''))).ok, `lines ${index + 1} and ${second + 1} swapped`).toBe(false);
      }
    }
  });

  test('any stretch replaced by any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length),
        fc.nat(200),
        fc.uint8Array({ maxLength: 200 }),
        async (start, length, put) => {
          const changed = Buffer.concat([whole.subarray(0, start), put, whole.subarray(start + length)]);
          fc.pre(!changed.equals(whole));
          expect((await audit(changed)).ok).toBe(false);
        },
      ),
      { numRuns: runs(1000, 300) },
    );
  });
});

describe('the first finding names the place and what is wrong', () => {
  type Case = [string, () => string | Uint8Array, FindingKind, number | null, number | null];

  const replaceInLine = (index: number, from: string | RegExp, to: string): string =>
    withLine(index, (line) => {
      const changed = line.replace(from, to);
      if (changed === line) throw new Error(`${String(from)} does not stand in the line`);
      return changed;
    });
  const replaceIn = (sequence: number, from: string | RegExp, to: string) => (): string =>
    replaceInLine(lineOf(sequence), from, to);
  const inHeader = (from: string | RegExp, to: string) => (): string => replaceInLine(0, from, to);

  // What, the changed file, and the kind, sequence and line of the first finding.
  test.each<Case>([
    ['an empty file', () => '', 'header', null, null],
    ['another file', () => 'hello\n', 'not-json', null, 1],
    ['a file of other JSON', () => '{}\n', 'header', null, 1],
    ['no header', () => lines.slice(1).join(''), 'header', null, 1],
    ['a byte order mark', () => `\uFEFF${lines.join('')}`, 'byte-order-mark', null, 1],
    ['Windows line ends', () => lines.join('').replaceAll('\n', '\r\n'), 'carriage-return', null, 1],
    ['no newline at the end', () => lines.join('').slice(0, -1), 'missing-final-newline', 12, 21],
    ['a blank line at the end', () => `${lines.join('')}\n`, 'trailing-bytes', null, 22],
    ['zeros at the end', () => `${lines.join('')}\0\0`, 'trailing-bytes', null, 22],
    ['another format', inHeader('ledger-1', 'ledger-2'), 'header', null, 1],
    ['another organisation', inHeader('CERT Example', 'CERT Exampla'), 'organisation', null, 1],
    ['another count', inHeader('"entries":12', '"entries":11'), 'count', null, 1],
    ['another root', inHeader(/"root":"./, '"root":"g'), 'root', null, 1],
    ['another count of rows', inHeader('"rows":8', '"rows":9'), 'row-count', null, 1],
    ['another key', inHeader(/\+[0-9a-f]{8}\+/, '+00000000+'), 'key', null, 1],
    ['another size in the checkpoint', inHeader(String.raw`\n12\n`, String.raw`\n11\n`), 'signature', null, 1],
    ['the tail cut after a line', () => lines.slice(0, lineOf(10)).join(''), 'cut-tail', 10, 17],
    ['the tail cut in a line', () => lines.slice(0, lineOf(10)).join('').slice(0, -9), 'cut-tail', 9, 17],
    ['the tail cut among rows', () => lines.slice(0, lineOf(2) + 3).join(''), 'cut-tail', 2, 5],
    ['an entry dropped', () => withLine(lineOf(9), () => ''), 'gap', 9, 17],
    ['an entry doubled', () => withLine(lineOf(9), (line) => line + line), 'gap', 10, 18],
    ['an actor changed', replaceIn(9, 'Ada', 'Bob'), 'hash', 9, 17],
    ['a time changed', replaceIn(9, 'T23:09:00', 'T23:09:01'), 'hash', 9, 17],
    ['a time before the previous', replaceIn(9, 'T23:09:00', 'T23:01:00'), 'time', 9, 17],
    ['a time that is none', replaceIn(9, 'T23:09:00', 'T23:61:00'), 'shape', 9, 17],
    ['a hash changed', replaceIn(9, /"hash":"..../, '"hash":"0000'), 'hash', 9, 17],
    ['a link changed', replaceIn(9, /"previousHash":"..../, '"previousHash":"0000'), 'link', 9, 17],
    ['a sequence changed', replaceIn(9, '"sequence":9', '"sequence":7'), 'gap', 9, 17],
    ['a body changed', replaceIn(9, '"text":"notice', '"text":"Notice'), 'commitment', 9, 17],
    ['a salt changed', replaceIn(9, /"salt":"../, '"salt":"ff'), 'commitment', 9, 17],
    ['a salt cut short', replaceIn(9, /"salt":"../, '"salt":"'), 'shape', 9, 17],
    ['a body taken away', replaceIn(9, /^\{"body":\{.*?\},(.*),"salt".*$/m, '{$1,"erased":true}'), 'erasure', 9, 17],
    ['a field too many', replaceIn(9, '"body"', '"address":1,"body"'), 'shape', 9, 17],
    ['a key twice', replaceIn(9, '"schema":1', '"schema":1,"schema":1'), 'duplicate-key', 9, 17],
    ['a space', replaceIn(9, '"schema":1', '"schema": 1'), 'not-canonical', 9, 17],
    ['a number written otherwise', replaceIn(9, '"schema":1', '"schema":1.0'), 'not-canonical', 9, 17],
    ['a letter as an escape', replaceIn(9, '"Ada', String.raw`"\u0041da`), 'not-canonical', 9, 17],
    ['a lone surrogate', replaceIn(9, '"text":"n', String.raw`"text":"\ud800`), 'not-canonical', 9, 17],
    [
      'nesting without end',
      replaceIn(9, /"text":"[^"]*"/, `"text":${'['.repeat(9999)}${']'.repeat(9999)}`),
      'not-canonical',
      9,
      17,
    ],
    ['a line that is no object', () => withLine(lineOf(9), () => '[]\n'), 'shape', 9, 17],
    ['a line of something else', () => withLine(lineOf(9), () => '{"x":1}\n'), 'shape', 9, 17],
    ['a row changed', () => withLine(lineOf(2) + 4, (line) => line.replace('443', '444')), 'row-root', 2, 6],
    [
      'the only row of a chunk changed',
      () => withLine(lineOf(2) + 5, (line) => line.replace('443', '444')),
      'row-root',
      2,
      8,
    ],
    ['rows swapped', () => withSwapped(lineOf(5) + 1), 'row-root', 5, 12],
    ['a row dropped', () => withLine(lineOf(2) + 5, () => ''), 'row-count', 2, 8],
    ['a row too many', () => withLine(lineOf(2) + 5, (line) => line + line), 'row-count', 2, 9],
    ['a row where there is no batch', () => withLine(lineOf(9), (line) => `${line}{"row":1}\n`), 'row-count', 9, 18],
    ['a row that is not JSON', () => withLine(lineOf(2) + 2, () => '{"row":}\n'), 'not-json', 2, 5],
  ])('%s', async (_, change, kind, sequence, line) => {
    expect((await audit(change())).findings[0]).toMatchObject({ kind, sequence, line });
  });

  // What an audit is asked for first: each kind of damage, and the first entry that is not as it was.
  test.each<[string, () => string, FindingKind, number | null]>([
    ['a hash', replaceIn(9, /"hash":"..../, '"hash":"0000'), 'hash', 9],
    ['a link', replaceIn(9, /"previousHash":"..../, '"previousHash":"0000'), 'link', 9],
    ['the signature', inHeader(/(— \S+ \S{20})\S/, '$1!'), 'signature', null],
    ['a gap: entries 9 and 10 are gone', () => lines.toSpliced(lineOf(9), 2).join(''), 'gap', 9],
    ['entries 9 and 10 in each other’s place', () => withSwapped(lineOf(9)), 'gap', 9],
    ['entry 9 dropped', () => withLine(lineOf(9), () => ''), 'gap', 9],
    ['entry 9 doubled', () => withLine(lineOf(9), (line) => line + line), 'gap', 10],
    ['the tail cut behind entry 9', () => lines.slice(0, lineOf(10)).join(''), 'cut-tail', 10],
    ['a row of import 2', () => withLine(lineOf(2) + 3, (line) => line.replace('443', '80')), 'row-root', 2],
  ])('names the entry for %s', async (_, change, kind, sequence) => {
    const report = await audit(change());
    expect(report.ok).toBe(false);
    expect(report.findings[0]).toMatchObject({ kind, sequence });
  });

  test('names the entry for a tail that was cut and signed anew, against a checkpoint kept elsewhere', async () => {
    const { entries: size, root } = await sampleLedger().head();
    const knownCheckpoint = signCheckpoint({ origin: SIGNER.name, size, root }, SIGNER);
    const shortened = new MemoryLedger(ORGANISATION);
    shortened.append(draft(1, 'operation-opened', 'first-look'), salt(1));
    const cut = await bytesOf(shortened);
    expect((await audit(cut)).ok).toBe(true);
    expect((await audit(cut, { knownCheckpoint })).findings).toMatchObject([{ kind: 'known-checkpoint', sequence: 2 }]);
  });

  test('a row in a batch of several chunks is narrowed down to its chunk', async () => {
    const ledger = new MemoryLedger(ORGANISATION);
    const rows = Array.from({ length: 9000 }, (_, index) => canonicalJson({ line: index + 1 }));
    ledger.appendBatch(draft(1, 'import', 'feed.csv'), rows, salt(1));
    const text = (await bytesOf(ledger)).toString('utf8').replace('{"line":5000}', '{"line":5001}');
    const { findings } = await audit(text);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ kind: 'row-root', sequence: 1, line: 2 + 4097 });
    expect(findings[0]?.message).toContain('rows 4097 to 8192 (lines 4099 to 8194)');
  });

  test('bytes that are not UTF-8 are told from a replacement character that stands in the ledger', async () => {
    const at = whole.indexOf('\uFFFD');
    expect(at).toBeGreaterThan(0);
    const changed = Buffer.concat([whole.subarray(0, at), Buffer.of(0xff), whole.subarray(at + 3)]);
    expect((await audit(changed)).findings[0]).toMatchObject({ kind: 'not-utf8', sequence: 3 });
  });

  test('one change is one finding: what follows from it is not listed again', async () => {
    const count = async (text: string): Promise<number> => (await audit(text)).findings.length;
    expect(await count(replaceIn(9, 'Ada', 'Bob')())).toBe(1);
    expect(await count(withLine(lineOf(9), () => ''))).toBe(1);
    expect(await count(lines.slice(0, lineOf(9)).join(''))).toBe(1);
    expect(await count(lines.join('').slice(0, -1))).toBe(1);
  });

  test('a line without end stops the audit, and memory with it', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield whole;
      await Promise.resolve();
      for (;;) yield Buffer.alloc(1024 * 1024, 0x61);
    }
    expect((await auditExport(endless())).findings.at(-1)?.kind).toBe('line-too-long');
    const line = Buffer.concat([Buffer.alloc(MAX_LINE_BYTES + 1, 0x20), Buffer.of(0x0a)]);
    expect((await audit(line)).findings[0]).toMatchObject({ kind: 'line-too-long', line: 1 });
  });

  test('findings are limited, and the rest is counted', async () => {
    const many = `{}\n${'x\n'.repeat(500)}`;
    const { findings, moreFindings } = await audit(many);
    expect([findings.length, moreFindings]).toEqual([100, 401]);
  });
});

describe('a forger who computes everything anew', () => {
  const forge = async (signer = SIGNER): Promise<Buffer> => {
    const ledger = new MemoryLedger(ORGANISATION);
    ledger.append(draft(1, 'operation-opened', 'a kinder history'), salt(1));
    ledger.append(draft(2, 'notice-drafted', 'nothing happened'), salt(2));
    return bytesOf(ledger, signer);
  };

  test('is not stopped by the file alone, but by the key that the auditor knows', async () => {
    const impostor = createSigner(SIGNER.name, generateKeyPairSync('ed25519').privateKey);
    const forged = await forge(impostor);
    expect((await audit(forged)).ok).toBe(true);
    const { findings } = await audit(forged, { knownKey: formatVerifierKey(SIGNER) });
    expect(findings[0]).toMatchObject({ kind: 'key', line: 1 });
    expect((await audit(await forge(), { knownKey: `${formatVerifierKey(SIGNER)}\n` })).ok).toBe(true);
    expect((await audit(forged, { knownKey: 'nonsense' })).findings[0]?.kind).toBe('key');
  });

  test('and holds the key is stopped by a checkpoint that the auditor kept', async () => {
    const kept = new MemoryLedger(ORGANISATION);
    kept.append(draft(1, 'operation-opened', 'first-look'), salt(1));
    const { entries: size, root } = await kept.head();
    const knownCheckpoint = signCheckpoint({ origin: SIGNER.name, size, root }, SIGNER);
    expect((await audit(whole, { knownCheckpoint })).ok).toBe(true);
    const { findings } = await audit(await forge(), { knownCheckpoint });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ kind: 'known-checkpoint' });
    expect(findings[0]?.message).toContain('rewritten');
  });

  test('and cuts the ledger short is stopped by a later checkpoint', async () => {
    const { entries: size, root } = await sampleLedger().head();
    const knownCheckpoint = signCheckpoint({ origin: SIGNER.name, size, root }, SIGNER);
    expect((await audit(whole, { knownCheckpoint })).ok).toBe(true);
    const shortened = new MemoryLedger(ORGANISATION);
    shortened.append(draft(1, 'operation-opened', 'first-look'), salt(1));
    const { findings } = await audit(await bytesOf(shortened), { knownCheckpoint });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('cut');
  });

  test('cannot hand in a checkpoint of another ledger or of nobody', async () => {
    const other = createSigner(originOf('another'), SIGNER.privateKey);
    const { entries: size, root } = await sampleLedger().head();
    const foreign = signCheckpoint({ origin: other.name, size, root }, SIGNER);
    expect((await audit(whole, { knownCheckpoint: foreign })).findings[0]?.message).toContain('another ledger');
    const unsigned = signCheckpoint({ origin: SIGNER.name, size, root }, other);
    expect((await audit(whole, { knownCheckpoint: unsigned })).findings[0]?.kind).toBe('known-checkpoint');
    expect((await audit(whole, { knownCheckpoint: 'nonsense' })).findings[0]?.kind).toBe('known-checkpoint');
  });

  test('changes an entry and its hash, and is found by the next link and the root', async () => {
    const index = owners.indexOf(9);
    const parsed: { body: unknown; entry: Parameters<typeof entryHash>[0]; salt: string } = JSON.parse(
      lines[index] ?? '',
    );
    const entry = { ...parsed.entry, actor: 'Bob' };
    const changed = canonicalJson({ ...parsed, entry: { ...entry, hash: entryHash(entry) } });
    const { findings } = await audit(withLine(index, () => `${changed}\n`));
    expect(findings.map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['link', 10],
      ['root', null],
    ]);
  });

  test('adds a second signature to the checkpoint, which nothing in the file would check', async () => {
    const header: Parameters<typeof headerLine>[0] = JSON.parse(lines[0] ?? '');
    const checkpoint = `${header.checkpoint}— witness.example AAAAAAAA\n`;
    expect((await audit(withLine(0, () => headerLine({ ...header, checkpoint })))).findings[0]?.kind).toBe('signature');
  });
});

test('an erasure entry that is erased itself excuses nothing', async () => {
  const ledger = sampleLedger();
  const kept = (await ledger.entries().next()).value;
  if (!Array.isArray(kept)) throw new Error('no entries');
  const reader = {
    head: () => ledger.head(),
    rows: (sequence: number) => ledger.rows(sequence),
    async *entries(): AsyncGenerator<typeof kept> {
      await Promise.resolve();
      yield kept.map((entry) => (entry.entry.sequence === 7 ? { ...entry, content: 'erased' } : entry));
    },
  };
  const report = await auditExport(exportLedger(reader, SIGNER));
  expect(report.findings.map(({ kind, sequence }) => [kind, sequence])).toEqual([
    ['erasure', 4],
    ['erasure', 7],
  ]);
});

test('an erasure that was not carried out, or names what may not be erased or does not exist, is found', async () => {
  const ledger = sampleLedger();
  ledger.append({ ...draft(13, 'erasure', 'entries'), body: { schema: 1, sequences: [4, 3, 99, 13] } }, salt(13));
  const report = await auditExport(exportLedger(ledger, SIGNER));
  expect(
    report.findings.map(({ kind, sequence, message }) => [kind, sequence, /entry \d+/.exec(message)?.[0]]),
  ).toEqual([
    ['erasure', 13, 'entry 3'],
    ['erasure', 13, 'entry 99'],
    ['erasure', 13, 'entry 13'],
  ]);
  const attested = new MemoryLedger(ORGANISATION);
  attested.append(draft(1, 'import.attested', 'Ada'), salt(1));
  attested.erase(1, draft(2, '', 'entry 1'), salt(2));
  expect((await auditExport(exportLedger(attested, SIGNER))).findings).toMatchObject([
    { kind: 'erasure', sequence: 1 },
  ]);
});

test('the folder stands alone: its sources import each other and node:crypto, nothing else', () => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(10);
  for (const name of sources) {
    for (const [, target] of readFileSync(new URL(name, folder), 'utf8').matchAll(/from '([^']+)'/g)) {
      expect(target, name).toMatch(/^(\.\/[a-z-]+\.ts|node:crypto)$/);
    }
  }
});
