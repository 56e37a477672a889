import { defanged } from '../../../ui/format.ts';
import { offersFor } from './complete.ts';
import type { Offer } from './complete.ts';
import { FIELDS, nearest, parseFilter, testOf } from './filter.ts';
import type { Filter, Problem } from './filter.ts';
import { STATES, clockOf, differs, keptRow, isClosed } from './row.ts';
import type { CaseJson, KeptRow, Now, Row } from './row.ts';

export const COLUMNS = [
  'host', 'state', 'verdict', 'kind', 'country', 'provider', 'method', 'opened', 'time', 'notice', 'look',
] as const; // prettier-ignore
export type Column = (typeof COLUMNS)[number];

export interface Sort {
  readonly column: Column;
  readonly isDescending: boolean;
}

/** The most pressing first. */
export const FIRST_SORT: Sort = { column: 'time', isDescending: false };

export interface View {
  readonly filter: string;
  readonly sort: Sort;
  readonly now: Now;
}

/** What is to be shown. */
export interface Shown {
  /** Another one for another order: windows of an older one are not put into it. */
  readonly order: number;
  readonly count: number;
  readonly total: number;
  readonly problems: readonly Problem[];
  /** Understood, and nothing has it. */
  readonly hints: readonly string[];
  /** How the filter was taken. */
  readonly notes: readonly string[];
}

/** What has changed beneath an order that is kept. */
export interface Beneath extends Shown {
  readonly changed: number;
  /** Would be shown as well. */
  readonly come: number;
  /** Is shown and would not be. */
  readonly gone: number;
  readonly isMoved: boolean;
}

export interface ShownRow extends Row {
  /** Is not as it was before the newest reading. */
  readonly isChanged: boolean;
  /** Still stands here, though the filter does not find it any more. */
  readonly isLeftOver: boolean;
}

export interface RowWindow {
  readonly order: number;
  readonly from: number;
  readonly rows: readonly ShownRow[];
}

export type ListFormat = 'defanged' | 'raw' | 'csv';

/**
 * All cases of an operation, searched, sorted and counted. The page gets windows of it. When the cases are read anew, rows stay where
 * they stand: somebody is reading them. The next search, or a word, puts them in order.
 */
export class CaseList {
  #rows: (KeptRow | undefined)[] = [];
  readonly #ids = new Map<string, number>();
  #total = 0;
  #view: View = { filter: '', sort: FIRST_SORT, now: { nowMs: 0, targetMinutes: 180 } };
  #filter: Filter = { groups: [], problems: [], notes: [] };
  #order: Int32Array = new Int32Array(0);
  #orderNumber = 0;
  #changed: ReadonlySet<number> = new Set();
  #leftOver: ReadonlySet<number> = new Set();

