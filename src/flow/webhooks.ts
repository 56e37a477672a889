import type { DoorKey } from '../domain/door-key.ts';
import { problem } from '../domain/problem.ts';
import { secretText } from '../domain/webhook.ts';
import type { Webhook, WebhookMessage } from '../domain/webhook.ts';
import { spoken } from '../flow.ts';
import type { Fetcher } from '../ports/fetcher.ts';
import type { ReadTransaction } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { removeWebhook as remove, setWebhook as set, webhookNamed } from '../steps/webhooks/set-webhook.ts';
import { tellOne, tellWebhook } from '../steps/webhooks/tell-webhook.ts';
import type { Told } from '../steps/webhooks/tell-webhook.ts';

/*
 * Webhooks: a provider's desk is told by machine that there is something about a notice, and asks for it at its door.
 */

type Words = { readonly person: string; readonly reason: string };

/** A webhook with how it goes. */
export interface WebhookView extends Webhook {
  readonly messages: Readonly<Record<WebhookMessage['state'], number>>;
  /** The newest of each, the newest first; those that failed are for a person to see. */
  readonly newest: readonly WebhookMessage[];
}

/** A new webhook with its secret, which nobody is told again. */
export interface SetWebhook {
  readonly webhook: WebhookView;
  /** "whsec_…" */
  readonly secret: string;
}

/** Doors' secret, which those of webhooks follow from; null where there are no doors. */
export type WebhookKeys = Pick<DoorKey, 'webhookSecret'> | null;

const SHOWN = 20;

export async function setWebhook(
  world: World,
  keys: WebhookKeys,
  wanted: Words & { readonly provider: string; readonly url: string },
): Promise<SetWebhook> {
  const key = assertKeys(keys);
  const webhook = await set(world, { ...wanted, ...spoken(wanted) });
  return { webhook: await viewNow(world, webhook), secret: secretText(key.webhookSecret(webhook.id)) };
}

/** Everything that is a webhook, by provider; with `all` what was one as well. */
export function webhooksOf(world: World, all = false): Promise<readonly WebhookView[]> {
  return world.store.read(async (transaction) => {
    const views: WebhookView[] = [];
    for (const webhook of await transaction.webhooks()) {
      if (all || webhook.removedAt === null) views.push(await viewOf(transaction, webhook));
    }
    return views;
  });
}

export async function removeWebhook(world: World, provider: string, words: Words): Promise<WebhookView> {
  return viewNow(world, await remove(world, provider, spoken(words)));
}

/** Sends a message that is about no notice, once. Gives it as it stands then. */
export async function testWebhook(
  world: World,
  keys: WebhookKeys,
  openFetcher: () => Promise<Fetcher>,
  provider: string,
): Promise<WebhookMessage> {
  const key = assertKeys(keys);
  world.outgoing.assertAllowed('send');
  const fetcher = await openFetcher();
  const id = `msg_${Buffer.from(world.random.bytes(16)).toString('hex')}`;
  const webhook = await world.store.read((transaction) => webhookNamed(transaction, provider));
  const told = await world.store.exclusively(lockOf(webhook.id), async (lost) => {
    const message = await world.store.write(async (transaction) => {
      await transaction.queueWebhookTest(webhook.id, id, world.clock.now());
      return transaction.webhookMessage(id);
    });
    if (message === null) throw new Error('the test that was put down is not there');
    const here = { ...world, signal: AbortSignal.any([world.signal, lost]) };
    return tellOne(here, webhook, message, { fetcher, secret: key.webhookSecret(webhook.id) });
  });
  if (told !== null) return told.value;
  throw problem('refused', `${webhook.provider} is being told something at this moment`, 'Test it again in a moment');
}

/** The ids of webhooks that are told by themselves. */
export async function webhooksAtWork(world: World): Promise<readonly string[]> {
  const webhooks = await world.store.read((transaction) => transaction.webhooks());
  return webhooks.filter(({ removedAt }) => removedAt === null).map(({ id }) => id);
}

/** Tells one what is due; null where it is none any more, or somebody is at it. */
export async function tellDue(
  world: World,
  { keys, fetcher }: { readonly keys: WebhookKeys; readonly fetcher: Fetcher },
  id: string,
): Promise<(Told & Pick<Webhook, 'provider'>) | null> {
  const key = assertKeys(keys);
  world.outgoing.assertAllowed('send');
  const told = await world.store.exclusively(lockOf(id), async (lost) => {
    const webhook = await world.store.read((transaction) => transaction.webhook(id));
    if (webhook === null || webhook.removedAt !== null) return null;
    const here = { ...world, signal: AbortSignal.any([world.signal, lost]) };
    const secret = key.webhookSecret(id);
    return { ...(await tellWebhook(here, webhook, { fetcher, secret })), provider: webhook.provider };
  });
  return told?.value ?? null;
}

function lockOf(id: string): string {
  return `webhook ${id}`;
}

function assertKeys(keys: WebhookKeys): NonNullable<WebhookKeys> {
  if (keys !== null) return keys;
  throw problem(
    'refused',
    "webhooks belong to the provider's door, and http.publicUrl is not set",
    'Set it to the address under which providers reach your service (docs/door.md)',
  );
}

function viewNow(world: World, webhook: Webhook): Promise<WebhookView> {
  return world.store.read((transaction) => viewOf(transaction, webhook));
}

async function viewOf(transaction: ReadTransaction, webhook: Webhook): Promise<WebhookView> {
  return {
    ...webhook,
    messages: await transaction.webhookCounts(webhook.id),
    newest: await transaction.webhookMessages(webhook.id, SHOWN),
  };
}

export type { Webhook, WebhookMessage } from '../domain/webhook.ts';
