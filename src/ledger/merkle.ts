import { hash } from 'node:crypto';

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
export const EMPTY_TREE_ROOT = hash('sha256', '');

// One-shot hashes into hexadecimal text: measured four times faster on Node 24 than into a Buffer. Both scratch
// buffers are filled anew and read within one synchronous call.
const leafScratch = Buffer.alloc(33, 0x00);
const nodeScratch = Buffer.alloc(65, 0x01);

/** RFC 6962 section 2.1: SHA-256(0x00 ‖ data). A string counts as its UTF-8 bytes; it must be well-formed. */
export function leafHash(data: string | Uint8Array): string {
  if (typeof data === 'string') return hash('sha256', `\0${data}`);
  const bytes = Buffer.alloc(data.length + 1);
  bytes.set(data, 1);
  return hash('sha256', bytes);
}

/** `leafHash` of 32 bytes that are given as 64 hexadecimal digits, as an entry's hash is. */
export function leafHashOfDigest(digest: string): string {
  leafScratch.write(digest, 1, 32, 'hex');
  return hash('sha256', leafScratch);
}

/** RFC 6962 section 2.1: SHA-256(0x01 ‖ left ‖ right), all in hexadecimal. */
export function nodeHash(left: string, right: string): string {
  nodeScratch.write(left, 1, 32, 'hex');
  nodeScratch.write(right, 33, 32, 'hex');
  return hash('sha256', nodeScratch);
}

/**
 * All that a growing tree has to remember: how many leaves it has, and the roots of the full subtrees that they make
 * up, the largest first (one for each bit set in `size`).
 */
export interface Frontier {
  readonly size: number;
  readonly nodes: readonly string[];
}

/** A Merkle tree (RFC 6962 section 2.1) that only grows. Memory is one hash for each bit set in its size. */
export class MerkleTree {
  #size: number;
  readonly #nodes: string[];

  /** Throws on a frontier whose number of nodes does not fit its size. */
  constructor(frontier: Frontier = { size: 0, nodes: [] }) {
    if (!Number.isSafeInteger(frontier.size) || frontier.size < 0 || bitsSet(frontier.size) !== frontier.nodes.length) {
      throw new RangeError(`a frontier of ${frontier.nodes.length} nodes does not belong to ${frontier.size} leaves`);
    }
    this.#size = frontier.size;
    this.#nodes = [...frontier.nodes];
  }

  get size(): number {
    return this.#size;
  }

  /** Appends a leaf by its hash (64 hexadecimal digits from `leafHash`). */
  append(leaf: string): void {
    let node = leaf;
    // Every full subtree of the same height on the left joins the new one. No bit operators: they end at 2^32.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(this.#nodes.pop() ?? '', node);
    this.#nodes.push(node);
    this.#size += 1;
  }

  /** The root over all leaves so far, in hexadecimal. */
  root(): string {
    return this.#nodes.length === 0 ? EMPTY_TREE_ROOT : this.#nodes.reduceRight((right, left) => nodeHash(left, right));
  }

  /** What to keep in order to go on later: `new MerkleTree(frontier)`. */
  frontier(): Frontier {
    return { size: this.#size, nodes: [...this.#nodes] };
  }
}

/** The root over a list of leaf hashes. */
export function merkleRoot(leaves: Iterable<string>): string {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

function bitsSet(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
