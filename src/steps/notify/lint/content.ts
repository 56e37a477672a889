import type { Capacity, Method, MethodRow } from '../../../domain/method.ts';
import type { AskGroup, JsonValue, NoticeItem } from '../../../domain/notice.ts';
import type { Tlp } from '../../../domain/tlp.ts';

/** What a notice says, whether it comes from a draft or from the bytes of a message. */
export interface NoticeContent {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly feedbackReport: string;
  /** By the names that the parts have in the message. */
  readonly xarf: readonly { readonly where: string; readonly report: JsonValue }[];
  readonly itemsCsv: string | null;
  /** As Content-Language says. */
  readonly languages: readonly string[];
  /** ISO 8601 UTC; null where the message has no date that can be read. */
  readonly date: string | null;
}

/** What is known of a notice besides its words; null or empty where it is not. A message from a file knows nothing. */
export interface Expected {
  readonly method: Method | null;
  readonly row: Pick<MethodRow, 'addressee' | 'deadlineHours'> | null;
  readonly providerKey: string | null;
  readonly reference: string | null;
  readonly drill: boolean | null;
  /** The words that mark a drill, in the languages at hand. */
  readonly drillWords: readonly string[];
  readonly tlp: Tlp | null;
  readonly sender: {
    readonly organisation: string;
    readonly email: string;
    readonly contestEmail: string;
    readonly phone: string | null;
    readonly capacity: Capacity;
  } | null;
  /** What is asked for which hosts. */
  readonly asks: readonly AskGroup[] | null;
  readonly items: readonly Pick<NoticeItem, 'host' | 'hostType' | 'kind' | 'asks'>[] | null;
  readonly languages: readonly string[] | null;
  /** What stands in English because a language has no words for it. */
  readonly fallbacks: readonly string[];
  /** Sentences that the text has to hold: the asks, in each language. */
  readonly askSentences: readonly string[];
  /** What must not be told: the operation's name, files of imports, vantages, people, case numbers. */
  readonly secrets: readonly string[];
  /** What the draft says it lacks. */
  readonly missing: readonly string[];
}

export const NOTHING_EXPECTED: Expected = {
  method: null,
  row: null,
  providerKey: null,
  reference: null,
  drill: null,
  drillWords: ['DRILL', 'ÜBUNG'],
  tlp: null,
  sender: null,
  asks: null,
  items: null,
  languages: null,
  fallbacks: [],
  askSentences: [],
  secrets: [],
  missing: [],
};

/** A JSON object, or null for anything else. */
export function jsonObject(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> | null {
  return value !== undefined && value !== null && typeof value === 'object' && !isList(value) ? value : null;
}

/** Array.isArray does not narrow a readonly list. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A value as a finding quotes it. */
export function quoted(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Text without white space: words may have been broken over lines. */
export function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
