import { openLaboratory } from './laboratory.ts';
import { playSeed } from './play-seed.ts';
import type { SeedReport, SeedRequest } from './play-seed.ts';

/** What the parent and its workers say to each other. */
export type ToWorker = { readonly play: SeedRequest } | 'stop';
export type FromWorker = 'ready' | { readonly report: SeedReport };

const [folder = ''] = process.argv.slice(2);
const laboratory = await openLaboratory(folder);

process.on('message', (message: ToWorker) => {
  void (async () => {
    if (message === 'stop') {
      await laboratory.close();
      process.disconnect();
      return;
    }
    say({ report: await playSeed(laboratory, message.play) });
  })();
});
say('ready');

function say(message: FromWorker): void {
  process.send?.(message);
}
