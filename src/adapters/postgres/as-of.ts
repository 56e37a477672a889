import type { Instant } from '../../domain/instant.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Session } from './connect.ts';
import { replayLedger } from './ledger-store.ts';
import { PROJECTED_TABLES } from './projections.ts';
import { COMMITTED_TABLES } from './state-check.ts';

/** Of their rows it is the place in the ledger that says whether they were there. */
const LEDGER_TABLES = ['ledger_entry', 'ledger_body', 'batch'] as const;

/**
 * Does work on what the ledger held at a past moment. For the length of the transaction, temporary tables and views of the same names
 * stand before the real ones: entries, bodies and batches up to the last one recorded by then, the rows of those batches, the
 * state tables as a replay of those entries makes them, and the schema's views over all of these. So every query that names
 * tables plainly reads that moment, whether it thinks of it or not. What a function of the database reads (`set search_path`
 * of its own) is not of that moment: no read of this store's past may rest on one.
 *
 * The transaction has to be rolled back: nothing of this may outlive it.
 */
export async function readAsOf<Value>(session: Session, moment: Instant, work: () => Promise<Value>): Promise<Value> {
  // Written out while their names mean the real tables: then names come without a schema, and mean the past ones below.
  const views = await session.rows<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_viewdef(c.oid) as definition
     from pg_class c where c.relnamespace = 'dismantle'::regnamespace and c.relkind = 'v' order by c.oid`,
  );
  const newest = await session.row<{ sequence: number | null }>(
    'select max(sequence) as sequence from ledger_entry where recorded_at <= $1',
    [isoInstant(moment)],
  );
  const last = newest?.sequence ?? 0;
  // In one message: a hundred statements take longer on their way than at work.
  await session.run(
    [
      ...PROJECTED_TABLES.map(
        (table) =>
          `create temporary table ${table} (like dismantle.${table} including defaults including generated including indexes) on commit drop`,
      ),
      'create temporary table ledger_head (like dismantle.ledger_head) on commit drop',
      ...LEDGER_TABLES.map(
        (table) => `create temporary view ${table} as select * from dismantle.${table} where sequence <= ${last}`,
      ),
      ...COMMITTED_TABLES.map(
        (table) =>
          `create temporary view ${table} as
           select t.* from dismantle.${table} t
           where exists (select from dismantle.batch b
                         where b.organisation_id = t.organisation_id and b.batch_id = t.batch_id and b.sequence <= ${last})`,
      ),
      'set local search_path = pg_temp, dismantle',
      ...views.map(({ name, definition }) => `create temporary view ${name} as ${definition.replace(/;\s*$/, '')}`),
    ].join(';\n'),
  );
  const head = await replayLedger(session, { inBulk: true });
  if (head !== null) {
    await session.run('insert into ledger_head (organisation_id, head) values (current_organisation(), $1)', [head]);
  }
  // Nobody else keeps statistics of temporary tables, and without them every join is taken for a small one.
  await session.run(`analyze ${PROJECTED_TABLES.join(', ')}`);
  return work();
}
