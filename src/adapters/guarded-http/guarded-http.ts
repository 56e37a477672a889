import type { IncomingHttpHeaders } from 'node:http';
import type { Address } from '../../domain/address.ts';
import { problem } from '../../domain/problem.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchAnswer, Fetcher, FetchFailure, FetchRequest } from '../../ports/fetcher.ts';
import type { Outgoing, TrafficKind } from '../../ports/outgoing.ts';
import { abortable } from './abortable.ts';
import { createEgressGuard, portOf, resolveBySystem } from './egress-guard.ts';
import type { EgressGuard, ResolveHost } from './egress-guard.ts';
import { exchange, ExchangeError } from './exchange.ts';
import type { ExchangeAnswer, ExchangeLimits } from './exchange.ts';
import { exceptionsOf } from './fetch-rules.ts';
import { readSecretHeaders } from './read-secret-headers.ts';
import { retryAfterMs } from './retry-after.ts';

export interface GuardedHttpOptions {
  readonly outgoing: Outgoing;
  /** The switch that every connection asks. */
  readonly traffic: TrafficKind;
  readonly clock: Clock;
  /** From fetch.allow: hosts, addresses and prefixes that are not public and may be asked all the same. */
  readonly allow: readonly string[];
  /** From fetch.credentials, by name. */
  readonly credentials: Readonly<Record<string, { readonly file: string; readonly hosts: readonly string[] }>>;
  /** Certificates to trust besides the well-known ones, PEM. */
  readonly extraCa: string | null;
  readonly times: { readonly totalMs: number; readonly idleMs: number };
  readonly sizes: { readonly bytes: number; readonly unpackedBytes: number };
  /** For tests: names that no resolver knows. */
  readonly resolveHost?: ResolveHost;
}

const CONNECT_MS = 10_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Asks what a person has named to us, and nothing that it leads to inside our own networks. */
export function createGuardedHttp(options: GuardedHttpOptions): Fetcher {
  const guard = createEgressGuard(exceptionsOf(options.allow), options.resolveHost ?? resolveBySystem);
  return { exchange: (request, signal) => new Errand(options, guard, request, signal).run() };
}

type Outcome = Result<FetchAnswer, FetchFailure>;

/** One request through its redirects. */
class Errand {
  private readonly options: GuardedHttpOptions;
  /** What a person named may stand in a network of one's own; what that leads to may not for that reason alone. */
  private guard: EgressGuard;
  private readonly request: FetchRequest;
  private readonly signal: AbortSignal;
  private readonly limits: ExchangeLimits;
  /** Only the place that was named may have a port of its own; a redirect may lead there and to the usual one. */
  private ports: ReadonlySet<number> = new Set();
  private readonly seen: string[] = [];
  private startedAt = 0;

  constructor(options: GuardedHttpOptions, guard: EgressGuard, request: FetchRequest, signal: AbortSignal) {
    this.options = options;
    this.guard = guard;
    this.request = request;
    this.signal = signal;
    const most = request.maxBytes ?? Infinity;
    this.limits = {
      connectTimeoutMs: Math.min(CONNECT_MS, options.times.totalMs),
      totalTimeoutMs: options.times.totalMs,
      idleTimeoutMs: options.times.idleMs,
      maxBytes: Math.min(options.sizes.bytes, most),
      maxUnpackedBytes: Math.min(options.sizes.unpackedBytes, most),
    };
  }

  async run(): Promise<Outcome> {
    if (!URL.canParse(this.request.url)) return refused('this is no URL');
    let url = new URL(this.request.url);
    url.hash = '';
    this.ports = new Set([portOf(url)]);
    this.startedAt = performance.now();
    for (;;) {
      this.seen.push(url.href);
      const answer = await this.asked(url);
      if (!answer.ok) return answer;
      if (!REDIRECTS.has(answer.value.status)) return this.whole(url, answer.value);
      const next = this.redirected(url, answer.value.headers.location);
      if (!next.ok) return next;
      url = next.value;
    }
  }

  private async asked(url: URL): Promise<Result<ExchangeAnswer, FetchFailure>> {
    this.assertGoesOn();
    this.options.outgoing.assertAllowed(this.options.traffic);
    const against = this.guard.reasonAgainst(url, this.ports);
    if (against !== null) return refused(`${this.named(url)} may not be asked: ${against}`);
    const addresses = await this.resolved(url);
    if (!addresses.ok) return addresses;
    const headers = { ...this.request.headers, ...(await this.secrets(url)) };
    const [first, ...others] = addresses.value;
    if (first === undefined) return failed(`${url.hostname} has no address`);
    const answer = await this.exchanged(url, first, headers);
    if (answer.ok || answer.problem.wasConnected) return answer;
    // Nothing has arrived there; a machine may lack one version of IP.
    const other = others.find(({ version }) => version !== first.version) ?? others[0];
    return other === undefined ? answer : this.exchanged(url, other, headers);
  }

