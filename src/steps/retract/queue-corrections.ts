import { toCorrect } from '../../policy/clock/corrections.ts';
import type { ToCorrect } from '../../policy/clock/corrections.ts';
import type { DispatchText } from '../../domain/dispatch.ts';
import type { ClockNotice, NamedCase, RetractedCase } from '../../ports/clock-facts.ts';
import type { Queue } from '../../ports/queueing.ts';
import type { WriteTransaction } from '../../ports/store.ts';

/** Writes the correction for one recipient; the texts are notify's. */
export type ComposeCorrection = (request: {
  readonly notice: ClockNotice;
  readonly takenBack: readonly Pick<NamedCase, 'host' | 'hostType'>[];
  /** How many further servers of the notice stand. */
  readonly stays: number;
  readonly to: ToCorrect['to'];
}) => DispatchText;

/**
 * Queues a correction to everybody whom a message about this case reached. May be called again at any time: what is queued
 * stays, what is missing is added, as after an attempt that nobody knew of.
 */
export async function queueCorrections(
  transaction: WriteTransaction,
  operationId: string,
  { caseId }: Pick<RetractedCase, 'caseId'>,
  queue: Queue,
  compose: ComposeCorrection,
): Promise<number> {
  let queued = 0;
  for (const notice of await transaction.clockNotices(operationId, caseId)) {
    const known = new Set(notice.dispatches.map(({ messageId }) => messageId));
    const takenBack = notice.cases.filter((each) => each.caseId === caseId);
    const stays = notice.cases.filter(({ state }) => state !== 'retracted').length;
    for (const { recipient, channel, to, messageId, inReplyTo, references } of toCorrect(
      caseId,
      notice.messageId,
      notice.dispatches,
    )) {
      if (known.has(messageId)) continue;
      const id = await queue(transaction, {
        operationId,
        noticeId: notice.noticeId,
        kind: 'correction',
        channel,
        contacts: [recipient],
        messageId,
        inReplyTo,
        references,
        // At once, whatever the notice aimed at.
        notBefore: null,
        notAfter: null,
        hash: notice.hash,
        text: compose({ notice, takenBack, stays, to }),
      });
      if (id !== null) queued += 1;
    }
  }
  return queued;
}
