import { hash } from 'node:crypto';
import type { Address } from '../../domain/address.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import type { Random } from '../../ports/random.ts';
import type { RegistryEvidence } from '../../ports/registry.ts';
import { abortable } from '../guarded-http/abortable.ts';
import type { EgressGuard } from '../guarded-http/egress-guard.ts';
import { exchange, ExchangeError } from '../guarded-http/exchange.ts';
import type { ExchangeAnswer, ExchangeTimes } from '../guarded-http/exchange.ts';
import { retryAfterMs } from '../guarded-http/retry-after.ts';
import { errorTitle, isRateLimitNotice } from './error-body.ts';
import { MAX_PAUSE_MS } from './token-buckets.ts';
import type { TokenBuckets } from './token-buckets.ts';

export type Fetched =
  | { readonly outcome: 'answered'; readonly evidence: RegistryEvidence }
  | {
      readonly outcome: 'not-found' | 'refused' | 'failed';
      readonly reason: string;
      readonly evidence: RegistryEvidence | null;
    };

export interface GuardedClient {
  /** Fetches one JSON document. Throws when its traffic is switched off or the signal is aborted, for nothing else. */
  get(url: string, accept: string, signal: AbortSignal): Promise<Fetched>;
}

export interface GuardedClientOptions {
  readonly outgoing: Outgoing;
  readonly clock: Clock;
  readonly random: Random;
  readonly guard: EgressGuard;
  readonly buckets: TokenBuckets;
  readonly limits: ExchangeTimes;
  readonly extraCa: string | null;
  /** Tells a person why it takes so long. */
  readonly report: (text: string) => void;
}

/** 512 KiB: the longest real answer at hand has 30 KB. */
const MAX_BODY_BYTES = 512 * 1024;
const MAX_REDIRECTS = 5;
/** How often a registry that says "too many requests" is asked again. */
const MAX_THROTTLED = 2;
/** Where it does not say how long to wait. */
const DEFAULT_WAIT_MS = 30_000;
/** How long it is left alone when it still says so: LACNIC's ban has been seen to last five minutes. */
const REST_MS = 300_000;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const JSON_TYPES: ReadonlySet<string> = new Set(['application/rdap+json', 'application/json']);

export function createGuardedClient(options: GuardedClientOptions): GuardedClient {
  return { get: (url, accept, signal) => new Pursuit(options, new URL(url), accept, signal).run() };
}

/** What follows from one answer: the outcome, or another round. */
type Next = Fetched | 'again';

/** One question, through redirects, retries and pauses, to its outcome. */
class Pursuit {
  private readonly options: GuardedClientOptions;
  private readonly first: URL;
  private readonly accept: string;
  private readonly signal: AbortSignal;
  /** Only the service itself may have a port of its own; a redirect may lead there and to 443. */
  private readonly ports: ReadonlySet<number>;
  private url: URL;
  private readonly redirects: string[] = [];
  private throttled = 0;
  private retried = false;
  private evidence: RegistryEvidence | null = null;

  constructor(options: GuardedClientOptions, url: URL, accept: string, signal: AbortSignal) {
    this.options = options;
    this.first = url;
    this.url = url;
    this.accept = accept;
    this.signal = signal;
    this.ports = new Set(url.port === '' ? [] : [Number(url.port)]);
  }

  async run(): Promise<Fetched> {
    for (;;) {
      const next = await this.round();
      if (next !== 'again') return next;
    }
  }

  private async round(): Promise<Next> {
    const { outgoing, guard, buckets } = this.options;
    const against = guard.reasonAgainst(this.url, this.ports);
    if (against !== null) return this.ended('failed', `${this.named()} may not be asked: ${against}`);
    outgoing.assertAllowed('lookup');
    const turn = await buckets.take(this.url.hostname, this.signal);
    if (!turn.ok) return this.ended('refused', `${this.url.hostname} is not asked: ${turn.problem}`);
    const addresses = await this.resolved();
    if (!addresses.ok) return this.failedOrAgain(addresses.problem, false);
    if (addresses.value === null) return this.failedOrAgain(`${this.url.hostname} does not resolve`, true);
    const answer = await this.exchanged(addresses.value);
    if (!answer.ok) return this.failedOrAgain(`${this.named()}: ${answer.problem.reason}`, answer.problem.mayRetry);
    return this.judged(answer.value);
  }

  /** The checked addresses of the host; null where the name did not resolve, which may pass. */
  private async resolved(): Promise<Result<readonly Address[] | null, string>> {
    const late = AbortSignal.timeout(this.options.limits.connectTimeoutMs);
    try {
      const target = await abortable(this.options.guard.resolve(this.url), AbortSignal.any([this.signal, late]));
      return target.ok
        ? success(target.value.addresses)
        : failure(`${this.named()} may not be asked: ${target.problem}`);
    } catch (cause) {
      if (this.signal.aborted) throw cause;
      if (late.aborted || (cause instanceof Error && 'code' in cause)) return success(null);
      throw cause;
    }
  }

