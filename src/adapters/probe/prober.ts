import type { Socket } from 'node:net';
import type { Address } from '../../domain/address.ts';
import type { HttpSeen, LookFailure, Observation } from '../../domain/observation.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { Vantage } from '../../domain/vantage.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import type { Prober, ProbeTarget } from '../../ports/prober.ts';
import type { SeenWithBytes } from './certificate-seen.ts';
import { lookAtHttp, requestPath } from './http-look.ts';
import type { NameResolver } from './resolve-name.ts';
import type { Connection, Route, ScopeGuard } from './route.ts';
import { lookAtTls } from './tls-look.ts';
import type { TlsLook } from './tls-look.ts';

export interface ProbeLimits {
  readonly connectTimeoutMs: number;
  /** For the handshake, and again for the request with its answer. */
  readonly exchangeTimeoutMs: number;
}

export interface ProberParts {
  readonly vantage: Vantage;
  readonly route: Route;
  readonly guard: ScopeGuard;
  readonly names: NameResolver;
  readonly limits: ProbeLimits;
  readonly outgoing: Outgoing;
  readonly clock: Clock;
}

/** How we call ourselves to a server: the product's plain name. */
export const USER_AGENT = 'dismantle';

/** Of a name with more addresses than this the first ones are looked at, and then it is never dark. */
const MAX_TRIED = 8;

type Failed = { readonly failure: LookFailure; readonly message: string };
type Seen = { readonly seen: Observation };

interface Found {
  readonly address: string | null;
  readonly result: Seen | Failed;
  readonly certificates?: readonly SeenWithBytes[];
}

/** What looks from one place: connect, handshake, one GET; the order stands in docs/probing.md. */
export function createProber(parts: ProberParts): Prober {
  const { vantage, clock, outgoing } = parts;
  return {
    vantage,
    async look(target, drill, signal): Promise<LookTaken> {
      outgoing.assertAllowed('probe');
      const at = clock.now();
      const { address, result, certificates = [] } = await lookOnce(parts, target, drill, signal);
      return {
        port: target.port,
        at,
        vantage,
        address,
        result,
        certificates: certificates.map(({ der }) => der),
        signed: null,
      };
    },
    close: () => Promise.resolve(),
  };
}

async function lookOnce(parts: ProberParts, target: ProbeTarget, drill: boolean, signal: AbortSignal): Promise<Found> {
  const { port } = target;
  if (port === null) return nothing('nothing-to-look-at', 'no port is known');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return nothing('nothing-to-look-at', 'the port is none');
  if (target.hostType !== 'address' && target.hostType !== 'domain')
    return nothing('nothing-to-look-at', 'a name that only another system resolves');
  const places = await placesOf(parts, target, drill);
  if ('failure' in places) return { address: null, result: places };
  const name = target.hostType === 'domain' ? target.host : null;
  const resolved = name === null ? null : { name, addresses: places.addresses.map(({ text }) => text) };

  let dark: { readonly address: string; readonly connection: Exclude<Connection, { socket: Socket }> } | null = null;
  for (const { text: address } of places.addresses.slice(0, MAX_TRIED)) {
    const connection = await connect(parts, address, port, drill, signal);
    if ('socket' in connection)
      return exchange(parts, { target, port, address, name, resolved, drill, signal }, connection);
    // What this vantage could not do says more of the look than that another address of the name is dark.
    if (dark === null || !('outcome' in connection)) dark = { address, connection };
  }
  if (dark === null) return nothing('no-address', 'the name has no address');
  const { address, connection } = dark;
  if ('notAllowed' in connection) return { address: null, result: failed('not-allowed', connection.notAllowed) };
  if ('vantageFailed' in connection) return { address, result: failed('vantage-failed', connection.vantageFailed) };
  if (places.addresses.length > MAX_TRIED)
    return {
      address,
      result: failed(
        'not-resolved',
        `the name has ${places.addresses.length} addresses, of which ${MAX_TRIED} were looked at`,
      ),
    };
  const { outcome, ms, error } = connection;
  return { address, result: { seen: { tcp: { outcome, ms, error }, tls: null, http: null, resolved } } };
}

