import { beforeEach, describe, expect, test } from 'vitest';
import { auditExport } from './audit.ts';
import type { AuditOptions, AuditReport } from './audit.ts';
import { originOf, signCheckpoint } from './checkpoint.ts';
import type { Body } from './entry.ts';
import { exportLedger } from './export.ts';
import {
  introductionBody,
  KEY_INTRODUCED_KIND,
  KEY_ROTATED_KIND,
  lostRotationBody,
  parseRotation,
  rotationBody,
  rotationText,
} from './key-chain.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { createSigner, formatVerifierKey, openNote, privateKeyFromSeed, signNote } from './note.ts';
import type { Signer } from './note.ts';

const ORGANISATION = 'CERT Example';
const signerOf = (number: number, name = originOf(ORGANISATION)): Signer =>
  createSigner(name, privateKeyFromSeed(Buffer.alloc(32, number)));
const [FIRST, SECOND, THIRD, FOURTH] = [signerOf(1), signerOf(2), signerOf(3), signerOf(4)];

let ledger: MemoryLedger;
let count: number;
beforeEach(() => {
  ledger = new MemoryLedger(ORGANISATION);
  count = 0;
  act();
});

function append(kind: string, body: Body): void {
  count += 1;
  const recordedAt = new Date(Date.UTC(2026, 10, 23, 23, count)).toISOString();
  ledger.append({ recordedAt, actor: 'Ada Analyst', kind, subject: 'x', body }, Buffer.alloc(32, count));
}

const act = (): void => append('notice.drafted', { schema: 1, count });
const introduce = (key: Signer): void => append(KEY_INTRODUCED_KIND, introductionBody(key));
const rotate = (previous: Signer, next: Signer): void =>
  append(KEY_ROTATED_KIND, rotationBody(previous, next, count, 'yearly rotation'));
const lose = (previous: Signer, next: Signer): void =>
  append(KEY_ROTATED_KIND, lostRotationBody(previous, next, 'the disk died'));

async function audit(signer: Signer, options?: AuditOptions): Promise<AuditReport> {
  return auditExport(exportLedger(ledger, signer), options);
}

async function findings(signer: Signer, options?: AuditOptions): Promise<readonly [string, number | null, string][]> {
  const report = await audit(signer, options);
  return report.findings.map(({ kind, sequence, message }) => [kind, sequence, message]);
}

const knowing = (key: Signer): AuditOptions => ({ knownKey: formatVerifierKey(key) });

async function checkpointBy(signer: Signer): Promise<string> {
  const { entries: size, root } = await ledger.head();
  return signCheckpoint({ origin: originOf(ORGANISATION), size, root }, signer);
}

describe('the text that the previous key signs', () => {
  const rotation = { entries: 12, previousKey: formatVerifierKey(FIRST), verifierKey: formatVerifierKey(SECOND) };

  test('is what docs/events.md says, and reads back', () => {
    expect(rotationText(rotation)).toBe(
      `dismantle ledger key rotation 1\n12\n${formatVerifierKey(FIRST)}\n${formatVerifierKey(SECOND)}\n`,
    );
    expect(parseRotation(rotationText(rotation))).toEqual({ ok: true, value: rotation });
  });

  test.each(['', 'x\n', 'dismantle ledger key rotation 1\n', 'dismantle ledger key rotation 1\n012\na\nb\n'])(
    '%j is none',
    (text) => {
      expect(parseRotation(text).ok).toBe(false);
    },
  );
});

describe('a ledger that names its keys', () => {
  test('is signed by the last of them', async () => {
    introduce(FIRST);
    act();
    expect(await findings(FIRST)).toEqual([]);
    rotate(FIRST, SECOND);
    act();
    rotate(SECOND, THIRD);
    const report = await audit(THIRD);
    expect(report).toMatchObject({ ok: true, findings: [] });
    expect(report.keyChanges).toEqual([
      {
        sequence: 4,
        recordedAt: '2026-11-23T23:04:00.000Z',
        previousKey: formatVerifierKey(FIRST),
        verifierKey: formatVerifierKey(SECOND),
        lost: false,
        reason: 'yearly rotation',
      },
      expect.objectContaining({ sequence: 6, lost: false }),
    ]);
    for (const other of [FIRST, SECOND, FOURTH]) {
      expect(await findings(other)).toEqual([['key', null, expect.stringContaining('another key than the last')]]);
    }
  });

  test('that names none is as it always was: whoever signs, signs', async () => {
    expect(await findings(FOURTH)).toEqual([]);
    expect(await findings(FOURTH, knowing(FIRST))).toEqual([['key', null, expect.stringContaining('another key')]]);
  });

  test('says of a lost key that it was lost, and is whole all the same', async () => {
    introduce(FIRST);
    lose(FIRST, SECOND);
    const report = await audit(SECOND);
    expect(report.ok).toBe(true);
    expect(report.keyChanges).toMatchObject([{ sequence: 3, lost: true, reason: 'the disk died' }]);
  });
});

