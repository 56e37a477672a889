import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { MAX_ANSWER_LINE, readAnswer } from '../../src/adapters/probe/agent-messages.ts';
import { createDirectRoute } from '../../src/adapters/probe/direct-route.ts';
import { createProber } from '../../src/adapters/probe/prober.ts';
import type { ProbeLimits, ProberParts } from '../../src/adapters/probe/prober.ts';
import { createNameResolver } from '../../src/adapters/probe/resolve-name.ts';
import type { ResolverPlace } from '../../src/adapters/probe/resolve-name.ts';
import type { Route } from '../../src/adapters/probe/route.ts';
import { systemClock } from '../../src/adapters/system/system-clock.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { LookTaken } from '../../src/domain/verdict.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import { probeScope } from '../../src/policy/probing/scope.ts';
import type { Prober, ProbeTarget } from '../../src/ports/prober.ts';

/** For a machine that is busy: no test waits for these unless a server is silent. */
export const LIMITS: ProbeLimits = { connectTimeoutMs: 5000, exchangeTimeoutMs: 5000 };
/** For servers that are silent on purpose. */
export const IMPATIENT: ProbeLimits = { connectTimeoutMs: 700, exchangeTimeoutMs: 700 };

export const PROBE_ON = createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: true, send: false });

export interface TestProberOptions {
  readonly name?: string;
  readonly route?: Route;
  readonly sourceAddress?: string;
  readonly resolver?: ResolverPlace;
  readonly limits?: ProbeLimits;
  readonly parts?: Partial<ProberParts>;
}

/** The prober that users have, with shorter patience. */
export function testProber(options: TestProberOptions = {}): Prober {
  return createProber({
    vantage: { name: options.name ?? 'here', kind: 'direct', network: null, country: null, publicKey: null },
    route: options.route ?? createDirectRoute(probeScope, options.sourceAddress ?? null),
    guard: probeScope,
    names: createNameResolver(probeScope, options.resolver ?? null),
    limits: options.limits ?? LIMITS,
    outgoing: PROBE_ON,
    clock: systemClock,
    ...options.parts,
  });
}

export function targetAt(
  at: { readonly address: string; readonly port: number },
  more: Partial<ProbeTarget> = {},
): ProbeTarget {
  return { serverId: 'c1', hostType: 'address', host: at.address, port: at.port, scheme: null, path: null, ...more };
}

/** Looks in a drill, and holds what comes back against what every row has to be. */
export async function lookAt(prober: Prober, target: ProbeTarget): Promise<LookTaken> {
  const taken = await prober.look(target, true, new AbortController().signal);
  assertWellFormed(taken);
  return taken;
}

export function seenOf({ result }: LookTaken): Observation {
  if ('seen' in result) return result.seen;
  throw new Error(`nothing seen: ${result.failure}, ${result.message}`);
}

/** What a row has to be, whatever a server sent: canonical, bounded, without anything that a database or a terminal chokes on. */
export function assertWellFormed({ result, port, address, certificates }: LookTaken): void {
  const text = canonicalJson(result);
  if (text.length > 120_000) throw new Error(`a row of ${text.length} characters`);
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      if (!value.isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value))
        throw new Error(`not clean: ${JSON.stringify(value)}`);
    } else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) walk(inner);
  };
  walk(result);
  // An agent's answer has to pass the coordinator, whatever a server makes it say: a server that could spoil answers could blind us.
  const statement = {
    statement: 'dismantle-look-1',
    job: '',
    name: '',
    at: '2026-01-01T00:00:00.000Z',
    host: '',
    hostType: 'address',
    port,
    address,
  };
  const said = 'failure' in result ? { failure: result.failure } : result;
  const sent = certificates.map((der) => Buffer.from(der).toString('base64'));
  const answer = {
    statement: { ...statement, result: said },
    signature: '',
    message: 'failure' in result ? result.message : null,
    certificates: sent,
  };
  const line = JSON.stringify(answer);
  if (Buffer.byteLength(line) > MAX_ANSWER_LINE || readAnswer(line) === null)
    throw new Error(`no agent could say this: ${line.slice(0, 2000)}`);
}
