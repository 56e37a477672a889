import { problem } from '../../domain/problem.ts';
import type { BatchRow } from '../../domain/rows.ts';
import type { Batch, EntryDraft, Store, WriteTransaction } from '../../ports/store.ts';
import { Crash } from './crash.ts';

export interface DraftWithRows {
  readonly draft: EntryDraft;
  readonly rows: readonly BatchRow[];
}

/** What decides over the store's operations. */
export interface StoreFate {
  /** Whether the database can be reached. */
  readonly isThere: () => boolean;
  /** Asked before the commit of a transaction that wrote these entries. */
  readonly diesBefore: (written: readonly DraftWithRows[]) => boolean;
  /** Asked after it. */
  readonly after: (written: readonly DraftWithRows[]) => 'goes-on' | 'dies' | 'loses-the-answer';
  readonly committed: (written: readonly DraftWithRows[]) => void;
}

/** One process: once it has died, nothing that it still does reaches the store, a mail server or a server. */
export class Process {
  private died: Crash | null = null;

  get isDead(): boolean {
    return this.died !== null;
  }

  assertAlive(): void {
    if (this.died !== null) throw this.died;
  }

  die(where: string): never {
    this.died = new Crash(where);
    throw this.died;
  }
}

/** A store whose process may die at any of its operations, whose database may be away, and of which every commit is written down. */
export function recordingStore(store: Store, own: Process, fate: StoreFate): Store {
  const assertThere = (): void => {
    own.assertAlive();
    if (!fate.isThere())
      throw problem(
        'database',
        'the database cannot be reached',
        'Wait until it is there again, and run the command anew',
      );
  };
  return {
    read(work) {
      assertThere();
      return store.read(work);
    },
    asOf(moment, work) {
      assertThere();
      return store.asOf(moment, work);
    },
    async write(work) {
      assertThere();
      let written: DraftWithRows[] = [];
      const value = await store.write(async (transaction) => {
        // Of a try that lost a race nothing is kept.
        written = [];
        const result = await work(recordingTransaction(transaction, written));
        own.assertAlive();
        if (written.length > 0 && fate.diesBefore(written)) own.die(`before it committed ${kindsOf(written)}`);
        return result;
      });
      if (written.length === 0) return value;
      fate.committed(written);
      const what = fate.after(written);
      if (what === 'dies') own.die(`after it committed ${kindsOf(written)}`);
      if (what === 'loses-the-answer')
        throw problem('database', 'the connection was lost before the database said whether it had committed');
      return value;
    },
    readAsPartner(partner, work) {
      assertThere();
      return store.readAsPartner(partner, work);
    },
    readAtDoor(noticeId, work) {
      assertThere();
      return store.readAtDoor(noticeId, work);
    },
    exclusively(key, work) {
      assertThere();
      return store.exclusively(key, work);
    },
    close: () => store.close(),
  };
}

function kindsOf(written: readonly DraftWithRows[]): string {
  return [...new Set(written.map(({ draft }) => draft.kind))].join(', ');
}

function recordingTransaction(transaction: WriteTransaction, written: DraftWithRows[]): WriteTransaction {
  return {
    ...transaction,
    async append(draft) {
      await transaction.append(draft);
      written.push({ draft, rows: [] });
    },
    async openBatch(kind, operationId, batchId, startedAt) {
      const batch = await transaction.openBatch(kind, operationId, batchId, startedAt);
      const rows: BatchRow[] = [];
      const recorded: Batch = {
        get count() {
          return batch.count;
        },
        async add(more) {
          await batch.add(more);
          rows.push(...more);
        },
        noLongerListed: (sourceKey) => batch.noLongerListed(sourceKey),
        listedBefore: (sourceKey) => batch.listedBefore(sourceKey),
        async finish(draft) {
          await batch.finish(draft);
          written.push({ draft, rows });
        },
      };
      return recorded;
    },
  };
}
