import type { ClockSettings } from '../domain/clock.ts';
import type { Instant } from '../domain/instant.ts';
import type { MethodRow } from '../domain/method.ts';
import type { MethodTable } from '../domain/method-table.ts';
import type { Operation } from '../domain/operation.ts';
import { findOperation, spoken } from '../flow.ts';
import type { Sources } from '../flow.ts';
import type { DutyRecord } from '../ports/clock-facts.ts';
import type { Sharing } from '../ports/sharing.ts';
import type { Signing } from '../ports/signing.ts';
import type { WriteTransaction } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { scheduleDuty } from '../steps/clock/duty.ts';
import type { DutyWords } from '../steps/clock/duty.ts';
import { QUORUM } from '../domain/verdict.ts';
import type { Quorum } from '../domain/verdict.ts';
import type { ClockSetup, Lacks } from '../steps/clock/sent-notice.ts';
import { provisionalRuns } from '../steps/verify/show-verdict.ts';
import { readHandover } from '../steps/clock/handover.ts';
import type { Handover } from '../steps/clock/handover.ts';
import { readDue } from '../steps/clock/read-due.ts';
import type { DueStep } from '../steps/clock/read-due.ts';
import { runClock } from '../steps/clock/run-clock.ts';
import { composeCorrection } from '../steps/notify/compose-correction.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { queueCorrections } from '../steps/retract/queue-corrections.ts';
import type { ComposeCorrection } from '../steps/retract/queue-corrections.ts';
import { retractCase } from '../steps/retract/retract-case.ts';
import type { Retraction, RetractionRequest } from '../steps/retract/retract-case.ts';
import { queueDispatch } from '../steps/send/queue-dispatch.ts';

/*
 *     sent ─► reminded ─► next contact ─► telephone ─► upstream, police      the clock; a look or an answer stops it
 *     wrong ─► retracted ─► corrected, everywhere that it went               within the hour
 */

/** What the clock and a retraction consult besides the store. */
export interface ClockSources extends Pick<Sources, 'methodTable' | 'notices'> {
  readonly clock: ClockSettings;
  /** What it takes to confirm a server dark; the design's where nothing is said. */
  readonly verify?: Quorum;
  /** By what others learn of servers; nothing is shared yet. */
  readonly sharing?: readonly Sharing[];
}

export interface Due {
  readonly operation: string;
  readonly at: Instant;
  readonly steps: readonly DueStep[];
}

/** What waits for its time or for somebody. */
export async function due(world: World, sources: ClockSources, name: string): Promise<Due> {
  const operation = await findOperation(world, name);
  const at = world.clock.now();
  const steps = await world.store.read((transaction) =>
    readDue(transaction, operation, clockSetup(sources, operation), at),
  );
  return { operation: operation.name, at, steps };
}

/** What the next shift must know. */
export async function handover(
  world: World,
  sources: ClockSources,
  name: string,
): Promise<Handover & { readonly operation: string }> {
  const operation = await findOperation(world, name);
  const now = world.clock.now();
  return world.store.read(async (transaction) => ({
    operation: operation.name,
    ...(await readHandover(transaction, operation, clockSetup(sources, operation), now)),
  }));
}

export function setDuty(world: World, words: DutyWords): Promise<DutyRecord> {
  return scheduleDuty(world, words);
}

/** Who is on duty now or later. */
export function duties(world: World): Promise<readonly DutyRecord[]> {
  const now = world.clock.now();
  return world.store.read((transaction) => transaction.duties(now));
}

/** Takes a case back everywhere; one signature is enough. */
export async function retract(
  world: World,
  signing: Signing,
  sources: ClockSources,
  name: string,
  request: RetractionRequest,
): Promise<Retraction> {
  const operation = await findOperation(world, name);
  const { reason } = spoken({ person: request.name, reason: request.reason });
  const { act, result } = retractCase(
    world,
    operation,
    { ...request, reason },
    {
      queue: (transaction, message) => queueDispatch(world, transaction, message),
      compose: composer(operation, sources),
      sharing: sources.sharing ?? [],
    },
  );
  await actSigned(world, signing, act);
  return result();
}

/**
 * What a send queues besides what was approved: the clock's messages that go by themselves, and any correction that a
 * retraction could not yet know of. In a transaction that holds the operation.
 */
export function clockQueue(
  world: World,
  operation: Operation,
  sources: ClockSources,
): (transaction: WriteTransaction) => Promise<number> {
  const queue = (transaction: WriteTransaction, message: Parameters<typeof queueDispatch>[2]): Promise<string | null> =>
    queueDispatch(world, transaction, message);
  return async (transaction) => {
    let queued = 0;
    for (const retracted of await transaction.retractedCases(operation.id)) {
      queued += await queueCorrections(transaction, operation.id, retracted, queue, composer(operation, sources));
    }
    return (
      queued + (await runClock(transaction, operation, { ...clockSetup(sources, operation), queue }, world.clock.now()))
    );
  };
}

function composer(operation: Operation, { notices }: ClockSources): ComposeCorrection {
  return (request) => composeCorrection(operation, notices, request);
}

function clockSetup({ clock, methodTable, verify = QUORUM }: ClockSources, operation: Operation): ClockSetup {
  return { settings: clock, rows: rowsOf(methodTable), lacks: lacksBy(operation, verify) };
}

function lacksBy({ id }: Operation, quorum: Quorum): Lacks {
  return async (transaction, serverIds) => {
    const facts = await transaction.verdictFacts(id, serverIds);
    const runs = await provisionalRuns(transaction, facts, quorum);
    return new Map([...runs].map(([serverId, { lacks }]) => [serverId, lacks]));
  };
}

function rowsOf({ rows }: MethodTable): ReadonlyMap<string, MethodRow> {
  return new Map(rows.map(({ result }) => [result.id, result]));
}

export type { DutyRecord } from '../ports/clock-facts.ts';
export type { Handover } from '../steps/clock/handover.ts';
export type { DueStep } from '../steps/clock/read-due.ts';
export type { Retraction } from '../steps/retract/retract-case.ts';
