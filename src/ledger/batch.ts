import type { JsonObject, JsonValue } from './canonical.ts';
import { EMPTY_TREE_ROOT, MerkleTree, leafHash, merkleRoot } from './merkle.ts';

/** Leaves under one kept subtree root. A power of two, so that those roots are nodes of the RFC 6962 tree itself. */
export const CHUNK_SIZE = 4096;

/** How the body of a batch entry commits to its rows, under the key `rows`. All hashes are 64 hexadecimal digits. */
export type BatchSummary = {
  /** How many rows. */
  readonly count: number;
  /** RFC 6962 root over the rows; a leaf is the UTF-8 text of a row's canonical JSON. */
  readonly root: string;
  readonly chunkSize: number;
  /** The roots of the subtrees over each `chunkSize` rows, the last one over what remains. The root follows from them. */
  readonly chunkRoots: readonly string[];
};

/** Sums up rows in the order in which they are fed. */
export class BatchTree {
  readonly #chunkSize: number;
  readonly #chunkRoots: string[] = [];
  #chunk = new MerkleTree();

  /** Throws RangeError unless `chunkSize` is a power of two. */
  constructor(chunkSize: number = CHUNK_SIZE) {
    if (!isPowerOfTwo(chunkSize)) throw new RangeError(`a chunk of ${chunkSize} rows is no subtree`);
    this.#chunkSize = chunkSize;
  }

  /** Rows fed so far. */
  get count(): number {
    return this.#chunkRoots.length * this.#chunkSize + this.#chunk.size;
  }

  /** Feeds one row as canonical JSON. */
  add(row: string): void {
    this.#chunk.append(leafHash(row));
    if (this.#chunk.size === this.#chunkSize) {
      this.#chunkRoots.push(this.#chunk.root());
      this.#chunk = new MerkleTree();
    }
  }

  /** The root of the last chunk as far as it is filled. */
  lastChunkRoot(): string {
    return this.#chunk.size === 0 ? (this.#chunkRoots.at(-1) ?? EMPTY_TREE_ROOT) : this.#chunk.root();
  }

  /** The commitment to all rows so far. */
  summary(): BatchSummary {
    const chunkRoots = this.#chunk.size === 0 ? [...this.#chunkRoots] : [...this.#chunkRoots, this.#chunk.root()];
    return { count: this.count, root: rootOfChunks(chunkRoots), chunkSize: this.#chunkSize, chunkRoots };
  }
}

/** The root over all rows: their tree parts where its full chunks do (RFC 6962 section 2.1). */
export function rootOfChunks(chunkRoots: readonly string[]): string {
  return merkleRoot(chunkRoots);
}

/** The batch summary in a body: null when the body has no `rows`, 'malformed' when `rows` is anything else. */
export function batchSummaryOf(body: JsonObject): BatchSummary | 'malformed' | null {
  const rows = body['rows'];
  if (rows === undefined) return null;
  if (!isObject(rows)) return 'malformed';
  const { count, root, chunkSize, chunkRoots } = rows;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return 'malformed';
  if (typeof chunkSize !== 'number' || !isPowerOfTwo(chunkSize)) return 'malformed';
  if (!isDigest(root) || !isArray(chunkRoots) || !chunkRoots.every(isDigest)) return 'malformed';
  if (chunkRoots.length !== Math.ceil(count / chunkSize)) return 'malformed';
  return { count, root, chunkSize, chunkRoots };
}

/** Whether a value is 64 lower-case hexadecimal digits. A loop: four times an entry, a pattern costs a tenth of an audit. */
export function isDigest(value: JsonValue | undefined): value is string {
  if (typeof value !== 'string' || value.length !== 64) return false;
  for (let index = 0; index < 64; index++) {
    const code = value.charCodeAt(index);
    if (code < 48 || (code > 57 && code < 97) || code > 102) return false;
  }
  return true;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** Array.isArray does not narrow readonly arrays. */
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 2 ** 30 && (value & (value - 1)) === 0;
}
