import { problem } from '../../domain/problem.ts';
import type { ProposedTable } from '../../domain/proposed-table.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** The shortest beginning of a hash that names a table. */
const LEAST = 8;

/** Whether a text is, or may begin, the hash of a table. */
export function isTableHash(text: string): boolean {
  return /^[0-9a-f]+$/.test(text) && text.length >= LEAST && text.length <= 64;
}

/** The newest proposal of the table that a person means: by its SHA-256, or the beginning of it. */
export async function namedTable(transaction: ReadTransaction, text: string): Promise<ProposedTable> {
  const tables = await transaction.proposedTables();
  const wanted = text.trim().toLowerCase();
  const found = isTableHash(wanted) ? tables.filter(({ sha256 }) => sha256.startsWith(wanted)) : [];
  if (new Set(found.map(({ sha256 }) => sha256)).size > 1) {
    throw problem(
      'usage',
      `several method tables begin with ${wanted}`,
      'Give more of its hash: dismantle playbook list',
    );
  }
  const newest = found.at(-1);
  if (newest !== undefined) return newest;
  throw problem(
    'not-found',
    `no method table ${text} was proposed`,
    tables.length === 0
      ? 'Propose one with: dismantle playbook propose FILE --as PERSON --reason TEXT'
      : `Give at least ${LEAST} characters of its hash: dismantle playbook list`,
  );
}
