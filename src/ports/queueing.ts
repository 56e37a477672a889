import type { DispatchChannel, DispatchKind, DispatchText } from '../domain/dispatch.ts';
import type { Instant } from '../domain/instant.ts';
import type { WriteTransaction } from './store.ts';

/** What a step wants to leave; src/steps/send/queue-dispatch.ts puts it on record. */
export interface QueuedMessage {
  readonly operationId: string;
  readonly noticeId: string;
  readonly kind: DispatchKind;
  readonly channel: DispatchChannel;
  /** In the order in which they are tried; at least one. */
  readonly contacts: readonly string[];
  /** Without angle brackets: one for all attempts. The dispatch's own id follows from it. */
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
  /** Of the notice that was approved. */
  readonly hash: string;
  /** Null: the notice's own message. */
  readonly text: DispatchText | null;
}

/** Queues a message in the caller's transaction; null where it is queued, on its way or sent already. */
export type Queue = (transaction: WriteTransaction, request: QueuedMessage) => Promise<string | null>;