describe('an auditor who knows a key', () => {
  test('can follow from any of them while each rotation is signed', async () => {
    introduce(FIRST);
    rotate(FIRST, SECOND);
    rotate(SECOND, THIRD);
    for (const known of [FIRST, SECOND, THIRD]) expect(await findings(THIRD, knowing(known))).toEqual([]);
    expect(await findings(THIRD, knowing(FOURTH))).toEqual([['key', null, expect.stringContaining('none of those')]]);
  });

  test('cannot follow over a rotation whose key was lost, and is told which entry it is', async () => {
    introduce(FIRST);
    rotate(FIRST, SECOND);
    lose(SECOND, THIRD);
    rotate(THIRD, FOURTH);
    for (const known of [FIRST, SECOND]) {
      expect(await findings(FOURTH, knowing(known))).toEqual([['key', null, expect.stringContaining('entry 4')]]);
    }
    for (const known of [THIRD, FOURTH]) expect(await findings(FOURTH, knowing(known))).toEqual([]);
  });

  test('is not deceived by a forger who names the known key and then loses it', async () => {
    introduce(FIRST);
    lose(FIRST, FOURTH);
    expect((await audit(FOURTH)).ok).toBe(true);
    expect(await findings(FOURTH, knowing(FIRST))).toHaveLength(1);
  });
});

describe('a checkpoint that an earlier key has signed', () => {
  test('is still good after rotations, signed and lost, and even from before the key was named', async () => {
    const before = await checkpointBy(FIRST);
    introduce(FIRST);
    const first = await checkpointBy(FIRST);
    rotate(FIRST, SECOND);
    const second = await checkpointBy(SECOND);
    lose(SECOND, THIRD);
    for (const knownCheckpoint of [before, first, second, await checkpointBy(THIRD)]) {
      expect(await findings(THIRD, { knownCheckpoint })).toEqual([]);
    }
  });

  test('finds a ledger that was rewritten or cut since', async () => {
    introduce(FIRST);
    act();
    const kept = await checkpointBy(FIRST);
    rotate(FIRST, SECOND);

    ledger = new MemoryLedger(ORGANISATION);
    count = 0;
    introduce(FIRST);
    rotate(FIRST, SECOND);
    expect(await findings(SECOND, { knownCheckpoint: kept })).toEqual([
      ['known-checkpoint', 3, expect.stringContaining('the ledger was cut')],
    ]);
    act();
    expect(await findings(SECOND, { knownCheckpoint: kept })).toEqual([
      ['known-checkpoint', null, expect.stringContaining('the ledger was rewritten')],
    ]);
  });

  test('counts for nothing when no key of the ledger has signed it', async () => {
    introduce(FIRST);
    expect(await findings(FIRST, { knownCheckpoint: await checkpointBy(FOURTH) })).toEqual([
      ['known-checkpoint', null, expect.stringContaining('no signature')],
    ]);
  });
});

