import { FIELDS, partsOf, testOf, tokensOf, parseFilter, written } from './filter.ts';
import type { Group } from './filter.ts';
import type { KeptRow, Now } from './row.ts';

/** Something to go on with. */
export interface Offer {
  /** The whole filter with it, and where the caret stands then. */
  readonly text: string;
  readonly caret: number;
  readonly label: string;
  /** Of a value: how many cases have it among those that the rest of the filter leaves. */
  readonly cases: number | null;
  /** Of a field: what it is about. */
  readonly about: string | null;
}

export const MOST_OFFERS = 12;

/** What can stand where the caret is: fields, and the values that occur, the most frequent first. */
export function offersFor(text: string, caret: number, rows: Iterable<KeptRow>, now: Now): readonly Offer[] {
  const token = tokensOf(text).find(({ from, to }) => from < caret && caret <= to) ?? {
    from: caret,
    to: caret,
    text: '',
    isUnclosed: false,
  };
  const typed = token.text.slice(0, caret - token.from);
  const { isNot, field, operator, rest } = partsOf(typed);
  const put = (written: string): { text: string; caret: number } => {
    const head = `${text.slice(0, token.from)}${written}`;
    return { text: `${head}${text.slice(token.to)}`, caret: head.length };
  };
  const minus = isNot ? '-' : '';
  if (field === null) {
    const sought = rest.toLowerCase();
    return Object.entries(FIELDS)
      .filter(([name]) => name.startsWith(sought))
      .slice(0, sought === '' ? undefined : MOST_OFFERS)
      .map(([name, { about, operators }]) => ({ ...put(`${minus}${name}${operators === 'order' ? '>' : ':'}`), label: name, cases: null, about })); // prettier-ignore
  }
  const known = FIELDS[field];
  if (known === undefined || (known.has === null && known.known === undefined)) return [];
  // Of values between commas the one that is being typed.
  const comma = lastComma(rest);
  const earlier = rest.slice(0, comma);
  const sought = rest.slice(comma).replaceAll('"', '').toLowerCase();
  const counts = countsOf(field, rows, othersOf(text, token.from), now);
  for (const value of known.known ?? []) if (!counts.has(value)) counts.set(value, 0);
  return [...counts]
    .filter(([value]) => value.toLowerCase().includes(sought))
    .sort(([one, ones], [other, others]) => Number(startsWith(other, sought)) - Number(startsWith(one, sought)) || others - ones || (one < other ? -1 : 1))
    .slice(0, MOST_OFFERS)
    .map(([value, cases]) => ({ ...put(`${minus}${field}${operator}${earlier}${written(value)}`), label: value, cases: known.has === null ? null : cases, about: null })); // prettier-ignore
}

function startsWith(value: string, sought: string): boolean {
  return value.toLowerCase().startsWith(sought);
}

function lastComma(text: string): number {
  let found = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === ',' && !isQuoted) found = at + 1;
  }
  return found;
}

/** What must hold besides: what stands on the other side of an OR need not. */
function othersOf(text: string, at: number): readonly Group[] {
  return parseFilter(text).groups.filter(({ from, to }) => at < from || to < at);
}

function countsOf(field: string, rows: Iterable<KeptRow>, others: readonly Group[], now: Now): Map<string, number> {
  const counts = new Map<string, number>();
  const has = FIELDS[field]?.has;
  if (has === undefined || has === null) return counts;
  const isIn = testOf(others);
  for (const row of rows) {
    if (!isIn(row, now)) continue;
    const own = has(row);
    for (const value of own === null ? ['none'] : typeof own === 'string' ? [own] : own) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return counts;
}
