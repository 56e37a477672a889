import type { JsonObject } from './canonical.ts';
import type { Body, Entry } from './entry.ts';
import { formatVerifierKey, openNote, parseVerifierKey, signNote } from './note.ts';
import type { Signer, VerifierKey } from './note.ts';
import type { Outcome } from './outcome.ts';

/** The entry that names the first key of a ledger, its body `{schema, verifierKey}`. Never erased. */
export const KEY_INTRODUCED_KIND = 'key.introduced';

/**
 * The entry that names another key in place of the last one, its body
 * `{lost, previousKey, reason, schema, signature, verifierKey}`. Never erased. `signature` is a signed note by the
 * previous key (`rotationText`), or null with `lost: true` where that key is gone.
 */
export const KEY_ROTATED_KIND = 'key.rotated';

/** More keys than an organisation uses up in a century; beyond that a ledger is made to fill a reader's memory. */
export const MAX_KEYS = 1000;

/** One key put in place of another. Keys are verifier keys as text. */
export interface KeyChange {
  /** The entry that says so. */
  readonly sequence: number;
  readonly recordedAt: string;
  readonly previousKey: string;
  readonly verifierKey: string;
  /** The previous key was gone, so nobody who held it has vouched for the new one. */
  readonly lost: boolean;
  readonly reason: string;
}

/** What the holder of the previous key signs. */
export interface Rotation {
  /** Entries of the ledger before the one that records this. */
  readonly entries: number;
  readonly previousKey: string;
  readonly verifierKey: string;
}

const ROTATION_TITLE = 'dismantle ledger key rotation 1';

/**
 * The text of a rotation, to be signed as a note by the previous key. No checkpoint can be mistaken for it, nor it for
 * one: the third line of a checkpoint is base64 (C2SP tlog-checkpoint), here it is a verifier key.
 */
export function rotationText({ entries, previousKey, verifierKey }: Rotation): string {
  return `${ROTATION_TITLE}\n${entries}\n${previousKey}\n${verifierKey}\n`;
}

/** Reads what `rotationText` has written, without its signatures. */
export function parseRotation(text: string): Outcome<Rotation> {
  const [title, entries, previousKey, verifierKey, end, further] = text.split('\n');
  const isWhole = previousKey !== undefined && verifierKey !== undefined && end === '' && further === undefined;
  if (title !== ROTATION_TITLE || entries === undefined || !isWhole) {
    return { ok: false, reason: 'this is not the text of a key rotation' };
  }
  if (!/^(0|[1-9][0-9]{0,15})$/.test(entries) || !Number.isSafeInteger(Number(entries))) {
    return { ok: false, reason: 'the number of entries in a key rotation is not a plain decimal number' };
  }
  return { ok: true, value: { entries: Number(entries), previousKey, verifierKey } };
}

export function introductionBody(key: VerifierKey): Body {
  return { schema: 1, verifierKey: formatVerifierKey(key) };
}

/** The body of a rotation that the previous key vouches for, after `entries` entries. */
export function rotationBody(previous: Signer, next: VerifierKey, entries: number, reason: string): Body {
  const keys = { previousKey: formatVerifierKey(previous), verifierKey: formatVerifierKey(next) };
  return { schema: 1, ...keys, signature: signNote(rotationText({ entries, ...keys }), previous), lost: false, reason };
}

/** The body of a rotation whose previous key is gone. */
export function lostRotationBody(previous: VerifierKey, next: VerifierKey, reason: string): Body {
  const keys = { previousKey: formatVerifierKey(previous), verifierKey: formatVerifierKey(next) };
  return { schema: 1, ...keys, signature: null, lost: true, reason };
}

export function isKeyKind(kind: string): boolean {
  return kind === KEY_INTRODUCED_KIND || kind === KEY_ROTATED_KIND;
}

interface Link {
  readonly key: VerifierKey;
  readonly text: string;
  readonly sequence: number;
  /** The signed note by which the key before vouches for this one; null for the first, and where that key was gone. */
  readonly note: string | null;
}

/** The keys that a ledger names, in their order. */
export class KeyChain {
  readonly #links: Link[] = [];
  readonly #changes: KeyChange[] = [];

  /** The key that signs from here on; null where the ledger has named none yet. */
  get current(): VerifierKey | null {
    return this.#links.at(-1)?.key ?? null;
  }

