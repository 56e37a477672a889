import { array, assert, asyncProperty, boolean, nat, record } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operationReport } from '../../src/flow/report.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { ACT, BEGINNING, canonicalReport, fileOf, LittleHistory } from '../support/little-history.ts';
import type { Act } from '../support/little-history.ts';
import { openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/*
 * Figures never change by importing what was known already: what a source has said before, in the same file or another one, in any
 * order, all of it or a part. What a source has taken back since is not known any more: where it gives whole lists, its last one is
 * what it says.
 */

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

type Says = Extract<Act, { kind: 'says' }>;

function isSaying(act: Act): act is Says {
  return act.kind === 'says';
}

/** The report at that moment, without what tells of the ledger itself: an import is an entry. */
async function figuresAt(world: TestWorld, at: number): Promise<string> {
  world.setClock(at - 2000);
  const {
    ledger: _ledger,
    asOf: _asOf,
    ...figures
  } = await operationReport(world, 'lab', { asOf: null, staleDays: 7 });
  return canonicalReport(figures);
}

/** What every source says by now: its last whole list and what came after it; everything where it gave none. */
function stillSaid(acts: readonly Act[]): readonly Says[] {
  return (['alpha', 'beta'] as const).flatMap((source) => {
    const said = acts.filter(isSaying).filter((act) => act.source === source);
    return said.slice(
      Math.max(
        0,
        said.findLastIndex(({ snapshot }) => snapshot),
      ),
    );
  });
}

test('whatever was lived through before', async () => {
  const sources = await openTestSources(database);
  await assert(
    asyncProperty(
      array(ACT, { minLength: 2, maxLength: 7 }),
      array(record({ pick: nat(), from: nat(), reverse: boolean(), same: boolean() }), {
        minLength: 3,
        maxLength: 5,
      }),
      async (acts, again) => {
        const world = await openTestWorld(database);
        const history = new LittleHistory(database, world, sources);
        await history.begin();
        for (const act of acts) await history.carryOut(act);
        const end = world.clock.now();
        const at = end + 30 * 86_400_000;
        const before = await figuresAt(world, at);
        world.setClock(end);
        const known = stillSaid([...BEGINNING, ...acts]);
        for (const [index, { pick, from, reverse, same }] of again.entries()) {
          const said = known[pick % known.length];
          if (said === undefined) continue;
          const some = said.lines.slice(same ? 0 : from % said.lines.length);
          const lines = reverse && !same ? some.toReversed() : some;
          const text = same ? fileOf(lines) : `${fileOf(lines)}\n# another file ${index}`;
          await history.says(text, said.source, false);
        }
        expect(await figuresAt(world, at)).toBe(before);
        await world.store.close();
      },
    ),
    { numRuns: 5, seed: 6, endOnFailure: true },
  );
}, 240_000);
