import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchTree, batchSummaryOf, rootOfChunks } from './batch.ts';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './merkle-proof.ts';
import { EMPTY_TREE_ROOT, MerkleTree, leafHash, leafHashOfDigest, merkleRoot, nodeHash } from './merkle.ts';

/** The leaves and roots which the reference implementations of Certificate Transparency test with. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leavesUpTo = (count: number): string[] => Array.from({ length: count }, (_, index) => leafHash(`row ${index}`));

/** RFC 6962 section 2.1 word for word. */
function rootByDefinition(leaves: readonly string[]): string {
  if (leaves.length === 0) return createHash('sha256').digest('hex');
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

describe('MerkleTree', () => {
  test('has the roots of the Certificate Transparency test vectors', () => {
    const tree = new MerkleTree();
    expect(tree.root()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const [index, leaf] of LEAVES.entries()) {
      tree.append(leafHash(Buffer.from(leaf, 'hex')));
      expect(tree.root()).toBe(ROOTS[index]);
    }
  });

  test('has the root of the definition at every size', () => {
    for (let count = 0; count <= 70; count++)
      expect(merkleRoot(leavesUpTo(count))).toBe(rootByDefinition(leavesUpTo(count)));
  });

  test('goes on from its frontier as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (before, after) => {
        const leaves = leavesUpTo(before + after);
        const first = new MerkleTree();
        for (const leaf of leaves.slice(0, before)) first.append(leaf);
        const second = new MerkleTree(JSON.parse(JSON.stringify(first.frontier())));
        for (const leaf of leaves.slice(before)) second.append(leaf);
        expect(second.root()).toBe(merkleRoot(leaves));
        expect(second.size).toBe(before + after);
      }),
      { numRuns: 30 },
    );
  });

  test('refuses a frontier that fits no tree of its size', () => {
    expect(() => new MerkleTree({ size: 3, nodes: [EMPTY_TREE_ROOT] })).toThrow(RangeError);
    expect(() => new MerkleTree({ size: -1, nodes: [] })).toThrow(RangeError);
  });

  test('hashes a text by its UTF-8 bytes, and a digest by the bytes that it stands for', () => {
    const text = 'Zürich € 😀';
    expect(leafHash(text)).toBe(leafHash(Buffer.from(text, 'utf8')));
    const digest = leafHash('anything');
    expect(leafHashOfDigest(digest)).toBe(leafHash(Buffer.from(digest, 'hex')));
  });
});

describe('proofs', () => {
  test('show each leaf of each tree, and nothing else', () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = leavesUpTo(size);
      const root = merkleRoot(leaves);
      for (const [index, leaf] of leaves.entries()) {
        const proof = inclusionProof(leaves, index);
        expect(verifyInclusion({ leaf, index, size, root }, proof)).toBe(true);
        expect(verifyInclusion({ leaf: leafHash('another'), index, size, root }, proof)).toBe(false);
        expect(verifyInclusion({ leaf, index, size, root: leafHash('another') }, proof)).toBe(false);
        expect(verifyInclusion({ leaf, index: index + 1, size, root }, proof)).toBe(false);
        expect(verifyInclusion({ leaf, index, size, root }, [...proof, leaf])).toBe(false);
        if (proof.length > 0) expect(verifyInclusion({ leaf, index, size, root }, proof.slice(1))).toBe(false);
      }
    }
    expect(() => inclusionProof([], 0)).toThrow(RangeError);
  });

  test('show that each tree is a beginning of each larger one, and refuse any other', () => {
    const leaves = leavesUpTo(20);
    for (let size = 1; size <= leaves.length; size++) {
      const second = { size, root: merkleRoot(leaves.slice(0, size)) };
      expect(verifyConsistency({ size: 0, root: EMPTY_TREE_ROOT }, second, [])).toBe(true);
      for (let firstSize = 1; firstSize <= size; firstSize++) {
        const first = { size: firstSize, root: merkleRoot(leaves.slice(0, firstSize)) };
        const proof = consistencyProof(leaves.slice(0, size), firstSize);
        expect(verifyConsistency(first, second, proof)).toBe(true);
        expect(verifyConsistency({ ...first, root: leafHash('another') }, second, proof)).toBe(false);
        expect(verifyConsistency(first, { ...second, root: leafHash('another') }, proof)).toBe(false);
        expect(verifyConsistency(first, second, [...proof, leafHash('another')])).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(first, second, proof.slice(0, -1))).toBe(false);
      }
    }
    expect(() => consistencyProof(leaves, 21)).toThrow(RangeError);
    expect(verifyConsistency({ size: 2, root: EMPTY_TREE_ROOT }, { size: 1, root: EMPTY_TREE_ROOT }, [])).toBe(false);
  });
});

describe('BatchTree', () => {
  test('has the root of one tree over all rows, and chunk roots that are nodes of it', () => {
    const rows = Array.from({ length: 21 }, (_, index) => `{"row":${index}}`);
    for (let count = 0; count <= rows.length; count++) {
      const tree = new BatchTree(4);
      for (const row of rows.slice(0, count)) tree.add(row);
      const summary = tree.summary();
      expect(summary.count).toBe(count);
      expect(summary.root).toBe(merkleRoot(rows.slice(0, count).map((row) => leafHash(row))));
      expect(summary.chunkRoots).toHaveLength(Math.ceil(count / 4));
      expect(rootOfChunks(summary.chunkRoots)).toBe(summary.root);
      expect(batchSummaryOf({ schema: 1, rows: summary })).toEqual(summary);
    }
  });

  test('lets one row be proved from the rows of its chunk and the chunk roots alone', () => {
    const rows = Array.from({ length: 5000 }, (_, index) => `{"row":${index}}`);
    const tree = new BatchTree();
    for (const row of rows) tree.add(row);
    const { root, chunkRoots, chunkSize } = tree.summary();
    const chunk = rows.slice(chunkSize).map((row) => leafHash(row));
    const index = 4321;
    const proof = [...inclusionProof(chunk, index - chunkSize), ...inclusionProof(chunkRoots, 1)];
    expect(verifyInclusion({ leaf: leafHash(rows[index] ?? ''), index, size: rows.length, root }, proof)).toBe(true);
  });

  test('refuses a chunk that is no subtree', () => {
    for (const size of [0, 3, 4095, 0.5, -4]) expect(() => new BatchTree(size)).toThrow(RangeError);
  });

  test('is not read from a body whose rows are something else', () => {
    const summary = new BatchTree().summary();
    expect(batchSummaryOf({ schema: 1 })).toBeNull();
    for (const rows of [
      3,
      null,
      [],
      {},
      { ...summary, count: 1 },
      { ...summary, root: 'x' },
      { ...summary, chunkSize: 3 },
    ]) {
      expect(batchSummaryOf({ schema: 1, rows })).toBe('malformed');
    }
  });
});
