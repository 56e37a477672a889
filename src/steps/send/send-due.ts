import { assertGoesOn } from '../../domain/problem.ts';
import type { Instant } from '../../domain/instant.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { queueApproved } from './queue-approved.ts';
import { sendDispatch } from './send-dispatch.ts';
import type { SendResult } from './send-dispatch.ts';
import { jobFor, sendQueue } from './send-setup.ts';
import type { SendSetup } from './send-setup.ts';

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
    await transaction.lockOperation(operation.id);
    const added = (await queueApproved(world, transaction, operation.id)) + (await alsoQueue(transaction));
    // What was begun by somebody who died has a job no more, or one that comes too late: every due dispatch gets one. Two jobs
    // for one dispatch do no harm.
    for (const id of await transaction.dispatchesDue(operation.id, world.clock.now())) {
      await setup.jobs.send(transaction, jobFor(setup, id));
    }
    return added;
  });
  const counts = { sent: 0, retried: 0, nextContact: 0, failed: 0 };
  const kept = new Map<string, KeptDispatch>();
  let begun = 0;
  await setup.jobs.drain(
    sendQueue(setup),
    async ({ data }) => {
      assertGoesOn(world.signal);
      const dispatchId = String(data['dispatch']);
      begun += 1;
      world.progress.step('sending', begun);
      tally(counts, kept, dispatchId, await sendDispatch(world, setup, dispatchId));
    },
    setup.connections,
  );
  const nextAt = await world.store.read((transaction) => transaction.nextDispatchAt(operation.id, world.clock.now()));
  return {
    queued,
    ...counts,
    kept: [...kept.values()],
    nextAt: earliest([nextAt, ...[...kept.values()].map(({ at }) => at)]),
  };
}

function tally(
  counts: { sent: number; retried: number; nextContact: number; failed: number },
  kept: Map<string, KeptDispatch>,
  dispatchId: string,
  result: SendResult,
): void {
  if (result.result === 'sent') counts.sent += 1;
  if (result.result === 'retry') counts.retried += 1;
  if (result.result === 'next-contact') counts.nextContact += 1;
  if (result.result === 'person') counts.failed += 1;
  if (result.result === 'kept') kept.set(dispatchId, { dispatchId, ...result.kept });
}

function earliest(moments: readonly (Instant | null)[]): Instant | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}
