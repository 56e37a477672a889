import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { FIRST_PREVIOUS_HASH, commitmentTo, entryHash, entryJson, readEntry, sealEntry } from './entry.ts';
import type { Draft } from './entry.ts';

const SALT = Buffer.alloc(32, 7);
const DRAFT: Draft = {
  recordedAt: '2026-11-23T23:30:00.000Z',
  actor: 'Ada Analyst',
  kind: 'operation-opened',
  subject: 'operation first-look',
  body: { schema: 1, name: 'first-look' },
};

describe('sealEntry', () => {
  test('begins with sequence 1 and 64 zeros, and links each entry to the one before', () => {
    const first = sealEntry(null, DRAFT, SALT).entry;
    const second = sealEntry(first, { ...DRAFT, recordedAt: '2026-11-23T23:30:00.001Z' }, SALT).entry;
    expect(first).toMatchObject({ sequence: 1, previousHash: FIRST_PREVIOUS_HASH });
    expect(second).toMatchObject({ sequence: 2, previousHash: first.hash, recordedAt: '2026-11-23T23:30:00.001Z' });
  });

  test('gives an entry the time of the previous one when the clock went backwards', () => {
    const first = sealEntry(null, DRAFT, SALT).entry;
    const second = sealEntry(first, { ...DRAFT, recordedAt: '2026-11-23T23:29:59.999Z' }, SALT).entry;
    expect(second.recordedAt).toBe(first.recordedAt);
  });

  test('hashes what its documentation says, as anybody may compute it', () => {
    const { entry, body } = sealEntry(null, DRAFT, SALT);
    const { hash, ...fields } = entry;
    expect(body).toBe('{"name":"first-look","schema":1}');
    const commitment = createHash('sha256').update('dismantle ledger body 1\n').update(SALT).update(body).digest('hex');
    expect(entry.commitment).toBe(commitment);
    const text = `dismantle ledger entry 1\n${canonicalJson(fields)}`;
    expect(hash).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('commits to long and non-ASCII bodies alike', () => {
    for (const length of [0, 1, 21_000, 22_000, 100_000]) {
      const body = '€'.repeat(length);
      const direct = createHash('sha256').update('dismantle ledger body 1\n').update(SALT).update(body).digest('hex');
      expect(commitmentTo(body, SALT)).toBe(direct);
    }
  });

  test.each<[string, Partial<Draft>, number]>([
    ['a salt of another length', {}, 31],
    ['a time without milliseconds', { recordedAt: '2026-11-23T23:30:00Z' }, 32],
    ['a day that does not exist', { recordedAt: '2026-02-31T00:00:00.000Z' }, 32],
    ['an hour that does not exist', { recordedAt: '2026-11-23T24:00:00.000Z' }, 32],
    ['no kind', { kind: '' }, 32],
    ['a lone surrogate', { subject: '\ud800' }, 32],
    ['no schema version', { body: { schema: 0 } }, 32],
    ['a body too large', { body: { schema: 1, text: 'x'.repeat(16 * 1024 * 1024) } }, 32],
    ['rows that are no batch summary', { body: { schema: 1, rows: 12 } }, 32],
  ])('refuses %s', (_, change, saltBytes) => {
    expect(() => sealEntry(null, { ...DRAFT, ...change }, Buffer.alloc(saltBytes))).toThrow(RangeError);
  });
});

describe('entryJson', () => {
  test('is the canonical JSON of any entry, and reads back as the same', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, (actor, kind, subject) => {
        const { entry } = sealEntry(null, { ...DRAFT, actor, kind: `k${kind}`, subject }, SALT);
        expect(entryJson(entry)).toBe(canonicalJson(entry));
        expect(readEntry(JSON.parse(entryJson(entry)))).toEqual(entry);
        expect(entryHash(entry)).toBe(entry.hash);
      }),
    );
  });
});
