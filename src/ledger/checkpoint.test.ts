import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formatCheckpoint, originOf, parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { EMPTY_TREE_ROOT, leafHash } from './merkle.ts';
import {
  createSigner,
  formatNote,
  formatVerifierKey,
  openNote,
  parseNote,
  parseVerifierKey,
  privateKeyFromSeed,
  signNote,
} from './note.ts';
import type { VerifierKey } from './note.ts';

/** The key, text and signature with which Go's sumdb/note documents the format. */
const REFERENCE_SEED = '810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173';
const REFERENCE_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const REFERENCE_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const REFERENCE_NOTE =
  `${REFERENCE_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp` +
  'RZb6KE6RyyBwJnAM=\n';

function key(text: string): VerifierKey {
  const parsed = parseVerifierKey(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

const signer = createSigner('dismantle/default', privateKeyFromSeed(Buffer.alloc(32, 1)));
const other = createSigner('witness.example/w1', generateKeyPairSync('ed25519').privateKey);

describe('signed notes', () => {
  test('are those of the reference implementation, to the byte', () => {
    const reference = createSigner('PeterNeumann', privateKeyFromSeed(Buffer.from(REFERENCE_SEED, 'hex')));
    expect(formatVerifierKey(reference)).toBe(REFERENCE_KEY);
    expect(signNote(REFERENCE_TEXT, reference)).toBe(REFERENCE_NOTE);
    expect(openNote(REFERENCE_NOTE, [key(REFERENCE_KEY)])).toMatchObject({ ok: true, value: { text: REFERENCE_TEXT } });
  });

  test('ignore signatures by unknown keys, and need one by a known key', () => {
    const own = parseNote(signNote('text\n', signer));
    const foreign = parseNote(signNote('text\n', other));
    if (!own.ok || !foreign.ok) throw new Error('a note of our own does not parse');
    const both = formatNote({ text: 'text\n', signatures: [...foreign.value.signatures, ...own.value.signatures] });
    expect(openNote(both, [signer]).ok).toBe(true);
    expect(openNote(both, [other]).ok).toBe(true);
    expect(openNote(both, []).ok).toBe(false);
    expect(openNote(signNote('text\n', other), [signer]).ok).toBe(false);
  });

  test('are rejected when a known key did not sign this text, though another did', () => {
    const wrong = parseNote(signNote('another text\n', signer));
    const right = parseNote(signNote('text\n', other));
    if (!wrong.ok || !right.ok) throw new Error('a note of our own does not parse');
    const note = formatNote({ text: 'text\n', signatures: [...right.value.signatures, ...wrong.value.signatures] });
    expect(openNote(note, [signer, other]).ok).toBe(false);
  });

  test.each([
    ['no signature', 'text\n'],
    ['no newline at the end', signNote('text\n', signer).slice(0, -1)],
    ['a hyphen for the dash', signNote('text\n', signer).replace('—', '-')],
    ['two spaces', signNote('text\n', signer).replace('— ', '—  ')],
    ['base64 with white space', signNote('text\n', signer).replace(/=*\n$/, ' \n')],
    ['base64 without its padding', signNote('text\n', signer).replace(/=+\n$/, '\n')],
    ['a control character', signNote('text\n', signer).replace('text', 'te\rxt')],
    ['too many signatures', signNote('text\n', signer) + `— ${other.name} AAAAAAA=\n`.repeat(100)],
  ])('with %s are refused', (_, note) => {
    expect(openNote(note, [signer]).ok).toBe(false);
  });

  test('are not made of what could not be read again', () => {
    for (const text of ['', 'no newline', 'a\tb\n', '\ud800\n'])
      expect(() => signNote(text, signer)).toThrow(RangeError);
    expect(() => createSigner('two words', signer.privateKey)).toThrow(RangeError);
    expect(() => createSigner('a+b', signer.privateKey)).toThrow(RangeError);
    expect(() => createSigner('a', generateKeyPairSync('x25519').privateKey)).toThrow(TypeError);
    expect(() => privateKeyFromSeed(Buffer.alloc(31))).toThrow(RangeError);
  });
});

describe('verifier keys', () => {
  test('read back as they were written', () => {
    expect(key(formatVerifierKey(signer))).toEqual({
      name: signer.name,
      keyId: signer.keyId,
      publicKey: signer.publicKey,
    });
  });

  test('are refused with any character changed', () => {
    const text = formatVerifierKey(signer);
    for (let index = 0; index < text.length; index++) {
      const changed = `${text.slice(0, index)}${text[index] === 'x' ? 'y' : 'x'}${text.slice(index + 1)}`;
      expect(parseVerifierKey(changed).ok, changed).toBe(false);
    }
    expect(parseVerifierKey('').ok).toBe(false);
    expect(parseVerifierKey(REFERENCE_KEY.toLowerCase()).ok).toBe(false);
  });
});

describe('checkpoints', () => {
  const checkpoint = { origin: 'dismantle/default', size: 12, root: leafHash('x') };

  test('are three lines, the root in base64', () => {
    const text = formatCheckpoint({ origin: 'log.example/a', size: 0, root: EMPTY_TREE_ROOT });
    expect(text).toBe('log.example/a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');
    expect(parseCheckpoint(text)).toEqual({
      ok: true,
      value: { origin: 'log.example/a', size: 0, root: EMPTY_TREE_ROOT },
    });
  });

  test('verify with the key that signed them, and with no other', () => {
    const note = signCheckpoint(checkpoint, signer);
    expect(verifyCheckpoint(note, [signer])).toEqual({ ok: true, value: checkpoint });
    expect(verifyCheckpoint(note, [other]).ok).toBe(false);
    const impostor = createSigner(signer.name, generateKeyPairSync('ed25519').privateKey);
    expect(verifyCheckpoint(note, [{ ...impostor, keyId: signer.keyId }]).ok).toBe(false);
    expect(verifyCheckpoint(note.replace('\n12\n', '\n13\n'), [signer]).ok).toBe(false);
  });

  test.each([
    ['a size with a leading zero', 'o\n012\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
    ['a negative size', 'o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
    ['a short root', 'o\n1\n47DEQpj8HBSa\n'],
    ['an extension line', 'o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n'],
    ['no origin', '\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
    ['base64 with stray bits', 'o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n'],
  ])('with %s are refused', (_, text) => {
    expect(parseCheckpoint(text).ok).toBe(false);
  });

  test('of different organisations have different origins, each a possible key name', () => {
    const organisations = ['default', 'CERT Example', 'CERT+Example', 'CERT%20Example', 'a/b', 'Zürich', '\n'];
    const origins = organisations.map(originOf);
    expect(new Set(origins).size).toBe(organisations.length);
    for (const origin of origins) expect(createSigner(origin, signer.privateKey).name).toBe(origin);
  });
});
