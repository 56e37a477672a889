import { assertGoesOn } from '../../domain/problem.ts';
import { botnetNames } from '../../domain/operation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { IdentificationRow, ListHit } from '../../domain/rows.ts';
import type { World } from '../../ports/world.ts';
import type { HostType } from '../../domain/server.ts';
import { judgeServer } from './judge-server.ts';

/** The warning lists at hand, with those that the program itself knows. */
export interface GroundCheck {
  /** Their folders' names. */
  readonly lists: ReadonlySet<string>;
  /** A folder of warning lists is among them: without one, nobody can say that a server stands on open ground. */
  readonly warningListsGiven: boolean;
  /** The same with what a court would ask: version, date, effect, and how many entries. */
  readonly inForce: readonly ListAsked[];
  /** Looks one host up in all of them. */
  check(server: {
    readonly hostType: HostType;
    readonly host: string;
    readonly otherNames: readonly string[];
  }): readonly ListHit[];
}

/** A list that was asked. */
export interface ListAsked {
  readonly list: string;
  readonly version: string;
  /** YYYY-MM-DD; null where the list does not tell. */
  readonly date: string | null;
  readonly effect: string;
  readonly entries: number;
}

/** Judges every server of an operation; records what has changed as one batch. Returns how many judgements changed. */
export async function identifyServers(world: World, operation: Operation, ground: GroundCheck | null): Promise<number> {
  const asked = { lists: ground?.lists ?? new Set<string>(), warningListsGiven: ground?.warningListsGiven ?? false };
  const botnet = botnetNames(operation);
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const batchId = world.ids.uuid();
    // One moment for all: how old evidence is must not depend on how far down the list a server stands.
    const now = world.clock.now();
    const batch = await transaction.openBatch('identify', operation.id, batchId, now);
    let judged = 0;
    let held = 0;
    for await (const page of transaction.serversToJudge(operation.id)) {
      assertGoesOn(world.signal);
      const rows: IdentificationRow[] = [];
      for (const facts of page) {
        const row = judgeServer(
          facts,
          ground === null ? null : { ...asked, hits: ground.check({ ...facts, otherNames: facts.names }) },
          now,
          botnet,
        );
        if (row === null) continue;
        rows.push(row);
        if (row.outcome === 'held') held += 1;
      }
      await batch.add(rows);
      judged += page.length;
      world.progress.step('identifying', judged);
    }
    if (batch.count === 0) return 0;
    await batch.finish({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'identify.recorded',
      subject: batchId,
      body: {
        schema: 1,
        operation: operation.id,
        held,
        identified: batch.count - held,
        // Which lists were asked, and as of when: "no list named it" means nothing without.
        lists: (ground?.inForce ?? []).map(({ list, version, date, effect, entries }) => ({
          list,
          version,
          date,
          effect,
          entries,
        })),
      },
    });
    return batch.count;
  });
}
