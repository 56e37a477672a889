import type { Instant } from '../domain/instant.ts';

/** A piece of a document, in the order in which it is read. */
export type DocumentBlock =
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'paragraph'; readonly text: string }
  | DocumentTable;

export interface DocumentTable {
  readonly type: 'table';
  /** `share` says how wide it is beside the others. */
  readonly columns: readonly { readonly title: string; readonly share: number }[];
  /** As many cells a row as there are columns. */
  readonly rows: readonly (readonly string[])[];
}

/** A document for people: what it says, not how it looks. All texts are single lines of plain text. */
export interface PaperDocument {
  readonly title: string;
  /** Stands in the file's properties. */
  readonly author: string;
  /** The moment that stands in the file's properties; nothing else in the bytes depends on when it is written. */
  readonly createdAt: Instant;
  readonly blocks: readonly DocumentBlock[];
  /** At the foot of each page, before the number of the page. */
  readonly footer: readonly string[];
}

/** Writes documents in one format; the same document always gives the same bytes. */
export interface DocumentWriter {
  write(document: PaperDocument): Promise<Uint8Array>;
}

/** The formats that a request to a court is written in. */
export interface DocumentWriters {
  readonly docx: DocumentWriter;
  readonly pdf: DocumentWriter;
}
