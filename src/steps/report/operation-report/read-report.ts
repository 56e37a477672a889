import type { Instant } from '../../../domain/instant.ts';
import { readableInstant } from '../../../domain/instant.ts';
import { problem } from '../../../domain/problem.ts';
import type { OperationReport } from '../../../domain/report.ts';
import type { ReadTransaction } from '../../../ports/store.ts';
import type { World } from '../../../ports/world.ts';
import { readRetractions } from '../retractions.ts';
import { computeReport } from './compute-report.ts';
import { severedOf } from './severed-of.ts';

/** What the report says of an operation now. */
export function reportNow(world: World, name: string, staleDays: number): Promise<OperationReport> {
  const now = world.clock.now();
  return world.store.read(async (transaction) => {
    // The clock of another machine may have been ahead of ours when it wrote: the report is of all that it says it is of.
    const recordedAt = (await transaction.lastRecordedAt()) ?? now;
    return readReport(transaction, name, { asOf: Math.max(now, recordedAt), staleDays });
  });
}

/** What the report said, or would have said, at a past moment: from the entries recorded by then and the rows they commit to. */
export async function reportAsOf(
  world: World,
  name: string,
  asOf: Instant,
  staleDays: number,
): Promise<OperationReport> {
  if (asOf > world.clock.now()) {
    throw problem('usage', `${readableInstant(asOf)} has not come yet`, 'Name a past moment, or leave --as-of out');
  }
  return world.store.asOf(asOf, (transaction) => readReport(transaction, name, { asOf, staleDays }));
}

interface Question {
  readonly asOf: Instant;
  readonly staleDays: number;
}

async function readReport(transaction: ReadTransaction, name: string, question: Question): Promise<OperationReport> {
  const { asOf } = question;
  const operation = await transaction.findOperation(name);
  if (operation === null) {
    throw problem(
      'input',
      `There was no operation "${name}" at ${readableInstant(asOf)}`,
      'See `dismantle status` for the operations that there are, or name a later moment',
    );
  }
  return computeReport(
    {
      facts: await transaction.figureFacts(operation.id),
      retractions: await readRetractions(transaction, operation),
      ...(await severedOf(transaction, operation.id, question)),
      ledger: await transaction.ledgerHead(),
    },
    asOf,
  );
}
