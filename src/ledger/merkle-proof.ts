import { EMPTY_TREE_ROOT, merkleRoot, nodeHash } from './merkle.ts';

/**
 * The hashes that lead from one leaf to the root, the nearest first (RFC 6962 section 2.1.1). Throws RangeError for an
 * index outside the list.
 */
export function inclusionProof(leaves: readonly string[], index: number): readonly string[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`there is no leaf ${index} among ${leaves.length}`);
  }
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return index < split
    ? [...inclusionProof(left, index), merkleRoot(right)]
    : [...inclusionProof(right, index - split), merkleRoot(left)];
}

/** Whether `proof` shows that `leaf` is number `index` (from 0) of the `size` leaves under `root` (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(
  claim: { readonly leaf: string; readonly index: number; readonly size: number; readonly root: string },
  proof: readonly string[],
): boolean {
  const { leaf, index, size, root } = claim;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let node = leaf;
  let position = index;
  let last = size - 1;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node = nodeHash(sibling, node);
      // A node without a sibling on its level rises unchanged.
      while (position % 2 === 0 && position !== 0) {
        position /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      node = nodeHash(node, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && node === root;
}

/**
 * The hashes which show that the tree over the first `size` leaves is a beginning of the tree over all of them
 * (RFC 6962 section 2.1.2). Throws RangeError unless 1 ≤ size ≤ number of leaves.
 */
export function consistencyProof(leaves: readonly string[], size: number): readonly string[] {
  if (!Number.isInteger(size) || size < 1 || size > leaves.length) {
    throw new RangeError(`there is no tree of ${size} leaves in one of ${leaves.length}`);
  }
  return subproof(leaves, size, true);
}

function subproof(leaves: readonly string[], size: number, isWhole: boolean): readonly string[] {
  if (size === leaves.length) return isWhole ? [] : [merkleRoot(leaves)];
  const split = splitOf(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return size <= split
    ? [...subproof(left, size, isWhole), merkleRoot(right)]
    : [...subproof(right, size - split, false), merkleRoot(left)];
}

/** Whether `proof` shows that the tree of the first head is a beginning of the second's (RFC 9162 section 2.1.4.2). */
export function verifyConsistency(
  first: { readonly size: number; readonly root: string },
  second: { readonly size: number; readonly root: string },
  proof: readonly string[],
): boolean {
  if (!Number.isSafeInteger(first.size) || !Number.isSafeInteger(second.size) || first.size < 0) return false;
  if (first.size > second.size) return false;
  if (first.size === 0) return proof.length === 0 && first.root === EMPTY_TREE_ROOT;
  if (first.size === second.size) return proof.length === 0 && first.root === second.root;
  let position = first.size - 1;
  let last = second.size - 1;
  while (position % 2 === 1) {
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  // A first tree that is one full subtree is its own starting point, and not repeated in the proof.
  const [start, ...path] = position === 0 ? [first.root, ...proof] : proof;
  if (start === undefined) return false;
  let oldNode = start;
  let newNode = start;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldNode = nodeHash(sibling, oldNode);
      newNode = nodeHash(sibling, newNode);
      while (position % 2 === 0 && position !== 0) {
        position /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newNode = nodeHash(newNode, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && oldNode === first.root && newNode === second.root;
}

/** The largest power of two smaller than `count`: where RFC 6962 parts a tree. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
