import type { Clock } from './clock.ts';
import type { Ids } from './ids.ts';
import type { OutputFolder } from './output-folder.ts';
import type { Outgoing } from './outgoing.ts';
import type { Progress } from './progress.ts';
import type { Random } from './random.ts';
import type { Store } from './store.ts';

/** Everything that a step may reach, and nothing else. `app.ts` builds the real one, the exercise a simulated one. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly store: Store;
  readonly outgoing: Outgoing;
  readonly output: OutputFolder;
  readonly progress: Progress;
  /** Who acts: goes into every ledger entry. */
  readonly actor: string;
  /** Aborted on Ctrl-C; a step checks it between chunks, and its transaction rolls back. */
  readonly signal: AbortSignal;
}
