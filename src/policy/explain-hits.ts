import type { Instant } from '../domain/instant.ts';
import type { ListHit } from '../domain/rows.ts';
import type { WarningList } from '../domain/warning-list.ts';
import { isStale, staleAfterDays } from './list-age.ts';
import type { StaleDays } from './list-age.ts';

/** What a list said of a server, as it looks now. */
export interface ExplainedHit extends ListHit {
  /** YYYY-MM-DD of the list that said so; null where nothing tells it. */
  readonly listDate: string | null;
  readonly stale: boolean;
  /** Why the entry stands there; known only where that list is at hand. */
  readonly reason: string | null;
}

/**
 * Staleness grows with time and a reason may name people, so neither stands in the row that the ledger commits to: the
 * one is computed, the other looked up in the lists at hand.
 */
export function explainHit(
  hit: ListHit,
  lists: readonly WarningList[],
  staleDays: StaleDays,
  now: Instant,
): ExplainedHit {
  const sayer = lists.find(({ folder, version }) => folder === hit.list && version === hit.version);
  const date = sayer?.date ?? hit.date ?? null;
  const listDate = sayer?.dateFrom === 'modified' ? (hit.date ?? null) : date;
  const reason = sayer?.entries.find(({ text }) => text === hit.entry)?.reason ?? null;
  return { ...hit, listDate, stale: isStale({ date }, now, staleAfterDays(hit.list, staleDays)), reason };
}
