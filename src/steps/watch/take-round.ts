import type { Instant } from '../../domain/instant.ts';
import type { Vantage } from '../../domain/vantage.ts';
import type { LookTaken, Round } from '../../domain/verdict.ts';
import type { Pause } from '../../ports/pause.ts';
import type { Prober, ProbeTarget } from '../../ports/prober.ts';
import type { WatchedServer } from '../../ports/watching.ts';

/** Host types that a connection can be made to: the others are counted, and nobody can look at them. */
const REACHABLE: ReadonlySet<string> = new Set(['address', 'domain']);

/**
 * What of a server can be looked at: each port by its most telling form, a bare port not beside an https URL on the same one. An
 * http URL beside it takes no look at TLS away: anybody can plant one.
 */
export function targetsOf({ serverId, hostType, host, endpoints }: WatchedServer): readonly ProbeTarget[] {
  if (!REACHABLE.has(hostType)) return [];
  const told = new Set(endpoints.filter(({ scheme }) => scheme === 'https').map(({ port }) => port));
  const targets = new Map<string, ProbeTarget>();
  for (const { port, scheme, path } of endpoints) {
    if (port === null) continue;
    if (!isWeb(scheme) && told.has(port)) continue;
    // A scheme that is no web's says nothing of what to try.
    const target = { serverId, hostType, host, port, scheme: isWeb(scheme) ? scheme : null, path: pathOf(path) };
    targets.set(`${port} ${target.scheme ?? ''} ${target.path ?? ''}`, target);
  }
  return [...targets.values()];
}

function isWeb(scheme: string | null): boolean {
  return scheme === 'http' || scheme === 'https';
}

/** What stands behind a question mark may name a victim, or do something: it is never asked for. */
function pathOf(path: string | null): string | null {
  return path === null ? null : (path.split(/[?#]/, 1)[0] ?? null);
}

export interface RoundSetup {
  readonly probers: readonly Prober[];
  readonly drill: boolean;
  readonly pause: Pause;
  /** Looks a second at one server: more endpoints than that are begun a second apart. */
  readonly perSecond: number;
}

const SECOND_MS = 1000;

/** Looks once at every endpoint from every vantage, all at about one time. Throws nothing but bugs of a prober. */
export async function takeRound(
  { probers, drill, pause, perSecond }: RoundSetup,
  targets: readonly ProbeTarget[],
  at: Instant,
  signal: AbortSignal,
  leftOut = 0,
): Promise<Round> {
  const atOnce = Math.max(1, Math.floor(perSecond / Math.max(probers.length, 1)));
  const looks: Promise<LookTaken>[] = [];
  for (let first = 0; first < targets.length && !signal.aborted; first += atOnce) {
    if (first > 0) await pause(SECOND_MS, signal);
    if (signal.aborted) break;
    for (const target of targets.slice(first, first + atOnce)) {
      for (const prober of probers) looks.push(prober.look(target, drill, signal));
    }
  }
  // What one of them throws must not leave the others behind unseen.
  const settled = await Promise.allSettled(looks);
  const taken = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  return {
    serverId: targets[0]?.serverId ?? '',
    at,
    looks: leftOut === 0 ? taken : [...taken, ...probers.map(({ vantage }) => notLooked(vantage, at, leftOut))],
  };
}

/** Of a server that was not looked at altogether nobody can say that it is dark. */
function notLooked(vantage: Vantage, at: Instant, leftOut: number): LookTaken {
  const message = `${leftOut} more of its endpoints were not looked at: a server has too many`;
  return {
    port: null,
    at,
    vantage,
    address: null,
    result: { failure: 'not-allowed', message },
    certificates: [],
    signed: null,
  };
}

/** It heard something of the server or of its network, whatever that was. */
export function hasHeard({ result }: LookTaken): boolean {
  if (!('seen' in result)) return false;
  const { outcome } = result.seen.tcp;
  return outcome !== 'timed-out' && outcome !== 'failed';
}

/** It tried, and heard nothing at all. */
export function isSilent({ result }: LookTaken): boolean {
  return 'seen' in result && result.seen.tcp.outcome === 'timed-out';
}

/** The vantage itself could not. */
export function isVantageFailure({ result }: LookTaken): boolean {
  if ('failure' in result) return result.failure === 'vantage-failed';
  return result.seen.tcp.outcome === 'failed';
}
