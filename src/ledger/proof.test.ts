import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditFile } from './audit-file.ts';
import type { FileReport } from './audit-file.ts';
import type { AuditOptions } from './audit.ts';
import { buildProof } from './build-proof.ts';
import type { RowPlace } from './build-proof.ts';
import { canonicalJson } from './canonical.ts';
import { originOf, signCheckpoint } from './checkpoint.ts';
import type { Draft } from './entry.ts';
import { exportLedger } from './export.ts';
import type { FindingKind } from './finding.ts';
import { InclusionPaths } from './inclusion-paths.ts';
import { introductionBody, lostRotationBody, rotationBody, KeyChain } from './key-chain.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { inclusionProof } from './merkle-proof.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { createSigner, formatVerifierKey, privateKeyFromSeed, signNote } from './note.ts';
import type { Signer } from './note.ts';
import { formatProof, PROOF_START } from './proof.ts';
import type { Proof } from './proof.ts';
import { reportText } from './report-text.ts';
import { verifyProof } from './verify-proof.ts';

const ORGANISATION = 'CERT Example';
const signerOf = (number: number): Signer =>
  createSigner(originOf(ORGANISATION), privateKeyFromSeed(Buffer.alloc(32, number)));
const SIGNER = signerOf(1);
const FEED_SHA256 = leafHash('the bytes of the feed');

function draft(minute: number, kind: string, body: object = {}): Draft {
  const recordedAt = new Date(Date.UTC(2026, 10, 23, 23, minute)).toISOString();
  return { recordedAt, actor: 'Ada Analyst', kind, subject: 'x', body: { schema: 1, ...body } };
}

const sighting = (line: number): string =>
  canonicalJson({ type: 'sighting', line, host: `203.0.113.${line}`, port: 443, label: 'Examplebot', status: null });

/** A batch of eleven rows in chunks of four, one of a single row, one of none, and single entries between. */
function sampleLedger(): MemoryLedger {
  const ledger = new MemoryLedger(ORGANISATION);
  ledger.append(draft(1, 'operation.opened'), Buffer.alloc(32, 1));
  const rows = Array.from({ length: 11 }, (_, index) => sighting(index + 1));
  ledger.appendBatch(
    draft(2, 'import.recorded', { file: 'feed.csv', sha256: FEED_SHA256, source: 'Feed' }),
    rows,
    Buffer.alloc(32, 2),
    4,
  );
  ledger.append(draft(3, 'notice.drafted', { text: 'Zürich 😀' }), Buffer.alloc(32, 3));
  const rejected = canonicalJson({
    type: 'rejection',
    line: 1,
    value: 'http://a.example\u001b[2J',
    reason: 'no server',
  });
  ledger.appendBatch(
    draft(4, 'import.recorded', { file: 'b.csv', sha256: FEED_SHA256 }),
    [rejected],
    Buffer.alloc(32, 4),
  );
  ledger.appendBatch(draft(5, 'locate.recorded'), [], Buffer.alloc(32, 5));
  return ledger;
}

async function prove(
  ledger: MemoryLedger,
  places: readonly RowPlace[],
  { signer = SIGNER, rotations = [] }: { signer?: Signer; rotations?: readonly string[] } = {},
): Promise<Proof> {
  const { entries: size, root } = await ledger.head();
  const checkpoint = signCheckpoint({ origin: signer.name, size, root }, signer);
  const signed = { checkpoint, rotations, verifierKey: formatVerifierKey(signer) };
  const built = await buildProof(ledger, places, ORGANISATION, signed, size);
  if (!built.ok) throw new Error(built.reason);
  return built.value;
}

