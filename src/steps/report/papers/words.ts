import { defangText } from '../../../domain/defang-text.ts';
import { parseInstant, readableInstant } from '../../../domain/instant.ts';
import { plainText } from '../../../domain/plain-text.ts';
import type { DurationFigures } from '../../../domain/report.ts';

/* How figures are written for people. Nothing here knows where they come from. */

/** "1,234"; "0.5". */
export function count(value: number): string {
  const [whole = '', part] = String(Math.round(value * 10) / 10).split('.');
  const grouped = whole.replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** "1 server", "8 servers". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** "93.8 %". */
export function percent(value: number): string {
  return `${value.toFixed(1)} %`;
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** "5 min 30 s", "2 h 50 min", "5 d 3 h": two units, the smaller one left out where it is nought. Null: "–". */
export function duration(minutes: number | null): string {
  if (minutes === null) return '–';
  if (minutes < HOUR) {
    const seconds = Math.round(minutes * 60);
    if (seconds >= 3600) return '1 h';
    return seconds % 60 === 0 ? `${seconds / 60} min` : two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  }
  const rounded = Math.round(minutes);
  if (rounded < DAY) return two(Math.floor(rounded / HOUR), 'h', rounded % HOUR, 'min');
  const hours = Math.round(minutes / HOUR);
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  if (large === 0) return `${small} ${smallUnit}`;
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** "2026-10-20 14:05 UTC"; "–" where there is none. */
export function moment(iso: string | null): string {
  const at = iso === null ? null : parseInstant(iso);
  return at === null ? '–' : readableInstant(at);
}

/** The same without the zone, where the head of a column says it. */
export function shortMoment(iso: string | null): string {
  return moment(iso).replace(' UTC', '');
}

export function instantOfIso(iso: string): number {
  const at = parseInstant(iso);
  if (at === null) throw new Error(`not a moment: ${iso}`);
  return at;
}

const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** "Germany" for "DE"; what is no code of a country is somebody's text. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (COUNTRY_NAMES.of(code) ?? code) : defangText(plainText(code, 40));
}

/** The cells of a row of durations: median with its interval, its lower end, 90th percentile, fastest, finished, still open. */
export function durationCells(figures: DurationFigures): readonly string[] {
  const { medianMinutes, medianMinutesAtLeast, p90Minutes, fastestMinutes, finished, censored } = figures;
  const beyond = (minutes: number | null): string =>
    minutes === null && finished > 0 ? 'not reached' : duration(minutes);
  return [
    `${beyond(medianMinutes)}${intervalOf(figures)}`,
    beyond(medianMinutesAtLeast),
    beyond(p90Minutes),
    duration(fastestMinutes),
    count(finished),
    count(censored),
  ];
}

export const SEVERED_WORDS = { no: 'no', 'none-observed-live': 'none observed live', unknown: 'unknown' } as const;

/** The interval of 95 per cent, in a line of its own. */
function intervalOf({ medianMinutes, medianMinutesBounds: bounds }: DurationFigures): string {
  if (medianMinutes === null || bounds === undefined || (bounds.low === null && bounds.high === null)) return '';
  return `\n${bounds.low === null ? '0' : duration(bounds.low)} to ${bounds.high === null ? 'open' : duration(bounds.high)}`;
}
