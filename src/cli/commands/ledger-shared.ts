import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';

/** A ledger that is shorter than one that was signed here before has lost its end. */
export async function assertContinues(app: App, entries: number): Promise<void> {
  const last = await app.lastCheckpoint();
  const signed = Number(last?.split('\n')[1] ?? 0);
  if (entries >= signed) return;
  throw problem(
    'database',
    `the ledger has ${entries} entries, and one of ${signed} was signed here before: its end is missing`,
    'Restore the database from a backup; dismantle audit tells more',
  );
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}
