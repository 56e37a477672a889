import { assertGoesOn } from '../../domain/problem.ts';
import type { Instant } from '../../domain/instant.ts';
import { heldNotices, heldWords } from '../../policy/strike/hold.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { queueApproved } from './queue-approved.ts';
import { sendDispatch } from './send-dispatch.ts';
import type { SendResult } from './attempt.ts';
import { sendQueue } from './send-setup.ts';
import type { SendSetup } from './send-setup.ts';
import { whatLacksHere } from './what-keeps-it.ts';

export interface SendSummary {
  /** Messages that were put on record to leave. */
  readonly queued: number;
  readonly sent: number;
  readonly retried: number;
  readonly nextContact: number;
  /** No contact is left: a person has to look. */
  readonly failed: number;
  readonly kept: readonly KeptDispatch[];
  /** When the next one may go that time alone keeps; null where there is none. */
  readonly nextAt: Instant | null;
}

export interface KeptDispatch {
  readonly dispatchId: string;
  readonly reasons: readonly string[];
  readonly at: Instant | null;
}

/**
 * Sends what may go now: queues what was approved and what the clock wants, then works the queue until nothing is left that
 * can be done at this moment. Killed at any point, the next call goes on.
 */
export async function sendDue(
  world: World,
  setup: SendSetup,
  alsoQueue: (transaction: WriteTransaction) => Promise<number> = () => Promise.resolve(0),
): Promise<SendSummary> {
  const { operation } = setup;
  const queued = await world.store.write(async (transaction) => {
    await transaction.lockOperationAhead(operation.id);
    return (await queueApproved(world, transaction, operation.id)) + (await alsoQueue(transaction));
  });
  const counts = { sent: 0, retried: 0, nextContact: 0, failed: 0 };
  const kept = new Map<string, KeptDispatch>();
  const worker = createWorker(world, setup, counts, kept);
  // What is tried again at its time comes through the queue; what is due besides (new, or begun by somebody who died) from the store.
  await setup.jobs.drain(sendQueue(setup), ({ data }) => worker.take(String(data['dispatch'])), setup.connections);
  // Copies wait for their notice: those whose notice has just left follow it at once. So do next contacts, and those after them.
  let ready = await dueOf(world, setup, kept);
  for (let before = -1; ready.due.length > 0 && before < counts.sent + counts.nextContact;) {
    before = counts.sent + counts.nextContact;
    await worker.takeAll(ready.due);
    ready = await dueOf(world, setup, kept);
  }
  worker.assertWell();
  return {
    queued,
    ...counts,
    kept: [...kept.values()],
    nextAt: earliest([ready.nextAt, ...[...kept.values()].map(({ at }) => at)]),
  };
}

/**
 * What is due and not held back by a strike, and when the next is; what is held is noted in `kept`. Of all in one reading: before its
 * aim a strike holds whatever is approved, and each of them would be locked and asked about by itself at every call.
 */
async function dueOf(
  world: World,
  setup: SendSetup,
  kept: Map<string, KeptDispatch>,
): Promise<{ readonly due: readonly string[]; readonly nextAt: Instant | null }> {
  const { operation } = setup;
  const now = world.clock.now();
  const [dispatches, strikes, nextAt] = await world.store.read((transaction) =>
    Promise.all([
      transaction.dispatchesDue(operation.id, now),
      transaction.strikes(operation.id),
      transaction.nextDispatchAt(operation.id, now),
    ]),
  );
  // Where this machine cannot send at all, each says so itself.
  if (whatLacksHere(setup) !== null) return { due: dispatches.map(({ dispatchId }) => dispatchId), nextAt };
  const held = heldNotices(strikes, now);
  const due = dispatches.flatMap(({ dispatchId, noticeId, mayBeHeld }) => {
    const hold = mayBeHeld ? held.get(noticeId) : undefined;
    if (hold === undefined) return [dispatchId];
    kept.set(dispatchId, { dispatchId, reasons: [heldWords(hold)], at: hold.until });
    return [];
  });
  return { due, nextAt };
}

interface Worker {
  take(dispatchId: string): Promise<void>;
  /** As many at once as there are connections. */
  takeAll(dispatchIds: readonly string[]): Promise<void>;
  /** Throws what went wrong with any of them, once all others have had their turn. */
  assertWell(): void;
}

function createWorker(world: World, setup: SendSetup, counts: Counts, kept: Map<string, KeptDispatch>): Worker {
  const faults: unknown[] = [];
  const faulted = new Set<string>();
  let begun = 0;
  const take = async (dispatchId: string): Promise<void> => {
    // What became of it may be known to nobody but a write that failed: not again in this call, whatever the store says is due.
    if (world.signal.aborted || faulted.has(dispatchId)) return;
    begun += 1;
    world.progress.step('sending', begun);
    try {
      tally(counts, kept, dispatchId, await sendDispatch(world, setup, dispatchId));
    } catch (fault) {
      // The others go on; whoever called hears of it afterwards.
      faults.push(fault);
      faulted.add(dispatchId);
    }
  };
  return {
    take,
    async takeAll(dispatchIds) {
      const waiting = dispatchIds.values();
      const work = async (): Promise<void> => {
        for (const dispatchId of waiting) await take(dispatchId);
      };
      await Promise.all(Array.from({ length: setup.connections }, work));
    },
    assertWell() {
      assertGoesOn(world.signal);
      if (faults.length > 0) throw faults[0];
    },
  };
}

interface Counts {
  sent: number;
  retried: number;
  nextContact: number;
  failed: number;
}

function tally(counts: Counts, kept: Map<string, KeptDispatch>, dispatchId: string, result: SendResult): void {
  if (result.result === 'sent') counts.sent += 1;
  if (result.result === 'retry') counts.retried += 1;
  if (result.result === 'next-contact') counts.nextContact += 1;
  if (result.result === 'person') counts.failed += 1;
  if (result.result === 'kept') kept.set(dispatchId, { dispatchId, reasons: result.kept.reasons, at: result.kept.at });
  else kept.delete(dispatchId);
}

function earliest(moments: readonly (Instant | null)[]): Instant | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}
