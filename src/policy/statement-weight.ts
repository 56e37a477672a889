import type { Instant } from '../domain/instant.ts';
import { namesAnotherBotnet } from './botnet-name.ts';
import type { Statement } from '../domain/statement.ts';

/** Why a statement weighs what it weighs. The texts catalogue says each in a sentence. */
export type WeightReason =
  /** Seen at most 30 days ago. */
  | 'fresh'
  /** Seen 30 to 90, and 90 to 180 days ago. */
  | 'aged-30'
  | 'aged-90'
  /** Seen more than 180 days ago. */
  | 'too-old'
  /** It was old already when we were told: an old list published anew. */
  | 'published-anew'
  /** No date: it counts from the day on which we were told, and half at most. */
  | 'undated'
  /** It gives no date, and the report that it cites tells its year and month in its address. */
  | 'dated-by-report'
  /** It gives no date, and every source that does has not seen it for a year. */
  | 'undated-repeat'
  /** Reliability D, not usually reliable: half. */
  | 'doubtful-source'
  /** Reliability E, unreliable: nothing. */
  | 'unreliable-source'
  /** It names another botnet. */
  | 'another-botnet';

const DAY_MS = 86_400_000;

/**
 * Weight by age in whole steps, so that a court can follow it and a judgement changes on three days only: whole for 30
 * days, half to 90, a quarter to 180, then none. Half a year is what the field's own feeds keep an address for.
 */
const STEPS: readonly (readonly [days: number, weight: number, reason: WeightReason])[] = [
  [30, 1, 'fresh'],
  [90, 0.5, 'aged-30'],
  [180, 0.25, 'aged-90'],
];
export const WEIGHTLESS_AFTER_DAYS = 180;

/** Others have dated it, and stopped so long before: what has no date then repeats them. */
const REPEATED_AFTER_DAYS = 365;

/** The weight of one statement from 0 to 1, and why. `latestDate`: the newest date that any source gives for the server. */
export function weighStatement(
  statement: Statement,
  botnet: readonly string[],
  latestDate: Instant | null,
  now: Instant,
): { readonly weight: number; readonly reasons: readonly WeightReason[] } {
  const { reliability, label = null } = statement;
  if (namesAnotherBotnet(label, botnet)) return { weight: 0, reasons: ['another-botnet'] };
  if (reliability === 'E') return { weight: 0, reasons: ['unreliable-source'] };
  const aged = byAge(statement, latestDate, now);
  if (reliability !== 'D' || aged.weight === 0) return aged;
  return { weight: aged.weight / 2, reasons: [...aged.reasons, 'doubtful-source'] };
}

function byAge(
  { seen, received, reference }: Statement,
  latestDate: Instant | null,
  now: Instant,
): { readonly weight: number; readonly reasons: readonly WeightReason[] } {
  if (seen !== null) {
    const { weight, reason } = stepOf(now - seen);
    const wasOld = received - seen > WEIGHTLESS_AFTER_DAYS * DAY_MS;
    return { weight, reasons: wasOld ? [reason, 'published-anew'] : [reason] };
  }
  const reported = reference === null ? null : monthOfReport(reference);
  if (reported !== null) {
    const { weight, reason } = stepOf(now - reported);
    const wasOld = received - reported > WEIGHTLESS_AFTER_DAYS * DAY_MS;
    return {
      weight: Math.min(weight, 0.5),
      reasons: [reason, 'dated-by-report', ...(wasOld ? ['published-anew' as const] : [])],
    };
  }
  if (latestDate !== null && received - latestDate > REPEATED_AFTER_DAYS * DAY_MS) {
    return { weight: 0, reasons: ['undated-repeat', 'published-anew'] };
  }
  const { weight, reason } = stepOf(now - received);
  return { weight: Math.min(weight, 0.5), reasons: [reason, 'undated'] };
}

function stepOf(ageMs: number): { readonly weight: number; readonly reason: WeightReason } {
  const step = STEPS.find(([days]) => ageMs <= days * DAY_MS);
  return step === undefined ? { weight: 0, reason: 'too-old' } : { weight: step[1], reason: step[2] };
}

/**
 * The end of the month that a report's address names ("https://blog.example/2016/11/…"): it can tell of nothing later.
 * Null where it names none. Numbers anywhere else in an address are no dates.
 */
export function monthOfReport(reference: string): Instant | null {
  if (!/^h(?:tt|xx)ps?:\/\//i.test(reference)) return null;
  const match = /\/((?:19|20)\d{2})[/-](0[1-9]|1[0-2])(?=[/-])/.exec(reference);
  if (match === null) return null;
  return Date.UTC(Number(match[1]), Number(match[2]), 1);
}
