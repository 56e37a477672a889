import type { Drawing } from '../domain/drawing.ts';
import type { Instant } from '../domain/instant.ts';

/** A piece of a line. */
export interface Run {
  readonly text: string;
  /** The id of the block, or of the row of a table, that it leads to. Nothing leads out of a document. */
  readonly to?: string;
  readonly strong?: boolean;
}

/** What stands in a line. `\n` begins a further line. Always plain text: each format escapes what it has to. */
export type Words = string | readonly Run[];

/** A piece of a document, in the order in which it is read. */
export type DocumentBlock =
  | {
      readonly type: 'heading';
      readonly text: string;
      /** 2 where nothing is said. */
      readonly level?: 2 | 3;
      readonly id?: string;
    }
  | {
      readonly type: 'paragraph';
      readonly text: Words;
      /** `lead` stands out, `small` stands back. */
      readonly tone?: 'lead' | 'small';
      readonly id?: string;
    }
  | {
      /** What has to be read before anything else is believed. */
      readonly type: 'notice';
      readonly title: string;
      readonly items: readonly Words[];
      readonly id?: string;
    }
  | {
      readonly type: 'figures';
      readonly items: readonly HeadlineFigure[];
    }
  | {
      readonly type: 'chart';
      readonly id: string;
      readonly drawing: Drawing;
      readonly caption: Words;
      /** The same in numbers, for formats without pictures and for who cannot see them. */
      readonly table: DocumentTable;
    }
  | {
      readonly type: 'terms';
      readonly items: readonly { readonly id: string; readonly term: string; readonly text: Words }[];
    }
  | DocumentTable;

/** One number of the headline. */
export interface HeadlineFigure {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  /** Where what it means stands. */
  readonly to?: string;
}

export interface DocumentTable {
  readonly type: 'table';
  /** `share` says how wide it is beside the others. */
  readonly columns: readonly { readonly title: string; readonly share: number; readonly align?: 'right' }[];
  /** As many cells a row as there are columns. */
  readonly rows: readonly (readonly Words[])[];
  /** What links lead to, a row each; null where nothing leads. */
  readonly ids?: readonly (string | null)[];
  readonly caption?: string;
  /** The first cell of a row says what the row is about. */
  readonly hasRowHeads?: boolean;
}

/** A document for people: what it says, not how it looks. All texts are plain text. */
export interface PaperDocument {
  readonly title: string;
  /** Under the title. */
  readonly subtitle?: string;
  /** Stands in the file's properties. */
  readonly author: string;
  /** The moment that stands in the file's properties; nothing else in the bytes depends on when it is written. */
  readonly createdAt: Instant;
  /** `report`: upright, with charts, rules and links. `appendix` (where nothing is said): on its side, boxed tables. */
  readonly look?: 'report' | 'appendix';
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

/** The formats of a report that go into a file as they are. */
export interface ReportWriters extends DocumentWriters {
  readonly html: DocumentWriter;
  readonly md: DocumentWriter;
}

/** The text of words, without what leads where. */
export function plainWords(words: Words): string {
  return typeof words === 'string' ? words : words.map(({ text }) => text).join('');
}

export function runsOf(words: Words): readonly Run[] {
  return typeof words === 'string' ? [{ text: words }] : words;
}
