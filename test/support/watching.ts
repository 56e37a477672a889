import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { TcpSeen } from '../../src/domain/observation.ts';
import { WATCH_DEFAULTS } from '../../src/domain/watch.ts';
import type { LookRates } from '../../src/domain/watch.ts';
import { addPerson, findOperation, importOnly, parseImportOptions } from '../../src/flow.ts';
import { startProbing } from '../../src/flow/watch.ts';
import type { WatchSources } from '../../src/flow/watch.ts';
import type { Pause } from '../../src/ports/pause.ts';
import type { Prober } from '../../src/ports/prober.ts';
import { identifyServers } from '../../src/steps/identify/identify-servers.ts';
import type { TestDatabase } from './database.ts';
import { seededKey } from './seeded-key.ts';
import { openTestFile } from './world.ts';
import type { TestKey } from './ssh-keys.ts';
import type { TestWorld } from './world.ts';

/** A world whose time passes so many times faster than ours, with looks let out, and how it waits. */
export interface FastWorld {
  readonly world: TestWorld;
  readonly pause: Pause;
}

/** @param times 1: at our own pace */
export function fastWorld(base: TestWorld, times: number): FastWorld {
  const start = base.clock.now();
  const began = performance.now();
  const clock = { now: () => Math.floor(start + (performance.now() - began) * times) };
  const world = {
    ...base,
    clock,
    outgoing: createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: true, send: false }),
  };
  const pause: Pause = async (milliseconds, signal) => {
    await sleep(Math.min(milliseconds / times, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined);
  };
  return { world, pause };
}

export const RATES: LookRates = { perSecond: 100_000, perProviderPerSecond: 100_000, concurrency: 512 };

export function watchSources(
  probers: readonly Prober[],
  pause: Pause,
  choice: Partial<WatchSources> = {},
): WatchSources {
  return {
    probers,
    pause,
    watch: WATCH_DEFAULTS,
    rates: RATES,
    quorum: { vantages: 2, rounds: 3, hours: 6 },
    ...choice,
  };
}

export interface CountingProber extends Prober {
  /** Looks that were begun, by host, in the order in which they were. */
  readonly begun: { readonly host: string; readonly at: number }[];
}

/** A real TCP connect and nothing else. Names are taken to stand at 127.66.0.1. */
export function tcpProber(name: string, clock: { now(): number }, timeoutMs = 2000): CountingProber {
  const vantage = { name, kind: 'direct', network: null, country: null, publicKey: null } as const;
  const begun: { host: string; at: number }[] = [];
  return {
    vantage,
    begun,
    async look(target, _drill, signal) {
      const at = clock.now();
      begun.push({ host: target.host, at });
      const address = target.hostType === 'address' ? target.host : '127.66.0.1';
      const tcp = await tcpConnect(address, target.port ?? 0, timeoutMs, signal);
      const seen = { tcp, tls: null, http: null, resolved: null };
      return { port: target.port, at, vantage, address, result: { seen }, certificates: [], signed: null };
    },
    close: () => Promise.resolve(),
  };
}

function tcpConnect(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<TcpSeen> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: TcpSeen['outcome'], error: string | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve({ outcome, ms: 1, error });
    };
    const abort = (): void => end('failed', 'given up');
    const timer = setTimeout(() => end('timed-out', null), timeoutMs);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    socket.once('connect', () => end('connected', null));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? 'refused' : 'failed', error.code ?? error.message),
    );
  });
}

/** Listens until it is closed; port 0 takes any. */
export function listen(host: string, port = 0): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end();
    });
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ server, port: address === null || typeof address === 'string' ? 0 : address.port });
    });
  });
}

/** A drill with these servers (host:port), identified, its looking switched on by Admin. */
export async function watchedOperation(
  database: TestDatabase,
  { world }: FastWorld,
  servers: readonly string[],
  name = 'lab',
): Promise<Operation> {
  await importOnly(world, {
    operation: { name, drill: true, malware: 'Examplebot' },
    files: [await openTestFile(database, `${servers.join('\n')}\n`)],
    options: parseImportOptions({ group: 'alpha', attest: 'Ada', reason: 'seen in the lab' }),
  });
  const operation = await findOperation(world, name);
  await identify(world, operation);
  await switchOn(world, name);
  return operation;
}

/** Judged without any list. */
export async function identify(world: TestWorld, operation: Operation): Promise<void> {
  await identifyServers(world, operation, { lists: new Set(), warningListsGiven: true, inForce: [], check: () => [] });
}

export const ADMIN = seededKey('Admin');

/** Has an admin switch looking on; Admin, who is put on record where nobody is, unless another one is named. */
export async function switchOn(
  world: TestWorld,
  name: string,
  by: { readonly name: string; readonly key: Pick<TestKey, 'signing'> } | null = null,
): Promise<void> {
  const people = await world.store.read((transaction) => transaction.people());
  if (people.length === 0) {
    await addPerson(world, ADMIN.signing, {
      name: 'Admin',
      roles: ['admin', 'counsel'],
      publicKey: ADMIN.publicLine,
      by: null,
    });
  }
  const request = { person: by?.name ?? 'Admin', reason: 'in the lab' };
  await startProbing(world, (by?.key ?? ADMIN).signing, name, request);
}
