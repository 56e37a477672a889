import { findOperation } from '../../src/flow.ts';
import { removeWebhook, setWebhook } from '../../src/flow/webhooks.ts';
import { doorSetup } from './doors.ts';
import type { TestWorld } from './world.ts';

/** Webhooks: one that was moved, with a message; one that was removed. */
export async function tellDesks(world: TestWorld, by: string): Promise<void> {
  const words = { person: by, reason: 'in the lab' };
  const operation = await findOperation(world, 'lab');
  const providers = await world.store.read((transaction) => transaction.providers(operation.id));
  const [first, second] = providers.map(({ key }) => key).toSorted();
  if (first === undefined || second === undefined) throw new Error('two providers are needed');
  const set = (provider: string, url: string): Promise<string> =>
    setWebhook(world, doorSetup.key, { ...words, provider, url }).then(({ webhook }) => webhook.id);
  await set(first, 'https://old.example/hook');
  const moved = await set(first, 'https://desk.example/hook');
  await world.store.write((transaction) =>
    transaction.queueWebhookTest(moved, `msg_${'0'.repeat(32)}`, world.clock.now()),
  );
  await set(second, 'https://other.example/hook');
  await removeWebhook(world, second, words);
}