  private async resolved(url: URL): Promise<Result<readonly Address[], FetchFailure>> {
    const late = AbortSignal.timeout(this.limits.connectTimeoutMs);
    try {
      const target = await abortable(this.guard.resolve(url), AbortSignal.any([this.signal, late]));
      if (target.ok) {
        if (this.seen.length === 1) this.guard = this.guard.narrowedTo(target.value);
        return success(target.value.addresses);
      }
      return refused(`${this.named(url)} may not be asked: ${target.problem}`);
    } catch (cause) {
      this.assertGoesOn();
      if (late.aborted || (cause instanceof Error && 'code' in cause))
        return failed(`${url.hostname} does not resolve`);
      throw cause;
    }
  }

  /** The headers of the credential, for the hosts that the settings name with it. */
  private async secrets(url: URL): Promise<Readonly<Record<string, string>>> {
    const { credential } = this.request;
    if (credential === null) return {};
    const known = this.options.credentials[credential];
    if (known === undefined) {
      throw problem(
        'settings',
        `there is no credential "${credential}" in the settings`,
        `Name its file and hosts as fetch.credentials.${credential}`,
      );
    }
    if (!known.hosts.includes(url.host.toLowerCase())) {
      if (this.seen.length > 1) return {};
      throw problem(
        'settings',
        `the credential "${credential}" is not for ${url.host}`,
        `fetch.credentials says that it is for ${known.hosts.join(', ')}`,
      );
    }
    // A redirect within its hosts keeps it as long as the origin stays.
    if (this.seen.length > 1 && new URL(this.request.url).origin !== url.origin) return {};
    return readSecretHeaders(credential, known.file);
  }

  private async exchanged(
    url: URL,
    address: Address,
    headers: Readonly<Record<string, string>>,
  ): Promise<Result<ExchangeAnswer, FetchFailure & { readonly wasConnected: boolean }>> {
    const { method, body, take } = this.request;
    const { extraCa } = this.options;
    const left = Math.max(1, this.limits.totalTimeoutMs - (performance.now() - this.startedAt));
    const limits = { ...this.limits, totalTimeoutMs: Math.ceil(left / 100) * 100 };
    const asked = { url, address, method, headers, body, limits, take, extraCa };
    try {
      const answer = await exchange(asked, this.signal);
      // What is no success is told by its status, whatever became of its body.
      if (answer.broken === null || answer.status >= 300) return success(answer);
      this.assertGoesOn();
      const reason = `${this.named(url)}: ${answer.broken}`;
      return failure({ reason, mayPass: answer.mayRetry, wasConnected: true });
    } catch (cause) {
      this.assertGoesOn();
      if (!(cause instanceof ExchangeError)) throw cause;
      const reason = `${this.named(url)}: ${cause.message}`;
      return failure({ reason, mayPass: cause.mayRetry, wasConnected: cause.wasConnected });
    }
  }

  private whole(url: URL, { status, headers, body, peerAddress }: ExchangeAnswer): Outcome {
    return success({
      status,
      headers: flat(headers),
      body,
      url: url.href,
      address: peerAddress,
      retryAfterMs: retryAfterMs(headers['retry-after'], this.options.clock.now()),
    });
  }

  private redirected(from: URL, location: string | undefined): Result<URL, FetchFailure> {
    if (this.request.method === 'POST' || this.request.redirects === 0) {
      return refused(`${this.named(from)} redirects, which is not followed`);
    }
    if (location === undefined || !URL.canParse(location, from.href)) {
      return refused(`${this.named(from)} redirects to nowhere`);
    }
    const target = new URL(location, from);
    target.hash = '';
    if (from.protocol === 'https:' && target.protocol !== 'https:') {
      return refused(`${this.named(from)} redirects to ${target.host} without TLS`);
    }
    if (this.seen.includes(target.href)) return refused(`${this.named(from)} redirects in a circle`);
    if (this.seen.length > this.request.redirects) {
      return refused(`${this.named(from)} redirects more than ${this.request.redirects} times`);
    }
    return success(target);
  }

  /** Whom a reason is about: the host, and that a redirect led there. */
  private named(url: URL): string {
    const first = new URL(this.request.url).host;
    return this.seen.length === 1 ? url.host : `${url.host} (by redirect from ${first})`;
  }

  private assertGoesOn(): void {
    if (this.signal.aborted) throw problem('interrupted', 'stopped; nothing is half-done');
  }
}

function refused(reason: string): { readonly ok: false; readonly problem: FetchFailure } {
  return failure({ reason, mayPass: false });
}

function failed(reason: string): { readonly ok: false; readonly problem: FetchFailure } {
  return failure({ reason, mayPass: true });
}

function flat(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(entries);
}
