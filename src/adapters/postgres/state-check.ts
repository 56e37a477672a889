import { replayLedger } from './ledger-store.ts';
import { PROJECTED_TABLES } from './projections.ts';
import type { Session } from './connect.ts';

const SHOWN_ROWS = 3;

/**
 * Holds the state tables against the ledger: replays every entry into temporary tables of the same names, which go
 * before the real ones, and compares row by row. Sentences about what differs; nothing is changed. The ledger's head is
 * held meanwhile, so that nobody writes in between.
 */
export async function stateDifferences(session: Session): Promise<readonly string[]> {
  await session.run('select 1 from ledger_head for update');
  for (const table of PROJECTED_TABLES) {
    await session.run(
      `create temporary table ${table} (like dismantle.${table} including defaults including indexes) on commit drop`,
    );
  }
  await session.run(`set local search_path = pg_temp, dismantle`);
  await replayLedger(session);
  const differences: string[] = [];
  for (const table of PROJECTED_TABLES) {
    const stated = `select to_jsonb(t) as row from dismantle.${table} t`;
    const replayed = `select to_jsonb(t) as row from pg_temp.${table} t`;
    const found = await session.row<{ only_stated: number; only_replayed: number; sample: string | null }>(
      `with stated as (${stated}), replayed as (${replayed}),
            more as (select row from stated except all select row from replayed),
            less as (select row from replayed except all select row from stated)
       select (select count(*)::int from more) as only_stated, (select count(*)::int from less) as only_replayed,
              (select string_agg(left(row::text, 160), ' | ') from (select row from more order by row::text limit ${SHOWN_ROWS}) m)
                as sample`,
    );
    if (found === null || (found.only_stated === 0 && found.only_replayed === 0)) continue;
    differences.push(
      `the table ${table} is not what the ledger makes it: ${found.only_stated} rows that do not follow from it, ` +
        `${found.only_replayed} that do and are missing${found.sample === null ? '' : `, such as ${found.sample}`}`,
    );
  }
  for (const table of PROJECTED_TABLES) await session.run(`drop table pg_temp.${table}`);
  await session.run(`set local search_path = dismantle`);
  return differences;
}
