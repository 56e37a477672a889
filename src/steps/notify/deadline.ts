import { isoInstant, parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { NoticeFacts } from '../../domain/notice.ts';
import type { NoticeWords } from './notice-words.ts';

/** What deadlines are counted from: the drafting, or the moment at which the notice is to leave where somebody has aimed it. */
export function deadlineFrom({ draftedAt, aim }: Pick<NoticeFacts, 'draftedAt' | 'aim'>): string {
  const notBefore = aim?.notBefore ?? null;
  return notBefore !== null && notBefore > draftedAt ? notBefore : draftedAt;
}

/** By when it is asked, counted from the drafting (ISO 8601); null where the row sets no time. */
export function deadlineAt(draftedAt: string, hours: number | null): Instant | null {
  if (hours === null) return null;
  const drafted = parseInstant(draftedAt);
  if (drafted === null) throw new Error(`not a moment: ${draftedAt}`);
  return drafted + hours * 3_600_000;
}

/** "within 24 hours, by 2026-11-24 10:00 UTC"; "" where the row sets no time. */
export function deadlineWords(words: NoticeWords, draftedAt: string, hours: number | null): string {
  const moment = deadlineAt(draftedAt, hours);
  if (moment === null) return '';
  return words.say(`deadline.${spanKey(hours ?? 0)}`, { ...spanValues(hours ?? 0), moment: readableInstant(moment) });
}

const DAY_HOURS = 24;
/** Up to here desks count in hours. */
const MOST_IN_HOURS = 72;

/** "24 hours", "7 days". */
export function spanWords(words: NoticeWords, hours: number): string {
  return words.say(`span.${spanKey(hours)}`, spanValues(hours));
}

/** Which of a key's wordings a span takes: `one` hour, `many` hours, or `days`. */
export function spanKey(hours: number): 'one' | 'many' | 'days' {
  if (hours > MOST_IN_HOURS && hours % DAY_HOURS === 0) return 'days';
  return hours === 1 ? 'one' : 'many';
}

export function spanValues(hours: number): Readonly<Record<string, string>> {
  return spanKey(hours) === 'days' ? { days: String(hours / DAY_HOURS) } : { hours: String(hours) };
}

/** The same for machines, as items.csv writes it; "" where the row sets no time. */
export function deadlineExact(draftedAt: string, hours: number | null): string {
  const moment = deadlineAt(draftedAt, hours);
  return moment === null ? '' : isoInstant(moment);
}
