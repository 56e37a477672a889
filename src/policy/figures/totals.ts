import type { ServerFacts } from '../../domain/figure-facts.ts';
import type { OperationReport } from '../../domain/report.ts';
import type { CountedServer, Standing } from './counted-server.ts';

export interface GroupFigures {
  readonly identified: number;
  readonly disabled: number;
  readonly devices: { readonly identified: number; readonly disabled: number };
}

export function groupFigures(servers: readonly CountedServer[]): GroupFigures {
  const devices = servers.filter(({ isDevice }) => isDevice);
  return {
    identified: servers.length,
    disabled: countStanding(servers, 'disabled'),
    devices: { identified: devices.length, disabled: countStanding(devices, 'disabled') },
  };
}

/** @param all Every server with a case: those held from the first day on and those that were wrong among them. */
export function totalFigures(counted: readonly CountedServer[], all: readonly ServerFacts[]): OperationReport['total'] {
  const disabled = countStanding(counted, 'disabled');
  return {
    identified: counted.length,
    disabled,
    percent: percentOf(disabled, counted.length),
    provisionallyDark: countStanding(counted, 'provisionally-dark'),
    darkUnprompted: counted.filter(({ isDarkUnprompted }) => isDarkUnprompted).length,
    returned: counted.filter(({ hasReturned }) => hasReturned).length,
    clearedAsWrong: all.filter(({ isWrong }) => isWrong).length,
    live: countStanding(counted, 'live'),
    answersOther: countStanding(counted, 'answers-other'),
    settledOtherwise: countStanding(counted, 'settled-otherwise'),
    inconclusive: countStanding(counted, 'inconclusive'),
    notLookedAt: countStanding(counted, 'not-looked-at'),
    held: all.filter(({ isWrong, identifiedAt }) => !isWrong && identifiedAt === null).length,
    heldSince: counted.filter(({ facts }) => facts.state === 'held').length,
  };
}

/** One decimal. "100" only where it is all of them: 1,999 of 2,000 would round up to it. */
export function percentOf(part: number, whole: number): number {
  if (whole === 0) return 0;
  if (part === whole) return 100;
  return Math.min(99.9, Math.round((part / whole) * 1000) / 10);
}

export function countStanding(servers: readonly CountedServer[], standing: Standing): number {
  return servers.reduce((count, server) => count + (server.standing === standing ? 1 : 0), 0);
}
