import type { Offer } from './complete.ts';
import type { Beneath, ListFormat, RowWindow, Shown, View } from './case-list.ts';
import type { Now, Row } from './row.ts';

/** What the worker does for the page. Each is one message there and one back. */
export interface CaseWork {
  /** Reads all cases of the operation. */
  load(operation: string, now: Now): Beneath;
  view(view: View): Shown;
  window(from: number, to: number): RowWindow;
  ids(from: number, to: number): Int32Array<ArrayBuffer>;
  rows(ids: readonly number[]): readonly Row[];
  offers(text: string, caret: number): readonly Offer[];
  text(ids: readonly number[], format: ListFormat): string;
}

export type Call = {
  [Name in keyof CaseWork]: { readonly call: number; readonly name: Name; readonly args: Parameters<CaseWork[Name]> };
}[keyof CaseWork];

export type Answered = ReturnType<CaseWork[keyof CaseWork]>;

export type Answer =
  | { readonly call: number; readonly value: Answered }
  | { readonly call: number; readonly error: string; readonly status: number; readonly hint: string | null }
  /** How many have been read so far. */
  | { readonly read: number };
