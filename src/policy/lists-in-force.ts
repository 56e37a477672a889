import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { DateFrom, OddEntry, WarningEntry, WarningList, WarningListOrigin } from '../domain/warning-list.ts';
import { isStale, staleAfterDays } from './list-age.ts';
import type { StaleDays } from './list-age.ts';
import { groundClassOf } from './list-classes.ts';
import type { GroundClass } from './list-classes.ts';
import { judgedEffect } from './list-effects.ts';
import type { Effect, EffectFrom } from './list-effects.ts';

/** One list as it is in force: what it does, how old it is, and what of it does not protect. */
export interface ListInForce {
  readonly list: string;
  readonly title: string;
  readonly version: string;
  readonly origin: WarningListOrigin;
  readonly file: string | null;
  readonly class: GroundClass;
  /** What it does; single entries of an own list may say otherwise. */
  readonly effect: Effect;
  readonly effectFrom: EffectFrom;
  readonly date: string | null;
  readonly dateFrom: DateFrom | null;
  readonly stale: boolean;
  /** After how many days it counts as stale; null: never. */
  readonly staleAfterDays: number | null;
  /** Entries that protect. */
  readonly entries: number;
  /** Entries that could not be read, the first with their reasons: they protect nothing. */
  readonly unusable: number;
  readonly firstUnusable: readonly OddEntry[];
  /** Entries whose last day is over, the first of them: they protect nothing any more. */
  readonly expired: number;
  readonly firstExpired: readonly { readonly entry: string; readonly expires: string }[];
}

const FIRST = 5;

export function listInForce(
  list: WarningList,
  settings: { readonly effects: Readonly<Record<string, Effect>>; readonly staleDays: StaleDays },
  now: Instant,
): ListInForce {
  const { folder, title, version, origin, file, date, dateFrom, oddCount, odd } = list;
  const { effect, from } = judgedEffect(folder, settings.effects);
  const maxAgeDays = staleAfterDays(folder, settings.staleDays);
  const over = list.entries.filter((entry) => hasExpired(entry, now));
  return {
    list: folder,
    title,
    version,
    origin,
    file,
    class: groundClassOf(folder),
    effect,
    effectFrom: from,
    date,
    dateFrom,
    stale: isStale(list, now, maxAgeDays),
    staleAfterDays: maxAgeDays,
    entries: list.entries.length - over.length,
    unusable: oddCount,
    firstUnusable: odd.slice(0, FIRST),
    expired: over.length,
    firstExpired: over.slice(0, FIRST).map(({ text, expires = '' }) => ({ entry: text, expires })),
  };
}

/** The list without the entries whose last day is over. */
export function withoutExpired(list: WarningList, now: Instant): WarningList {
  const entries = list.entries.filter((entry) => !hasExpired(entry, now));
  return entries.length === list.entries.length ? list : { ...list, entries };
}

function hasExpired({ expires }: WarningEntry, now: Instant): boolean {
  return expires !== undefined && expires < isoInstant(now).slice(0, 10);
}
