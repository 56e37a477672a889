import { createHmac } from 'node:crypto';
import { parseAddress } from './address.ts';
import type { Instant } from './instant.ts';

/** What a provider's desk is told of. None says more than that there is something about a notice. */
export const WEBHOOK_KINDS = [
  'notice.sent',
  'notice.checked',
  'notice.corrected',
  'notice.retracted',
  'notice.withdrawn',
  'webhook.test',
] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

export const WEBHOOK_STATES = ['waiting', 'delivered', 'failed', 'cancelled'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** Where the desk of a provider is told, as a person of ours has put it on record. Another place is another webhook. */
export interface Webhook {
  readonly id: string;
  /** The provider's key. */
  readonly provider: string;
  readonly url: string;
  readonly setAt: Instant;
  readonly setBy: string;
  readonly removedAt: Instant | null;
}

/** What is told, and how that went. */
export interface WebhookMessage {
  /** The same at each attempt, and whoever tells it. */
  readonly id: string;
  readonly webhookId: string;
  readonly kind: WebhookKind;
  /** Of the notice; null for a test. */
  readonly reference: string | null;
  readonly drill: boolean;
  readonly happenedAt: Instant;
  readonly queuedAt: Instant;
  readonly state: WebhookState;
  readonly attempts: number;
  readonly attemptedAt: Instant | null;
  readonly nextAt: Instant;
  /** Of the last answer; null where none came. */
  readonly status: number | null;
  readonly problem: string | null;
}

const MINUTE_MS = 60_000;
const WAITS_MINUTES = [1, 5, 15, 30, 60, 120, 240] as const;
/** For so long a desk may be away. */
export const TOLD_FOR_MS = 24 * 60 * MINUTE_MS;

/** When a message that failed for the `attempts`-th time is due again; null: its day is over, and a person sees to it. */
export function nextTry(
  { queuedAt, attempts }: Pick<WebhookMessage, 'queuedAt' | 'attempts'>,
  now: Instant,
  retryAfterMs: number | null,
): Instant | null {
  const minutes = WAITS_MINUTES[Math.min(Math.max(attempts, 1), WAITS_MINUTES.length) - 1] ?? 240;
  const nextAt = now + Math.max(minutes * MINUTE_MS, retryAfterMs ?? 0);
  return nextAt <= queuedAt + TOLD_FOR_MS ? nextAt : null;
}

/** On this machine, by an address that no resolver has a word in. */
export function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const parsed = parseAddress(new URL(text).hostname.replace(/^\[(.*)\]$/, '$1'));
  if (!parsed.ok) return false;
  const { value: address } = parsed;
  return address.version === 4 ? address.number >>> 24 === 127 : address.text === '::1';
}

/** As whoever receives writes it down: "whsec_…". */
export function secretText(secret: Uint8Array): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/** What Standard Webhooks 1.0 asks of a message: its id, the moment of this attempt, and a signature over both and the body. */
export function signedHeaders(
  secret: Uint8Array,
  id: string,
  now: Instant,
  body: Uint8Array,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
