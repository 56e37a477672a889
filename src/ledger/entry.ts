import { createHash, hash } from 'node:crypto';
import { batchSummaryOf, isArray, isDigest } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';

/** One link of the chain. Hashes are 64 hexadecimal digits. */
export interface Entry {
  /** 1 for the first entry of an organisation's ledger; gapless. */
  readonly sequence: number;
  /** ISO 8601, UTC, milliseconds ("2026-11-23T23:30:00.000Z"); never before the previous entry's. */
  readonly recordedAt: string;
  /** The person or component that acted. */
  readonly actor: string;
  /** What happened: one of docs/events.md. */
  readonly kind: string;
  /** To what it happened. */
  readonly subject: string;
  /** Salted hash of the body, which lies beside the entry and may be erased one day: see `commitmentTo`. */
  readonly commitment: string;
  /** Hash of the entry before; 64 zeros in the first. */
  readonly previousHash: string;
  /** Hash over all the fields above: see `entryHash`. */
  readonly hash: string;
}

/** What an entry says. `schema` is the version of this kind's body; `rows` is kept for a batch summary. */
export interface Body extends JsonObject {
  readonly schema: number;
}

/** An entry before it has its place in the chain. */
export interface Draft {
  readonly recordedAt: string;
  readonly actor: string;
  readonly kind: string;
  readonly subject: string;
  readonly body: Body;
}

/** A body in canonical text with the 32 random bytes which keep a short body from being guessed from its commitment. */
export interface SealedBody {
  readonly body: string;
  readonly salt: Uint8Array;
}

export interface SealedEntry extends SealedBody {
  readonly entry: Entry;
}

/** What the next entry needs to know of the one before it. */
export type Previous = Pick<Entry, 'sequence' | 'recordedAt' | 'hash'>;

export const SALT_BYTES = 32;
/** A larger body is refused: its line in an export could not be audited. Room for the chunk roots of a billion rows. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/**
 * The kind of the entry which says that bodies were erased, its body `{schema, sequences: [number, …]}`. An audit
 * accepts a missing body only if such an entry, which is never erased itself, comes later and names it.
 */
export const ERASURE_KIND = 'erasure';

/** The kinds whose bodies may be erased, since they may hold personal data. All others are what makes the ledger answerable. */
export const ERASABLE_KINDS: readonly string[] = ['import.recorded', 'notice.drafted', 'lookup.recorded'];

/** Each hash begins with words of its own, so that no input of one can pass for an input of the other. */
const ENTRY_DOMAIN = 'dismantle ledger entry 1\n';
const BODY_DOMAIN = 'dismantle ledger body 1\n';

/**
 * Gives a draft its place after `previous` (null for the first entry). A clock that went backwards does not: the
 * entry then takes the previous one's time. The salt is 32 bytes from a cryptographic source.
 *
 * Throws when the draft cannot be written down: a wrong time format, an empty kind, a body that is not JSON, is too
 * large, or has a `rows` that is no batch summary.
 */
export function sealEntry(previous: Previous | null, draft: Draft, salt: Uint8Array): SealedEntry {
  if (salt.length !== SALT_BYTES) throw new RangeError(`the salt has ${salt.length} bytes instead of ${SALT_BYTES}`);
  if (!isLedgerTime(draft.recordedAt)) throw new RangeError(`${draft.recordedAt} is not ISO 8601 UTC in milliseconds`);
  if (draft.kind === '') throw new RangeError('an entry needs a kind');
  if (!isSchemaVersion(draft.body.schema)) throw new RangeError('a body needs the version of its schema, from 1');
  if (batchSummaryOf(draft.body) === 'malformed') throw new RangeError('the key "rows" is kept for a batch summary');
  for (const text of [draft.actor, draft.kind, draft.subject]) {
    if (!text.isWellFormed()) throw new RangeError('a lone surrogate cannot be written down');
  }
  const body = canonicalJson(draft.body);
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) throw new RangeError(`a body is larger than ${MAX_BODY_BYTES} bytes`);
  const fields = {
    sequence: previous === null ? 1 : previous.sequence + 1,
    recordedAt: previous !== null && draft.recordedAt < previous.recordedAt ? previous.recordedAt : draft.recordedAt,
    actor: draft.actor,
    kind: draft.kind,
    subject: draft.subject,
    commitment: commitmentTo(body, salt),
    previousHash: previous === null ? FIRST_PREVIOUS_HASH : previous.hash,
  };
  return { entry: { ...fields, hash: entryHash(fields) }, body, salt };
}

