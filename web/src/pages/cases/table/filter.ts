import { KINDS, STATES, VERDICTS, clockOf, isClosed } from './row.ts';
import type { KeptRow, Now } from './row.ts';

/*
 * The filter language: words, and `field:value` as mailboxes have it.
 *
 *     jakarta state:notified,refused -kind:iot-device provider:"Jakarta Server" age>3h opened<2020-10-13
 *
 * All of it must hold; of values between commas one; "-" before it: not. What is not understood is said, and never guessed.
 */

export type Operator = ':' | '>' | '<' | '>=' | '<=';

export interface Term {
  readonly isNot: boolean;
  /** Null: words that stand in the host or in the name of the provider. */
  readonly field: string | null;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

export interface Filter {
  readonly terms: readonly Term[];
  readonly problems: readonly Problem[];
}

export type Test = (row: KeptRow, now: Now) => boolean;

interface Field {
  readonly about: string;
  /** How its values are written; null where each row has one that is compared as text. */
  readonly test: (operator: Operator, value: string) => Test | string;
  /** What a row has of it, to be offered and counted; null: nothing to choose from. */
  readonly has: ((row: KeptRow) => string | null | readonly string[]) | null;
  /** What it can be, whether it occurs or not; open where absent. */
  readonly known?: readonly string[];
  readonly operators: 'equal' | 'order';
}

/** As a value of a row is written in a filter. */
export function written(value: string): string {
  return /[\s,"]/.test(value) || value === '' ? `"${value.replaceAll('"', '')}"` : value;
}

/** The same for all spellings: "Needs decision" is needs-decision. */
function plain(value: string): string {
  return value
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
}

const NONE = 'none';

function oneOf(
  about: string,
  has: (row: KeptRow) => string | null | readonly string[],
  known?: readonly string[],
): Field {
  return {
    about,
    has,
    ...(known === undefined ? {} : { known }),
    operators: 'equal',
    test: (_operator, value) => {
      const sought = plain(value);
      const isIt = sought.endsWith('*')
        ? (text: string) => text.startsWith(sought.slice(0, -1))
        : (text: string) => text === sought;
      return (row) => {
        const own = has(row);
        if (own === null || (typeof own !== 'string' && own.length === 0)) return sought === NONE;
        return typeof own === 'string' ? isIt(plain(own)) : own.some((each) => isIt(plain(each)));
      };
    },
  };
}

function yesOrNo(about: string, is: (row: KeptRow, now: Now) => boolean): Field {
  return {
    about,
    has: null,
    known: ['yes', 'no'],
    operators: 'equal',
    test: (_operator, value) => {
      const said = plain(value);
      if (said !== 'yes' && said !== 'no') return `it is yes or no, not “${value}”`;
      return (row, now) => is(row, now) === (said === 'yes');
    },
  };
}

const UNIT_MINUTES: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: 1440, w: 10_080 };

/** "90m", "3h", "1.5d" in minutes; null where it is none. */
export function durationOf(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(m|min|h|d|w)$/i.exec(text.trim()) ?? [];
  const each = UNIT_MINUTES[(unit ?? '').toLowerCase()];
  return amount === undefined || each === undefined ? null : Number(amount) * each;
}

function compare(operator: Operator, value: number, to: number): boolean {
  if (operator === '>') return value > to;
  if (operator === '>=') return value >= to;
  if (operator === '<') return value < to;
  return value <= to;
}

function lasting(about: string, minutesOf: (row: KeptRow, now: Now) => number | null): Field {
  return {
    about,
    has: null,
    operators: 'order',
    test: (operator, value) => {
      const minutes = durationOf(value);
      if (minutes === null) return `it takes a time such as 30m, 3h or 2d, not “${value}”`;
      return (row, now) => {
        const own = minutesOf(row, now);
        return own !== null && compare(operator, own, minutes);
      };
    },
  };
}

const DAY_MS = 86_400_000;

function moment(about: string, msOf: (row: KeptRow) => number | null): Field {
  return {
    about,
    has: null,
    operators: 'order',
    test: (operator, value) => {
      const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value);
      const isMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?$/i.test(value);
      const at =
        isDay || isMoment ? Date.parse(isDay || /(?:Z|[+-]\d{2}:\d{2})$/i.test(value) ? value : `${value}Z`) : NaN;
      if (Number.isNaN(at)) return `it takes a day such as 2020-10-12 (UTC), or 2020-10-12T08:30, not “${value}”`;
      // ">2020-10-12" is after that day.
      const edge = isDay && (operator === '>' || operator === '<=') ? at + DAY_MS - 1 : at;
      return (row) => {
        const own = msOf(row);
        return own !== null && compare(operator, own, edge);
      };
    },
  };
}

