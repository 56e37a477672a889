import type { Gates } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import type { SendFacts } from '../../domain/send-facts.ts';
import { sendGates } from '../../policy/send-gates.ts';
import type { SendRefusal } from '../../policy/gates/refusal.ts';
import type { NamedNotice } from '../../ports/approvals.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** A notice as it stands, with all that keeps it from leaving. */
export interface GatedNotice {
  readonly facts: SendFacts;
  readonly refusals: readonly SendRefusal[];
}

export async function gatedNotice(
  transaction: ReadTransaction,
  noticeId: string,
  now: Instant,
  gates: Gates,
): Promise<GatedNotice> {
  const facts = await transaction.sendFacts(noticeId);
  if (facts === null) throw new Error(`the notice ${noticeId} is not in the store`);
  return { facts, refusals: sendGates(facts, now, gates) };
}

/** The one notice that a person means: by its reference, or by the beginning of its id. A slip approves nothing. */
export async function namedNotice(
  transaction: ReadTransaction,
  text: string,
  operation: string | null,
): Promise<NamedNotice> {
  const wanted = text.trim();
  const named = await transaction.noticesNamed(wanted);
  const found =
    operation === null ? named : named.filter((each) => each.operation.toLowerCase() === operation.toLowerCase());
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) {
    const names = found.map(({ reference, operation: name }) => `${reference} (${name})`);
    throw problem(
      'usage',
      `"${wanted}" is the beginning of ${found.length} notices: ${names.join(', ')}`,
      'Give the whole reference',
    );
  }
  throw problem(
    'not-found',
    `there is no notice "${wanted}" here${operation === null ? '' : ` in the operation ${operation}`}`,
    'List what waits with: dismantle review',
  );
}