async function* chunksOf(text: string | Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const audit = (text: string | Uint8Array, options?: AuditOptions): Promise<FileReport> =>
  auditFile(chunksOf(text), options);

let text: string;
beforeAll(async () => {
  text = formatProof(await prove(sampleLedger(), [{ sequence: 2, index: 6 }]));
});

describe('InclusionPaths', () => {
  test('gives the paths and the root that the definition gives, in one pass', () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = Array.from({ length: size }, (_, index) => leafHash(`row ${index}`));
      const tree = new InclusionPaths(leaves.keys());
      for (const leaf of leaves) tree.append(leaf);
      const { root, paths } = tree.finish();
      expect(root).toBe(merkleRoot(leaves));
      for (const index of leaves.keys()) expect(paths.get(index)).toEqual(inclusionProof(leaves, index));
    }
  });

  test('knows nothing of leaves that did not come', () => {
    expect(new InclusionPaths([3]).finish().paths.size).toBe(0);
  });
});

describe('a proof', () => {
  test('holds for every row of every batch, alone and together with others', async () => {
    const ledger = sampleLedger();
    const places = [...Array.from({ length: 11 }, (_, index) => ({ sequence: 2, index })), { sequence: 4, index: 0 }];
    for (const chosen of [...places.map((place) => [place]), places, places.toReversed(), [...places, ...places]]) {
      const report = verifyProof(formatProof(await prove(ledger, chosen)), { knownKey: formatVerifierKey(SIGNER) });
      expect(report.findings).toEqual([]);
      expect(report.facts).toHaveLength(new Set(chosen).size);
    }
  });

  test('holds in trees of every shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(59),
        fc.constantFrom(1, 2, 8),
        fc.nat(9),
        async (rows, at, chunk, after) => {
          const ledger = new MemoryLedger(ORGANISATION);
          ledger.append(draft(1, 'operation.opened'), Buffer.alloc(32, 1));
          ledger.appendBatch(
            draft(2, 'import.recorded'),
            Array.from({ length: rows }, (_, index) => sighting(index)),
            Buffer.alloc(32),
            chunk,
          );
          for (let number = 0; number < after; number++) ledger.append(draft(3, 'x'), Buffer.alloc(32));
          const proof = await prove(ledger, [{ sequence: 2, index: at % rows }]);
          expect(verifyProof(formatProof(proof)).findings).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('holds under a checkpoint from before the ledger went on', async () => {
    const ledger = sampleLedger();
    const { entries: size, root } = await ledger.head();
    const knownCheckpoint = signCheckpoint({ origin: SIGNER.name, size, root }, SIGNER);
    for (let minute = 6; minute < 20; minute++) ledger.append(draft(minute, 'x'), Buffer.alloc(32));
    const signed = { checkpoint: knownCheckpoint, rotations: [], verifierKey: formatVerifierKey(SIGNER) };
    const built = await buildProof(ledger, [{ sequence: 2, index: 0 }], ORGANISATION, signed, size);
    if (!built.ok) throw new Error(built.reason);
    expect(verifyProof(formatProof(built.value), { knownCheckpoint })).toMatchObject({ ok: true, entries: size });
    // One under a newer checkpoint is as true, but this one does not say so.
    const newer = verifyProof(formatProof(await prove(ledger, [{ sequence: 2, index: 0 }])), { knownCheckpoint });
    expect(newer.findings).toMatchObject([
      { kind: 'known-checkpoint', message: expect.stringContaining('under that checkpoint') },
    ]);
  });

  test('is told from an export by its first bytes', async () => {
    expect(text.startsWith(PROOF_START)).toBe(true);
    expect(await audit(text)).toMatchObject({ what: 'proof', report: { ok: true } });
    expect(await audit(text, { knownKey: formatVerifierKey(SIGNER) })).toMatchObject({ report: { ok: true } });
    const pieces: Uint8Array[] = [];
    for await (const piece of exportLedger(sampleLedger(), SIGNER)) pieces.push(piece);
    expect(await audit(Buffer.concat(pieces))).toMatchObject({ what: 'ledger', report: { ok: true } });
    expect(await audit('')).toMatchObject({ what: 'ledger', report: { ok: false } });
  });

  test('is not built of what is not there', async () => {
    const ledger = sampleLedger();
    const signed = { checkpoint: '', rotations: [], verifierKey: '' };
    const reasonOf = async (places: readonly RowPlace[], size = 5): Promise<string> => {
      const built = await buildProof(ledger, places, ORGANISATION, signed, size);
      return built.ok ? '' : built.reason;
    };
    expect(await reasonOf([])).toContain('no row');
    expect(await reasonOf([{ sequence: 2, index: 11 }])).toContain('no row 12');
    expect(await reasonOf([{ sequence: 5, index: 0 }])).toContain('no row 1');
    expect(await reasonOf([{ sequence: 3, index: 0 }])).toContain('commits to no rows');
    expect(await reasonOf([{ sequence: 9, index: 0 }])).toContain('not among the 5');
    expect(await reasonOf([{ sequence: 4, index: 0 }], 3)).toContain('not among the 3');
    expect(await reasonOf(Array.from({ length: 1001 }, (_, index) => ({ sequence: 2, index })))).toContain('1000');
    ledger.erase(2, { recordedAt: '2026-11-24T00:00:00.000Z', actor: 'x', subject: 'x' }, Buffer.alloc(32));
    expect(await reasonOf([{ sequence: 2, index: 0 }])).toContain('erased');
  });
});

describe('every single change shows', () => {
  test('each byte flipped to two other values', async () => {
    const whole = Buffer.from(text);
    for (let offset = 0; offset < whole.length; offset++) {
      const byte = whole[offset] ?? 0;
      for (const value of [byte ^ (1 << (offset % 8)), (byte + 127) % 256]) {
        const changed = Buffer.from(whole);
        changed[offset] = value;
        const { report } = await audit(changed);
        if (report.ok) expect.fail(`byte ${offset} from ${byte} to ${value} is not found`);
      }
    }
  });

  test('each byte left out, doubled, and the tail cut at each byte', async () => {
    const whole = Buffer.from(text);
    for (let offset = 0; offset < whole.length; offset++) {
      const [before, after] = [whole.subarray(0, offset), whole.subarray(offset)];
      const changes = [
        before,
        Buffer.concat([before, after.subarray(1)]),
        Buffer.concat([before, after.subarray(0, 1), after]),
      ];
      for (const change of changes) expect((await audit(change)).report.ok, `at ${offset}`).toBe(false);
    }
    expect((await audit(`${text}\n`)).report.ok).toBe(false);
    expect((await audit(text + text)).report.ok).toBe(false);
  });

  type Change = (proof: MutableProof) => void;
  /** A proof whose fields a forger may write. */
  interface MutableProof {
    format: unknown;
    organisation: unknown;
    proofs: {
      body: Record<string, unknown>;
      entry: Record<string, unknown>;
      path: unknown[];
      rows: MutableRow[];
      salt: unknown;
    }[];
    signed: Record<string, unknown>;
    [further: string]: unknown;
  }
  interface MutableRow {
    index: number;
    path: unknown[];
    row: Record<string, unknown>;
  }

  const first = (proof: MutableProof): MutableProof['proofs'][number] => {
    const [entry] = proof.proofs;
    if (entry === undefined) throw new Error('nothing is proved');
    return entry;
  };
  const row = (proof: MutableProof): MutableRow => {
    const [found] = first(proof).rows;
    if (found === undefined) throw new Error('no row is proved');
    return found;
  };

  test.each<[says: string, change: Change, kind: FindingKind, sequence: number | null]>([
    ['another format', (proof) => (proof.format = 'dismantle-proof-2'), 'header', null],
    ['another organisation', (proof) => (proof.organisation = 'CERT Exampla'), 'organisation', null],
    ['an organisation with a lone surrogate', (proof) => (proof.organisation = '\ud800'), 'not-canonical', null],
    ['a further field', (proof) => (proof['more'] = 1), 'shape', null],
    ['a further field in an entry', (proof) => (first(proof).entry['more'] = 1), 'shape', null],
    ['a row changed', (proof) => (row(proof).row['port'] = 444), 'row-root', 2],
    ['a row with a further field', (proof) => (row(proof).row['more'] = 1), 'row-root', 2],
    ['another place for the row', (proof) => (row(proof).index = 5), 'row-root', 2],
    ['a place behind the last', (proof) => (row(proof).index = 11), 'row-root', 2],
    ['a path too short', (proof) => row(proof).path.pop(), 'row-root', 2],
    ['a path too long', (proof) => row(proof).path.push('0'.repeat(64)), 'row-root', 2],
    ['a path of something else', (proof) => row(proof).path.push('x'), 'shape', null],
    [
      'a path without end',
      (proof) => (row(proof).path = Array.from({ length: 54 }, () => '0'.repeat(64))),
      'shape',
      null,
    ],
    ['no row', (proof) => (first(proof).rows = []), 'shape', null],
    ['no entry', (proof) => (proof.proofs = []), 'shape', null],
    ['a row twice', (proof) => first(proof).rows.push(row(proof)), 'shape', 2],
    ['an entry twice', (proof) => proof.proofs.push(first(proof)), 'shape', null],
    ['a body changed', (proof) => (first(proof).body['file'] = 'other.csv'), 'commitment', 2],
    ['a body with a lone surrogate', (proof) => (first(proof).body['file'] = '\ud800'), 'not-canonical', null],
    ['a salt changed', (proof) => (first(proof).salt = '0'.repeat(64)), 'commitment', 2],
    ['an actor changed', (proof) => (first(proof).entry['actor'] = 'Bob'), 'hash', 2],
    ['a time changed', (proof) => (first(proof).entry['recordedAt'] = '2026-11-23T00:00:00.000Z'), 'hash', 2],
    ['another sequence', (proof) => (first(proof).entry['sequence'] = 3), 'hash', 3],
    ['a path of the entry too short', (proof) => first(proof).path.pop(), 'root', 2],
    ['a checkpoint that is none', (proof) => (proof.signed['checkpoint'] = 'x'), 'signature', null],
    [
      'a note that is no checkpoint',
      (proof) => (proof.signed['checkpoint'] = signNote('x\n', SIGNER)),
      'signature',
      null,
    ],
    [
      'a checkpoint of another ledger',
      (proof) =>
        (proof.signed['checkpoint'] = signCheckpoint(
          { origin: 'dismantle/other', size: 5, root: leafHash('x') },
          SIGNER,
        )),
      'organisation',
      null,
    ],
    [
      'a second signature',
      (proof) => (proof.signed['checkpoint'] = `${String(proof.signed['checkpoint'])}— w AAAAAAAA\n`),
      'signature',
      null,
    ],
    ['another key', (proof) => (proof.signed['verifierKey'] = formatVerifierKey(signerOf(2))), 'signature', null],
    ['a key that is none', (proof) => (proof.signed['verifierKey'] = 'x'), 'key', null],
    ['a rotation that is none', (proof) => (proof.signed['rotations'] = ['x']), 'key', null],
    ['rotations of numbers', (proof) => (proof.signed['rotations'] = [1]), 'shape', null],
  ])('%s', (_says, change, kind, sequence) => {
    const proof: MutableProof = JSON.parse(text);
    change(proof);
    // What a forger writes is in canonical form where it can be.
    const forged = write(proof);
    const report = verifyProof(forged);
    expect(report.ok).toBe(false);
    expect(report.findings[0]).toMatchObject({ kind, sequence, line: null });
  });

  test.each<[string, string | Uint8Array, FindingKind]>([
    ['a key twice', '{"format":"dismantle-proof-1","format":"dismantle-proof-1",', 'duplicate-key'],
    ['a space', '{"format":"dismantle-proof-1", ', 'not-canonical'],
  ])('%s', async (_says, start, kind) => {
    const { report } = await audit(String(start) + text.slice(PROOF_START.length));
    expect(report.findings[0]?.kind).toBe(kind);
  });

  test('bytes that are not UTF-8, no newline, and a proof without end', async () => {
    const at = text.indexOf('Ada');
    const bytes = Buffer.from(text);
    bytes[at] = 0xff;
    expect((await audit(bytes)).report.findings[0]?.kind).toBe('not-utf8');
    expect((await audit(text.slice(0, -1))).report.findings[0]?.kind).toBe('missing-final-newline');
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
      await Promise.resolve();
      for (;;) yield Buffer.alloc(1024 * 1024, 0x61);
    }
    expect((await auditFile(endless())).report.findings[0]?.kind).toBe('line-too-long');
  });

  test('nesting without end is refused, not fallen over', () => {
    const deep = text.replace('"Examplebot"', `${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(deep).not.toBe(text);
    expect(verifyProof(deep).ok).toBe(false);
  });

  test('findings are limited, and the rest is counted', async () => {
    const ledger = new MemoryLedger(ORGANISATION);
    ledger.appendBatch(
      draft(1, 'x'),
      Array.from({ length: 300 }, (_, index) => sighting(index)),
      Buffer.alloc(32),
    );
    const proof = await prove(
      ledger,
      Array.from({ length: 300 }, (_, index) => ({ sequence: 1, index })),
    );
    const { findings, moreFindings } = verifyProof(formatProof(proof).replaceAll('"port":443', '"port":444'));
    expect([findings.length, moreFindings]).toEqual([100, 200]);
  });
});

describe('a proof signed by a later key', () => {
  const [FIRST, SECOND, THIRD] = [signerOf(1), signerOf(2), signerOf(3)];
  const rotated = (second: 'signed' | 'lost'): { ledger: MemoryLedger; chain: KeyChain } => {
    const ledger = sampleLedger();
    const chain = new KeyChain();
    const bodies = [
      introductionBody(FIRST),
      rotationBody(FIRST, SECOND, 6, 'why'),
      second === 'signed' ? rotationBody(SECOND, THIRD, 7, 'why') : lostRotationBody(SECOND, THIRD, 'why'),
    ];
    for (const [index, body] of bodies.entries()) {
      const kind = index === 0 ? 'key.introduced' : 'key.rotated';
      const { entry } = ledger.append({ ...draft(6, kind), body }, Buffer.alloc(32));
      expect(chain.follow(entry, body)).toBe(null);
    }
    return { ledger, chain };
  };
  const knowing = (key: Signer): AuditOptions => ({ knownKey: formatVerifierKey(key) });

  test('is good for whoever knows an earlier one, by the rotations that it carries', async () => {
    const { ledger, chain } = rotated('signed');
    const proof = await prove(ledger, [{ sequence: 2, index: 0 }], { signer: THIRD, rotations: chain.notesTo(THIRD) });
    expect(proof.signed.rotations).toHaveLength(2);
    const written = formatProof(proof);
    for (const key of [FIRST, SECOND, THIRD]) expect(verifyProof(written, knowing(key)).findings).toEqual([]);
    expect(verifyProof(written, knowing(signerOf(4))).findings).toMatchObject([{ kind: 'key' }]);
    expect(verifyProof(written, { knownKey: 'nonsense' }).findings).toMatchObject([{ kind: 'key' }]);
  });

  test('is not, where a key between was lost', async () => {
    const { ledger, chain } = rotated('lost');
    expect(chain.notesTo(THIRD)).toEqual([]);
    expect(chain.notesTo(SECOND)).toHaveLength(1);
    const written = formatProof(await prove(ledger, [{ sequence: 2, index: 0 }], { signer: THIRD }));
    expect(verifyProof(written).ok).toBe(true);
    expect(verifyProof(written, knowing(SECOND)).findings).toMatchObject([{ kind: 'key' }]);
  });

  test('does not hold with rotations left out between, turned round, or signed by others', async () => {
    const { ledger, chain } = rotated('signed');
    const [one = '', two = ''] = chain.notesTo(THIRD);
    const forged = signNote(two.slice(0, two.lastIndexOf('\n\n') + 1), FIRST);
    for (const rotations of [[one], [two, one], [one, one], [forged], [`${one}— w AAAAAAAA\n`, two]]) {
      const written = formatProof(await prove(ledger, [{ sequence: 2, index: 0 }], { signer: THIRD, rotations }));
      expect(verifyProof(written).findings, JSON.stringify(rotations)).toMatchObject([{ kind: 'key' }]);
    }
    // The last ones alone are true, and lead from the second key only.
    const written = formatProof(await prove(ledger, [{ sequence: 2, index: 0 }], { signer: THIRD, rotations: [two] }));
    expect(verifyProof(written, knowing(SECOND)).ok).toBe(true);
    expect(verifyProof(written, knowing(FIRST)).ok).toBe(false);
  });

  test('is held against a checkpoint that an earlier key signed, of the same size', async () => {
    const { ledger, chain } = rotated('signed');
    const { entries: size, root } = await ledger.head();
    const proof = await prove(ledger, [{ sequence: 2, index: 0 }], { signer: THIRD, rotations: chain.notesTo(THIRD) });
    const check = (checkpoint: string): readonly object[] =>
      verifyProof(formatProof(proof), { knownCheckpoint: checkpoint }).findings;
    expect(check(signCheckpoint({ origin: FIRST.name, size, root }, FIRST))).toEqual([]);
    expect(check(signCheckpoint({ origin: FIRST.name, size, root: leafHash('x') }, FIRST))).toMatchObject([
      { kind: 'known-checkpoint', message: expect.stringContaining('rewritten') },
    ]);
    expect(check(signCheckpoint({ origin: 'dismantle/other', size, root }, FIRST))).toHaveLength(1);
    expect(check(signCheckpoint({ origin: FIRST.name, size, root }, signerOf(4)))).toHaveLength(1);
    expect(check('nonsense')).toHaveLength(1);
  });
});

describe('in words', () => {
  const words = (report: FileReport, isAnchored = false): string => {
    const { lead, rest, lines } = reportText(report, isAnchored);
    return [lead + rest, ...lines].join('\n');
  };

  test('a proof says what line of which file it proves, when it was recorded, and what it says', async () => {
    const said = words(await audit(text));
    expect(said).toContain('The proof holds: 1 row of the ledger of CERT Example');
    expect(said).toContain(
      `line 7 of feed.csv (SHA-256 ${FEED_SHA256}), source "Feed", recorded 2026-11-23T23:02:00.000Z by Ada Analyst ` +
        'as entry 2 (import.recorded), says that 203.0.113[.]7:443 served the botnet: label Examplebot',
    );
    expect(said).toContain(formatVerifierKey(SIGNER));
    expect(words(await audit(text), true)).not.toContain('--key');
  });

  test("others' text is harmless to a terminal, and no link", async () => {
    const said = words(await audit(formatProof(await prove(sampleLedger(), [{ sequence: 4, index: 0 }]))));
    expect(said).toContain('was rejected (no server); it says "hxxp://a[.]example\uFFFD[2J"');
  });

  test('what does not hold is named, ten at most, and how many more there are is said', () => {
    const wrong = { line: null, sequence: 2, kind: 'hash', message: 'wrong' } as const;
    const many = Array.from({ length: 30 }, () => wrong);
    const say = (findings: readonly (typeof wrong)[], moreFindings = 0): string =>
      words({ what: 'proof', report: { ...verifyProof(text), ok: false, findings, moreFindings } });
    expect(say([wrong])).toBe('The proof does NOT hold: one thing is wrong.\n  entry 2: wrong (hash)');
    expect(say(many.slice(0, 10)).split('\n')).toHaveLength(11);
    expect(say(many.slice(0, 11))).toMatch(
      /NOT hold: 11 things are wrong\.\n(.+\n){10} {2}and 1 more \(--json lists 11 of them\)$/,
    );
    expect(say(many, 70)).toMatch(/100 things are wrong[^]*\n {2}and 90 more \(--json lists 30 of them\)$/);
  });
});

/** Canonical form of whatever can have one; plain JSON of the rest. */
function write(value: unknown): string {
  try {
    return `${canonicalJson(value)}\n`;
  } catch {
    return `${JSON.stringify(value)}\n`;
  }
}
