import type { App } from '../../app.ts';
import type { WatchSources } from '../../flow/watch.ts';

/** What looking needs, from the settings; the world must be open. */
export async function watchSources(app: App): Promise<WatchSources> {
  const { probe, verify, watch } = app.settings;
  return {
    probers: await app.openProbers(),
    watch,
    rates: { ...probe.rate, concurrency: probe.concurrency },
    pause: app.pause,
    quorum: verify,
  };
}
