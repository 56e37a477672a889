import type { App } from '../../app.ts';
import type { WatchSources } from '../../flow/watch.ts';

/** DESIGN.md, confirmedAt. */
const QUORUM = { vantages: 2, rounds: 3, hours: 6 };

/** What looking needs, from the settings; the world must be open. */
export async function watchSources(app: App): Promise<WatchSources> {
  const { probe, watch } = app.settings;
  return {
    probers: await app.openProbers(),
    watch,
    rates: { ...probe.rate, concurrency: probe.concurrency },
    pause: app.pause,
    quorum: QUORUM,
  };
}