  get keys(): readonly VerifierKey[] {
    return this.#links.map(({ key }) => key);
  }

  get changes(): readonly KeyChange[] {
    return this.#changes;
  }

  /** The signed notes that lead to one of the keys, from the oldest key that vouches for it. */
  notesTo(key: VerifierKey): readonly string[] {
    const text = formatVerifierKey(key);
    const notes: string[] = [];
    for (let index = this.#links.findIndex((link) => link.text === text); index >= 0; index--) {
      const note = this.#links[index]?.note ?? null;
      if (note === null) break;
      notes.unshift(note);
    }
    return notes;
  }

  /**
   * Takes the next entry. What is wrong with it, in a sentence, or null. A key that can be read is followed even then,
   * so that one fault is found once.
   */
  follow(entry: Pick<Entry, 'sequence' | 'recordedAt' | 'kind'>, body: JsonObject): string | null {
    const { sequence, recordedAt, kind } = entry;
    if (!isKeyKind(kind)) return null;
    const { verifierKey } = body;
    if (typeof verifierKey !== 'string') return 'the entry names no key';
    const parsed = parseVerifierKey(verifierKey);
    if (!parsed.ok) return `the key that the entry names: ${parsed.reason}`;
    if (this.#links.length === MAX_KEYS) return `the ledger names more than ${MAX_KEYS} keys`;
    const key = parsed.value;
    const previous = this.#links.at(-1);
    const fault = this.#placeFault(kind, key, verifierKey);
    if (previous === undefined || fault !== null) {
      this.#links.push({ key, text: verifierKey, sequence, note: null });
      return fault;
    }
    const rotation = { entries: sequence - 1, previousKey: previous.text, verifierKey };
    const ownFault = faultOf(rotation, previous.key, body);
    const { reason, signature } = body;
    const note = ownFault === null && typeof signature === 'string' ? signature : null;
    this.#links.push({ key, text: verifierKey, sequence, note });
    this.#changes.push({
      sequence,
      recordedAt,
      previousKey: previous.text,
      verifierKey,
      lost: note === null,
      reason: typeof reason === 'string' ? reason : '',
    });
    return ownFault;
  }

  /** What is wrong with an entry of this kind at this place, whatever else it says. */
  #placeFault(kind: string, key: VerifierKey, text: string): string | null {
    const previous = this.#links.at(-1);
    if (kind === KEY_INTRODUCED_KIND) {
      return previous === undefined ? null : 'the ledger names its first key a second time';
    }
    if (previous === undefined) return 'a key is replaced before the ledger has named one';
    if (this.#links.some((link) => link.text === text)) return 'a key that was replaced before comes back';
    if (key.name === previous.key.name) return null;
    return `the new key is of ${key.name}, the previous one of ${previous.key.name}`;
  }

  /**
   * Why a reader who knows this key need not believe the current one: null where it is the current one, or where each
   * rotation since was signed by the key before.
   */
  objectionTo(known: VerifierKey): string | null {
    const text = formatVerifierKey(known);
    const index = this.#links.findIndex((link) => link.text === text);
    if (index < 0) return 'the known key is none of those that the ledger names';
    const broken = this.#links.slice(index + 1).find((link) => link.note === null);
    if (broken === undefined) return null;
    return `entry ${broken.sequence} replaced the key without its signature, so the known key does not vouch for what follows`;
  }
}

function faultOf(rotation: Rotation, previous: VerifierKey, body: JsonObject): string | null {
  const { lost, previousKey, reason, signature } = body;
  if (previousKey !== rotation.previousKey)
    return 'the entry replaces another key than the last one that the ledger names';
  if (typeof reason !== 'string' || reason === '') return 'a rotation needs a reason';
  if (lost === true) return signature === null ? null : 'a key that is lost cannot have signed';
  if (lost !== false || typeof signature !== 'string') return 'a rotation is signed, or says that the key was lost';
  const opened = openNote(signature, [previous]);
  if (!opened.ok) return `the previous key has not signed for the new one: ${opened.reason}`;
  // Signatures by others would be bytes that nothing checks.
  if (opened.value.signatures.length !== 1) return 'a rotation has exactly one signature';
  if (opened.value.text !== rotationText(rotation)) return 'what the previous key has signed is not this rotation';
  return null;
}