  /** Takes a whole reading. The first one has no changes. */
  take(cases: Iterable<CaseJson>, references: ReadonlyMap<string, string>, now: Now): Beneath {
    this.#view = { ...this.#view, now };
    const isFirst = this.#ids.size === 0;
    const before = this.#rows;
    const rows: (KeptRow | undefined)[] = Array.from({ length: before.length });
    const changed = new Set<number>();
    let total = 0;
    for (const json of cases) {
      const id = this.#ids.get(json.caseId) ?? this.#ids.size;
      this.#ids.set(json.caseId, id);
      const row = keptRow(json, id, json.noticeId === null ? null : (references.get(json.noticeId) ?? null));
      const old = before[id];
      if (!isFirst && (old === undefined || differs(old, row))) changed.add(id);
      if (rows[id] === undefined) total++;
      rows[id] = row;
    }
    this.#rows = rows;
    this.#total = total;
    this.#changed = changed;
    const wanted = this.#wanted();
    if (isFirst) {
      this.#put(wanted);
      return { ...this.#shown(), changed: 0, come: 0, gone: 0, isMoved: false };
    }
    return this.#beneath(wanted);
  }

  /** Searches and sorts. */
  view(view: View): Shown {
    this.#view = view;
    this.#filter = parseFilter(view.filter);
    this.#put(this.#wanted());
    return this.#shown();
  }

  /** Rows of the order, from (included) to (left out). */
  window(from: number, to: number): RowWindow {
    const rows = [...this.#order.subarray(from, to)].flatMap((id) => {
      const row = this.#rows[id];
      return row === undefined ? [] : [{ ...shownRow(row), isChanged: this.#changed.has(id), isLeftOver: this.#leftOver.has(id) }];
    }); // prettier-ignore
    return { order: this.#orderNumber, from, rows };
  }

  ids(from: number, to: number): Int32Array<ArrayBuffer> {
    return Int32Array.from(this.#order.subarray(from, to));
  }

  rows(ids: Iterable<number>): readonly Row[] {
    return [...ids].flatMap((id) => {
      const row = this.#rows[id];
      return row === undefined ? [] : [shownRow(row)];
    });
  }

  offers(text: string, caret: number): readonly Offer[] {
    return offersFor(text, caret, this.#all(), this.#view.now);
  }

  /** The hosts of rows, one a line and each once, in the order in which they stand; or a table of them. */
  text(ids: Iterable<number>, format: ListFormat): string {
    const chosen = new Set(ids);
    const inOrder = [...this.#order].filter((id) => chosen.delete(id));
    const rows = [...inOrder, ...chosen].flatMap((id) => this.#rows[id] ?? []);
    if (format === 'csv') return [CSV_HEAD, ...rows.map(csvLine), ''].join('\r\n');
    const hosts = new Set(rows.map(({ host }) => (format === 'raw' ? host : defanged(host))));
    return [...hosts].join('\n');
  }

  *#all(): Iterable<KeptRow> {
    for (const row of this.#rows) if (row !== undefined) yield row;
  }

  #wanted(): Int32Array {
    const isIn = testOf(this.#filter.groups);
    const found: KeptRow[] = [];
    for (const row of this.#all()) if (isIn(row, this.#view.now)) found.push(row);
    return sorted(found, this.#view.sort, this.#view.now);
  }

  #put(order: Int32Array): void {
    this.#order = order;
    this.#orderNumber++;
    this.#leftOver = new Set();
  }

  #beneath(wanted: Int32Array): Beneath {
    const isWanted = new Set(wanted);
    const kept = this.#order.filter((id) => this.#rows[id] !== undefined);
    const leftOver = new Set<number>();
    for (const id of kept) if (!isWanted.has(id)) leftOver.add(id);
    const come = wanted.length - (kept.length - leftOver.size);
    const isSame = come === 0 && leftOver.size === 0;
    if (kept.length !== this.#order.length) {
      this.#order = kept;
      this.#orderNumber++;
    }
    this.#leftOver = leftOver;
    const isMoved = isSame && wanted.some((id, at) => kept[at] !== id);
    return { ...this.#shown(), changed: this.#changed.size, come, gone: leftOver.size, isMoved };
  }

  #shown(): Shown {
    return {
      order: this.#orderNumber,
      count: this.#order.length,
      total: this.#total,
      problems: this.#filter.problems,
      hints: this.#hints(),
      notes: this.#filter.notes,
    };
  }

  /** A value that no case has is most likely a slip, unless it is one that there could be. */
  #hints(): readonly string[] {
    const hints: string[] = [];
    for (const { field, operator, values } of this.#filter.groups.flatMap(({ terms }) => terms)) {
      const known = field === null ? undefined : FIELDS[field];
      if (field === null || known?.has === undefined || known.has === null || operator !== ':' || field === 'provider') continue;
      for (const value of values) {
        if (value.endsWith('*') || (known.known ?? []).includes(value.toLowerCase()) || this.#total === 0) continue;
        const test = testOf([{ terms: [{ isNot: false, field, operator, values: [value], text: value }] }]);
        if (this.#some((row) => test(row, this.#view.now))) continue;
        const near = nearest(value, [...new Set([...(known.known ?? []), ...this.#occurring(field)])]);
        hints.push(`No case has ${field} “${value}”.${near === null ? '' : ` Do you mean ${near}?`}`);
      }
    }
    return hints;
  } // prettier-ignore

  #some(test: (row: KeptRow) => boolean): boolean {
    for (const row of this.#all()) if (test(row)) return true;
    return false;
  }

  #occurring(field: string): ReadonlySet<string> {
    const has = FIELDS[field]?.has;
    const values = new Set<string>();
    if (has === undefined || has === null) return values;
    for (const row of this.#all()) {
      const own = has(row);
      for (const value of own === null ? [] : typeof own === 'string' ? [own] : own) values.add(value);
      if (values.size > 1000) break;
    }
    return values;
  }
}

function shownRow(row: KeptRow): Row {
  const { id, caseId, host, kind, episode, state, stateSince, openedAt, heldBy, country, provider, method } = row;
  const { lastLookAt, handsOffUntil, verdict, darkAt, closedAt, notice } = row;
  return {
    id, caseId, host, kind, episode, state, stateSince, openedAt, heldBy, country, provider, method, lastLookAt, handsOffUntil, verdict,
    darkAt, closedAt, notice,
  }; // prettier-ignore
}

type Key = number | string | null;

const STATE_PLACE: ReadonlyMap<string, number> = new Map(STATES.map((state, index) => [state, index]));

/** Moments are smaller than this: what runs stands before what has ended. */
const AFTER_ALL_MOMENTS = 1e14;

const KEYS: Readonly<Record<Column, (row: KeptRow, now: Now) => Key>> = {
  host: ({ hostKey }) => hostKey,
  state: ({ state }) => STATE_PLACE.get(state) ?? null,
  verdict: ({ verdict }) => verdict,
  kind: ({ kind }) => kind,
  country: ({ country }) => country,
  provider: ({ provider }) => provider?.toLowerCase() ?? null,
  method: ({ method }) => method,
  opened: ({ openedMs }) => openedMs,
  time: (row, now) => {
    const clock = clockOf(row, now);
    // Devices have no clock, and are not over with: they stand before what has ended.
    if (clock.is === 'none') return isClosed(row) ? null : AFTER_ALL_MOMENTS - 1;
    return clock.is === 'taken' ? AFTER_ALL_MOMENTS + clock.minutes : row.openedMs;
  },
  notice: ({ notice }) => notice,
  look: ({ lookMs }) => lookMs,
};

/** Rows without a value stand last whichever way; those of one value by host. */
function sorted(rows: readonly KeptRow[], { column, isDescending }: Sort, now: Now): Int32Array {
  const keys = rows.map((row) => KEYS[column](row, now));
  const places = Int32Array.from(rows, (_, index) => index);
  const sign = isDescending ? -1 : 1;
  places.sort((one, other) => {
    const left = keys[one] ?? null;
    const right = keys[other] ?? null;
    if (left !== right) {
      if (left === null) return 1;
      if (right === null) return -1;
      return left < right ? -sign : sign;
    }
    const leftHost = rows[one]?.hostKey ?? '';
    const rightHost = rows[other]?.hostKey ?? '';
    return leftHost < rightHost ? -1 : leftHost > rightHost ? 1 : one - other;
  });
  return places.map((place) => rows[place]?.id ?? -1);
}

const CSV_HEAD = 'host,state,verdict,kind,country,provider,method,identified,dark,notice,last look';

function csvLine(row: KeptRow): string {
  const { host, state, verdict, kind, country, provider, method, openedAt, darkAt, notice, lastLookAt } = row;
  return [defanged(host), state, verdict, kind, country, provider, method, openedAt, darkAt, notice, lastLookAt].map(csvCell).join(','); // prettier-ignore
}

/** Names come from outside: none of them is a formula to whatever opens the file. */
export function csvCell(value: string | null): string {
  const harmless = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
