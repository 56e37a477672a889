import { ahead, fewRows } from './ahead.ts';
import { batchSummaryOf, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonValue } from './canonical.ts';
import { originOf, signCheckpoint } from './checkpoint.ts';
import { entryJson } from './entry.ts';
import type { Entry, SealedBody } from './entry.ts';
import { formatVerifierKey } from './note.ts';
import type { Signer } from './note.ts';

/**
 * The export of a ledger: lines of UTF-8, each in its canonical form (RFC 8785) and ended by one newline.
 *
 *     {"checkpoint":…,"entries":…,"format":…,"organisation":…,"root":…,"rows":…,"verifierKey":…}
 *     {"body":{…},"entry":{…},"salt":"…"}
 *     {"row":{…}}                             the rows of the batch entry before, in order
 *     {"entry":{…},"erased":true}             its body and rows are erased
 *
 * Every byte is bound by something else in the file: bodies by their commitment, rows by the root in the body, fields
 * by the entry's hash, hashes by the root, root, count and organisation by the checkpoint, the checkpoint by its
 * signature, the count of rows by counting.
 */
export const EXPORT_FORMAT = 'dismantle-ledger-1';

/** No line is longer; an audit stops at one that is. In bytes; twice what a body may have. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** The first line. */
export interface ExportHeader {
  readonly format: string;
  readonly organisation: string;
  readonly entries: number;
  /** Rows of all batches that are not erased. */
  readonly rows: number;
  /** RFC 6962 root over the entries' hashes. */
  readonly root: string;
  /** Signed note over organisation, number of entries and root. */
  readonly checkpoint: string;
  /** The key that signed it. Compare it with the one the organisation has told you by another way. */
  readonly verifierKey: string;
}

export interface LedgerHead {
  readonly organisation: string;
  readonly entries: number;
  /** Rows of all batches whose entry is not erased. */
  readonly rows: number;
  readonly root: string;
}

/** An entry with what lies beside it. */
export interface KeptEntry {
  readonly entry: Entry;
  readonly content: SealedBody | 'erased';
}

/** What an export reads, all at one consistent moment. Pages may have any size; nothing is held beyond one page and a few small batches. */
export interface LedgerReader {
  head(): Promise<LedgerHead>;
  /** All entries, by sequence. */
  entries(): AsyncIterable<readonly KeptEntry[]>;
  /**
   * The rows of one batch entry in order, each as canonical JSON; all of them, or those of a range. Asked only while
   * `entries` waits for its next page, of several entries at once.
   */
  rows(sequence: number, range?: RowRange): AsyncIterable<readonly string[]>;
}

/** Neighbouring rows of a batch. */
export interface RowRange {
  /** The place of the first among the batch's rows, from 0. */
  readonly first: number;
  /** At most so many. */
  readonly count: number;
}

/** Output is handed on in pieces of about this size. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * Writes the export of a ledger, as UTF-8 pieces. It checks nothing: what is wrong in the store shall come out, for
 * `auditExport` to name it. The signer's name must be `originOf` the organisation.
 */
export async function* exportLedger(reader: LedgerReader, signer: Signer): AsyncGenerator<Uint8Array> {
  const head = await reader.head();
  let piece = headerLine(headerOf(head, signer));
  for await (const page of reader.entries()) {
    for await (const { kept, rows: pages } of ahead(page, (kept) => withRows(reader, kept))) {
      const { entry, content } = kept;
      piece += content === 'erased' ? erasedLine(entry) : entryLine(entry, content.body, hex(content.salt));
      if (pages !== null) {
        for await (const rows of pages) {
          for (const row of rows) {
            piece += rowLine(row);
            if (piece.length >= PIECE_CHARACTERS) {
              yield Buffer.from(piece, 'utf8');
              piece = '';
            }
          }
        }
      }
      if (piece.length >= PIECE_CHARACTERS) {
        yield Buffer.from(piece, 'utf8');
        piece = '';
      }
    }
  }
  if (piece !== '') yield Buffer.from(piece, 'utf8');
}

/** An entry with its rows, in pages; null where it has none. Of few rows all are read. */
async function withRows(
  reader: LedgerReader,
  kept: KeptEntry,
): Promise<{
  readonly kept: KeptEntry;
  readonly rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]> | null;
}> {
  const { entry, content } = kept;
  const count = content === 'erased' ? null : rowCount(content.body);
  if (count === null) return { kept, rows: null };
  const read = (): AsyncIterable<readonly string[]> => reader.rows(entry.sequence);
  const few = await fewRows({ kind: entry.kind, count }, read);
  return { kept, rows: few === null ? read() : [few] };
}

function headerOf(head: LedgerHead, signer: Signer): ExportHeader {
  const origin = originOf(head.organisation);
  if (signer.name !== origin) throw new RangeError(`the key of ${signer.name} does not sign for ${origin}`);
  return {
    format: EXPORT_FORMAT,
    organisation: head.organisation,
    entries: head.entries,
    rows: head.rows,
    root: head.root,
    checkpoint: signCheckpoint({ origin, size: head.entries, root: head.root }, signer),
    verifierKey: formatVerifierKey(signer),
  };
}

// The lines. An audit builds each line anew from what it has read, with these functions, and compares.

export function headerLine(header: ExportHeader): string {
  return `${canonicalJson(header)}\n`;
}

/** `body` is canonical JSON, `salt` hexadecimal. */
export function entryLine(entry: Entry, body: string, salt: string): string {
  return `{"body":${body},"entry":${entryJson(entry)},"salt":"${salt}"}\n`;
}

export function erasedLine(entry: Entry): string {
  return `{"entry":${entryJson(entry)},"erased":true}\n`;
}

/** `row` is canonical JSON. */
export function rowLine(row: string): string {
  return `{"row":${row}}\n`;
}

/** How many rows a body says that it has; null where it is of no batch. */
function rowCount(body: string): number | null {
  // Most bodies have none, and are not worth parsing.
  if (!body.includes('"rows":')) return null;
  try {
    const value: JsonValue = JSON.parse(body);
    const summary = isObject(value) ? batchSummaryOf(value) : null;
    // What is malformed has rows that shall come out, however many.
    return summary === 'malformed' ? Infinity : (summary?.count ?? null);
  } catch {
    return null;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
