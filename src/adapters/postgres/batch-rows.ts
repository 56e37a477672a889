import type { BatchRow } from '../../domain/rows.ts';
import type { RowRange } from '../../ledger/export.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { JsonObject } from '../../ledger/canonical.ts';
import type { BatchKind } from '../../ports/store.ts';
import type { Session } from './connect.ts';
import { OPTIONAL_SIGHTING_COLUMNS, SIGHTING_COLUMNS, sightingJson } from './sighting-rows.ts';
import { isoText } from './sql-values.ts';

/**
 * The append-only tables behind batches, one for each type of row. A row's fields are the table's columns in camel
 * case; every moment is stored with milliseconds and comes back as the very text that was hashed.
 */
interface RowTable {
  readonly table: string;
  /** Columns with their SQL types, without organisation, batch and position. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** Columns whose field is absent from the row where they are null, so that rows from before them keep their hash. */
  readonly optional?: readonly (readonly [name: string, type: string])[];
}

const TABLES: Readonly<Record<BatchRow['type'], RowTable>> = {
  sighting: { table: 'sighting', columns: SIGHTING_COLUMNS, optional: OPTIONAL_SIGHTING_COLUMNS },
  withdrawal: {
    table: 'withdrawal',
    columns: [
      ['line', 'int'], ['server_id', 'uuid'], ['host_type', 'text'], ['host', 'text'], ['port', 'int'],
      ['scheme', 'text'], ['path', 'text'],
    ],
  },
  configuration: {
    table: 'configuration_record',
    columns: [
      ['line', 'int'], ['configuration_id', 'uuid'], ['version', 'text'], ['tag', 'text'],
      ['collected_at', 'timestamptz'], ['entries', 'int'], ['accepted', 'int'],
    ],
  },
  rejection: { table: 'rejection', columns: [['line', 'int'], ['value', 'text'], ['reason', 'text']] },
  identification: {
    table: 'identification',
    columns: [
      ['case_id', 'uuid'], ['server_id', 'uuid'], ['outcome', 'text'], ['held_by', 'text[]'], ['groups', 'text[]'],
      ['attested_by', 'text[]'], ['ground_checked', 'boolean'], ['list_hits', 'jsonb'],
    ],
    optional: [['assessment', 'jsonb']],
  },
  registration: {
    table: 'registration',
    columns: [
      ['asked', 'text'], ['outcome', 'text'], ['reason', 'text'], ['registration', 'jsonb'], ['url', 'text'],
      ['final_url', 'text'], ['status', 'int'], ['fetched_at', 'timestamptz'], ['sha256', 'text'], ['body', 'text'],
    ],
  },
  kind: { table: 'kind_judgement', columns: [['server_id', 'uuid'], ['kind', 'text'], ['reasons', 'text[]']] },
  provider: { table: 'provider_version', columns: [['provider', 'jsonb']] },
  location: {
    table: 'location',
    columns: [
      ['server_id', 'uuid'], ['provider_key', 'text'], ['asn', 'bigint'], ['holder', 'text'], ['country', 'text'],
      ['source', 'text'], ['data_date', 'date'],
    ],
    optional: [['other_provider', 'text'], ['network', 'jsonb']],
  },
  decision: {
    table: 'decision',
    columns: [
      ['case_id', 'uuid'], ['method', 'text'], ['row_id', 'text'], ['playbook', 'text'], ['provider_key', 'text'],
      ['missing', 'text[]'],
    ],
    optional: [['facts', 'jsonb'], ['authority_id', 'uuid']],
  },
  probe: {
    table: 'probe',
    columns: [
      ['server_id', 'uuid'], ['port', 'int'], ['at', 'timestamptz'], ['vantage', 'text'], ['outcome', 'text'], ['how', 'text'],
      ['person', 'text'],
    ],
    optional: [
      ['round', 'timestamptz'], ['finding', 'text'], ['vantage_kind', 'text'], ['network', 'text'], ['country', 'text'],
      ['address', 'text'], ['seen', 'jsonb'], ['signed', 'jsonb'], ['fingerprint_id', 'uuid'],
    ],
  },
}; // prettier-ignore

const ROW_TYPES_OF_BATCH = {
  import: ['sighting', 'withdrawal', 'rejection', 'configuration'],
  identify: ['identification'],
  lookup: ['registration'],
  locate: ['provider', 'location', 'kind'],
  decide: ['decision'],
  probe: ['probe'],
} as const satisfies Record<BatchKind, readonly BatchRow['type'][]>;

