import { isObject } from './batch.ts';
import type { BatchSummary } from './batch.ts';
import type { JsonValue } from './canonical.ts';
import type { KeptEntry, RowRange } from './export.ts';
import { InclusionPaths } from './inclusion-paths.ts';
import { inclusionProof } from './merkle-proof.ts';
import { leafHash, leafHashOfDigest } from './merkle.ts';
import type { Outcome } from './outcome.ts';
import { MAX_PROVED_ROWS, PROOF_FORMAT, summaryOf } from './proof.ts';
import type { Proof, ProvedEntry, ProvedRow, SignedHead } from './proof.ts';

/** A row by its entry and its place among that entry's rows, from 0. */
export interface RowPlace {
  readonly sequence: number;
  readonly index: number;
}

/** What a proof is built from, all at one consistent moment. Pages may have any size. */
export interface ProofReader {
  /** The hashes of all entries, by sequence. */
  hashes(): AsyncIterable<readonly string[]>;
  entry(sequence: number): Promise<KeptEntry | null>;
  rows(sequence: number, range: RowRange): AsyncIterable<readonly string[]>;
}

/**
 * Builds the proof of rows under a signed head of `size` entries. Reads the hash of each entry once, the entries
 * concerned, and of their rows the chunks concerned. It checks nothing: `verifyProof` tells whether the store bears the
 * proof out. The reason says why there is none: no such row, a body that is erased.
 */
export async function buildProof(
  reader: ProofReader,
  places: readonly RowPlace[],
  organisation: string,
  signed: SignedHead,
  size: number,
): Promise<Outcome<Proof>> {
  if (places.length === 0) return { ok: false, reason: 'there is no row to prove' };
  if (places.length > MAX_PROVED_ROWS) return { ok: false, reason: `more than ${MAX_PROVED_ROWS} rows` };
  const wanted = [...Map.groupBy(places, ({ sequence }) => sequence)].sort(([left], [right]) => left - right);
  const paths = await entryPaths(
    reader,
    wanted.map(([sequence]) => sequence),
    size,
  );
  const proofs: ProvedEntry[] = [];
  for (const [sequence, rows] of wanted) {
    const path = paths.get(sequence);
    if (path === undefined) return { ok: false, reason: `entry ${sequence} is not among the ${size} that were signed` };
    const proved = await proveEntry(
      reader,
      sequence,
      [...new Set(rows.map(({ index }) => index))].sort((a, b) => a - b),
    );
    if (!proved.ok) return proved;
    proofs.push({ ...proved.value, path });
  }
  return { ok: true, value: { format: PROOF_FORMAT, organisation, proofs, signed } };
}

async function entryPaths(
  reader: ProofReader,
  sequences: readonly number[],
  size: number,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const tree = new InclusionPaths(sequences.map((sequence) => sequence - 1));
  for await (const page of reader.hashes()) {
    for (const hash of page) if (tree.size < size) tree.append(leafHashOfDigest(hash));
    if (tree.size === size) break;
  }
  return new Map([...tree.finish().paths].map(([index, path]) => [index + 1, path]));
}

async function proveEntry(
  reader: ProofReader,
  sequence: number,
  indices: readonly number[],
): Promise<Outcome<Omit<ProvedEntry, 'path'>>> {
  const kept = await reader.entry(sequence);
  if (kept === null) return { ok: false, reason: `there is no entry ${sequence}` };
  if (kept.content === 'erased') return { ok: false, reason: `the body of entry ${sequence} is erased` };
  const body: JsonValue = JSON.parse(kept.content.body);
  const summary = isObject(body) ? summaryOf(body) : null;
  if (!isObject(body) || summary === null) return { ok: false, reason: `entry ${sequence} commits to no rows` };
  const rows: ProvedRow[] = [];
  for (const [chunk, members] of Map.groupBy(indices, (index) => Math.floor(index / summary.chunkSize))) {
    const proved = await proveRows(reader, sequence, summary, chunk, members);
    if (!proved.ok) return proved;
    rows.push(...proved.value);
  }
  return { ok: true, value: { body, entry: kept.entry, rows, salt: Buffer.from(kept.content.salt).toString('hex') } };
}

/** The rows of one chunk: their paths lead through the chunk, and from its root to the root over all of them. */
async function proveRows(
  reader: ProofReader,
  sequence: number,
  { chunkSize, chunkRoots }: BatchSummary,
  chunk: number,
  indices: readonly number[],
): Promise<Outcome<readonly ProvedRow[]>> {
  const first = chunk * chunkSize;
  const tree = new InclusionPaths(indices.map((index) => index - first));
  const wanted = new Set(indices);
  const texts = new Map<number, string>();
  for await (const page of reader.rows(sequence, { first, count: chunkSize })) {
    for (const text of page) {
      const index = first + tree.size;
      if (wanted.has(index)) texts.set(index, text);
      tree.append(leafHash(text));
    }
  }
  const { paths } = tree.finish();
  const rows: ProvedRow[] = [];
  for (const index of indices) {
    const text = texts.get(index);
    const path = paths.get(index - first);
    if (text === undefined || path === undefined || chunk >= chunkRoots.length) {
      return { ok: false, reason: `entry ${sequence} has no row ${index + 1}` };
    }
    const row: JsonValue = JSON.parse(text);
    if (!isObject(row)) return { ok: false, reason: `row ${index + 1} of entry ${sequence} is no object` };
    rows.push({ index, path: [...path, ...inclusionProof(chunkRoots, chunk)], row });
  }
  return { ok: true, value: rows };
}
