import { problem } from '../../domain/problem.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** Refuses to decide by another method table than the one that people approved last. While none is, the settings name any. */
export async function assertInForce(transaction: ReadTransaction, playbook: string): Promise<void> {
  const approved = await transaction.approvedTable();
  if (approved === null || approved.sha256 === playbook) return;
  throw problem(
    'refused',
    `the method table in force is the approved one, number ${approved.number} (${approved.sha256.slice(0, 12)}); ` +
      `${playbook.slice(0, 12)} decides nothing here`,
    'Leave --playbook out; or have the other one approved: dismantle playbook propose FILE --as PERSON --reason TEXT',
  );
}