function camel(column: string): string {
  return column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A row with its place in the batch. */
export interface Positioned {
  readonly position: number;
  readonly row: BatchRow;
}

/** Writes rows of any kind, one statement a kind. Sightings come by the million and have a way of their own. */
export async function insertRows(session: Session, batchId: string, rows: readonly Positioned[]): Promise<void> {
  for (const [type, typed] of Map.groupBy(rows, ({ row }) => row.type)) {
    const { table, columns: required, optional = [] } = TABLES[type];
    const columns = [...required, ...optional];
    const records = typed.map(({ position, row }) => ({ position, ...row }));
    const names = columns.map(([name]) => name).join(', ');
    const shape = columns.map(([name, sqlType]) => `"${camel(name)}" ${sqlType}`).join(', ');
    const values = columns.map(([name]) => `r."${camel(name)}"`).join(', ');
    await session.prepared.run(
      `insert into ${table} (organisation_id, batch_id, position, ${names})
       select current_organisation(), $1, r.position, ${values}
       from jsonb_to_recordset($2::jsonb) as r (position int, ${shape})`,
      [batchId, JSON.stringify(records)],
    );
  }
}

const ROWS_A_PAGE = 5000;
/** The schema refuses negative positions. */
const ALL_ROWS: RowRange = { first: 0, count: Infinity };

/** The tables behind a kind of batch that have a column. */
export function tablesWith(kind: BatchKind, column: string): readonly string[] {
  const tables = ROW_TYPES_OF_BATCH[kind].map((type) => TABLES[type]);
  return tables.filter(({ columns }) => columns.some(([name]) => name === column)).map(({ table }) => table);
}

/** Every table behind a batch that has a column. */
export function everyTableWith(column: string): readonly string[] {
  return Object.values(TABLES)
    .filter(({ columns, optional = [] }) => [...columns, ...optional].some(([name]) => name === column))
    .map(({ table }) => table);
}

/** The rows of a batch as they were hashed, in their order; all of them, or those of a range. */
export async function* readRows(
  session: Session,
  batchId: string,
  kind: BatchKind,
  range: RowRange = ALL_ROWS,
): AsyncGenerator<readonly object[]> {
  const selects = ROW_TYPES_OF_BATCH[kind].map((type) => {
    const { table, columns, optional = [] } = TABLES[type];
    const pairs = [...columns, ...optional].map(
      ([name, sqlType]) => `'${camel(name)}', ${sqlType === 'timestamptz' ? isoText(name) : name}`,
    );
    // Each branch has its own limit, or every page would build the JSON of all rows that are still to come. As text and whole: put
    // together from those that are not null, each row would be taken apart as often as it has fields.
    return `(select position, json_build_object('type', '${type}', ${pairs.join(', ')}) as row
             from ${table} where batch_id = $1 and position > $2 order by position limit ${ROWS_A_PAGE})`;
  });
  // From row to row and not from page to page: an audit has to see what stands behind a gap, too.
  const sql = `select * from (${selects.join(' union all ')}) page order by position limit ${ROWS_A_PAGE}`;
  let remaining = range.count;
  for (let after = range.first - 1; remaining > 0;) {
    const page = await session.prepared.rows<{ position: number; row: StoredRow }>(sql, [batchId, after]);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.slice(0, remaining).map(({ row }) => asHashed(row));
    if (page.length < ROWS_A_PAGE) return;
    remaining -= page.length;
    after = last.position;
  }
}

interface StoredRow extends JsonObject {
  readonly type: BatchRow['type'];
}

/** Fields that are absent where they are null, by type of row. */
const ABSENT_WHERE_NULL = new Map(
  Object.entries(TABLES).map(([type, { optional = [] }]) => [type, new Set(optional.map(([name]) => camel(name)))]),
);

function asHashed(row: StoredRow): JsonObject {
  const absent = ABSENT_WHERE_NULL.get(row.type);
  if (absent === undefined || absent.size === 0) return row;
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null || !absent.has(name)));
}

/** The canonical text of a row (RFC 8785), which its leaf hashes. */
export function rowJson(row: BatchRow): string {
  return row.type === 'sighting' ? sightingJson(row) : canonicalJson(row);
}
