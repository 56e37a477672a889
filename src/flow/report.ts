import type { Instant } from '../domain/instant.ts';
import type { OperationReport } from '../domain/report.ts';
import { findOperation } from '../flow.ts';
import type { World } from '../ports/world.ts';
import { reportAsOf, reportNow } from '../steps/report/operation-report/read-report.ts';

/*
 * All figures of an operation, as of now or of any past moment.
 */

export interface ReportOptions {
  /** Null: now. */
  readonly asOf: Instant | null;
  /** Days without a collected configuration after which nobody knows whether the botnet is severed (setting severance.staleDays). */
  readonly staleDays: number;
}

/** @throws a problem where there is no such operation, or was none at that moment, or the moment has not come yet. */
export async function operationReport(
  world: World,
  name: string,
  { asOf, staleDays }: ReportOptions,
): Promise<OperationReport> {
  const operation = await findOperation(world, name);
  return asOf === null
    ? reportNow(world, operation.name, staleDays)
    : reportAsOf(world, operation.name, asOf, staleDays);
}

export type { OperationReport } from '../domain/report.ts';
