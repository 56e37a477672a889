import type { QueryResultRow } from 'pg';
import type { Session } from './connect.ts';

const ROWS_A_PAGE = 5000;
let cursors = 0;

/**
 * Reads a query page by page, all of it as of one moment, whatever the same transaction writes meanwhile. A cursor, not
 * one query a page: an index in the order of the pages would cost an import of a million rows more than the rows do.
 */
export async function* pagesOf<Row extends QueryResultRow>(
  session: Session,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<readonly Row[]> {
  const cursor = `page_${++cursors}`;
  await session.run(`declare ${cursor} no scroll cursor for ${sql}`, values);
  for (;;) {
    const page = await session.rows<Row>(`fetch ${ROWS_A_PAGE} from ${cursor}`);
    if (page.length > 0) yield page;
    if (page.length < ROWS_A_PAGE) break;
  }
  await session.run(`close ${cursor}`);
}

/** All servers of the operation $1, under the alias `s`, in the order in which they are shown. */
export const SERVERS_IN_ORDER = 'where s.operation_id = $1 order by s.host_type, s.host';
