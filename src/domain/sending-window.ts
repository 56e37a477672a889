import { failure, success } from './result.ts';
import type { Result } from './result.ts';

/** When a desk is written to: days of the week and hours of the day, by the clock on its wall. */
export interface SendingWindow {
  /** 1 is Monday, 7 is Sunday (ISO 8601). */
  readonly days: readonly number[];
  /** Minutes since midnight; `toMinute` is the first that is outside, 1440 at the latest. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** A name of the IANA time-zone database. */
  readonly zone: string;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const SHAPE = /^([A-Za-z,-]{3,40}) +(\d{2}):(\d{2})-(\d{2}):(\d{2}) +([A-Za-z][A-Za-z0-9/_+-]{1,60})$/;

/** Reads "Mon-Fri 08:00-18:00 Europe/Berlin"; the days may be a list, "Mon,Wed-Fri". The reason why not is a clause. */
export function parseSendingWindow(text: string): Result<SendingWindow, string> {
  const match = SHAPE.exec(text.trim());
  if (match === null) return failure('it is not written like "Mon-Fri 08:00-18:00 Europe/Berlin"');
  const [, words = '', fromHour = '', fromMinutes = '', toHour = '', toMinutes = '', zone = ''] = match;
  const days = parseDays(words);
  if (days === null) return failure('its days are not like Mon-Fri, Mon,Wed or Sun');
  const fromMinute = minuteOfDay(fromHour, fromMinutes);
  const toMinute = minuteOfDay(toHour, toMinutes);
  if (fromMinute === null || toMinute === null) return failure('its hours are not from 00:00 to 24:00');
  if (fromMinute >= toMinute) return failure('it ends before it begins; a window lies within one day');
  if (!isZone(zone)) return failure(`${zone} is no time zone such as Europe/Berlin`);
  return success({ days, fromMinute, toMinute, zone });
}

/** "Mon,Tue,Wed 08:00-18:00 Europe/Berlin": what is parsed into the same window. */
export function sendingWindowText({ days, fromMinute, toMinute, zone }: SendingWindow): string {
  const time = (minute: number): string =>
    [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const names = days
    .map((day) => DAYS[day - 1] ?? '')
    .map((name) => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`);
  return `${names.join(',')} ${time(fromMinute)}-${time(toMinute)} ${zone}`;
}

function parseDays(words: string): readonly number[] | null {
  const found = new Set<number>();
  for (const part of words.toLowerCase().split(',')) {
    const [first = '', last = first, ...more] = part.split('-');
    const from = DAYS.indexOf(first);
    const to = DAYS.indexOf(last);
    if (from < 0 || to < 0 || more.length > 0) return null;
    // "Sat-Mon" goes over the end of the week.
    for (let day = from; ; day = (day + 1) % DAYS.length) {
      found.add(day + 1);
      if (day === to) break;
    }
  }
  return [...found].sort((one, other) => one - other);
}

function minuteOfDay(hours: string, minutes: string): number | null {
  const minute = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && minute <= 1440 ? minute : null;
}

function isZone(zone: string): boolean {
  try {
    // Offsets such as "+01:00" are taken too, and know no summer; the shape above lets none through.
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
