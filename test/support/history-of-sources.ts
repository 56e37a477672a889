import { UNREAD } from '../../src/domain/feed-source.ts';
import { addSource, pauseSource, removeSource, resumeSource } from '../../src/flow/sources.ts';
import type { Enrolled } from './deconfliction.ts';
import type { TestWorld } from './world.ts';

/** Sources: one that is read, with how far; one that rests; one that rested; one that was removed. */
export async function fetchFeeds(world: TestWorld, { name: by, key }: Enrolled): Promise<void> {
  const words = { person: by, reason: 'in the lab' };
  const wanted = {
    collection: null,
    credential: null,
    everyMinutes: 60,
    words: { group: 'feeds' },
    reason: 'in the lab',
    by,
  };
  const add = async (name: string, kind: 'misp' | 'url'): Promise<string> =>
    (await addSource(world, key.signing, 'lab', { ...wanted, name, kind, url: `https://${name}.example/` })).id;
  const read = await add('read', 'misp');
  await world.store.write(async (transaction) => {
    const now = world.clock.now();
    await transaction.keepFeedState(read, {
      ...UNREAD,
      place: { etag: '"1"' },
      polledAt: now,
      nextAt: now + 3_600_000,
    });
    await transaction.keepFeedEvent(read, '00000000-0000-4000-8000-000000000001', '1763640000');
  });
  await add('resting', 'url');
  await pauseSource(world, 'resting', words);
  await add('rested', 'url');
  await pauseSource(world, 'rested', words);
  await resumeSource(world, 'rested', words);
  await add('removed', 'url');
  await removeSource(world, 'removed', words);
}
