import { problem } from '../../domain/problem.ts';
import type { ReceivedMail } from '../../ports/correspondence.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** The one message whose id begins so. */
export async function namedMail(transaction: ReadTransaction, id: string): Promise<ReceivedMail> {
  const start = id.trim().toLowerCase();
  if (!/^[0-9a-f]{6,64}$/.test(start)) {
    throw problem(
      'usage',
      `"${id}" is no id of a message`,
      'An id is at least the first 6 characters that dismantle mail list shows',
    );
  }
  const [mail, second] = await transaction.findReceivedMail(start);
  if (mail === undefined) throw problem('not-found', `there is no message ${id}`, 'See them with: dismantle mail list');
  if (second !== undefined) throw problem('usage', `several messages begin with ${id}`, 'Give more of the id');
  return mail;
}
