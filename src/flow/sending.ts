import { speakerOf } from '../domain/person.ts';
import { oneLine } from '../steps/intake/import-options.ts';
import { isInForce } from '../steps/people/arm-operation.ts';
import { sendBriefings, writeReadyBriefings } from '../steps/send/send-briefings.ts';
import type { BriefedSummary } from '../steps/send/send-briefings.ts';
import { sendDue as sendOperation } from '../steps/send/send-due.ts';
import type { SendSummary as Sent } from '../steps/send/send-due.ts';
import type { SendSetup } from '../steps/send/send-setup.ts';
import { writeReady } from '../steps/send/write-ready.ts';
import { clockQueue } from './clock.ts';
import type { ClockSources } from './clock.ts';
import type { World } from '../ports/world.ts';

/*
 *     approved ─► queued ─► attempted ─► sent ─► (reminded, copied, corrected)
 *
 * What leaves this house, and what a person carries out of it by hand.
 */

export interface SendSummary extends Sent {
  /** Desks that were told ahead of a strike. */
  readonly briefed: number;
  readonly isArmed: boolean;
  /** Where the messages lie as they would leave, while nothing is armed; null where they have left. */
  readonly ready: string | null;
}

/** Sends what may go now. What is not armed goes to the outbox instead (rule 11). */
export async function sendDue(
  world: World,
  setup: SendSetup,
  clock: ClockSources,
  /** Whether what is not armed is written out as it would leave: whoever watches needs it once. */
  writesReady = true,
): Promise<SendSummary> {
  // Who is told ahead of a strike needs the time that is left.
  const briefings = await sendBriefings(world, setup);
  const sent = await sendOperation(world, setup, clockQueue(world, setup.operation, clock));
  if (briefings.faults.length > 0) throw briefings.faults[0];
  const now = world.clock.now();
  const armings = await world.store.read((transaction) => transaction.armings(setup.operation.id));
  const isArmed = armings.some((arming) => isInForce(arming, now) && arming.traffic.includes('send'));
  const summary = withBriefings(sent, briefings);
  if (!writesReady || (isArmed && setup.transport !== null)) return { ...summary, isArmed, ready: null };
  const written = await writeReadyBriefings(world, setup, briefings.kept);
  const ready = await writeReady(world, setup, sent.kept);
  return { ...summary, isArmed, ready: ready ?? (written === 0 ? null : world.output.locate(setup.operation.name, 'ready')) };
} // prettier-ignore

function withBriefings(
  sent: Sent,
  { briefed, retried, failed, kept, nextAt }: BriefedSummary,
): Omit<SendSummary, 'isArmed' | 'ready'> {
  const moments = [sent.nextAt, nextAt].filter((moment) => moment !== null);
  return {
    ...sent,
    briefed,
    retried: sent.retried + retried,
    failed: sent.failed + failed,
    kept: [...sent.kept, ...kept.map(({ briefingId, reasons, at }) => ({ dispatchId: briefingId, reasons, at }))],
    nextAt: moments.length === 0 ? null : Math.min(...moments),
  };
}

/** Who speaks, for the ledger: the key of a person on record, or the words as they are while nobody is. */
export async function speakerKey(world: World, name: string): Promise<string> {
  const people = await world.store.read((transaction) => transaction.people());
  return speakerOf(people, oneLine(name, '--as', 100));
}

export { aimNotices } from '../steps/send/aim-notices.ts';
export { doneByHand, textForForm } from '../steps/send/by-hand.ts';
export type { DoneByHand } from '../steps/send/by-hand.ts';
export { listOutgoing, retryFailed } from '../steps/send/list-outgoing.ts';
export type { OutgoingView } from '../steps/send/list-outgoing.ts';
export { oneLine as oneLineOf } from '../steps/intake/import-options.ts';
export type { SendSetup } from '../steps/send/send-setup.ts';
