import { batchSummaryOf, isObject } from './batch.ts';
import type { BatchSummary } from './batch.ts';
import type { ProofReader } from './build-proof.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import { MAX_EVIDENCE_ROWS } from './evidence-proof.ts';
import type { Run } from './evidence-proof.ts';
import type { RowRange } from './export.ts';
import { InclusionPaths } from './inclusion-paths.ts';
import { inclusionProof } from './merkle-proof.ts';
import { leafHash, leafHashOfDigest, merkleRoot } from './merkle.ts';

/** Rows that go together where nothing among them is kept back: small enough that a few make a document. */
const SPAN = 256;
/** A document takes no further run once its rows have so many characters. */
const MAX_PART_CHARACTERS = 4 * 1024 * 1024;

/** The hashes that lead from each of the entries to the root over the first `size`; reads each hash once. */
export async function entryPaths(
  reader: Pick<ProofReader, 'hashes'>,
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

/** Rows of one entry, as many as go into one document. */
export interface RowPart {
  readonly runs: readonly Run[];
  /** Rows that were asked for and are kept back, since the part before. */
  readonly withheld: number;
}

export type RowsReader = (range: RowRange) => AsyncIterable<readonly string[]> | Iterable<readonly string[]>;

/**
 * Proves rows of a batch, chunk by chunk: those at `places` (by index, from 0, in order), or all of them. Rows that
 * `isWithheld` are left out, and not even their hashes are told but where they lie on the path of a row that is told.
 * Holds one chunk and one part at a time. There is always a last part, which may have no rows.
 */
export async function* rowParts(
  summary: BatchSummary,
  rows: RowsReader,
  places: readonly number[] | 'all',
  isWithheld: (row: string) => boolean,
): AsyncGenerator<RowPart> {
  let part: Run[] = [];
  let [count, characters, withheld] = [0, 0, 0];
  for (const [chunk, wanted] of chunksOf(summary, places)) {
    const texts = await textsOf(rows, { first: chunk * summary.chunkSize, count: summary.chunkSize });
    const told = wanted === 'all' ? texts.map((_, index) => index) : wanted;
    const kept = told.filter((index) => !isWithheld(texts[index] ?? ''));
    withheld += told.length - kept.length;
    const runs = kept.length === texts.length ? spans(summary, chunk, texts) : singles(summary, chunk, texts, kept);
    for (const { run, length } of runs) {
      if (
        part.length > 0 &&
        (count + run.rows.length > MAX_EVIDENCE_ROWS || characters + length > MAX_PART_CHARACTERS)
      ) {
        yield { runs: part, withheld };
        [part, count, characters, withheld] = [[], 0, 0, 0];
      }
      part.push(run);
      count += run.rows.length;
      characters += length;
    }
  }
  yield { runs: part, withheld };
}

/** The chunks concerned, each with the places inside it. */
function* chunksOf(
  { chunkRoots, chunkSize }: BatchSummary,
  places: readonly number[] | 'all',
): Generator<[number, readonly number[] | 'all']> {
  if (places === 'all') {
    for (let chunk = 0; chunk < chunkRoots.length; chunk++) yield [chunk, 'all'];
    return;
  }
  // Not Map.groupBy, which Node 20 has not.
  const grouped = new Map<number, number[]>();
  for (const place of places) {
    const chunk = Math.floor(place / chunkSize);
    const inside = grouped.get(chunk) ?? [];
    inside.push(place - chunk * chunkSize);
    grouped.set(chunk, inside);
  }
  yield* grouped;
}

async function textsOf(rows: RowsReader, range: RowRange): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const page of rows(range)) texts.push(...page);
  return texts;
}

/** With the characters of its rows. */
interface MeasuredRun {
  readonly run: Run;
  readonly length: number;
}

function* spans(
  { chunkRoots, chunkSize }: BatchSummary,
  chunk: number,
  texts: readonly string[],
): Generator<MeasuredRun> {
  const span = Math.min(SPAN, chunkSize);
  const roots: string[] = [];
  for (let first = 0; first < texts.length; first += span) {
    roots.push(merkleRoot(texts.slice(first, first + span).map((text) => leafHash(text))));
  }
  for (const [number] of roots.entries()) {
    const told = texts.slice(number * span, (number + 1) * span);
    yield {
      run: {
        index: chunk * chunkSize + number * span,
        path: [...inclusionProof(roots, number), ...inclusionProof(chunkRoots, chunk)],
        rows: told.map(objectOf),
        span,
      },
      length: told.reduce((sum, text) => sum + text.length, 0),
    };
  }
}

function* singles(
  { chunkRoots, chunkSize }: BatchSummary,
  chunk: number,
  texts: readonly string[],
  indices: readonly number[],
): Generator<MeasuredRun> {
  const tree = new InclusionPaths(indices);
  for (const text of texts) tree.append(leafHash(text));
  const { paths } = tree.finish();
  for (const index of indices) {
    const [text, path] = [texts[index], paths.get(index)];
    // A row that is gone leaves its place empty; the proof then lacks it, and whoever counts finds that out.
    if (text === undefined || path === undefined) continue;
    const further = inclusionProof(chunkRoots, chunk);
    const run = { index: chunk * chunkSize + index, path: [...path, ...further], rows: [objectOf(text)], span: 1 };
    yield { run, length: text.length };
  }
}

function objectOf(text: string): JsonObject {
  const value: JsonValue = JSON.parse(text);
  if (!isObject(value)) throw new TypeError('a row is no object');
  return value;
}

/** The summary of a body that has rows; null of any other. */
export function rowsOf(body: JsonObject): BatchSummary | null {
  const summary = batchSummaryOf(body);
  return summary === 'malformed' ? null : summary;
}
