import { BatchTree } from './batch.ts';
import type { BatchSummary } from './batch.ts';

/** Rows that do not hash to the root which the body of their batch gives: numbers from 1, both ends included. */
export interface BadRows {
  readonly first: number;
  readonly last: number;
}

/** Holds the rows of one batch against what its entry committed to. */
export class BatchAudit {
  readonly sequence: number;
  /** The line of the entry; row n stands n lines below. */
  readonly line: number;
  readonly summary: BatchSummary;
  readonly #tree: BatchTree;
  #seen = 0;
  #isTreeWhole = true;

  constructor(sequence: number, line: number, summary: BatchSummary) {
    this.sequence = sequence;
    this.line = line;
    this.summary = summary;
    this.#tree = new BatchTree(summary.chunkSize);
  }

  get seen(): number {
    return this.#seen;
  }

  get isComplete(): boolean {
    return this.#seen === this.summary.count;
  }

  /** Takes the next row as canonical JSON; null for one that could not be read. Returns rows now known to be wrong. */
  add(row: string | null): BadRows | null {
    this.#seen += 1;
    // After a row that could not be read there is nothing to compare: it has been found already.
    if (row === null) this.#isTreeWhole = false;
    if (row === null || !this.#isTreeWhole) return null;
    this.#tree.add(row);
    const { chunkSize, chunkRoots } = this.summary;
    if (!this.isComplete && this.#seen % chunkSize !== 0) return null;

    const chunk = Math.ceil(this.#seen / chunkSize) - 1;
    const first = chunk * chunkSize + 1;
    if (this.#tree.lastChunkRoot() !== chunkRoots[chunk]) return { first, last: this.#seen };
    return null;
  }
}