async function placesOf(
  { guard, names, outgoing }: ProberParts,
  target: ProbeTarget,
  drill: boolean,
): Promise<{ readonly addresses: readonly Pick<Address, 'text'>[] } | Failed> {
  if (target.hostType === 'address') {
    const checked = guard(target.host, drill);
    return checked.ok ? { addresses: [checked.value] } : failed('not-allowed', checked.problem);
  }
  // Asking name servers is traffic of its own kind; a drill's stays on this machine.
  if (!drill && !outgoing.switches().lookup)
    return failed('not-resolved', 'names are not resolved while traffic.lookup is off');
  return names.resolve(target.host, drill);
}

interface Sight {
  readonly target: ProbeTarget;
  readonly port: number;
  readonly address: string;
  readonly name: string | null;
  readonly resolved: Observation['resolved'];
  readonly drill: boolean;
  readonly signal: AbortSignal;
}

async function exchange(parts: ProberParts, sight: Sight, first: { socket: Socket; ms: number }): Promise<Found> {
  const { target, address, name, resolved, signal } = sight;
  const { exchangeTimeoutMs } = parts.limits;
  const tls: TlsLook | null =
    target.scheme === 'http' ? null : await lookAtTls(first.socket, name, exchangeTimeoutMs, signal);
  let http: HttpSeen | null = null;
  if (tls === null) http = await ask(parts, sight, first.socket, 'tcp');
  else if (tls.stream !== null) http = await ask(parts, sight, tls.stream, 'tls');
  else if (target.scheme !== 'https' && !signal.aborted) http = await askAnew(parts, sight);
  if (signal.aborted) return { address, result: failed('vantage-failed', 'the look was stopped') };
  const tcp = { outcome: 'connected', ms: first.ms, error: null } as const;
  return {
    address,
    result: { seen: { tcp, tls: tls?.seen ?? null, http, resolved } },
    certificates: tls?.certificates ?? [],
  };
}

/** The first connection is used up by what was no TLS. */
async function askAnew(parts: ProberParts, sight: Sight): Promise<HttpSeen> {
  const again = await connect(parts, sight.address, sight.port, sight.drill, sight.signal);
  if ('socket' in again) return ask(parts, sight, again.socket, 'tcp');
  const outcome =
    'outcome' in again && (again.outcome === 'reset' || again.outcome === 'timed-out') ? again.outcome : 'closed';
  const error = 'error' in again ? again.error : 'vantageFailed' in again ? again.vantageFailed : again.notAllowed;
  return {
    outcome, over: 'tcp', path: requestPath(sight.target.path), status: null, headers: [], location: null, bodySha256: null, bodyBytes: 0,
    bodyTruncated: false, title: null, ms: 'ms' in again ? again.ms : 0, error: plainText(`connecting again: ${error}`, 200),
  }; // prettier-ignore
}

function ask(parts: ProberParts, sight: Sight, stream: Socket, over: 'tls' | 'tcp'): Promise<HttpSeen> {
  const host = sight.name ?? (sight.address.includes(':') ? `[${sight.address}]` : sight.address);
  const usual = over === 'tls' ? 443 : 80;
  return lookAtHttp(stream, {
    authority: sight.port === usual ? host : `${host}:${sight.port}`,
    path: requestPath(sight.target.path),
    over,
    userAgent: USER_AGENT,
    timeoutMs: parts.limits.exchangeTimeoutMs,
    signal: sight.signal,
  });
}

function connect(
  parts: ProberParts,
  address: string,
  port: number,
  drill: boolean,
  signal: AbortSignal,
): Promise<Connection> {
  return parts.route.connect({ address, port, drill, timeoutMs: parts.limits.connectTimeoutMs, signal });
}

function failed(failure: LookFailure, message: string): Failed {
  return { failure, message: plainText(message, 300) };
}

function nothing(failure: LookFailure, message: string): Found {
  return { address: null, result: failed(failure, message) };
}
