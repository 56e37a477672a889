import type { Instant } from '../domain/instant.ts';
import type { Operation } from '../domain/operation.ts';
import { problem } from '../domain/problem.ts';
import { namedServer, noSuchServer } from '../domain/server-id.ts';
import type { Round, ServerVerdict } from '../domain/verdict.ts';
import type { LookRates, Unwatched, WatchSettings } from '../domain/watch.ts';
import { findOperation, operationNamed, spoken } from '../flow.ts';
import { whyNever } from '../policy/probing/schedule.ts';
import type { Pause } from '../ports/pause.ts';
import type { Prober } from '../ports/prober.ts';
import type { Signing } from '../ports/signing.ts';
import type { ProbingRecord, WatchedServer } from '../ports/watching.ts';
import type { World } from '../ports/world.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { recordRounds } from '../steps/verify/record-rounds.ts';
import type { VerifySetup } from '../steps/verify/record-rounds.ts';
import { closeOperation as close, reopenOperation as reopen } from '../steps/watch/close-operation.ts';
import { assertNotClosed, isProbingOn, probingStart, stopProbing as stop } from '../steps/watch/probing-switch.ts';
import { targetsOf } from '../steps/watch/take-round.ts';
import type { WatchSummary, WatchTelling } from '../steps/watch/watch-event.ts';
import { watchOperation } from '../steps/watch/watch-operation.ts';

/*
 *     tracked ─► due ─► looked at from every vantage ─► judged, written down ─► due again, until the watch is over
 *
 * When servers are looked at, and by whose leave.
 */

/** What looking needs besides the store. */
export interface WatchSources extends VerifySetup {
  /** One for each vantage. */
  readonly probers: readonly Prober[];
  readonly watch: WatchSettings;
  readonly rates: LookRates;
  readonly pause: Pause;
}

interface Words {
  readonly person: string;
  readonly reason: string;
}

/** Looks whenever somebody is due, until probing is stopped; with `once`, at what is due now. */
export async function watch(
  world: World,
  sources: WatchSources,
  name: string,
  { once, tell }: { readonly once: boolean; readonly tell: (telling: WatchTelling) => void },
): Promise<WatchSummary> {
  const operation = await readyToLook(world, sources, name);
  const done = await watchAlone(world, sources, operation, { once, tell });
  if (done !== null) return done;
  throw problem(
    'refused',
    `somebody watches ${operation.name} already, here or on another machine`,
    'One is enough; stop the other with Ctrl-C if it is yours',
  );
}

/**
 * The same for whoever watches whatever there is to watch: null where there is nothing to do, since the operation is closed, probing is
 * not on for it, or somebody else watches it. Every other refusal is thrown, as something that a person has to hear of.
 */
export async function watchWhereOn(
  world: World,
  sources: WatchSources,
  name: string,
  wish: Parameters<typeof watch>[3],
): Promise<WatchSummary | null> {
  const { operation, whyNot } = await readOperation(world, name);
  if (whyNot !== null) return null;
  assertCanLook(world, sources);
  return watchAlone(world, sources, operation, wish);
}

async function watchAlone(
  world: World,
  sources: WatchSources,
  operation: Operation,
  { once, tell }: Parameters<typeof watch>[3],
): Promise<WatchSummary | null> {
  const done = await world.store.exclusively(`watch ${operation.id}`, () =>
    watchOperation(world, {
      ...around(world, sources, operation),
      tell,
      extent: once ? 'due' : 'on',
    }),
  );
  return done?.value ?? null;
}

/** One server that was looked at because somebody asked. */
export interface LookedAt {
  readonly serverId: string;
  readonly host: string;
  /** Null where it was looked at. */
  readonly notBecause: Unwatched | null;
  /** Null where it was not looked at, or the look was given up. */
  readonly round: Round | null;
  /** As it stands after that. */
  readonly verdict: ServerVerdict | null;
}

/** One round now for servers by name. What must not be looked at is not looked at for anybody. */
export async function lookNow(
  world: World,
  sources: WatchSources,
  name: string,
  servers: readonly string[],
  tell: (telling: WatchTelling) => void,
): Promise<readonly LookedAt[]> {
  const operation = await readyToLook(world, sources, name);
  const named = servers.map((server) => namedServer(operation.id, server));
  const ids = [...new Set(named.map(({ id }) => id))];
  const before = await watched(world, operation, ids);
  for (const server of named) if (!before.has(server.id)) throw noSuchServer(operation, server);
  const rounds = new Map<string, Round>();
  await watchOperation(world, {
    ...around(world, sources, operation),
    tell,
    extent: ids,
    seen: (round) => void rounds.set(round.serverId, round),
  });
  const after = await watched(world, operation, ids);
  return ids.flatMap((serverId): LookedAt[] => {
    const server = after.get(serverId);
    if (server === undefined) return [];
    const round = rounds.get(serverId) ?? null;
    const notBecause = round === null ? whyNever({ ...server, ...whatItTakes(server) }) : null;
    return [{ serverId, host: server.host, notBecause, round, verdict: server.verdict }];
  });
}

