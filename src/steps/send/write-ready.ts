import type { World } from '../../ports/world.ts';
import type { KeptDispatch } from './send-due.ts';
import { composed, load, storedMessage } from './send-dispatch.ts';
import type { SendSetup } from './send-setup.ts';

/**
 * Writes what is kept as it would leave, date and signatures included, into the folder `ready` of the operation's output: the
 * dry run of rule 11. Returns the folder, or null where there is nothing.
 */
export async function writeReady(
  world: World,
  setup: SendSetup,
  kept: readonly KeptDispatch[],
): Promise<string | null> {
  let written = 0;
  for (const { dispatchId } of kept) {
    const now = world.clock.now();
    const found = await world.store.read(async (transaction) => {
      const loaded = await load(transaction, dispatchId);
      // What has been begun may have left: it is no dry run any more.
      if (loaded === null || loaded.dispatch.attempts > 0) return null;
      return { ...loaded, stored: await storedMessage(transaction, loaded) };
    });
    const recipient = found?.dispatch.contacts[found.dispatch.contactIndex];
    if (found === null || recipient === undefined) continue;
    const message = await composed(setup, found, recipient, now);
    await world.output.put(setup.operation.name, `ready/${found.notice.reference}-${found.dispatch.kind}.eml`, message);
    written += 1;
  }
  return written === 0 ? null : world.output.locate(setup.operation.name, 'ready');
}
