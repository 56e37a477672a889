import type { QueryResultRow } from 'pg';
import type { Session } from './connect.ts';

const ROWS_A_PAGE = 5000;
/** Of an operation with no more servers than this, what is read of each is one answer, by a plan that is kept. */
const FEW_SERVERS = 1000;
let cursors = 0;

/** What is known in a transaction of how large operations are. */
const sizes = new WeakMap<Session, Map<string, boolean>>();

/**
 * How long an operation that was found small passes for it. Whether it does decides by which way it is read, and not what is found:
 * should somebody import a million servers meanwhile, one reading takes the worse way.
 */
const STAYS_SMALL_MS = 250;
const MOST_KNOWN = 1000;
const smallUntil = new Map<string, number>();

/**
 * The session to read all of an operation's servers with, or what hangs on them: plans are kept where they are few, and planning
 * would take longer than the reading; where they are many, each is planned by how many there are.
 */
export async function plannedFor(session: Session, operationId: string): Promise<Session> {
  return (await isSmall(session, operationId)) ? session.prepared : session.anew;
}

async function isSmall(session: Session, operationId: string): Promise<boolean> {
  const { prepared } = session;
  let known = sizes.get(prepared);
  if (known === undefined) sizes.set(prepared, (known = new Map<string, boolean>()));
  let small = known.get(operationId);
  const now = performance.now();
  if (small === undefined && (smallUntil.get(operationId) ?? 0) > now) known.set(operationId, (small = true));
  if (small === undefined) {
    const row = await prepared.row<{ n: number }>(
      `select count(*)::int as n from (select from server where operation_id = $1 limit ${FEW_SERVERS + 1}) few`,
      [operationId],
    );
    known.set(operationId, (small = (row?.n ?? 0) <= FEW_SERVERS));
    if (smallUntil.size >= MOST_KNOWN) smallUntil.clear();
    if (small) smallUntil.set(operationId, now + STAYS_SMALL_MS);
    else smallUntil.delete(operationId);
  }
  return small;
}

/** Reads a query about each server of the operation that is its first value: of a small one in one answer, otherwise page by page. */
export async function* pagesOfServers<Row extends QueryResultRow>(
  session: Session,
  sql: string | { readonly few: string; readonly many: string },
  values: readonly [operationId: string, ...further: unknown[]],
): AsyncGenerator<readonly Row[]> {
  const { few, many } = typeof sql === 'string' ? { few: sql, many: sql } : sql;
  if (!(await isSmall(session, values[0]))) {
    yield* pagesOf<Row>(session, many, values);
    return;
  }
  const all = await session.prepared.rows<Row>(few, values);
  if (all.length > 0) yield all;
}

/**
 * Reads a query page by page, all of it as of one moment, whatever the same transaction writes meanwhile. A cursor, not
 * one query a page: an index in the order of the pages would cost an import of a million rows more than the rows do.
 */
export async function* pagesOf<Row extends QueryResultRow>(
  { anew: session }: Session,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<readonly Row[]> {
  const cursor = `page_${++cursors}`;
  const { ahead } = session;
  await ahead.run(`declare ${cursor} no scroll cursor for ${sql}`, values);
  for (;;) {
    const page = await session.rows<Row>(`fetch ${ROWS_A_PAGE} from ${cursor}`);
    if (page.length > 0) yield page;
    if (page.length < ROWS_A_PAGE) break;
  }
  await ahead.run(`close ${cursor}`);
}

/** All servers of the operation $1, under the alias `s`, in the order in which they are shown. */
export const SERVERS_IN_ORDER = 'where s.operation_id = $1 order by s.host_type, s.host';
