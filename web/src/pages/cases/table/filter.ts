import { inNetwork, pasted, refanged } from '../../../ui/pasted.ts';
import { KINDS, STATES, VERDICTS, clockOf, isClosed } from './row.ts';
import type { KeptRow, Now } from './row.ts';

/*
 * The filter language: words, indicators as they are pasted, and `field:value` as mailboxes have it.
 *
 *     jakarta state:notified,refused -kind:iot-device provider:"Jakarta Server" age>3h state:dark OR verdict:live
 *
 * All of it must hold; of values between commas one, and of terms with OR between them one; "-" before it: not. What is not
 * understood is said, and never guessed.
 */

export type Operator = ':' | '>' | '<' | '>=' | '<=';

export interface Term {
  readonly isNot: boolean;
  /** Null: words that stand in the host, in the name of the provider or in the reference of the notice; indicators. */
  readonly field: string | null;
  readonly operator: Operator;
  readonly values: readonly string[];
  /** As it was written. */
  readonly text: string;
}

export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** Terms with OR between them, where they stand: one must hold. */
export interface Group {
  readonly from: number;
  readonly to: number;
  readonly terms: readonly Term[];
}

export interface Filter {
  /** Each must hold. */
  readonly groups: readonly Group[];
  readonly problems: readonly Problem[];
  /** How it was taken, where somebody may have meant it otherwise. */
  readonly notes: readonly string[];
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

function hostTest(value: string): Test | string {
  const found = pasted(value);
  if (found?.is === 'faulty') return FAULTS[found.why](value);
  if (found?.is === 'network') {
    const isIn = inNetwork(found.text);
    return ({ host }) => isIn(host);
  }
  // A whole address means that one, and not all that begin with it.
  if (found?.is === 'host') return ({ host }) => host.toLowerCase() === found.text;
  const sought = refanged(value).toLowerCase();
  return ({ host }) => host.toLowerCase().includes(sought);
}

const FAULTS: Readonly<Record<'address' | 'network' | 'range', (value: string) => string>> = {
  address: (value) => `“${value}” holds no address or name of a host`,
  network: (value) => `“${value}” is no network such as 192.0.2.0/24 or 2001:db8::/32`,
  range: (value) => `“${value}” is a range: write it as networks, such as 192.0.2.0/24`,
};

function networkTest(value: string): Test | string {
  const found = pasted(value);
  if (found?.is === 'network' || found?.is === 'host') return hostTest(value);
  return FAULTS[found?.is === 'faulty' ? found.why : 'network'](value);
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
  host: { about: 'a part of it, a whole address or URL, or a network such as 192.0.2.0/24', has: null, operators: 'equal', test: (_operator, value) => hostTest(value) },
  cidr: { about: 'a network such as 192.0.2.0/24 or 2001:db8::/32', has: null, operators: 'equal', test: (_operator, value) => networkTest(value) },
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
  return withTheirPorts(text, tokens);
}

/** An IPv6 address, the word "port" and a number are one indicator, as our notices write it. */
function withTheirPorts(text: string, tokens: readonly Token[]): readonly Token[] {
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const last = tokens[at + 2];
    if (token === undefined) continue;
    const isOne =
      last !== undefined &&
      token.text.includes(':') &&
      tokens[at + 1]?.text.toLowerCase() === 'port' &&
      pasted(`${token.text} port ${last.text}`) !== null;
    joined.push(isOne ? { ...token, to: last.to, text: text.slice(token.from, last.to) } : token);
    if (isOne) at += 2;
  }
  return joined;
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

/** A token by its parts; an IPv6 address or a URL is no field. */
export function partsOf(text: string): Parts {
  const [, minus, field, operator, rest] = WITH_FIELD.exec(text) ?? [];
  const isIndicator = field === undefined || FIELDS[field.toLowerCase()] === undefined ? isWritten(text.replace(/^-/, '')) : false; // prettier-ignore
  if (field === undefined || rest === undefined || isIndicator) {
    const isNot = text.startsWith('-') && text.length > 1;
    return { isNot, field: null, operator: ':', rest: isNot ? text.slice(1) : text };
  }
  return { isNot: minus === '-', field: field.toLowerCase(), operator: operatorOf(operator), rest };
}

/** Whether it is an IPv6 address or network, or a URL, however it is written. */
function isWritten(text: string): boolean {
  const bare = refanged(text);
  return /^[\da-f:]+(?:\/\d+)?$/i.test(bare) ? /:.*:/.test(bare) : /^[a-z][a-z\d+.*-]*:\/\//i.test(bare);
}

function operatorOf(text: string | undefined): Operator {
  return text === '>' || text === '<' || text === '>=' || text === '<=' ? text : ':';
}

export function parseFilter(text: string): Filter {
  const groups: Group[] = [];
  const problems: Problem[] = [];
  for (const { from, to, tokens, fault } of rawGroups(tokensOf(text))) {
    const parsed = tokens.map((token) => ({ token, term: termOf(token) }));
    const faulty = parsed.flatMap(({ token, term }) => (typeof term === 'string' ? [{ token, message: term }] : []));
    if (fault !== null) faulty.push({ token: { from, to, text: '', isUnclosed: false }, message: fault });
    // Of terms with OR between them none is left out: what is shown would be less than was asked for.
    if (faulty.length > 0)
      for (const { token, message } of faulty) problems.push({ from: token.from, to: token.to, message: tokens.length > 1 || fault !== null ? `${text.slice(from, to)}: ${message}` : message }); // prettier-ignore
    else groups.push({ from, to, terms: parsed.flatMap(({ term }) => (typeof term === 'string' ? [] : [term])) });
  }
  const joined = oneServerEach(groups);
  return { groups: joined.groups, problems, notes: [...notesOf(joined.groups), ...joined.notes] };
}

interface RawGroup {
  readonly from: number;
  readonly to: number;
  readonly tokens: readonly Token[];
  /** What is wrong with its ORs. */
  readonly fault: string | null;
}

/** Tokens that OR joins, together; AND between two says what holds anyway. */
function rawGroups(tokens: readonly Token[]): readonly RawGroup[] {
  const groups: { from: number; to: number; tokens: Token[]; fault: string | null }[] = [];
  let isJoined = false;
  for (const [at, token] of tokens.entries()) {
    const { from, to, text } = token;
    const group = groups.at(-1);
    if (text === 'AND' && at > 0 && at < tokens.length - 1 && !isJoined) continue;
    if (group === undefined || (text !== 'OR' && !isJoined)) {
      isJoined = text === 'OR';
      groups.push({ from, to, tokens: isJoined ? [] : [token], fault: isJoined ? OR_BETWEEN : null });
      continue;
    }
    group.to = to;
    if (text !== 'OR') group.tokens.push(token);
    else if (isJoined) group.fault = OR_BETWEEN;
    isJoined = text === 'OR';
  }
  const last = groups.at(-1);
  if (isJoined && last !== undefined) last.fault = OR_BETWEEN;
  return groups;
}

const OR_BETWEEN = 'OR stands between two terms.';

/** Other languages' words for what is written otherwise here, and what no term begins with. */
function foreign(text: string): string | null {
  if (/^(?:AND|\|\|?|&&?)$/.test(text)) return `${text} is not understood: terms beside each other must all hold, and OR stands between two of which one must.`; // prettier-ignore
  if (/^(?:or|not)$/i.test(text)) return `“${text}” is not understood: OR stands between two terms, and -term is what must not hold; the word itself is "${text}".`; // prettier-ignore
  const [, , field, sign] = /^(-?)([a-z][a-z-]*)(!=|==?)/i.exec(text) ?? [];
  if (field !== undefined && FIELDS[field.toLowerCase()] !== undefined)
    return `${text} is not understood: write ${sign === '!=' ? '-' : ''}${field.toLowerCase()}${FIELDS[field.toLowerCase()]?.operators === 'order' ? '>' : ':'} and the value.`; // prettier-ignore
  if (/^!./.test(text)) return `${text} is not understood: what must not hold is written -${text.slice(1)}.`;
  const isOpened = /^-?[([{]/.test(text) && !/[)\]}]/.test(text);
  const isClosed = /[)\]}]$/.test(text) && !/[([{]/.test(text);
  if (isOpened || isClosed) return `${text} is not understood: there are no parentheses; OR joins the terms right beside it, and the rest must all hold.`; // prettier-ignore
  return null;
}

function termOf({ text, isUnclosed }: Token): Term | string {
  if (isUnclosed) return `A quotation mark in ${text} is not closed.`;
  const { isNot, field, operator, rest } = partsOf(text);
  if (field === null) return wordsOf(text, isNot, rest);
  const values = valuesOf(rest).filter((value) => value.trim() !== '');
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
  return { isNot, field, operator, values, text };
}

/** A word, or whole indicators as they were pasted, with commas between or after them. */
function wordsOf(text: string, isNot: boolean, rest: string): Term | string {
  if (rest.includes('"')) return { isNot, field: null, operator: ':', values: [rest.replaceAll('"', '')], text };
  const fault = foreign(text);
  if (fault !== null) return fault;
  const list = rest.split(/[,;]/).filter((each) => each !== '');
  const isIndicator = (each: string): boolean => pasted(each) !== null;
  // A query of a URL may have commas in it.
  const values = list.length > 0 && list.every(isIndicator) ? list : [rest];
  if (values.length === 1 && list.some(isIndicator) && !isIndicator(rest) && list.length > 1)
    return `${text} is not understood: commas stand between whole addresses; words stand apart, or in quotation marks.`;
  for (const value of values) {
    const found = pasted(value);
    if (found?.is === 'faulty') return `${FAULTS[found.why](value)}.`;
  }
  return { isNot, field: null, operator: ':', values, text };
}

/** Whole indicators beside each other are a list that was pasted: no server is two of them. */
function oneServerEach(groups: readonly Group[]): { groups: readonly Group[]; notes: readonly string[] } {
  const isOne = ({ terms }: Group): boolean => terms.every(({ field, isNot, values }) => field === null && !isNot && values.every((value) => pasted(value) !== null)); // prettier-ignore
  const listed = groups.filter(isOne);
  const [first] = listed;
  if (first === undefined || listed.length < 2) return { groups, notes: [] };
  const terms = listed.flatMap((group) => group.terms);
  const count = terms.reduce((sum, { values }) => sum + values.length, 0);
  return {
    groups: groups.flatMap((group) => (group === first ? [{ ...first, terms }] : isOne(group) ? [] : [group])),
    notes: [`Any of the ${count} addresses or networks: a server has one address.`],
  };
}

/** What somebody may have meant otherwise. */
function notesOf(groups: readonly Group[]): readonly string[] {
  const notes: string[] = [];
  const words = groups.map(({ terms }) => terms.map(({ text }) => text).join(' or '));
  if (groups.length > 1 && groups.some(({ terms }) => terms.length > 1 && terms.some(({ field }) => field !== null)))
    notes.push(`Read as: ${words.map((each, at) => ((groups[at]?.terms.length ?? 0) > 1 ? `(${each})` : each)).join(' and ')}`); // prettier-ignore
  const values = groups.flatMap(({ terms }) => terms.flatMap((term) => (term.field === null || term.field === 'host' || term.field === 'cidr' ? term.values : []))); // prettier-ignore
  const beside = new Set(values.flatMap((value) => { const found = pasted(value); return found?.is === 'host' ? found.beside : []; })); // prettier-ignore
  if (beside.has('port')) notes.push('Ports are not looked at: a case is a server with all its ports.');
  if (beside.has('path')) notes.push('Paths of URLs are not looked at: a case is a server.');
  return notes;
}

function exampleOf(field: string): string {
  return field === 'opened' || field === 'dark' ? '2020-10-12' : '3h';
}

/** One test for all groups. */
export function testOf(groups: readonly Pick<Group, 'terms'>[]): Test {
  const tests = groups.map(({ terms }) => anyOf(terms.map(oneTest)));
  return (row, now) => tests.every((test) => test(row, now));
}

function anyOf(tests: readonly Test[]): Test {
  const [only] = tests;
  return tests.length === 1 && only !== undefined ? only : (row, now) => tests.some((test) => test(row, now));
}

function oneTest({ isNot, field, operator, values }: Term): Test {
  const each = values.map((value): Test => {
    const test = field === null ? wordTest(value) : FIELDS[field]?.test(operator, value);
    return typeof test === 'function' ? test : () => false;
  });
  const some = anyOf(each);
  return isNot ? (row, now) => !some(row, now) : some;
}

function wordTest(value: string): Test | string {
  const found = pasted(value);
  // In quotation marks stand words, whatever they look like.
  if (found !== null && found.is !== 'faulty') return hostTest(value);
  const sought = refanged(value).toLowerCase();
  // In brackets it stands in subjects.
  const [, reference] = /^\[?(dsm-[\da-z]{8})\]?$/.exec(sought) ?? [];
  if (reference !== undefined) return ({ notice }) => notice?.toLowerCase() === reference;
  return ({ words }) => words.includes(sought);
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
