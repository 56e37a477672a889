import type { Instant } from '../domain/instant.ts';
import type { Webhook, WebhookMessage } from '../domain/webhook.ts';

/** Where providers' desks are told by machine, and what they are told. */
export interface WebhookReads {
  /** Everything that ever was one, by provider, the newest first; `removedAt` tells what is none any more. */
  webhooks(): Promise<readonly Webhook[]>;
  webhook(id: string): Promise<Webhook | null>;
  /** The newest first. */
  webhookMessages(webhookId: string, limit: number): Promise<readonly WebhookMessage[]>;
  webhookMessage(id: string): Promise<WebhookMessage | null>;
  /** How many of its messages stand how. */
  webhookCounts(webhookId: string): Promise<Readonly<Record<WebhookMessage['state'], number>>>;
  /** What is to be told at this moment, the oldest first. */
  dueWebhookMessages(webhookId: string, now: Instant, limit: number): Promise<readonly WebhookMessage[]>;
  /** When the next of its messages is due; null: none waits. */
  nextWebhookMessage(webhookId: string): Promise<Instant | null>;
}

export interface WebhookWrites {
  /** Puts down what has happened since it was set and is not down yet; of drills only where `drills` says so. Gives how many. */
  queueWebhookMessages(webhookId: string, drills: boolean, now: Instant): Promise<number>;
  /** A test, which waits for nobody else: whoever puts it down sends it. */
  queueWebhookTest(webhookId: string, messageId: string, now: Instant): Promise<void>;
  /** The intent: an attempt begins. If nothing more is heard of it, the next is at `nextAt`. */
  beginWebhookAttempt(messageId: string, now: Instant, nextAt: Instant): Promise<void>;
  /** The outcome of the newest attempt. `nextAt` counts where it waits on. */
  settleWebhookAttempt(
    messageId: string,
    outcome: Pick<WebhookMessage, 'state' | 'status' | 'problem' | 'nextAt'>,
    now: Instant,
  ): Promise<void>;
  /** What waits is told nobody any more. */
  cancelWebhookMessages(webhookId: string, now: Instant): Promise<void>;
}
