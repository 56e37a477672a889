import type { Overview } from '../domain/overview.ts';
import { findOperation } from '../flow.ts';
import type { World } from '../ports/world.ts';
import { overviewOf } from '../policy/figures/overview.ts';
import { operationReport } from './report.ts';

/** How an operation stands, for a page that is read again and again. */
export async function overview(world: World, name: string, staleDays: number): Promise<Overview> {
  const operation = await findOperation(world, name);
  const report = await operationReport(world, operation.name, { asOf: null, staleDays });
  const { byState } = await world.store.read((transaction) => transaction.figures(operation.id));
  return overviewOf(report, byState);
}