function numberOf(address: string): number | null {
  const parts = address.split('.').map((each) => (/^\d{1,3}$/.test(each) ? Number(each) : 256));
  if (parts.length !== 4 || parts.some((each) => each > 255)) return null;
  return parts.reduce((sum, each) => sum * 256 + each, 0);
}

function hostTest(value: string): Test | string {
  const sought = refanged(value).toLowerCase();
  const [network, bits] = sought.split('/');
  if (network !== undefined && bits !== undefined) {
    const base = numberOf(network);
    const length = /^\d{1,2}$/.test(bits) ? Number(bits) : 33;
    if (base === null || length > 32) return `“${value}” is no IPv4 network such as 192.0.2.0/24`;
    const size = 2 ** (32 - length);
    const first = Math.floor(base / size);
    return ({ host }) => {
      const own = numberOf(host);
      return own !== null && Math.floor(own / size) === first;
    };
  }
  // A whole address means that one, and not all that begin with it.
  if (numberOf(sought) !== null) return ({ host }) => host === sought;
  return ({ host }) => host.toLowerCase().includes(sought);
}

/** Every field, in the order in which they are offered. */
export const FIELDS: Readonly<Record<string, Field>> = {
  state: oneOf('where its case stands', ({ state }) => state, STATES),
  verdict: {
    ...oneOf('what our looks say', ({ verdict }) => verdict, VERDICTS),
    test: (_operator, value) => {
      const sought = plain(value);
      if (sought === 'live') return ({ verdict }) => verdict === 'live' || verdict === 'c2-live';
      return ({ verdict }) => (verdict ?? NONE) === sought;
    },
  },
  kind: oneOf('what the server is', ({ kind }) => kind, KINDS),
  country: oneOf('two letters', ({ country }) => country),
  provider: {
    ...oneOf('a part of its name', ({ provider }) => provider),
    test: (_operator, value) => {
      const sought = value.trim().toLowerCase();
      return ({ provider }) => (provider === null ? sought === NONE : provider.toLowerCase().includes(sought));
    },
  },
  host: { about: 'a part of it, or a network such as 192.0.2.0/24', has: null, operators: 'equal', test: (_operator, value) => hostTest(value) },
  method: oneOf('the method that was decided on', ({ method }) => method),
  row: oneOf('the row of the method table that decided', ({ rowId }) => rowId),
  group: oneOf('an independent group that named it', ({ groups }) => groups),
  finding: oneOf('what the verdict is based on', ({ finding }) => finding),
  notice: oneOf('reference of its notice', ({ notice }) => notice),
  held: yesOrNo('held back by a check', ({ heldBy }) => heldBy.length > 0),
  overdue: yesOrNo('not dark within its time', (row, now) => clockOf(row, now).is === 'over'),
  open: yesOrNo('still something to do', (row) => !isClosed(row)),
  returned: yesOrNo('came back after it was dark', ({ episode }) => episode > 1),
  attested: yesOrNo('a person vouches for it', ({ attestedBy }) => attestedBy.length > 0),
  'hands-off': yesOrNo('somebody wants it left alone', ({ handsOffUntil }, { nowMs }) => handsOffUntil !== null && Date.parse(handsOffUntil) > nowMs),
  age: lasting('time since it was identified', ({ openedMs }, { nowMs }) => (nowMs - openedMs) / 60_000),
  left: lasting('time left of what a server may take', (row, now) => {
    const clock = clockOf(row, now);
    return clock.is === 'left' || clock.is === 'over' ? clock.minutes : null;
  }),
  taken: lasting('time from identified to dark', (row, now) => {
    const clock = clockOf(row, now);
    return clock.is === 'taken' ? clock.minutes : null;
  }),
  looked: lasting('time since the last look', ({ lookMs }, { nowMs }) => (lookMs === null ? Infinity : (nowMs - lookMs) / 60_000)),
  opened: moment('when it was identified', ({ openedMs }) => openedMs),
  dark: moment('when it went dark', ({ darkMs }) => darkMs),
}; // prettier-ignore

/** As people write what nobody is to click on, and as it is. */
export function refanged(text: string): string {
  return text.replaceAll('[.]', '.').replaceAll('[:]', ':').replaceAll('(.)', '.');
}

export interface Token {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** A quotation mark that nothing closes. */
  readonly isUnclosed: boolean;
}

