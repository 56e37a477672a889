import { CASE_STATES } from '../../domain/case.ts';
import type { ClockBand, Overview } from '../../domain/overview.ts';
import type { OperationReport, ServerFigure } from '../../domain/report.ts';

/** Within so long of being identified a server is to be dark (our own target, docs/clock.md). */
export const TARGET_MINUTES = 180;
const BANDS_MINUTES = [30, 60, 120, TARGET_MINUTES] as const;
const FIRST = 5;

/** What a page on the wall shows of a report: every figure, and of single servers only the most pressing. */
export function overviewOf(report: OperationReport, byState: Readonly<Record<string, number>>): Overview {
  const { servers, devices: _devices, curves: _curves, ...figures } = report;
  return {
    ...figures,
    targetMinutes: TARGET_MINUTES,
    clock: clockOf(servers, Date.parse(report.asOf)),
    funnel: CASE_STATES.map((state) => ({ state, cases: byState[state] ?? 0 })),
  };
}

/**
 * Servers that still answer as C2, or of which nobody knows, by the time that is left. Devices have a way of their own (their ISP
 * helps a person), and no clock.
 */
function clockOf(servers: readonly ServerFigure[], asOf: number): readonly ClockBand[] {
  const running = servers
    .filter(
      ({ isDevice, isDisabled, darkAt, isWrong, settledAs }) =>
        !isDevice && !isDisabled && darkAt === null && !isWrong && settledAs === null,
    ) // prettier-ignore
    .map(({ host, provider, identifiedAt }) => ({
      host,
      provider,
      minutesLeft: Math.round(TARGET_MINUTES - (asOf - Date.parse(identifiedAt)) / 60_000),
    }))
    .toSorted((one, other) => one.minutesLeft - other.minutesLeft || (one.host < other.host ? -1 : 1));
  const overdue = running.filter(({ minutesLeft }) => minutesLeft < 0);
  const bands: ClockBand[] = [{ underMinutes: null, servers: overdue.length, first: overdue.slice(0, FIRST) }];
  let from = 0;
  for (const underMinutes of BANDS_MINUTES) {
    const within = running.filter(({ minutesLeft }) => minutesLeft >= from && minutesLeft < underMinutes);
    // Just identified: the whole of its time is left.
    if (underMinutes === TARGET_MINUTES)
      within.push(...running.filter(({ minutesLeft }) => minutesLeft >= underMinutes));
    bands.push({ underMinutes, servers: within.length, first: within.slice(0, FIRST) });
    from = underMinutes;
  }
  return bands;
}
