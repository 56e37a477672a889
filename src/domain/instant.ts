/** A moment as milliseconds since 1970-01-01T00:00:00Z. Moments come from the clock port or from input, never from the machine. */
export type Instant = number;

/** "2026-11-23T23:30:00.000Z". */
export function isoInstant(instant: Instant): string {
  const day = Math.floor(instant / DAY_MS);
  if (day !== lastDay) {
    lastDayText = new Date(day * DAY_MS).toISOString().slice(0, 11);
    lastDay = day;
  }
  const rest = instant - day * DAY_MS;
  const second = Math.floor(rest / 1000);
  return `${lastDayText}${twoDigits(Math.floor(second / 3600))}:${twoDigits(Math.floor(second / 60) % 60)}:${twoDigits(second % 60)}.${threeDigits(rest % 1000)}Z`;
}

const DAY_MS = 86_400_000;

// Written out, with the day remembered: a feed has a million moments on a few hundred days, and Date's own way of
// writing one takes as long as hashing a row. A test holds it against that.
let lastDay = Number.NaN;
let lastDayText = '';

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

function threeDigits(number: number): string {
  return number < 100 ? `0${twoDigits(number)}` : String(number);
}

/** "2026-11-23 23:30 UTC": how a notice or a terminal shows a moment. */
export function readableInstant(instant: Instant): string {
  return `${isoInstant(instant).slice(0, 16).replace('T', ' ')} UTC`;
}

/** The end of the year 9999: what ISO 8601 writes with four digits. */
const LAST_INSTANT: Instant = 253_402_300_799_999;

const ISO_LIKE =
  /^(\d{4})([-/])(\d{2})\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Reads a moment written year first with four digits ("2021-01-17 07:30:05", RFC 3339, "2021/01/17"), UTC unless an
 * offset is stated. Everything else, two-digit years and day-first dates among it, is null: it would be a guess. So are
 * years before 1970, which programs write for "not known" ("0001-01-01") and a database may not take.
 */
export function parseInstant(text: string): Instant | null {
  const match = ISO_LIKE.exec(text.trim());
  if (match === null) return null;
  const [, year = '', , month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    match;
  const millisecond = `${fraction}000`.slice(0, 3);
  const utc = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
  // Date.parse turns 31 February into 3 March in some engines; the round trip refuses that.
  if (Number.isNaN(utc) || !isoInstant(utc).startsWith(`${year}-${month}-${day}`)) return null;
  const instant = utc - offsetMs(zone);
  return instant >= 0 && instant <= LAST_INSTANT ? instant : null;
}

/** "+05:30" in milliseconds; not a number where no place on Earth has such an offset. */
function offsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'UTC') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2));
  if (hours > 14 || minutes > 59) return Number.NaN;
  return sign * (hours * 60 + minutes) * 60_000;
}