function whatItTakes(server: WatchedServer): { hasTarget: boolean; verdict: null; darkAt: null } {
  return { hasTarget: targetsOf(server).length > 0, verdict: null, darkAt: null };
}

async function watched(
  world: World,
  operation: Operation,
  ids: readonly string[],
): Promise<ReadonlyMap<string, WatchedServer>> {
  const now = world.clock.now();
  return world.store.read(async (transaction) => {
    const found = new Map<string, WatchedServer>();
    for await (const page of transaction.watchedServers(operation.id, now, ids)) {
      for (const server of page) found.set(server.serverId, server);
    }
    return found;
  });
}

/** Everything that has to hold before the first packet leaves. */
async function readyToLook(world: World, sources: WatchSources, name: string): Promise<Operation> {
  world.outgoing.assertAllowed('probe');
  const { operation, whyNot } = await readOperation(world, name);
  if (whyNot === 'closed') assertNotClosed(operation, 'is not looked at');
  if (whyNot === 'off') {
    throw problem(
      'refused',
      `probing is not switched on for ${operation.name}`,
      `An admin switches it on: dismantle probing start --operation ${operation.name}`,
    );
  }
  assertCanLook(world, sources);
  return operation;
}

async function readOperation(
  world: World,
  name: string,
): Promise<{ readonly operation: Operation; readonly whyNot: 'closed' | 'off' | null }> {
  return world.store.read(async (transaction) => {
    const operation = await operationNamed(transaction, name);
    if ((operation.closedAt ?? null) !== null) return { operation, whyNot: 'closed' };
    return { operation, whyNot: (await isProbingOn(transaction, operation)) ? null : 'off' };
  });
}

function assertCanLook(world: World, { probers }: WatchSources): void {
  world.outgoing.assertAllowed('probe');
  if (probers.length > 0) return;
  throw problem(
    'settings',
    'there is no vantage to look from',
    'Set probe.here.enabled, or name one in probe.vantages',
  );
}

function around(
  world: World,
  sources: WatchSources,
  operation: Operation,
): Omit<Parameters<typeof watchOperation>[1], 'tell' | 'extent'> {
  const { probers, watch: settings, rates, pause } = sources;
  // Ctrl-C ends the looking. What was seen before it is written down all the same.
  const writing = { ...world, signal: new AbortController().signal };
  return {
    operation,
    probers,
    settings,
    rates,
    pause,
    record: (rounds) => recordRounds(writing, operation, rounds, sources),
  };
}

/** An admin lets the servers of an operation be looked at. */
export async function startProbing(world: World, signing: Signing, name: string, words: Words): Promise<ProbingRecord> {
  const operation = await findOperation(world, name);
  await actSigned(world, signing, probingStart(operation, spoken(words)));
  const [newest] = await probings(world, operation.name);
  if (newest === undefined) throw new Error('what was switched on is not there');
  return newest;
}

export async function stopProbing(world: World, name: string, words: Words): Promise<void> {
  await stop(world, await findOperation(world, name), spoken(words));
}

/** Every time that probing was on, the newest first; of one operation where one is named. */
export async function probings(world: World, name: string | null): Promise<readonly ProbingRecord[]> {
  const operation = name === null ? null : await findOperation(world, name);
  return world.store.read((transaction) => transaction.probings(operation?.id ?? null));
}

export async function closeOperation(world: World, name: string, words: Words): Promise<void> {
  await close(world, await findOperation(world, name), spoken(words));
}

export async function reopenOperation(world: World, name: string, words: Words): Promise<void> {
  await reopen(world, await findOperation(world, name), spoken(words));
}

/** An operation and what may be done in it now. */
export interface OperationState {
  readonly name: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly closedAt: Instant | null;
  readonly isProbingOn: boolean;
}

export async function operationStates(world: World): Promise<readonly OperationState[]> {
  return world.store.read(async (transaction) => {
    const on = new Set(
      (await transaction.probings(null)).filter(({ stoppedAt }) => stoppedAt === null).map((each) => each.operationId),
    );
    return (await transaction.operations()).map(({ id, name, drill, malware, closedAt }) => ({
      name,
      drill,
      malware,
      closedAt: closedAt ?? null,
      isProbingOn: on.has(id),
    }));
  });
}

export type { ProbingRecord } from '../ports/watching.ts';
export type { WatchEvent, WatchSummary, WatchTelling } from '../steps/watch/watch-event.ts';