/** SHA-256("dismantle ledger entry 1\n" ‖ canonical JSON of every field but `hash`). */
export function entryHash(entry: Omit<Entry, 'hash'>): string {
  return hash('sha256', ENTRY_DOMAIN + fieldsJson(entry, ''));
}

/** The canonical JSON of an entry. */
export function entryJson(entry: Entry): string {
  return fieldsJson(entry, `"hash":"${entry.hash}",`);
}

// Written out rather than left to canonicalJson, because an audit does it twice an entry. A test compares the two.
function fieldsJson(entry: Omit<Entry, 'hash'>, hashMember: string): string {
  const { actor, commitment, kind, previousHash, recordedAt, sequence, subject } = entry;
  return (
    `{"actor":${JSON.stringify(actor)},"commitment":"${commitment}",${hashMember}"kind":${JSON.stringify(kind)},` +
    `"previousHash":"${previousHash}","recordedAt":"${recordedAt}","sequence":${sequence},` +
    `"subject":${JSON.stringify(subject)}}`
  );
}

const BODY_OFFSET = BODY_DOMAIN.length + SALT_BYTES;
const scratch = Buffer.alloc(64 * 1024);
scratch.write(BODY_DOMAIN, 'latin1');

/** SHA-256("dismantle ledger body 1\n" ‖ the 32 bytes of salt ‖ canonical JSON of the body in UTF-8). */
export function commitmentTo(body: string, salt: Uint8Array): string {
  // UTF-8 takes at most three bytes a UTF-16 code unit. The scratch buffer is filled and read in one synchronous go.
  if (body.length * 3 > scratch.length - BODY_OFFSET) {
    return createHash('sha256').update(BODY_DOMAIN).update(salt).update(body).digest('hex');
  }
  scratch.set(salt, BODY_DOMAIN.length);
  const length = scratch.write(body, BODY_OFFSET, 'utf8');
  return hash('sha256', scratch.subarray(0, BODY_OFFSET + length));
}

/** Reads the fields of an entry; null when one is missing or not of its form. Further keys are not looked at. */
export function readEntry(value: JsonObject): Entry | null {
  const { sequence, recordedAt, actor, kind, subject, commitment, previousHash, hash: ownHash } = value;
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) return null;
  if (typeof recordedAt !== 'string' || !isLedgerTime(recordedAt)) return null;
  if (typeof actor !== 'string' || typeof kind !== 'string' || kind === '' || typeof subject !== 'string') return null;
  if (!isDigest(commitment) || !isDigest(previousHash) || !isDigest(ownHash)) return null;
  return { sequence, recordedAt, actor, kind, subject, commitment, previousHash, hash: ownHash };
}

/** The sequences that an erasure entry's body names; null when it names none. */
export function erasedSequences(body: JsonObject): readonly JsonValue[] | null {
  const sequences = body['sequences'];
  return isArray(sequences) ? sequences : null;
}

export function isSchemaVersion(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

let lastRealDay = '';

/** Whether a text is a real moment written as `Date.prototype.toISOString` does, in the years 0 to 9999. */
function isLedgerTime(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(text)) return false;
  // Neighbours in a ledger mostly share their day, and the question whether that exists costs more than the rest.
  const day = text.slice(0, 10);
  if (day === lastRealDay) return true;
  const instant = Date.parse(text);
  // Some engines read 31 February as 3 March; the round trip refuses it.
  if (Number.isNaN(instant) || new Date(instant).toISOString() !== text) return false;
  lastRealDay = day;
  return true;
}
