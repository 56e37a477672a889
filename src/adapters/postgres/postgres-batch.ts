import type { BatchRow } from '../../domain/rows.ts';
import { BatchTree } from '../../ledger/batch.ts';
import type { Random } from '../../ports/random.ts';
import type { Batch, BatchKind, EntryDraft, Listed } from '../../ports/store.ts';
import { insertRows, rowJson } from './batch-rows.ts';
import type { Positioned } from './batch-rows.ts';
import type { Session } from './connect.ts';
import { appendEntry } from './ledger-store.ts';
import { StagedSightings } from './sighting-rows.ts';
import { listedBefore, noLongerListed } from './step-facts.ts';

/** What goes to the database at once: large enough that its answers are few, small enough to be no burden on memory. */
const BYTES_A_CHUNK = 1024 * 1024;
const ROWS_A_CHUNK = 5000;

/**
 * A batch in the making. Rows are hashed as they come, and written in chunks: while one is being written, the next one
 * fills, and whoever adds waits only where the database is a whole chunk behind.
 */
export class PostgresBatch implements Batch {
  readonly #session: Session;
  readonly #random: Random;
  readonly #kind: BatchKind;
  readonly #operationId: string;
  readonly #batch: { readonly id: string; readonly startedAt: string };
  readonly #tree = new BatchTree();
  #sightings = new StagedSightings();
  #others: Positioned[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(
    session: Session,
    random: Random,
    kind: BatchKind,
    operationId: string,
    batch: { readonly id: string; readonly startedAt: string },
  ) {
    this.#session = session;
    this.#random = random;
    this.#kind = kind;
    this.#operationId = operationId;
    this.#batch = batch;
  }

  get count(): number {
    return this.#tree.count;
  }

  async add(rows: readonly BatchRow[]): Promise<void> {
    for (const row of rows) {
      const position = this.#tree.count;
      this.#tree.add(rowJson(row));
      if (row.type === 'sighting') this.#sightings.add(position, row);
      else this.#others.push({ position, row });
    }
    if (this.#sightings.bytes >= BYTES_A_CHUNK || this.#others.length >= ROWS_A_CHUNK) await this.#write();
  }

  async *noLongerListed(sourceKey: string): AsyncGenerator<readonly Listed[]> {
    await this.#writeAll();
    yield* noLongerListed(this.#session, this.#operationId, sourceKey, this.#batch.id);
  }

  async listedBefore(sourceKey: string): Promise<number> {
    await this.#writeAll();
    return listedBefore(this.#session, this.#operationId, sourceKey);
  }

  async finish(draft: EntryDraft): Promise<void> {
    // The last rows go together with the question for the ledger's head.
    await this.#write({ ahead: true });
    await this.#writing;
    const rows = this.#tree.summary();
    const body = { ...draft.body, rows };
    const entry = await appendEntry(this.#session, this.#random, { ...draft, body }, rows.count);
    await this.#session.prepared.ahead.run(
      `insert into batch (organisation_id, batch_id, operation_id, kind, sequence)
       values (current_organisation(), $1, $2, $3, $4)`,
      [this.#batch.id, this.#operationId, this.#kind, entry.sequence],
    );
  }

  /** Begins to write what has been added, once the chunk before is written. `ahead`: whoever asks next hears of a failure. */
  async #write({ ahead = false } = {}): Promise<void> {
    const sightings = this.#sightings;
    const others = this.#others;
    this.#sightings = new StagedSightings();
    this.#others = [];
    await this.#writing;
    this.#writing = (async () => {
      await sightings.write(this.#session, this.#batch);
      await insertRows(ahead ? this.#session.ahead : this.#session, this.#batch.id, others);
    })();
    // Whoever adds or finishes next hears of a failure; until then it must not pass for one that nobody looks at.
    this.#writing.catch(() => {});
  }

  async #writeAll(): Promise<void> {
    await this.#write();
    await this.#writing;
  }
}
