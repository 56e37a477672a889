import type { OperationFacts } from '../../../domain/figure-facts.ts';
import { isoInstant } from '../../../domain/instant.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { OperationReport, SeveredFigure } from '../../../domain/report.ts';
import { breakdown } from '../../../policy/figures/breakdowns.ts';
import { countServers, isLive, serverFigure } from '../../../policy/figures/counted-server.ts';
import type { CountedServer } from '../../../policy/figures/counted-server.ts';
import { DEFINITIONS } from '../../../policy/figures/definitions.ts';
import { curveOf, durationFigures } from '../../../policy/figures/durations.ts';
import { exposureOf } from '../../../policy/figures/exposure.ts';
import { operatorFigures } from '../../../policy/figures/operators.ts';
import { outsideCounts } from '../../../policy/figures/outside-counts.ts';
import { momentsOf, overTime } from '../../../policy/figures/over-time.ts';
import { identifyToDark, identifyToNotify, notifyToDark } from '../../../policy/figures/spans.ts';
import { groupFigures, totalFigures } from '../../../policy/figures/totals.ts';
import { byText, hoursOf, isoOrNull } from '../../../policy/figures/units.ts';
import { isSingleVantage, vantageFigures } from '../../../policy/figures/vantages.ts';
import type { RetractionFigures } from '../retractions.ts';
import { wrongFigures } from './wrong-figures.ts';

export interface ReportFacts {
  readonly facts: OperationFacts;
  readonly retractions: RetractionFigures;
  readonly severed: SeveredFigure;
  readonly liveNotInLatestConfiguration: readonly string[];
  readonly ledger: { readonly entries: number; readonly root: string };
}

/** All figures of an operation, from facts alone: the same facts and moment give the same report, byte for byte. */
export function computeReport(
  { facts, retractions, severed, liveNotInLatestConfiguration, ledger }: ReportFacts,
  asOf: Instant,
): OperationReport {
  const baselineAt = facts.services[0]?.at ?? null;
  const { counted, wrong } = countServers(facts.servers, baselineAt, asOf);
  const others = counted.filter(({ isDevice }) => !isDevice);
  const devices = counted.filter(({ isDevice }) => isDevice);
  const spans = {
    identifyToNotify: identifyToNotify(others, asOf),
    notifyToDark: notifyToDark(others, asOf),
    identifyToDark: identifyToDark(others, asOf),
    devicesIdentifyToDark: identifyToDark(devices, asOf),
  };
  const sum = (of: (server: CountedServer) => number): number =>
    hoursOf(counted.reduce((total, server) => total + of(server), 0));
  const { configurations, services, erasedImports } = facts;
  const hosts = new Set(counted.map((server) => server.facts.host));
  return {
    operation: facts.operation,
    drill: facts.drill,
    malware: facts.malware,
    asOf: isoInstant(asOf),
    ledger,
    openedAt: isoInstant(facts.openedAt),
    baselineAt: isoOrNull(baselineAt),
    vantages: vantageFigures(facts.vantages),
    isSingleVantage: isSingleVantage(facts.vantages),
    initial: groupFigures(counted.filter(({ group }) => group === 'initial')),
    added: groupFigures(counted.filter(({ group }) => group === 'added')),
    total: totalFigures(counted, facts.servers),
    identifyToNotify: durationFigures(spans.identifyToNotify),
    notifyToDark: durationFigures(spans.notifyToDark),
    identifyToDark: durationFigures(spans.identifyToDark),
    devicesIdentifyToDark: durationFigures(spans.devicesIdentifyToDark),
    exposure: exposureOf(counted, asOf),
    victimHours: sum(({ alive }) => alive.ms),
    victimHoursInterval: { low: sum(({ alive }) => alive.lowMs), high: sum(({ alive }) => alive.highMs) },
    severed,
    operators: operatorFigures({ counted, configurations, shared: facts.shared, baselineAt, asOf }),
    // Of servers that the other figures count as well.
    liveNotInLatestConfiguration: liveNotInLatestConfiguration.filter((host) => hosts.has(host)),
    liveByCountry: liveByCountry(counted),
    ...wrongFigures(retractions),
    definitions: DEFINITIONS,
    byCountry: breakdown(counted, asOf, (server) => server.facts.country),
    byProvider: breakdown(
      counted,
      asOf,
      (server) => server.facts.providerKey,
      (server) => server.facts.provider,
    ),
    byMethod: breakdown(counted, asOf, (server) => server.facts.method),
    byKind: breakdown(counted, asOf, (server) => server.facts.kind),
    curves: {
      identifyToNotify: curveOf(spans.identifyToNotify),
      notifyToDark: curveOf(spans.notifyToDark),
      identifyToDark: curveOf(spans.identifyToDark),
      devicesIdentifyToDark: curveOf(spans.devicesIdentifyToDark),
    },
    overTime: overTime(counted, asOf),
    moments: momentsOf(counted, services, configurations, asOf),
    outside: outsideCounts(facts.statusWords, facts.servers),
    ...(erasedImports === 0 ? {} : { noLongerKnown: noLongerKnown(erasedImports) }),
    servers: [...counted, ...wrong].map(serverFigure).toSorted((one, other) => byText(one.serverId, other.serverId)),
    devices: facts.devices,
  };
}

function liveByCountry(counted: readonly CountedServer[]): Readonly<Record<string, number>> {
  const live = Map.groupBy(counted.filter(isLive), ({ facts }) => facts.country ?? '');
  return Object.fromEntries(
    [...live]
      .map(([country, servers]) => [country, servers.length] as const)
      .toSorted(([one], [other]) => byText(one, other)),
  );
}

function noLongerKnown(imports: number): NonNullable<OperationReport['noLongerKnown']> {
  const what = imports === 1 ? '1 import that was' : `${imports} imports that were`;
  return {
    imports,
    sentence: `The rows of ${what} on record at that moment have been erased since: what only they told of is missing here, and a report that was made then may say more.`,
  };
}