  private async exchanged(
    addresses: readonly Address[],
  ): Promise<Result<ExchangeAnswer, { readonly reason: string; readonly mayRetry: boolean }>> {
    // A second try goes to another address, of the other version of IP where there is one: a machine may lack either.
    const [one] = addresses;
    const other = addresses.find(({ version }) => version !== one?.version) ?? addresses[1] ?? one;
    const address = this.retried ? other : one;
    if (address === undefined) return failure({ reason: 'its name has no address', mayRetry: false });
    const { limits, extraCa } = this.options;
    try {
      const asked = {
        url: this.url,
        address,
        method: 'GET' as const,
        headers: { accept: this.accept },
        body: null,
        // Nothing is unpacked: 512 KiB of gzip can be half a gigabyte.
        limits: { ...limits, maxBytes: MAX_BODY_BYTES, maxUnpackedBytes: null },
        take: null,
        extraCa,
      };
      return success(await exchange(asked, this.signal));
    } catch (cause) {
      if (this.signal.aborted || !(cause instanceof ExchangeError)) throw cause;
      return failure({ reason: cause.message, mayRetry: cause.mayRetry });
    }
  }

  private judged(answer: ExchangeAnswer): Next {
    this.evidence = this.recorded(answer);
    const { status, headers, broken, mayRetry } = answer;
    if (broken !== null) return this.failedOrAgain(`${this.named()}: ${broken}`, mayRetry);
    if (REDIRECTS.has(status)) return this.redirected(headers.location);
    const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (encoding !== 'identity')
      return this.ended('failed', `${this.named()}: it answers compressed, which was not asked for`);
    const isJson = JSON_TYPES.has(headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '');
    const { body } = this.evidence;
    if (status === 429 || status === 503 || (status === 200 && isJson && isRateLimitNotice(body))) {
      return this.paused(retryAfterMs(headers['retry-after'], this.options.clock.now()));
    }
    if (status === 200) {
      if (isJson) return { outcome: 'answered', evidence: this.evidence };
      return this.ended('failed', `${this.named()}: its answer is not of the type application/rdap+json`);
    }
    const said = errorTitle(body);
    const reason = `${this.named()} answers with the status ${status}${said === null ? '' : ` (${said})`}`;
    if (status === 404) return this.ended('not-found', reason);
    return this.ended(status === 401 || status === 403 ? 'refused' : 'failed', reason);
  }

  private redirected(location: string | undefined): Next {
    const target =
      location === undefined || !URL.canParse(location, this.url.href) ? null : new URL(location, this.url);
    if (target === null) return this.ended('failed', `${this.named()} redirects to nowhere`);
    target.hash = '';
    if (target.href === this.first.href || this.redirects.includes(target.href)) {
      return this.ended('failed', `${this.named()} redirects in a circle`);
    }
    if (this.redirects.length === MAX_REDIRECTS) {
      return this.ended('failed', `${this.named()} redirects for more than the ${MAX_REDIRECTS}th time`);
    }
    this.redirects.push(target.href.slice(0, 2000));
    this.url = target;
    return 'again';
  }

  /** Too many requests: everybody who asks this host waits. */
  private paused(askedMs: number | null): Next {
    const { buckets, random, report } = this.options;
    const host = this.url.hostname;
    // Not all of many workers at the same moment.
    const jitterMs = (random.bytes(1)[0] ?? 0) * 4;
    const waitMs = Math.max(askedMs ?? DEFAULT_WAIT_MS, 1000) + jitterMs;
    if (waitMs - jitterMs > MAX_PAUSE_MS || this.throttled === MAX_THROTTLED) {
      buckets.pause(host, Math.max(waitMs, askedMs === null ? REST_MS : 0));
      return this.ended('refused', `${host} says that it is asked too often`);
    }
    this.throttled += 1;
    report(`${host} asks for a pause of ${Math.ceil(waitMs / 1000)} s`);
    buckets.pause(host, Math.min(waitMs, MAX_PAUSE_MS));
    return 'again';
  }

  private failedOrAgain(reason: string, mayRetry: boolean): Next {
    if (!mayRetry || this.retried) return this.ended('failed', reason);
    this.retried = true;
    return 'again';
  }

  private ended(outcome: 'not-found' | 'refused' | 'failed', reason: string): Fetched {
    return { outcome, reason, evidence: this.evidence };
  }

  /** Whom a reason is about: the host, and that a redirect led there. */
  private named(): string {
    return this.redirects.length === 0 ? this.url.host : `${this.url.host} (by redirect from ${this.first.host})`;
  }

  private recorded({ status, body, peerAddress, broken }: ExchangeAnswer): RegistryEvidence {
    return {
      url: this.first.href,
      finalUrl: this.url.href,
      redirects: [...this.redirects],
      status,
      fetchedAt: this.options.clock.now(),
      sha256: hash('sha256', body),
      body: Buffer.from(body).toString('utf8'),
      complete: broken === null,
      peerAddress,
    };
  }
}
