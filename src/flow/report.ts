import type { Instant } from '../domain/instant.ts';
import { problem } from '../domain/problem.ts';
import type { OperationReport } from '../domain/report.ts';
import type { World } from '../ports/world.ts';
import { findOperation } from '../flow.ts';

/** The figures of an operation as of a moment. */
export async function operationReport(
  world: World,
  name: string,
  _options: { readonly asOf: Instant | null },
): Promise<OperationReport> {
  const operation = await findOperation(world, name);
  throw problem('refused', `the figures of ${operation.name} are not computed yet`, 'See: dismantle status');
}
