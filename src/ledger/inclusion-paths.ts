import { EMPTY_TREE_ROOT, nodeHash } from './merkle.ts';

interface Subtree {
  readonly size: number;
  readonly root: string;
  /** The paths of the wanted leaves inside, as far as they lead by now. */
  readonly paths: readonly string[][];
}

/**
 * Works out the inclusion proofs of chosen leaves (RFC 6962 section 2.1.1) while the leaves pass by once: memory is
 * the proofs themselves and one hash for each level of the tree.
 */
export class InclusionPaths {
  readonly #wanted: ReadonlySet<number>;
  readonly #found = new Map<number, string[]>();
  /** Full subtrees, the largest first, as in MerkleTree. */
  readonly #subtrees: Subtree[] = [];
  #size = 0;

  /** Indices count from 0. */
  constructor(wanted: Iterable<number>) {
    this.#wanted = new Set(wanted);
  }

  get size(): number {
    return this.#size;
  }

  /** Takes the next leaf by its hash. */
  append(leaf: string): void {
    const path: string[] = [];
    const isWanted = this.#wanted.has(this.#size);
    if (isWanted) this.#found.set(this.#size, path);
    let node: Subtree = { size: 1, root: leaf, paths: isWanted ? [path] : [] };
    for (let left = this.#subtrees.at(-1); left?.size === node.size; left = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      node = joined(left, node);
    }
    this.#subtrees.push(node);
    this.#size += 1;
  }

  /** No leaf comes any more: the root, and for each wanted leaf that came the hashes that lead to it, the nearest first. */
  finish(): { readonly root: string; readonly paths: ReadonlyMap<number, readonly string[]> } {
    const whole = this.#subtrees.reduceRight<Subtree | null>(
      (right, left) => (right === null ? left : joined(left, right)),
      null,
    );
    return { root: whole?.root ?? EMPTY_TREE_ROOT, paths: this.#found };
  }
}

function joined(left: Subtree, right: Subtree): Subtree {
  for (const path of left.paths) path.push(right.root);
  for (const path of right.paths) path.push(left.root);
  return {
    size: left.size + right.size,
    root: nodeHash(left.root, right.root),
    paths: left.paths.length + right.paths.length === 0 ? NO_PATHS : [...left.paths, ...right.paths],
  };
}

const NO_PATHS: readonly string[][] = [];
