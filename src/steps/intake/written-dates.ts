import type { Instant } from '../../domain/instant.ts';

/*
 * Dates that say by themselves which of their numbers is the year, the month and the day.
 */

/** 2000-01-01: no feed of today's botnets is older, and programs write the years before it for "not known". */
const FIRST_SANE: Instant = 946_684_800_000;
/** A day's grace for zones and clocks. */
const AHEAD_MS = 86_400_000;

/** A time of day, if any: "7:30", "07:30:05,123", "7:30 PM", "07:30:05 +0100 (CET)". UTC where no zone is stated. */
const TIME = String.raw`(?:(?:T|,? )(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?: ?(?<half>[AP])\.?M\.?)?(?: ?(?<zone>Z|UTC?|GMT|[+-]\d{2}(?::?\d{2})?))?(?: \([^()]*\))?)?`;

const written = (date: string): RegExp => new RegExp(`^${date}${TIME}$`, 'i');

const WEEKDAY = String.raw`(?:(?<weekday>[a-z]+)\.?,? )?`;
/** What `parseInstant` reads and its relatives: no locale puts the day second where the year comes first. */
const YEAR_FIRST = written(String.raw`(?<year>\d{4})(?<mark>[-/])(?<month>\d{1,2})\k<mark>(?<day>\d{1,2})`);
/** Wherever dots are written, the day comes first. */
const DOTTED = written(String.raw`(?<day>\d{1,2})\. ?(?<month>\d{1,2})\. ?(?<year>\d{4})`);
/** RFC 5322 section 3.3, RFC 9110 section 5.6.7 (its obsolete form with two digits needs the weekday), spreadsheets. */
const DAY_AND_NAME = written(
  String.raw`${WEEKDAY}(?<day>\d{1,2})(?<mark>[-/ ])(?<name>[a-z]+)\.?,?\k<mark>(?<year>\d{4}|\d{2})`,
);
const NAME_AND_DAY = written(
  String.raw`${WEEKDAY}(?<name>[a-z]+)\.?[- ](?<day>\d{1,2})(?:st|nd|rd|th)?,?[- ](?<year>\d{4})`,
);
const YEAR_AND_NAME = written(String.raw`(?<year>\d{4})(?<mark>[-/ ])(?<name>[a-z]+)\k<mark>(?<day>\d{1,2})`);
/** asctime() of C, and the program date: the year stands last. */
const ASCTIME =
  /^(?<weekday>[a-z]+) (?<name>[a-z]+) (?<day>\d{1,2}) (?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2}) (?:(?<zone>UTC|GMT) )?(?<year>\d{4})$/i;
const NAMED = [DAY_AND_NAME, NAME_AND_DAY, YEAR_AND_NAME, ASCTIME] as const;

const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:(?:[T ](\d{2})(\d{2})(\d{2})?|(\d{2})(\d{2})(\d{2}))Z?)?$/;
const UNIX_SECONDS = /^\d{10}(?:\.\d{1,9})?$/;
const UNIX_MILLISECONDS = /^\d{13}$/;

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

/** "Wednesday, September 30, 2026, 12:30:05.123456789 PM +00:00 (Coordinated Universal Time)" has 86. */
const MAX_CHARACTERS = 100;

/** Spaces of every width as one, since Intl puts a narrow one before "PM"; "" for what is too long for a date. */
export function tidyDate(text: string): string {
  if (text.length > MAX_CHARACTERS) return '';
  return /\s\s|[^\S ]/.test(text) ? text.replaceAll(/\s+/g, ' ').trim() : text.trim();
}

/** Reads what no column is needed for; null for everything else. `text` is tidy. */
export function readWrittenDate(text: string, now: Instant): Instant | null {
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) return readNumeric(groupsOf(yearFirst));
  if (/^\d+(?:\.\d+)?$/.test(text) || COMPACT.test(text)) return readNumber(text, now);
  const dotted = DOTTED.exec(text);
  if (dotted !== null) return readNumeric(groupsOf(dotted));
  // Most values of most columns are numbers and marks: they are not looked at four more times.
  if (!/[a-z]{3}/i.test(text)) return null;
  for (const pattern of NAMED) {
    const match = pattern.exec(text);
    if (match !== null) return readNamed(groupsOf(match));
  }
  return null;
}

/** Whether anybody can have seen something then. */
export function isSane(instant: Instant, now: Instant): boolean {
  return instant >= FIRST_SANE && instant <= now + AHEAD_MS;
}

function readNumber(text: string, now: Instant): Instant | null {
  let instant: Instant | null = null;
  if (UNIX_SECONDS.test(text)) instant = Math.trunc(Number(text) * 1000);
  else if (UNIX_MILLISECONDS.test(text)) instant = Number(text);
  else instant = readCompact(text);
  return instant !== null && isSane(instant, now) ? instant : null;
}

function readCompact(text: string): Instant | null {
  const match = COMPACT.exec(text);
  if (match === null) return null;
  const time = { hour: match[4] ?? match[7], minute: match[5] ?? match[8], second: match[6] ?? match[9] };
  return momentOf(dayOf(Number(match[1]), Number(match[2]), Number(match[3])), timeOf(time));
}

