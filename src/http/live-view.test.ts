import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { problem } from '../domain/problem.ts';
import type { ReadTransaction, Store } from '../ports/store.ts';
import { createLiveViews } from './live-view.ts';
import type { LiveViews } from './live-view.ts';

/* What whoever watches is told while the database is away. */

let isAway = false;
let fault: Error | null = null;
const told: unknown[] = [];

/** A ledger of one entry, in a database that goes away. */
const store: Pick<Store, 'read'> = {
  async read(work) {
    if (isAway) throw problem('database', 'PostgreSQL went away');
    if (fault !== null) throw fault;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a live view reads, and nothing else
    return work({
      ledgerHead: async () => Promise.resolve({ entries: 1, root: '' }),
      entryHeads: async () => Promise.resolve([]),
    } as unknown as ReadTransaction);
  },
};

beforeEach(() => {
  isAway = false;
  fault = null;
  told.length = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
const openViews = (): LiveViews => createLiveViews(() => store as Store, () => undefined, (cause) => told.push(cause)); // prettier-ignore

function read(stream: ReadableStream<Uint8Array>): {
  readonly after: (seconds: number) => Promise<string>;
  readonly reading: Promise<void>;
} {
  let text = '';
  const reading = (async () => {
    for await (const chunk of stream) text += Buffer.from(chunk).toString();
  })();
  return {
    reading,
    async after(seconds) {
      text = '';
      await vi.advanceTimersByTimeAsync(seconds * 1000);
      return text;
    },
  };
}

test('a beat says that all was told: none comes while the database is away, and the view stays', async () => {
  const views = openViews();
  const stream = await views.watch('one', null, { owner: 'somebody', mayStay: () => Promise.resolve(true) });
  const { after, reading } = read(stream);
  await expect(after(0)).resolves.toContain('event: beat');
  await expect(after(16)).resolves.toContain('event: beat');
  isAway = true;
  await after(1);
  const silent = await after(16);
  expect(silent).toContain(': still here');
  expect(silent).not.toContain('beat');
  isAway = false;
  await expect(after(16)).resolves.toContain('event: beat');
  expect(told).toEqual([]);
  views.close();
  await reading;
});

test('what is no database that is away is told to whoever runs the service, once as long as it lasts', async () => {
  const views = openViews();
  const { after, reading } = read(await views.watch('one', null, { owner: 'a', mayStay: () => Promise.resolve(true) }));
  await after(0);
  fault = new TypeError('the sequence of nothing');
  const silent = await after(16);
  expect(silent).toContain(': still here');
  expect(silent).not.toContain('beat');
  expect(told).toEqual([fault]);
  fault = null;
  await expect(after(16)).resolves.toContain('event: beat');
  fault = new TypeError('and again');
  await after(3);
  expect(told).toHaveLength(2);
  views.close();
  await reading;
});

test('whoever nobody can say may stay is let go, unless only the database is away', async () => {
  const views = openViews();
  let cause: Error = problem('database', 'PostgreSQL went away');
  const { after, reading } = read(await views.watch('one', null, { owner: 'a', mayStay: () => Promise.reject(cause) }));
  await after(0);
  await expect(after(16)).resolves.toContain('event: beat');
  cause = new TypeError('no roles');
  await after(16);
  await reading;
  expect(told).toEqual([cause]);
  views.close();
});
