import type { OperationReport } from '../domain/report.ts';
import { findOperation } from '../flow.ts';
import type { PaperDocument } from '../ports/documents.ts';
import type { ReadTransaction } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { namedAuthority } from '../steps/authority/named-authority.ts';
import { readAuthorityReport } from '../steps/report/papers/authority-report.ts';
import type { AuthorityReport } from '../steps/report/papers/authority-report.ts';
import { reportPaper } from '../steps/report/papers/report-paper.ts';
import type { PaperRequest } from '../steps/report/papers/report-paper.ts';
import { operationReport } from './report.ts';
import type { ReportOptions } from './report.ts';

/*
 * What people read. Papers are written from figures alone: the same figures give the same paper.
 */

/** The report on an operation, as a document that every format is written from. */
export function paperOfReport(report: OperationReport, request: PaperRequest): PaperDocument {
  return reportPaper(report, request);
}

/** How one authority, by its reference or id, was carried out as of a moment; null: now. */
export async function authorityReport(
  world: World,
  name: string,
  reference: string,
  { asOf, staleDays }: ReportOptions,
): Promise<AuthorityReport> {
  const operation = await findOperation(world, name);
  const read = async (transaction: ReadTransaction) => ({
    found: await namedAuthority(transaction, operation, reference),
    all: await transaction.authorities().list(operation.id),
  });
  const { found, all } = await (asOf === null ? world.store.read(read) : world.store.asOf(asOf, read));
  const report = await operationReport(world, name, { asOf, staleDays });
  return readAuthorityReport(report, found, all);
}

export { authorityPaper } from '../steps/report/papers/authority-paper.ts';
