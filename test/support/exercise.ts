import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { readMessage } from '../../src/adapters/mail-in/read-message.ts';
import { openExerciseDatabase } from '../../src/adapters/postgres/exercise-database.ts';
import { DEFAULT_ORGANISATION } from '../../src/adapters/postgres/migrate.ts';
import { openPostgresStore } from '../../src/adapters/postgres/postgres-store.ts';
import { createIds } from '../../src/adapters/system/time-sorted-ids.ts';
import type { Scenario } from '../../src/domain/scenario.ts';
import { Exercise } from '../../src/exercise/play.ts';
import { tallyOf } from '../../src/exercise/tally.ts';
import type { ExerciseTally } from '../../src/exercise/tally.ts';
import { prepareWording } from '../../src/policy/replies/prepared-wording.ts';
import { OWN_REPLY_WORDING, readReplyWording } from '../../src/texts/replies/read-reply-wording.ts';
import type { TestDatabase } from './database.ts';
import { openTestSources } from './world.ts';

export const IS_FULL = process.env['DISMANTLE_FULL'] === '1';

export interface Played {
  readonly exercise: Exercise;
  readonly tally: ExerciseTally;
  readonly close: () => Promise<void>;
}

/**
 * Plays a scenario from its beginning to its end with the product's own parts, as app.ts does it, in a database of its own in
 * the cluster of `database`, which has to be one of ours (openOwnTestDatabase).
 */
export async function playExercise(
  database: TestDatabase,
  scenario: Scenario,
  seed: number = scenario.seed,
): Promise<Played> {
  const { methodTable, notices } = await openTestSources(database, { book: null });
  const own = await openExerciseDatabase(database.superuser);
  const exercise = new Exercise(
    {
      methodTable,
      notices,
      composer: createMailComposer({ dkim: null, smime: null }),
      reader: { read: readMessage },
      wording: prepareWording(await readReplyWording(OWN_REPLY_WORDING)),
      openStore: (random) => openPostgresStore(own.access, DEFAULT_ORGANISATION, random),
      createIds,
      organisationId: DEFAULT_ORGANISATION,
      progress: { step: () => undefined },
      signal: new AbortController().signal,
    },
    { scenario, seed, strategy: scenario.strategy, told: () => undefined, passes: () => undefined },
  );
  const close = async (): Promise<void> => {
    await exercise.close();
    await own.drop();
  };
  try {
    await exercise.play();
    return { exercise, tally: await tallyOf(exercise), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** The same scenario, smaller and over sooner: everything that is counted is divided, and rounded up. */
export function smaller(scenario: Scenario, by: number, hours: number): Scenario {
  const part = (count: number): number => Math.ceil(count / by);
  return {
    ...scenario,
    ends: scenario.begins + hours * 3_600_000,
    providers: scenario.providers.map((provider) => ({
      ...provider,
      servers: part(provider.servers),
      names: part(provider.names),
      innocents: part(provider.innocents),
    })),
    feeds: scenario.feeds.map((feed) => ({
      ...feed,
      decoys: feed.decoys.map((decoy) => ({ ...decoy, count: part(decoy.count) })),
    })),
  };
}
