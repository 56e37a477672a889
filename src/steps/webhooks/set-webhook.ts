import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { Webhook } from '../../domain/webhook.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

type Words = { readonly person: string; readonly reason: string };

const LONGEST_URL = 2000;

/** Has the desk of a provider told at this place, and at no other: a webhook that it had before is removed. */
export async function setWebhook(
  world: World,
  wanted: Words & { readonly provider: string; readonly url: string },
): Promise<Webhook> {
  const url = plainUrl(wanted.url);
  const id = world.ids.uuid();
  return world.store.write(async (transaction) => {
    await transaction.lockLedger();
    const provider = await transaction.provider(wanted.provider);
    if (provider === null) {
      throw problem('not-found', `there is no provider "${wanted.provider}"`, 'List them with: dismantle providers');
    }
    const by = speakerOf(await transaction.people(), wanted.person);
    const before = await webhookOf(transaction, provider.key);
    if (before !== null) await end(world, transaction, before, { reason: wanted.reason, by });
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'webhook.set',
      subject: id,
      body: { schema: 1, provider: provider.key, url, reason: wanted.reason, by },
    });
    const set = await transaction.webhook(id);
    if (set === null) throw new Error('the webhook that was set is not there');
    return set;
  });
}

/** From now on the desk of that provider is told nothing by machine. */
export async function removeWebhook(world: World, provider: string, { person, reason }: Words): Promise<Webhook> {
  return world.store.write(async (transaction) => {
    await transaction.lockLedger();
    const webhook = await webhookNamed(transaction, provider);
    await end(world, transaction, webhook, { reason, by: speakerOf(await transaction.people(), person) });
    return (await transaction.webhook(webhook.id)) ?? webhook;
  });
}

async function end(
  world: World,
  transaction: WriteTransaction,
  { id, provider }: Webhook,
  said: { readonly reason: string; readonly by: string },
): Promise<void> {
  const now = world.clock.now();
  await transaction.append({
    actor: world.actor,
    recordedAt: now,
    kind: 'webhook.removed',
    subject: id,
    body: { schema: 1, provider, ...said },
  });
  await transaction.cancelWebhookMessages(id, now);
}

/** What the provider's desk is told by now. */
export async function webhookNamed(transaction: ReadTransaction, provider: string): Promise<Webhook> {
  const found = await webhookOf(transaction, provider);
  if (found !== null) return found;
  throw problem('not-found', `the provider "${provider}" has no webhook`, 'List them with: dismantle webhook list');
}

async function webhookOf(transaction: ReadTransaction, provider: string): Promise<Webhook | null> {
  const webhooks = await transaction.webhooks();
  return webhooks.find((each) => each.provider === provider && each.removedAt === null) ?? null;
}

function plainUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.href.length > LONGEST_URL) {
    throw problem('usage', 'this is no URL that a webhook can have', 'It is like https://desk.example/hooks/dismantle');
  }
  if (url.username !== '' || url.password !== '') {
    throw problem(
      'usage',
      'the URL carries a user name or a password, which would stand in the ledger',
      'A webhook is known by its signature',
    );
  }
  url.hash = '';
  return url.href;
}
