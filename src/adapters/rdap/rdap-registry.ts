import { setTimeout as wait } from 'node:timers/promises';
import type { Address, Prefix } from '../../domain/address.ts';
import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';
import { readAutnum } from '../../domain/rdap/read-autnum.ts';
import { readNetwork } from '../../domain/rdap/read-network.ts';
import type { AutnumRegistration } from '../../domain/registration.ts';
import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import type { Random } from '../../ports/random.ts';
import type { Registry, RegistryAnswer } from '../../ports/registry.ts';
import { abortable } from '../guarded-http/abortable.ts';
import { createEgressGuard, resolveBySystem } from '../guarded-http/egress-guard.ts';
import type { ResolveHost } from '../guarded-http/egress-guard.ts';
import type { ExchangeTimes } from '../guarded-http/exchange.ts';
import { createAnswerCache, neighbourhood } from './answer-cache.ts';
import { bootstrapFolder, bootstrapFromIana } from './bootstrap-source.ts';
import type { BootstrapFile, BootstrapTable } from './bootstrap-table.ts';
import { createGuardedClient } from './guarded-client.ts';
import { createTokenBuckets } from './token-buckets.ts';
import type { Sleep } from './token-buckets.ts';

export interface RdapOptions {
  readonly outgoing: Outgoing;
  readonly clock: Clock;
  readonly random: Random;
  /** From setting lookup.bootstrap: a folder with IANA's three files; null fetches them from IANA. */
  readonly bootstrapFolder: string | null;
  /** Where files from IANA are kept. */
  readonly cacheDirectory: string;
  readonly report: (text: string) => void;
  /** Requests a minute by host or the domain above it; goes before ours. */
  readonly requestsPerMinute?: Readonly<Record<string, number>>;
  readonly limits?: ExchangeTimes;
  readonly sleep?: Sleep;
  /** What tests on loopback need, and nothing else may set. */
  readonly laboratory?: {
    /** Reserved networks that may be connected to and asked about. */
    readonly allowedNetworks: readonly Prefix[];
    readonly resolveHost?: ResolveHost;
    /** Trusted besides the well-known certificates, PEM. */
    readonly extraCa?: string;
    readonly ianaBase?: string;
  };
}

const IANA = 'https://data.iana.org/rdap/';
const RDAP_JSON = 'application/rdap+json, application/json;q=0.8';

/** LACNIC states its limit; so does Brazil's registry, to which it redirects. The others ask for moderation. */
const REQUESTS_PER_MINUTE: Readonly<Record<string, number>> = { 'lacnic.net': 10, 'registro.br': 10 };
const OTHERS_PER_MINUTE = 60;

const LIMITS: ExchangeTimes = { connectTimeoutMs: 10_000, totalTimeoutMs: 30_000 };

const sleepByTimer: Sleep = async (milliseconds, signal) => {
  await wait(milliseconds, undefined, { signal });
};

