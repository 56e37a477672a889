import type { Instant } from '../../domain/instant.ts';

/** The form that RFC 9110 section 5.6.7 has everybody send: "Sun, 06 Nov 1994 08:49:37 GMT". */
const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long Retry-After (RFC 9110 section 10.2.3) asks us to wait, in milliseconds from now, or null where it is missing or
 * is neither seconds nor a date. Never negative, at most a year.
 */
export function retryAfterMs(header: string | undefined, now: Instant): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * 1000, YEAR_MS);
  if (!IMF_FIXDATE.test(text)) return null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.min(Math.max(date - now, 0), YEAR_MS);
}

const YEAR_MS = 365 * 86_400_000;
