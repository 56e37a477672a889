import { isoInstant, parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { NoticeFacts } from '../../domain/notice.ts';
import type { NoticeWords } from './notice-words.ts';

/** What deadlines are counted from: the drafting, or the moment at which the notice is to leave where somebody has aimed it. */
export function deadlineFrom({ draftedAt, aim }: Pick<NoticeFacts, 'draftedAt' | 'aim'>): string {
  const notBefore = aim?.notBefore ?? null;
  return notBefore !== null && notBefore > draftedAt ? notBefore : draftedAt;
}

const MINUTE_MS = 60_000;

/**
 * By when it is asked, counted from the drafting (ISO 8601); null where the row sets no time. A whole minute, as it is told
 * everywhere: the next one, so that nobody has less time than the row gives.
 */
export function deadlineAt(draftedAt: string, hours: number | null): Instant | null {
  return hours === null ? null : Math.ceil(momentAfter(draftedAt, hours) / MINUTE_MS) * MINUTE_MS;
}

/** The moment itself so many hours later, for what is reckoned with and not told. */
export function momentAfter(draftedAt: string, hours: number): Instant {
  const drafted = parseInstant(draftedAt);
  if (drafted === null) throw new Error(`not a moment: ${draftedAt}`);
  return drafted + hours * 3_600_000;
}

/** "by 2026-11-24 10:00 UTC", and no span beside it that could say otherwise; "" where the row sets no time. */
export function deadlineWords(words: NoticeWords, draftedAt: string, hours: number | null): string {
  const moment = deadlineAt(draftedAt, hours);
  return moment === null ? '' : words.say('deadline.by', { moment: readableInstant(moment) });
}

const DAY_HOURS = 24;
/** Up to here desks count in hours. */
const MOST_IN_HOURS = 72;

/** "24 hours", "7 days", "7 days and 1 hour". */
export function spanWords(words: NoticeWords, hours: number): string {
  const rest = hours % DAY_HOURS;
  if (hours - rest > MOST_IN_HOURS && rest > 0)
    return words.say('span.mixed', { days: spanWords(words, hours - rest), hours: spanWords(words, rest) });
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

/** "2026-11-24T10:00Z": the deadline for machines, as items.csv writes it; "" where the row sets no time. */
export function deadlineExact(draftedAt: string, hours: number | null): string {
  const moment = deadlineAt(draftedAt, hours);
  return moment === null ? '' : exactMinute(moment);
}

/** ISO 8601 to the minute. */
export function exactMinute(moment: Instant): string {
  return `${isoInstant(moment).slice(0, 16)}Z`;
}
