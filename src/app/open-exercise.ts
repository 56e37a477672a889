import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres.ts';
import { introduceKey, openKeyOf } from '../adapters/ledger-key/rotate-key.ts';
import { readMessage } from '../adapters/mail-in/read-message.ts';
import type { DatabaseAccess } from '../adapters/postgres/connect.ts';
import { DEFAULT_ORGANISATION } from '../adapters/postgres/migrate.ts';
import { openPostgresStore } from '../adapters/postgres/postgres-store.ts';
import { systemRandom } from '../adapters/system/system-random.ts';
import { createIds } from '../adapters/system/time-sorted-ids.ts';
import { unwrap } from '../domain/result.ts';
import type { ExerciseParts } from '../exercise/play.ts';
import type { Signer } from '../ledger/note.ts';
import type { Progress } from '../ports/progress.ts';
import type { ReadTransaction, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { safeTable } from '../policy/method-table/safe-table.ts';
import { prepareWording } from '../policy/replies/prepared-wording.ts';
import { prepareNoticeTexts } from '../steps/notify/notice-texts.ts';
import { readNoticeTexts } from '../texts/notices/read-notice-texts.ts';
import { OWN_REPLY_WORDING, readReplyWording } from '../texts/replies/read-reply-wording.ts';
import { drafting, templatesOf } from './drafting.ts';

export interface OpenExercise {
  readonly parts: ExerciseParts;
  /** A further store over its database, for whoever looks on. */
  openOnlooker(): Store;
  /** Has the exercise's ledger name its key, which is made by its own chance. */
  introduceLedgerKey(world: World): Promise<void>;
  openLedgerKey(transaction: ReadTransaction, world: World): Promise<Signer>;
  /** Removes the database and the key. */
  close(): Promise<void>;
}

export type ExerciseSources = Pick<ExerciseParts, 'methodTable' | 'notices'>;

/** Nothing of the user's settings but a playbook: our own texts, and of his those that we have none of, which it may name. */
export async function openExerciseSources(
  playbook: string,
  noticeTexts: string | null,
  version: string,
): Promise<ExerciseSources> {
  const { files } = await readNoticeTexts(noticeTexts);
  const ours = new Set(files.filter(({ origin }) => origin === 'ours').map(({ name }) => name));
  const texts = unwrap(prepareNoticeTexts(files.filter(({ origin, name }) => origin === 'ours' || !ours.has(name))));
  const { readPlaybook, renderMail } = await drafting();
  const table = unwrap(await readPlaybook(playbook));
  return {
    methodTable: safeTable(table, templatesOf(texts)),
    notices: { drafting: { texts, program: `dismantle/${version}` }, renderer: { render: renderMail } },
  };
}

interface ExerciseOptions {
  readonly postgres: EmbeddedPostgres;
  readonly sources: ExerciseSources;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Makes a database and a key for one exercise, which go with it. */
export async function openExercise({ postgres, sources, progress, signal }: ExerciseOptions): Promise<OpenExercise> {
  const [{ openExerciseDatabase }, { createMailComposer }] = await Promise.all([
    import('../adapters/postgres/exercise-database.ts'),
    import('../adapters/mail/mail-composer.ts'),
  ]);
  const wording = prepareWording(await readReplyWording(OWN_REPLY_WORDING));
  progress.step('making a database for the exercise');
  // The folder first: whoever could not make one would leave a database behind.
  const keys = await mkdtemp(join(tmpdir(), 'dismantle-exercise-'));
  const database = await openExerciseDatabase(postgres.connection).catch(async (cause: unknown) => {
    await rm(keys, { recursive: true, force: true });
    throw cause;
  });
  const access: DatabaseAccess = { ...database.access, whyGone: () => postgres.whyGone() };
  let isOpen = true;
  return {
    parts: {
      ...sources,
      composer: createMailComposer({ dkim: null, smime: null }),
      reader: { read: readMessage },
      wording,
      openStore: (random) => openPostgresStore(access, DEFAULT_ORGANISATION, random),
      createIds,
      organisationId: DEFAULT_ORGANISATION,
      progress,
      signal,
    },
    openOnlooker: () => openPostgresStore(access, DEFAULT_ORGANISATION, systemRandom),
    introduceLedgerKey: (world) => introduceKey(world, keys),
    openLedgerKey: (transaction, world) => openKeyOf(transaction, keys, world.random),
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await database.drop();
      await rm(keys, { recursive: true, force: true });
    },
  };
}
