import { parseInstant } from '../../domain/instant.ts';
import type { DateFrom } from '../../domain/warning-list.ts';

/** YYYY-MM-DD and what tells it; null where nothing does. */
export interface ListDate {
  readonly date: string | null;
  readonly dateFrom: DateFrom | null;
}

/** What may tell a list's date, each null where it is silent; the first that speaks is believed. */
export interface DateWitnesses {
  readonly version?: string | null;
  readonly content?: string | null;
  readonly fileName: string;
  /** When the file was last written: it says when the list was put here, not how old it is. */
  readonly modified: string;
}

export function listDate({ version = null, content = null, fileName, modified }: DateWitnesses): ListDate {
  const stated = version === null ? null : dateOfVersion(version);
  if (stated !== null) return { date: stated, dateFrom: 'version' };
  if (content !== null) return { date: content, dateFrom: 'content' };
  const named = datesIn(fileName).at(-1);
  if (named !== undefined) return { date: named, dateFrom: 'file-name' };
  return { date: modified, dateFrom: 'modified' };
}

/** MISP's versions are mostly YYYYMMDD; the others are counters ("2") or slips of the hand ("26081010"). */
function dateOfVersion(version: string): string | null {
  return /^20\d{6}$|^20\d{2}-\d{2}-\d{2}$/.test(version) ? (datesIn(version)[0] ?? null) : null;
}

/** Every date of this century that stands in a text as YYYY-MM-DD, YYYY_MM_DD or YYYYMMDD. */
export function datesIn(text: string): readonly string[] {
  const found: string[] = [];
  for (const [, year, , month, day] of text.matchAll(/(?<!\d)(20\d{2})([-_]?)(\d{2})\2(\d{2})(?!\d)/g)) {
    const date = `${year}-${month}-${day}`;
    if (parseInstant(date) !== null) found.push(date);
  }
  return found;
}

export function latest(dates: readonly string[]): string | null {
  return dates.reduce<string | null>((newest, date) => (newest === null || date > newest ? date : newest), null);
}
