import type { Session } from '../connect.ts';
import type { ProjectedEntry } from '../projected-entry.ts';

/** Of so few, each with each is nothing. */
const FEW_ROWS = 200;

/**
 * Runs an update that joins the rows just written. Statistics are older than those rows, so the planner takes them for
 * few and compares each with each (seen: 23 million comparisons, 5 s, for 1,280 rows); a hash join stays linear.
 */
export async function joinRows(
  session: Session,
  body: ProjectedEntry['body'],
  sql: string,
  values: readonly unknown[],
): Promise<void> {
  if (isOfFewRows(body)) {
    await session.run(sql, values);
    return;
  }
  await session.run('set local enable_nestloop = off');
  await session.run(sql, values);
  await session.run('set local enable_nestloop = on');
}

/** Whether a batch entry commits to few rows; where it does not say, it is taken for many. */
export function isOfFewRows({ rows }: ProjectedEntry['body']): boolean {
  if (rows === null || typeof rows !== 'object' || !('count' in rows)) return false;
  return typeof rows['count'] === 'number' && rows['count'] <= FEW_ROWS;
}
