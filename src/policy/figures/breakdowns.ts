import type { Instant } from '../../domain/instant.ts';
import type { BreakdownRow } from '../../domain/report.ts';
import type { CountedServer } from './counted-server.ts';
import { durationFigures } from './durations.ts';
import { identifyToDark, notifyToDark } from './spans.ts';
import { countStanding } from './totals.ts';
import { byText } from './units.ts';

/**
 * The counts again by what `keyOf` says, the most servers first. As above, devices are left out of the durations, but in a row
 * that has nothing else.
 */
export function breakdown(
  counted: readonly CountedServer[],
  asOf: Instant,
  keyOf: (server: CountedServer) => string | null,
  nameOf: (server: CountedServer) => string | null = keyOf,
): readonly BreakdownRow[] {
  return [...Map.groupBy(counted, (server) => keyOf(server) ?? '')]
    .map(([key, servers]) => rowOf(key, servers, asOf, nameOf))
    .toSorted((one, other) => other.identified - one.identified || byText(one.key, other.key));
}

function rowOf(
  key: string,
  servers: readonly CountedServer[],
  asOf: Instant,
  nameOf: (server: CountedServer) => string | null,
): BreakdownRow {
  const others = servers.filter(({ isDevice }) => !isDevice);
  const timed = others.length === 0 ? servers : others;
  const [first] = servers;
  return {
    key,
    name: (first === undefined ? null : nameOf(first)) ?? key,
    identified: servers.length,
    disabled: countStanding(servers, 'disabled'),
    live: countStanding(servers, 'live'),
    provisionallyDark: countStanding(servers, 'provisionally-dark'),
    notifyToDark: durationFigures(notifyToDark(timed, asOf)),
    identifyToDark: durationFigures(identifyToDark(timed, asOf)),
    caseIds: servers.flatMap(({ facts }) => facts.caseIds),
  };
}