/** What stands between blanks that are in no quotation marks. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let from: number | null = null;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at];
    if (letter === '"') isQuoted = !isQuoted;
    const isEnd = letter === undefined || (!isQuoted && /\s/.test(letter));
    if (isEnd && from !== null) {
      tokens.push({ from, to: at, text: text.slice(from, at), isUnclosed: isQuoted });
      from = null;
    } else if (!isEnd) from ??= at;
  }
  return tokens;
}

/** Between commas that are in no quotation marks; without the marks. */
export function valuesOf(text: string): readonly string[] {
  const values: string[] = [];
  let value = '';
  let isQuoted = false;
  for (const letter of text) {
    if (letter === '"') isQuoted = !isQuoted;
    else if (letter === ',' && !isQuoted) {
      values.push(value);
      value = '';
    } else value += letter;
  }
  return [...values, value];
}

const WITH_FIELD = /^(-?)([a-z][a-z0-9-]*)(:|>=|<=|>|<)(.*)$/is;

export interface Parts {
  readonly isNot: boolean;
  readonly field: string | null;
  readonly operator: Operator;
  readonly rest: string;
}

/** A token by its parts; an IPv6 address is no field. */
export function partsOf(text: string): Parts {
  const [, minus, field, operator, rest] = WITH_FIELD.exec(text) ?? [];
  const bare = refanged(text.replace(/^-/, ''));
  const isAddress = /^[\da-f:]+$/i.test(bare) && /:.*:/.test(bare);
  if (field === undefined || rest === undefined || isAddress) {
    const isNot = text.startsWith('-') && text.length > 1;
    return { isNot, field: null, operator: ':', rest: isNot ? text.slice(1) : text };
  }
  return { isNot: minus === '-', field: field.toLowerCase(), operator: operatorOf(operator), rest };
}

function operatorOf(text: string | undefined): Operator {
  return text === '>' || text === '<' || text === '>=' || text === '<=' ? text : ':';
}

export function parseFilter(text: string): Filter {
  const terms: Term[] = [];
  const problems: Problem[] = [];
  for (const token of tokensOf(text)) {
    const parsed = termOf(token);
    if (typeof parsed === 'string') problems.push({ from: token.from, to: token.to, message: parsed });
    else terms.push(parsed);
  }
  return { terms, problems };
}

function termOf({ text, isUnclosed }: Token): Term | string {
  if (isUnclosed) return `A quotation mark in ${text} is not closed.`;
  const { isNot, field, operator, rest } = partsOf(text);
  const values = valuesOf(rest).filter((value) => value.trim() !== '');
  if (field === null) return { isNot, field, operator, values: [rest.replaceAll('"', '')] };
  const known = FIELDS[field];
  if (known === undefined) {
    const near = nearest(field, Object.keys(FIELDS));
    return `There is no field “${field}”.${near === null ? ` Fields are ${Object.keys(FIELDS).join(', ')}.` : ` Do you mean ${near}:?`}`;
  }
  if (values.length === 0) return `${field}${operator} lacks its value.`;
  if (known.operators === 'order' && operator === ':') return `${field} is compared: ${field}>3h or ${field}<3h.`.replaceAll('3h', exampleOf(field)); // prettier-ignore
  if (known.operators === 'equal' && operator !== ':') return `${field} is not compared by ${operator}: write ${field}:${written(values[0] ?? '')}.`; // prettier-ignore
  for (const value of values) {
    const test = known.test(operator, value);
    if (typeof test === 'string') return `${field}: ${test}.`;
  }
  return { isNot, field, operator, values };
}

function exampleOf(field: string): string {
  return field === 'opened' || field === 'dark' ? '2020-10-12' : '3h';
}

/** One test for all terms. */
export function testOf(terms: readonly Term[]): Test {
  const tests = terms.map(oneTest);
  return (row, now) => tests.every((test) => test(row, now));
}

function oneTest({ isNot, field, operator, values }: Term): Test {
  const each = values.map((value): Test => {
    if (field === null) {
      const sought = refanged(value).toLowerCase();
      if (numberOf(sought) !== null) return ({ host }) => host === sought;
      return ({ words }) => words.includes(sought);
    }
    const test = FIELDS[field]?.test(operator, value);
    return typeof test === 'function' ? test : () => false;
  });
  const [only] = each;
  const some: Test = each.length === 1 && only !== undefined ? only : (row, now) => each.some((test) => test(row, now));
  return isNot ? (row, now) => !some(row, now) : some;
}

/** What is closest to what was typed, if it is close; null otherwise. */
export function nearest(typed: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = typed.length < 4 ? 2 : Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const each of known) {
    const far = distance(typed.toLowerCase(), each.toLowerCase());
    if (far < least) {
      least = far;
      best = each;
    }
  }
  return best;
}

/** Letters to change, put in or leave out. */
function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const swapped = (before[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      next.push(Math.min(swapped, (before[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    before = next;
  }
  return before[other.length] ?? 0;
}
