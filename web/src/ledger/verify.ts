/*
 * The ledger checked where it is read, by arithmetic of our own: what an entry's hash is over, what its commitment is over, and
 * the Merkle root over all entries (RFC 6962), as docs/events.md tells. Nothing of what the service says about it is taken for granted.
 */

export interface Entry {
  readonly sequence: number;
  readonly recordedAt: string;
  readonly actor: string;
  readonly kind: string;
  readonly subject: string;
  readonly commitment: string;
  readonly previousHash: string;
  readonly hash: string;
}

export interface SealedEntry {
  readonly entry: Entry;
  /** Null: the body was erased. The salt is hexadecimal. */
  readonly content: { readonly body: string; readonly salt: string } | null;
}

export type Fault = 'sequence' | 'order' | 'previous' | 'hash' | 'commitment' | 'withheld';

/** The kinds whose bodies may be erased, since they may hold what is personal (docs/events.md). */
export const ERASABLE_KINDS: ReadonlySet<string> = new Set(['import.recorded', 'notice.drafted', 'lookup.recorded']);

const FIRST_PREVIOUS_HASH = '0'.repeat(64);
const encoder = new TextEncoder();

export function hexOf(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  if (!/^([\da-f]{2})*$/.test(hex)) throw new RangeError('no hexadecimal text');
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

async function sha256(...parts: readonly Uint8Array[]): Promise<string> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return hexOf(await crypto.subtle.digest('SHA-256', whole));
}

/** What an entry's hash is over: every field but the hash itself, as canonical JSON (RFC 8785). */
export function entryText({ actor, commitment, kind, previousHash, recordedAt, sequence, subject }: Entry): string {
  return JSON.stringify({ actor, commitment, kind, previousHash, recordedAt, sequence, subject });
}

export function entryHash(entry: Entry): Promise<string> {
  return sha256(encoder.encode(`dismantle ledger entry 1\n${entryText(entry)}`));
}

export function commitmentTo(body: string, salt: string): Promise<string> {
  return sha256(encoder.encode('dismantle ledger body 1\n'), bytesOf(salt), encoder.encode(body));
}

/** What is wrong with an entry after the one before it; null: nothing. */
export async function faultOf({ entry, content }: SealedEntry, previous: Entry | null): Promise<Fault | null> {
  if (entry.sequence !== (previous?.sequence ?? 0) + 1) return 'sequence';
  if (previous !== null && entry.recordedAt < previous.recordedAt) return 'order';
  if (entry.previousHash !== (previous?.hash ?? FIRST_PREVIOUS_HASH)) return 'previous';
  if ((await entryHash(entry)) !== entry.hash) return 'hash';
  if (content !== null && (await commitmentTo(content.body, content.salt)) !== entry.commitment) return 'commitment';
  return null;
}

/** The entries whose bodies this one says were erased; none where it is no erasure. */
export function erasedBy({ entry, content }: SealedEntry): readonly number[] {
  if (entry.kind !== 'erasure' || content === null) return [];
  const { sequences }: { readonly sequences?: unknown } = JSON.parse(content.body);
  return Array.isArray(sequences) ? sequences.filter((each) => typeof each === 'number') : [];
}

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

/** A Merkle tree that only grows: a leaf is the hash of an entry's hash. */
export class MerkleTree {
  private size = 0;
  private readonly nodes: string[] = [];

  async append(entryHashHex: string): Promise<void> {
    let node = await sha256(LEAF, bytesOf(entryHashHex));
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2)
      node = await sha256(NODE, bytesOf(this.nodes.pop() ?? ''), bytesOf(node));
    this.nodes.push(node);
    this.size += 1;
  }

  /** The root over all leaves so far, in hexadecimal. */
  async root(): Promise<string> {
    let right = this.nodes.at(-1) ?? (await sha256());
    for (const left of this.nodes.slice(0, -1).toReversed()) right = await sha256(NODE, bytesOf(left), bytesOf(right));
    return right;
  }
}
