import type { RowPlace } from '../../ledger/build-proof.ts';
import type { ProofQueries } from '../../ports/store.ts';
import { tablesWith } from './batch-rows.ts';
import type { Session } from './connect.ts';
import { keptEntry, readLedger, STORED_ENTRIES } from './ledger-store.ts';
import type { StoredEntry } from './ledger-store.ts';

const HASHES_A_PAGE = 20_000;

/** What proofs of single rows are built from: of entries their hashes, of rows the chunks concerned. */
export function proofQueries(session: Session): ProofQueries {
  return {
    async *hashes() {
      for (let after = 0; ;) {
        const page = await session.rows<{ sequence: number; hash: string }>(
          `select sequence, hash from ledger_entry where sequence > $1 order by sequence limit ${HASHES_A_PAGE}`,
          [after],
        );
        const last = page.at(-1);
        if (last === undefined) return;
        yield page.map(({ hash }) => hash);
        after = last.sequence;
      }
    },
    async entry(sequence) {
      const entry = await session.prepared.row<StoredEntry>(`${STORED_ENTRIES} where e.sequence = $1`, [sequence]);
      return entry === null ? null : keptEntry(entry);
    },
    rows: (sequence, range) => readLedger(session).rows(sequence, range),
    async rowsOfLine(operationId, file, line) {
      // From the ledger's own words, not from a projection: what is to be proved is what they say.
      const imports = await session.rows<{ sequence: number; batchId: string }>(
        `select sequence, "batchId" from (
           select e.sequence, e.subject as "batchId", b.body::json as body
           from ledger_entry e
           join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
           where e.kind = 'import.recorded') imported
         where body->>'operation' = $1
           and (body->>'file' = $2 or right(body->>'file', length($3)) in ($3, $4))
         order by sequence`,
        [operationId, file, `/${file}`, `\\${file}`],
      );
      const places: RowPlace[] = [];
      for (const { sequence, batchId } of imports) {
        const rows = await session.rows<{ index: number }>(
          `${placesWith('line', `batch_id = $1 and line = $2`)} order by index`,
          [batchId, line],
        );
        places.push(...rows.map(({ index }) => ({ sequence, index })));
      }
      return { files: imports.length, places };
    },
    rowsOfServer: (serverId, limit) =>
      session.rows<{ sequence: number; index: number }>(
        `select b.sequence, place.index
         from (${placesWith('server_id', 'server_id = $1')}) place
         join batch b on b.batch_id = place.batch_id
         order by b.sequence, place.index limit $2`,
        [serverId, limit],
      ),
  };
}

/** Where import rows of any type stand that meet a condition; only tables that have the column are asked. */
function placesWith(column: string, condition: string): string {
  return tablesWith('import', column)
    .map((table) => `select batch_id, position as index from ${table} where ${condition}`)
    .join(' union all ');
}
