import type { Removals } from './import-outcome.ts';
import type { Instant } from './instant.ts';

/** What can be fetched from again and again: a collection of a TAXII 2.1 server, a MISP feed, a file. */
export const FEED_KINDS = ['taxii', 'misp', 'url'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

export const LEAST_MINUTES = 1;
export const MOST_MINUTES = 7 * 24 * 60;
export const DEFAULT_MINUTES = 60;

/** What is said of everything that comes from a source, in the words of an import. Absent: as an import without that option. */
export interface FeedWords {
  readonly format?: string;
  readonly map?: string;
  readonly dates?: string;
  readonly group?: string;
  readonly reliability?: string;
  readonly tlp?: string;
  readonly evidence?: string;
  /** Each file is all that the source lists then. */
  readonly snapshot?: boolean;
}

/** A place that a person has put on record as a source of an operation. */
export interface FeedSource {
  readonly id: string;
  readonly operationId: string;
  readonly operation: string;
  /** What its imports name as their source. */
  readonly name: string;
  readonly kind: FeedKind;
  readonly url: string;
  /** Of a TAXII server: id, alias or title; null where there is but one. */
  readonly collection: string | null;
  /** The name of a credential of the settings. */
  readonly credential: string | null;
  readonly everyMinutes: number;
  readonly words: FeedWords;
  readonly addedAt: string;
  readonly addedBy: string;
  readonly pausedAt: string | null;
  readonly removedAt: string | null;
}

/** Where to go on, in words that the kind of source understands. */
export type FeedPlace = Readonly<Record<string, string>>;

/** What the source's newest list leaves out and nobody has accepted; kept with the place, since both are of that list. */
export function removalsHeldAt({ missing, listed }: FeedPlace): Removals | null {
  return missing === undefined || listed === undefined ? null : { missing: Number(missing), listed: Number(listed) };
}

export function placeHolding(place: FeedPlace, held: Removals | null): FeedPlace {
  const { missing: _missing, listed: _listed, ...rest } = place;
  return held === null ? rest : { ...rest, missing: String(held.missing), listed: String(held.listed) };
}

/** How far a source has been read, and how that went. */
export interface FeedState {
  readonly place: FeedPlace;
  readonly polledAt: Instant | null;
  /** When something new came last. */
  readonly changedAt: Instant | null;
  /** When it is due; null: at once. */
  readonly nextAt: Instant | null;
  /** Since it last went well. */
  readonly failures: number;
  readonly problem: string | null;
  /** What could not be had the last time while the rest could, a sentence each. */
  readonly leftOut: readonly string[];
}

export const UNREAD: FeedState = {
  place: {},
  polledAt: null,
  changedAt: null,
  nextAt: null,
  failures: 0,
  problem: null,
  leftOut: [],
};

const MINUTE_MS = 60_000;
const LONGEST_BACKOFF_MS = 6 * 60 * MINUTE_MS;

/**
 * After how long a source that failed is asked again: after a minute, then twice as long each time; what will not pass by
 * itself not before its interval. Never sooner than it has asked for.
 */
export function waitAfterFailure(
  failures: number,
  everyMinutes: number,
  { mayPass, retryAfterMs }: { readonly mayPass: boolean; readonly retryAfterMs: number | null },
): number {
  const backoff = Math.min(LONGEST_BACKOFF_MS, MINUTE_MS * 2 ** Math.min(Math.max(failures - 1, 0), 20));
  return Math.max(backoff, mayPass ? 0 : everyMinutes * MINUTE_MS, retryAfterMs ?? 0);
}
