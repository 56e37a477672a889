import { BatchTree, CHUNK_SIZE } from './batch.ts';
import { ERASURE_KIND, sealEntry } from './entry.ts';
import type { Body, Draft, SealedEntry } from './entry.ts';
import type { ProofReader } from './build-proof.ts';
import type { KeptEntry, LedgerHead, LedgerReader, RowRange } from './export.ts';
import { isKeyKind } from './key-chain.ts';
import { MerkleTree, leafHashOfDigest } from './merkle.ts';

/** A ledger in memory: the twin of the one in the database, for tests and for whoever wants to see how it grows. */
export class MemoryLedger implements LedgerReader, ProofReader {
  readonly #organisation: string;
  readonly #entries: KeptEntry[] = [];
  readonly #rows = new Map<number, readonly string[]>();
  readonly #tree = new MerkleTree();

  constructor(organisation: string) {
    this.#organisation = organisation;
  }

  append(draft: Draft, salt: Uint8Array): SealedEntry {
    const sealed = sealEntry(this.#entries.at(-1)?.entry ?? null, draft, salt);
    this.#entries.push({ entry: sealed.entry, content: { body: sealed.body, salt: sealed.salt } });
    this.#tree.append(leafHashOfDigest(sealed.entry.hash));
    return sealed;
  }

  /** Appends an entry that commits to rows, each given as canonical JSON; `rows` is added to its body. */
  appendBatch(draft: Draft, rows: readonly string[], salt: Uint8Array, chunkSize: number = CHUNK_SIZE): SealedEntry {
    const tree = new BatchTree(chunkSize);
    for (const row of rows) tree.add(row);
    const sealed = this.append({ ...draft, body: { ...draft.body, rows: tree.summary() } }, salt);
    this.#rows.set(sealed.entry.sequence, rows);
    return sealed;
  }

  /** Removes the body, salt and rows of an entry, and appends the entry that says so. */
  erase(sequence: number, draft: Omit<Draft, 'kind' | 'body'>, salt: Uint8Array): SealedEntry {
    const kept = this.#entries[sequence - 1];
    if (kept === undefined) throw new RangeError(`there is no entry ${sequence}`);
    if (kept.entry.kind === ERASURE_KIND || isKeyKind(kept.entry.kind)) {
      throw new RangeError(`an entry of the kind ${kept.entry.kind} is never erased`);
    }
    this.#entries[sequence - 1] = { entry: kept.entry, content: 'erased' };
    this.#rows.delete(sequence);
    const body: Body = { schema: 1, sequences: [sequence] };
    return this.append({ ...draft, kind: ERASURE_KIND, body }, salt);
  }

  head(): Promise<LedgerHead> {
    return Promise.resolve({
      organisation: this.#organisation,
      entries: this.#entries.length,
      rows: [...this.#rows.values()].reduce((count, rows) => count + rows.length, 0),
      root: this.#tree.root(),
    });
  }

  async *entries(): AsyncGenerator<readonly KeptEntry[]> {
    await Promise.resolve();
    yield [...this.#entries];
  }

  async *rows(sequence: number, range?: RowRange): AsyncGenerator<readonly string[]> {
    await Promise.resolve();
    const rows = this.#rows.get(sequence) ?? [];
    yield range === undefined ? rows : rows.slice(range.first, range.first + range.count);
  }

  async *hashes(): AsyncGenerator<readonly string[]> {
    await Promise.resolve();
    yield this.#entries.map(({ entry }) => entry.hash);
  }

  entry(sequence: number): Promise<KeptEntry | null> {
    return Promise.resolve(this.#entries[sequence - 1] ?? null);
  }
}