/** Asks the regional registries over RDAP (RFC 7480, 9082, 9083, 9224). */
export function createRdapRegistry(options: RdapOptions): Registry {
  const { outgoing, clock, random, report, cacheDirectory, laboratory } = options;
  const guard = createEgressGuard(
    { networks: laboratory?.allowedNetworks ?? [], hosts: new Set(), plainHttp: false },
    laboratory?.resolveHost ?? resolveBySystem,
  );
  const limits: Readonly<Record<string, number>> = { ...REQUESTS_PER_MINUTE, ...options.requestsPerMinute };
  const buckets = createTokenBuckets(clock, options.sleep ?? sleepByTimer, (host) => limitOf(host, limits));
  const client = createGuardedClient({
    outgoing,
    clock,
    random,
    guard,
    buckets,
    limits: options.limits ?? LIMITS,
    extraCa: laboratory?.extraCa ?? null,
    report,
  });
  const bootstrap =
    options.bootstrapFolder === null
      ? bootstrapFromIana({ client, clock, cacheDirectory, base: laboratory?.ianaBase ?? IANA, report })
      : bootstrapFolder(options.bootstrapFolder);
  const cache = createAnswerCache();
  const underway = new Map<string, Promise<unknown>>();

  /** One question: finds whom to ask, asks, reads. */
  async function ask<Subject>(
    question: {
      readonly file: BootstrapFile;
      readonly what: string;
      readonly path: string;
      readonly service: (table: BootstrapTable) => readonly string[] | null;
      readonly read: (text: string) => Result<Subject, string>;
    },
    signal: AbortSignal,
  ): Promise<RegistryAnswer<Subject>> {
    const failed = (reason: string): RegistryAnswer<Subject> => ({ outcome: 'failed', reason, evidence: null });
    const table = await bootstrap.table(question.file, signal);
    if (!table.ok) return failed(table.problem);
    const urls = question.service(table.value);
    if (urls === null) return failed(`IANA’s list names no registry for ${question.what}`);
    const base = urls.find((url) => url.startsWith('https://'));
    if (base === undefined) return failed(`the registry for ${question.what} is offered over plain http only`);
    const fetched = await client.get(`${base}${question.path}`, RDAP_JSON, signal);
    if (fetched.outcome !== 'answered') return fetched;
    const { evidence } = fetched;
    const read = question.read(evidence.body);
    const host = new URL(evidence.finalUrl).host;
    if (!read.ok) return { outcome: 'failed', reason: `${host}: ${plainText(read.problem, 500)}`, evidence };
    return { outcome: 'answered', registration: read.value, reason: `${host} answered`, evidence };
  }

  async function askNetwork(address: Address, signal: AbortSignal): Promise<RegistryAnswer> {
    const known = cache.find(address, clock.now());
    if (known !== null) return known;
    const reserved = guard.reasonAgainstAddress(address);
    if (reserved !== null) return { outcome: 'failed', reason: `no registry is asked: ${reserved}`, evidence: null };
    const answer = await ask(
      {
        file: address.version === 4 ? 'ipv4' : 'ipv6',
        what: address.text,
        path: `ip/${address.text}`,
        service: (table) => table.forAddress(address),
        read: (text) => readNetwork(text, address),
      },
      signal,
    );
    cache.keep(address, answer, clock.now());
    return answer;
  }

  /** Neighbours wait for each other: the second may find its answer in the first's. */
  async function inTurn<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const before = underway.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.catch(() => undefined);
    underway.set(key, settled);
    try {
      return await mine;
    } finally {
      if (underway.get(key) === settled) underway.delete(key);
    }
  }

  async function unlessStopped<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    outgoing.assertAllowed('lookup');
    try {
      signal.throwIfAborted();
      return await work();
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw problem('interrupted', 'stopped; nothing is half-done', 'Run the same command again to go on', cause);
    }
  }

  return {
    network: (address, signal) =>
      unlessStopped(signal, () =>
        abortable(
          inTurn(neighbourhood(address), () => askNetwork(address, signal)),
          signal,
        ),
      ),
    autnum: (asn, signal) =>
      unlessStopped(signal, () =>
        ask<AutnumRegistration>(
          {
            file: 'asn',
            what: `AS${asn}`,
            path: `autnum/${asn}`,
            service: (table) => table.forAutnum(asn),
            read: (text) => readAutnum(text, asn),
          },
          signal,
        ),
      ),
  };
}

/** The limit of the host, or of the nearest domain above it. */
function limitOf(host: string, limits: Readonly<Record<string, number>>): number {
  const byDomain = new Map(Object.entries(limits));
  const labels = host.split('.');
  for (let index = 0; index < labels.length; index++) {
    const limit = byDomain.get(labels.slice(index).join('.'));
    if (limit !== undefined) return limit;
  }
  return OTHERS_PER_MINUTE;
}
