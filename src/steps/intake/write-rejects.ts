import { csvRow } from '../../domain/csv-row.ts';
import type { ImportOutcome } from '../../domain/import-outcome.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { Operation } from '../../domain/operation.ts';
import type { World } from '../../ports/world.ts';

const FILE = 'rejects.csv';

/** Writes every rejected row of these files into rejects.csv. Returns its path, or null where nothing was rejected. */
export async function writeRejects(
  world: World,
  operation: Operation,
  outcomes: readonly ImportOutcome[],
): Promise<string | null> {
  if (outcomes.every(({ rejected }) => rejected === 0)) {
    await world.output.remove(operation.name, FILE);
    return null;
  }
  const lines = [csvRow(['file', 'line', 'value', 'reason'])];
  for (const { importId, file } of outcomes) {
    const rejections = await world.store.read((transaction) => transaction.rejections(importId, null));
    for (const { line, value, reason } of rejections) lines.push(csvRow([plainText(file, 1000), line, value, reason]));
  }
  return world.output.put(operation.name, FILE, Buffer.concat(lines.map((line) => Buffer.from(line))));
}
