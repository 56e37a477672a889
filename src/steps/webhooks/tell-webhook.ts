import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import { isLoopbackUrl, nextTry, signedHeaders } from '../../domain/webhook.ts';
import type { Webhook, WebhookMessage } from '../../domain/webhook.ts';
import type { FetchAnswer, Fetcher } from '../../ports/fetcher.ts';
import type { World } from '../../ports/world.ts';

/** What telling works with. */
export interface Telling {
  readonly fetcher: Fetcher;
  /** Of that webhook. */
  readonly secret: Uint8Array;
}

/** What telling a desk once came to. */
export interface Told {
  readonly delivered: number;
  readonly retried: number;
  readonly failed: number;
  /** Of the last that did not arrive. */
  readonly problem: string | null;
  /** Why the newest message was given up; null while the newest arrives or is tried. A person sees to it. */
  readonly givenUp: string | null;
  readonly nextAt: Instant | null;
}

/** So that one desk's day away is no flood: the rest has its turn after. */
const AT_ONCE = 50;
/** After a failure, before the next message. */
const REST_MS = 60_000;
/** An answer is looked at by its status alone. */
const MAX_ANSWER_BYTES = 4096;

/** Puts down what has happened, and tells what is due. Whoever else is at it has the lock. */
export async function tellWebhook(world: World, webhook: Webhook, telling: Telling): Promise<Told> {
  const { id } = webhook;
  const due = await world.store.write(async (transaction) => {
    // A drill's events are not even put down for a desk outside of this machine.
    await transaction.queueWebhookMessages(id, isLoopbackUrl(webhook.url), world.clock.now());
    return transaction.dueWebhookMessages(id, world.clock.now(), AT_ONCE);
  });
  const told = { delivered: 0, retried: 0, failed: 0, problem: null as string | null };
  for (const message of due) {
    assertGoesOn(world.signal);
    const { state, problem } = await tellOne(world, webhook, message, telling);
    if (state === 'delivered') told.delivered += 1;
    else if (state === 'failed') told.failed += 1;
    else if (state === 'waiting') told.retried += 1;
    told.problem = problem ?? told.problem;
    // Whoever did not take this one does not take the next in this moment either.
    if (state === 'waiting') break;
  }
  return world.store.read(async (transaction) => {
    const nextAt = await transaction.nextWebhookMessage(id);
    const [newest] = await transaction.webhookMessages(id, 1);
    return {
      ...told,
      givenUp: newest?.state === 'failed' ? newest.problem : null,
      nextAt: nextAt === null || told.retried === 0 ? nextAt : Math.max(nextAt, world.clock.now() + REST_MS),
    };
  });
}

/** One attempt: its intent is on disk before a connection is opened, its outcome after. A test is tried once. */
export async function tellOne(
  world: World,
  webhook: Webhook,
  message: WebhookMessage,
  { fetcher, secret }: Telling,
): Promise<WebhookMessage> {
  const { id, kind, drill } = message;
  if (drill && !isLoopbackUrl(webhook.url)) throw new Error('a drill tells nobody outside of this machine');
  world.outgoing.assertAllowed('send');
  const attempted = { ...message, attempts: message.attempts + 1 };
  const startedAt = world.clock.now();
  const stands = await world.store.write(async (transaction) => {
    const known = await transaction.webhookMessage(id);
    // It may have been removed meanwhile, and what waited with it.
    if (known?.state !== 'waiting') return known ?? message;
    // Should we die in the midst of it, it is tried again after the same time, and on its last day as well.
    await transaction.beginWebhookAttempt(id, startedAt, nextTry(attempted, startedAt, null) ?? startedAt + REST_MS);
    return null;
  });
  if (stands !== null) return stands;
  const body = bodyOf(message);
  const answer = await fetcher.exchange(
    {
      method: 'POST',
      url: webhook.url,
      headers: { 'content-type': 'application/json', ...signedHeaders(secret, id, startedAt, body) },
      credential: null,
      body,
      redirects: 0,
      take: null,
      maxBytes: MAX_ANSWER_BYTES,
    },
    world.signal,
  );
  const now = world.clock.now();
  const { status, problem, retryAfterMs } = answer.ok
    ? readAnswer(answer.value)
    : { status: null, problem: answer.problem.reason, retryAfterMs: null };
  // 410 Gone: the desk wants no more of it.
  const nextAt = kind === 'webhook.test' || status === 410 ? null : nextTry(attempted, now, retryAfterMs);
  const state = problem === null ? 'delivered' : nextAt === null ? 'failed' : 'waiting';
  return world.store.write(async (transaction) => {
    await transaction.settleWebhookAttempt(id, { state, status, problem, nextAt: nextAt ?? now }, now);
    return (await transaction.webhookMessage(id)) ?? { ...attempted, state, status, problem };
  });
}

function readAnswer({ status, retryAfterMs }: FetchAnswer): {
  readonly status: number;
  readonly problem: string | null;
  readonly retryAfterMs: number | null;
} {
  return { status, problem: status >= 200 && status < 300 ? null : `it answered ${status}`, retryAfterMs };
}

/** That there is something, about which notice and since when: whoever reads webhooks need not be who reads notices. */
function bodyOf({ kind, reference, drill, happenedAt }: WebhookMessage): Uint8Array {
  return Buffer.from(JSON.stringify({ type: kind, timestamp: isoInstant(happenedAt), data: { reference, drill } }));
}
