import type { OperationFacts } from './figure-facts.ts';
import type { Instant } from './instant.ts';

/*
 * What an organisation tells the public about a year of its notices: counts, and nothing that leads to a server, a person or, unless
 * it is asked for, a provider. The keys are a contract with scripts; further ones may come.
 */

/** A notice that left, as far as the public is told of it. */
export interface SentNotice {
  readonly sentAt: Instant;
  readonly method: string;
  readonly country: string | null;
  readonly provider: string;
}

/** A server that was taken back, and what was told of it before. */
export interface Mistake {
  readonly retractedAt: Instant;
  /** Notices that left, or may have, and named it. */
  readonly notices: readonly string[];
  /** From the first of them to the retraction; null where nothing had left for certain. */
  readonly standingMs: number | null;
  readonly corrections: number;
  readonly correctionsDelivered: number;
}

/** An instrument that may be told of. */
export interface ToldOrder {
  readonly kind: string;
  readonly issuedAt: Instant;
  readonly servedAt: readonly Instant[];
}

/** All that a year is made from, of one operation that is no drill. */
export interface TransparencyFacts {
  readonly operation: OperationFacts;
  readonly notices: readonly SentNotice[];
  readonly mistakes: readonly Mistake[];
  readonly orders: readonly ToldOrder[];
}

/** What becomes of the servers that notices named for the first time in the year: each is in one of these. */
export const OUTCOMES = [
  'disabled',
  'darkNotConfirmed',
  'contested',
  'refused',
  'answersOtherwise',
  'open',
  'wrong',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Null: withheld. It may be 1 or 2, a nought beside such, or what would tell one of these by subtraction. */
export type ToldCount = number | null;

export interface ToldRow {
  /** A method, a country, a provider's name; "other" for what is too few to stand by itself; "" where none is known. */
  readonly key: string;
  readonly count: ToldCount;
}

export interface YearFigures {
  readonly notices: ToldCount;
  /** Named by a notice for the first time in the year. */
  readonly servers: ToldCount;
  readonly providers: ToldCount;
  readonly outcomes: Readonly<Record<Outcome, ToldCount>>;
  /** Of them: disabled once, and alive again since or in between. Never withheld. */
  readonly cameBack: number;
  /** In the year, whenever the notice was sent. Never withheld: it is about us. */
  readonly mistakes: {
    readonly serversTakenBack: number;
    /** Of them, those of which a notice had told somebody. */
    readonly told: number;
    readonly wrongNotices: number;
    readonly corrections: number;
    readonly correctionsDelivered: number;
    readonly medianStandingMinutes: number | null;
    readonly longestStandingMinutes: number | null;
  };
  /** From the first notice to dark, devices left out; null where fewer than three have ended. */
  readonly timeToDark: {
    readonly medianMinutes: number | null;
    readonly p90Minutes: number | null;
    /** How many of them that is of. */
    readonly ended: ToldCount;
  } | null;
  readonly byMethod: readonly ToldRow[];
  readonly byCountry: readonly ToldRow[];
}

export interface OperationYear extends YearFigures {
  /** Its name where names were asked for, else "Operation 1"; "Other operations" for those with too few notices. */
  readonly operation: string;
  readonly operations: number;
}

export interface TransparencyReport {
  readonly year: number;
  readonly organisation: string;
  readonly asOf: string;
  /** False while the year is not over at that moment. */
  readonly isWholeYear: boolean;
  readonly ledger: { readonly entries: number; readonly root: string };
  readonly total: YearFigures;
  readonly operations: readonly OperationYear[];
  /** Instruments issued or served in the year by kind; none under seal. */
  readonly orders: readonly ToldRow[];
  /** Notices by provider; null where providers are not named. */
  readonly byProvider: readonly ToldRow[] | null;
  readonly definitions: Readonly<Record<string, string>>;
}
