import { isPlainMailbox } from '../../domain/notice.ts';
import type { InformedParty, NoticeFacts } from '../../domain/notice.ts';

/** Who is told of the same servers at the same time: whoever can be told at all, and is not the sender. */
export function toldInParallel({
  informed,
  sender,
}: Pick<NoticeFacts, 'informed' | 'sender'>): readonly InformedParty[] {
  return informed.filter(
    ({ contact }) => contact !== null && isPlainMailbox(contact) && domainOf(contact) !== domainOf(sender.email),
  );
}

function domainOf(mailbox: string): string {
  return mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
}
