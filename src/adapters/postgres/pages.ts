import type { QueryResultRow } from 'pg';
import type { Session } from './connect.ts';

const ROWS_A_PAGE = 5000;

/**
 * Reads a query page by page. `sql` must sort by (host_type, host), and take the operation as $1, the last row of the
 * page before as ($2, $3) and the page's size as $4.
 */
export async function* pagesByHost<Row extends QueryResultRow & { hostType: string; host: string }>(
  session: Session,
  sql: string,
  operationId: string,
): AsyncGenerator<readonly Row[]> {
  let last: { hostType: string; host: string } = { hostType: '', host: '' };
  for (;;) {
    const page = await session.rows<Row>(sql, [operationId, last.hostType, last.host, ROWS_A_PAGE]);
    const end = page.at(-1);
    if (end === undefined) return;
    yield page;
    if (page.length < ROWS_A_PAGE) return;
    last = end;
  }
}

/** The part of such a query that cuts the page, over a server with the alias `s`. */
export const PAGE_OF_SERVERS = `
  where s.operation_id = $1 and (s.host_type, s.host) > ($2, $3)
  order by s.host_type, s.host limit $4`;
