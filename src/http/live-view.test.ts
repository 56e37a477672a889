import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReadTransaction, Store } from '../ports/store.ts';
import { createLiveViews } from './live-view.ts';

/* What whoever watches is told while the database is away. */

let isAway = false;

/** A ledger of one entry, in a database that goes away. */
const store: Pick<Store, 'read'> = {
  async read(work) {
    if (isAway) throw new Error('the database is away');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a live view reads, and nothing else
    return work({
      ledgerHead: async () => Promise.resolve({ entries: 1, root: '' }),
      entryHeads: async () => Promise.resolve([]),
    } as unknown as ReadTransaction);
  },
};

beforeEach(() => {
  isAway = false;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('a beat says that all was told: none comes while the database is away, and the view stays', async () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  const views = createLiveViews(() => store as Store, () => undefined); // prettier-ignore
  const stream = await views.watch('one', null, { owner: 'somebody', mayStay: () => Promise.resolve(true) });
  let told = '';
  const reading = (async () => {
    for await (const chunk of stream) told += Buffer.from(chunk).toString();
  })();
  const after = async (seconds: number): Promise<string> => {
    told = '';
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    return told;
  };
  await expect(after(0)).resolves.toContain('event: beat');
  await expect(after(16)).resolves.toContain('event: beat');
  isAway = true;
  await after(1);
  const silent = await after(16);
  expect(silent).toContain(': still here');
  expect(silent).not.toContain('beat');
  isAway = false;
  await expect(after(16)).resolves.toContain('event: beat');
  views.close();
  await reading;
});
