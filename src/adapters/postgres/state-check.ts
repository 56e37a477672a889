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
      `create temporary table ${table} (like dismantle.${table} including defaults including generated including indexes) on commit drop`,
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
              (select string_agg(regexp_replace(left(row::text, 160), '[^ -~]', '?', 'g'), ' | ') from (select row from more order by row::text limit ${SHOWN_ROWS}) m)
                as sample`,
    );
    if (found === null || (found.only_stated === 0 && found.only_replayed === 0)) continue;
    differences.push(
      `the table ${table} is not what the ledger makes it: ${found.only_stated} rows that do not follow from it, ` +
        `${found.only_replayed} that do and are missing${found.sample === null ? '' : `, such as ${found.sample}`}`,
    );
  }
  differences.push(...(await uncommittedRows(session)));
  for (const table of PROJECTED_TABLES) await session.run(`drop table pg_temp.${table}`);
  await session.run(`set local search_path = dismantle`);
  return differences;
}

/** Tables whose rows count because an entry of the ledger commits to them. */
export const COMMITTED_TABLES = [
  'sighting', 'withdrawal', 'rejection', 'configuration_record', 'identification', 'registration', 'provider_version',
  'location', 'kind_judgement', 'decision', 'probe',
] as const; // prettier-ignore

/** Rows and batches beside the ledger: of no entry, or of one that names another batch. */
async function uncommittedRows(session: Session): Promise<readonly string[]> {
  const found: string[] = [];
  const tell = async (table: string, condition: string): Promise<void> => {
    const row = await session.row<{ n: number }>(
      `select count(*)::int as n from dismantle.${table} t where ${condition}`,
    );
    const count = row?.n ?? 0;
    if (count > 0) found.push(`the table ${table} holds ${count} rows that no entry of the ledger commits to`);
  };
  for (const table of COMMITTED_TABLES) {
    await tell(
      table,
      `not exists (select from dismantle.batch b
                   join dismantle.ledger_entry e on e.organisation_id = b.organisation_id and e.sequence = b.sequence
                   where b.organisation_id = t.organisation_id and b.batch_id = t.batch_id and e.subject = t.batch_id::text)`,
    );
  }
  await tell(
    'batch',
    `not exists (select from dismantle.ledger_entry e
                 where e.organisation_id = t.organisation_id and e.sequence = t.sequence
                   and e.subject = t.batch_id::text and e.kind = t.kind || '.recorded')`,
  );
  return found;
}
