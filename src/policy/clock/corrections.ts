import { derivedId } from '../../domain/derived-id.ts';
import type { DispatchChannel, DispatchKind, DispatchState } from '../../domain/dispatch.ts';
import type { Instant } from '../../domain/instant.ts';

/** What left of a notice, as far as a correction asks. */
export interface LeftMessage {
  readonly kind: DispatchKind;
  readonly channel: DispatchChannel;
  readonly messageId: string;
  readonly contacts: readonly string[];
  readonly state: DispatchState;
  readonly queuedAt: Instant;
  readonly sentAt: Instant | null;
  /** Mailboxes at which an attempt was begun, whatever came of it. */
  readonly attemptedAt: readonly string[];
}

/** Somebody who may have read a notice or what followed it, and has to be told that it does not hold. */
export interface ToCorrect {
  readonly recipient: string;
  readonly channel: DispatchChannel;
  /** `addressee`: was asked to act. `informed`: was told of it. */
  readonly to: 'addressee' | 'informed';
  /** The correction's own Message-ID: it follows from case, channel and recipient, so that no correction is queued twice. */
  readonly messageId: string;
  /** The newest message that reached them, which the correction answers. */
  readonly inReplyTo: string;
  readonly references: readonly string[];
}

const MAILED: ReadonlySet<DispatchChannel> = new Set(['mail', 'designated-agent']);
const INFORMED: ReadonlySet<DispatchKind> = new Set(['csirt-copy', 'referral']);

/**
 * Everybody who has to be told that a case of this notice was wrong: wherever an attempt was begun, since a message whose
 * outcome nobody knows may have arrived, and whoever was told by form or telephone. Nobody else, ever: a correction must
 * not tell anybody of a server whom nobody had told of it.
 */
export function toCorrect(
  caseId: string,
  noticeMessageId: string,
  messages: readonly LeftMessage[],
): readonly ToCorrect[] {
  const found = new Map<string, ToCorrect>();
  const known = new Set(messages.map(({ messageId }) => messageId));
  const byTime = messages
    .filter(({ kind }) => kind !== 'correction')
    .toSorted((one, other) => (one.sentAt ?? one.queuedAt) - (other.sentAt ?? other.queuedAt));
  for (const message of byTime) {
    for (const recipient of reachedBy(message)) {
      // One mailbox is told once, whether it was written to as an abuse contact or as a designated agent.
      const isMailbox = MAILED.has(message.channel);
      const key = `${isMailbox ? '' : message.channel} ${recipient.toLowerCase()}`;
      const before = found.get(key);
      const ownKey = `${message.channel === 'mail' ? '' : message.channel} ${recipient.toLowerCase()}`;
      const own = correctionId(caseId, noticeMessageId, ownKey);
      // Under which it was queued, or else the first way there: whatever is learnt later of another way makes no second one.
      const messageId =
        before === undefined || (known.has(own) && !known.has(before.messageId)) ? own : before.messageId;
      // A desk that was asked to act has to undo it, whatever else it was told afterwards.
      const to = INFORMED.has(message.kind) && before?.to !== 'addressee' ? 'informed' : 'addressee';
      found.set(key, {
        recipient,
        channel: message.channel,
        to,
        messageId,
        inReplyTo: message.messageId,
        references: [...new Set([noticeMessageId, message.messageId])],
      });
    }
  }
  return [...found.values()];
}

function reachedBy({ channel, contacts, state, attemptedAt }: LeftMessage): readonly string[] {
  if (attemptedAt.length > 0) return attemptedAt;
  const byHand = channel === 'form' || channel === 'phone' || channel === 'api' || channel === 'designated-agent';
  return byHand && state === 'sent' ? contacts.slice(0, 1) : [];
}

/** "abc.x1b9d6bcd-bbfd@cert.example". */
function correctionId(caseId: string, noticeMessageId: string, key: string): string {
  const at = noticeMessageId.lastIndexOf('@');
  const mark = derivedId('correction', caseId, noticeMessageId, key).slice(0, 13);
  return `${noticeMessageId.slice(0, at)}.x${mark}${noticeMessageId.slice(at)}`;
}

/** How far the corrections of one retraction have come. */
export interface CorrectionProgress {
  readonly total: number;
  readonly delivered: number;
  /** Given up, and waiting for a person. */
  readonly failed: number;
  /** A form to fill in, a call to make. */
  readonly byHand: number;
  readonly lastDeliveredAt: Instant | null;
}

/** Counts what should be there against what is: one that nobody has queued is missing, not forgotten. */
export function correctionProgress(
  wanted: readonly ToCorrect[],
  messages: readonly (Pick<LeftMessage, 'messageId' | 'state' | 'sentAt'> & object)[],
): CorrectionProgress {
  const found = wanted.map(({ messageId }) => messages.find((message) => message.messageId === messageId));
  const delivered = found.filter((message) => message?.state === 'sent');
  const moments = delivered.map((message) => message?.sentAt ?? null).filter((at) => at !== null);
  return {
    total: wanted.length,
    delivered: delivered.length,
    failed: found.filter((message) => message?.state === 'failed').length,
    byHand: found.filter((message) => message?.state === 'waiting').length,
    lastDeliveredAt: moments.length === 0 ? null : Math.max(...moments),
  };
}
