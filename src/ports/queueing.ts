import type { DispatchChannel, DispatchKind, DispatchText } from '../domain/dispatch.ts';
import type { Instant } from '../domain/instant.ts';
import type { WriteTransaction } from './store.ts';

/** What a step wants to leave; src/steps/send/queue-dispatch.ts puts it on record. */
export interface QueuedMessage {
  readonly operationId: string;
  readonly noticeId: string;
  readonly kind: DispatchKind;
  readonly channel: DispatchChannel;
  readonly contacts: readonly string[];
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
  readonly hash: string;
  readonly text: DispatchText | null;
}

/** Queues a message in the caller's transaction; null where it is queued, on its way or sent already. */
export type Queue = (transaction: WriteTransaction, request: QueuedMessage) => Promise<string | null>;