function readNumeric(groups: Groups): Instant | null {
  return momentOf(dayOf(Number(groups['year']), Number(groups['month']), Number(groups['day'])), timeOf(groups));
}

function readNamed(groups: Groups): Instant | null {
  const { weekday, name = '', year = '', day } = groups;
  // Two digits may be the year or the day, unless a weekday shows that it is RFC 9110's rfc850-date.
  if (year.length === 2 && weekday === undefined) return null;
  const month = monthNumber(name);
  const midnight = month === null ? null : dayOf(Number(year.length === 2 ? `20${year}` : year), month, Number(day));
  // A date that contradicts its own weekday was garbled by somebody.
  const isItsWeekday =
    midnight !== null && (weekday === undefined || isWordFor(weekday, WEEKDAYS[new Date(midnight).getUTCDay()] ?? ''));
  return isItsWeekday ? momentOf(midnight, timeOf(groups)) : null;
}

/** "Jan", "january", "Sept"; null for what is no month in English. */
function monthNumber(name: string): number | null {
  const index = MONTHS.findIndex((month) => isWordFor(name, month));
  if (index < 0) return name.toLowerCase() === 'sept' ? 9 : null;
  return index + 1;
}

function isWordFor(word: string, whole: string): boolean {
  const lower = word.toLowerCase();
  return lower === whole || lower === whole.slice(0, 3);
}

type Groups = Readonly<Record<string, string | undefined>>;

function groupsOf(match: RegExpExecArray): Groups {
  return match.groups ?? {};
}

/** Midnight UTC of a day since 1970; null where the calendar has no such day. */
export function dayOf(year: number, month: number, day: number): Instant | null {
  if (year < 1970 || month < 1 || month > 12) return null;
  const midnight = Date.UTC(year, month - 1, day);
  // What the calendar does not have, it turns into another day: 31 February into 3 March.
  return new Date(midnight).getUTCDate() === day ? midnight : null;
}

/** From midnight UTC in milliseconds, negative or beyond a day where a zone says so; null for 25:00 and 13 PM. */
function timeOf({ hour = '0', minute = '0', second = '0', fraction = '', half, zone }: Groups): number | null {
  const hours = half === undefined ? Number(hour) : hourOf(Number(hour), half.toUpperCase() === 'P');
  const minutes = Number(minute);
  const seconds = Number(second);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const offsetMinutes = zone === undefined ? 0 : zoneMinutes(zone);
  if (Number.isNaN(hours) || Number.isNaN(offsetMinutes)) return null;
  const milliseconds = Number(`${fraction}000`.slice(0, 3));
  return ((hours * 60 + minutes - offsetMinutes) * 60 + seconds) * 1000 + milliseconds;
}

function hourOf(hour: number, isAfterNoon: boolean): number {
  return hour < 1 || hour > 12 ? Number.NaN : (hour % 12) + (isAfterNoon ? 12 : 0);
}

/** "+05:30", "+0530" or PostgreSQL's "+05"; not a number where no place on Earth has such an offset. */
function zoneMinutes(zone: string): number {
  if (/^[ZUG]/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2));
  if (hours > 14 || minutes > 59) return Number.NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** The end of the year 9999, as in `parseInstant`. */
const LAST_INSTANT: Instant = 253_402_300_799_999;

export function momentOf(midnight: Instant | null, timeMs: number | null): Instant | null {
  if (midnight === null || timeMs === null) return null;
  const instant = midnight + timeMs;
  return instant >= 0 && instant <= LAST_INSTANT ? instant : null;
}

/** Three numbers of which only the column tells which is the year, the month and the day. */
export interface OpenDate {
  readonly left: number;
  readonly middle: number;
  readonly right: number;
  /** How many digits were written. */
  readonly leftDigits: number;
  readonly rightDigits: number;
  /** The one in the middle was written as the name of a month. */
  readonly isMonthNamed: boolean;
  /** From midnight UTC. */
  readonly timeMs: number;
}

const OPEN = written(
  String.raw`(?<left>\d{1,2})(?<mark>[-/])(?:(?<middle>\d{1,2})|(?<name>[a-z]{3,9}))\k<mark>(?<right>\d{4}|\d{1,2})`,
);

/** A date that `readWrittenDate` leaves open; null for what looks like none. `text` is tidy. */
export function openDate(text: string): OpenDate | null {
  const groups = OPEN.exec(text)?.groups;
  if (groups === undefined) return null;
  const { left = '', middle, name, right = '' } = groups;
  const month = name === undefined ? Number(middle) : monthNumber(name);
  const timeMs = timeOf(groups);
  if (month === null || timeMs === null) return null;
  return {
    left: Number(left),
    middle: month,
    right: Number(right),
    leftDigits: left.length,
    rightDigits: right.length,
    isMonthNamed: name !== undefined,
    timeMs,
  };
}