describe('an entry about keys that is not right is found, and named', () => {
  const signedBy = (signer: Signer, entries: number, previous: Signer, next: Signer): string =>
    signNote(
      rotationText({ entries, previousKey: formatVerifierKey(previous), verifierKey: formatVerifierKey(next) }),
      signer,
    );
  const rotated = (change: Body): void =>
    append(KEY_ROTATED_KIND, { ...rotationBody(FIRST, SECOND, count, 'why'), ...change });

  test.each<[says: string, write: () => void, message: RegExp]>([
    [
      'signed by the new key itself',
      () => rotated({ schema: 1, signature: signedBy(SECOND, 2, FIRST, SECOND) }),
      /not signed/,
    ],
    [
      'signed for another number of entries',
      () => rotated({ schema: 1, signature: signedBy(FIRST, 3, FIRST, SECOND) }),
      /not this/,
    ],
    ['signed for another key', () => rotated({ schema: 1, signature: signedBy(FIRST, 2, FIRST, THIRD) }), /not this/],
    ['signed as a checkpoint', () => rotated({ schema: 1, signature: signNote('a\n1\nb\n', FIRST) }), /not this/],
    [
      'with a second signature',
      () => rotated({ schema: 1, signature: twice(signedBy(FIRST, 2, FIRST, SECOND)) }),
      /exactly one/,
    ],
    ['with a signature that is none', () => rotated({ schema: 1, signature: 'x' }), /not signed/],
    ['with no signature and no loss', () => rotated({ schema: 1, signature: null }), /is signed, or says/],
    ['lost and signed', () => rotated({ schema: 1, lost: true }), /cannot have signed/],
    ['without a reason', () => rotated({ schema: 1, reason: '' }), /reason/],
    [
      'of another previous key',
      () => rotated({ schema: 1, previousKey: formatVerifierKey(THIRD) }),
      /another key than the last/,
    ],
    ['to what is no key', () => rotated({ schema: 1, verifierKey: 'x' }), /NAME\+ID\+KEY/],
    ['to no key', () => append(KEY_ROTATED_KIND, { schema: 1 }), /names no key/],
    [
      'to a key of another ledger',
      () => append(KEY_ROTATED_KIND, rotationBody(FIRST, signerOf(5, originOf('another')), count, 'why')),
      /of dismantle\/another/,
    ],
    ['to the same key', () => rotate(FIRST, FIRST), /comes back/],
    ['that introduces a second first key', () => introduce(SECOND), /second time/],
  ])('%s', async (_says, write, message) => {
    introduce(FIRST);
    write();
    const [first] = await findings(FIRST);
    expect(first).toEqual(['key', 3, expect.stringMatching(message)]);
  });

  test('a rotation before there is a key', async () => {
    rotate(FIRST, SECOND);
    expect(await findings(SECOND)).toEqual([['key', 2, expect.stringContaining('before the ledger has named one')]]);
  });

  test('a key that comes back after it was replaced', async () => {
    introduce(FIRST);
    rotate(FIRST, SECOND);
    rotate(SECOND, FIRST);
    expect(await findings(FIRST)).toEqual([['key', 4, expect.stringContaining('comes back')]]);
  });

  test('an erased one: nobody could follow the keys any more', async () => {
    introduce(FIRST);
    expect(() =>
      ledger.erase(2, { recordedAt: '2026-11-23T23:59:00.000Z', actor: 'x', subject: 'x' }, Buffer.alloc(32)),
    ).toThrow(RangeError);
    append('erasure', { schema: 1, sequences: [2] });
    const bytes: Uint8Array[] = [];
    for await (const piece of exportLedger(ledger, FIRST)) bytes.push(piece);
    const text = Buffer.concat(bytes)
      .toString('utf8')
      .replace(
        /^\{"body":\{[^{}]*\},("entry":\{[^{}]*"kind":"key\.introduced"[^{}]*\}),"salt":"\w+"\}$/m,
        '{$1,"erased":true}',
      );
    const report = await auditExport(chunkOf(text));
    expect(report.findings.map(({ kind, sequence }) => [kind, sequence])).toEqual([['key', 2]]);
  });

  test('more keys than anybody needs', async () => {
    introduce(FIRST);
    for (let number = 5; number < 1006; number++) {
      append(KEY_ROTATED_KIND, lostRotationBody(number === 5 ? FIRST : seeded(number - 1), seeded(number), 'again'));
    }
    const report = await audit(seeded(1005));
    expect(report.findings[0]).toMatchObject({ kind: 'key', sequence: 1002, message: expect.stringContaining('1000') });
  });
});

function seeded(number: number): Signer {
  const seed = Buffer.alloc(32);
  seed.writeUInt32BE(number);
  return createSigner(originOf(ORGANISATION), privateKeyFromSeed(seed));
}

function twice(note: string): string {
  expect(openNote(note, [FIRST]).ok).toBe(true);
  return `${note}— witness.example AAAAAAAA\n`;
}

async function* chunkOf(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.from(text, 'utf8');
}
