import { isPlainMailbox } from '../../domain/notice.ts';
import { problem } from '../../domain/problem.ts';
import type { SignedAct } from '../../ports/signing.ts';

export interface ClearanceRequest {
  readonly name: string;
  /** A provider's name or key. */
  readonly provider: string;
  readonly mailbox: string;
  readonly reason: string;
}

/** A person has made sure that a mailbox is the provider's own, although it changed lately or the registry names others. */
export function clearContact({ name, provider, mailbox, reason }: ClearanceRequest): SignedAct {
  return {
    name,
    act: 'contact.cleared',
    lock: null,
    async prepare(transaction) {
      const found = await transaction.findProviders(provider);
      const [only] = found;
      if (only === undefined)
        throw problem('not-found', `there is no provider "${provider}" here`, 'List them with: dismantle providers');
      if (found.length > 1)
        throw problem(
          'usage',
          `"${provider}" is the name of ${found.length} providers: ${found.map(({ key }) => key).join(', ')}`,
          'Name one by its key',
        );
      const wanted = mailbox.trim().toLowerCase();
      const known = [
        ...(only.contacts ?? []).map((contact) => contact.mailbox),
        ...(only.contact === null ? [] : [only.contact]),
      ];
      const listed = known.find((each) => each.toLowerCase() === wanted);
      if (listed === undefined || !isPlainMailbox(listed))
        throw problem(
          'not-found',
          `${only.name} has no such mailbox on record`,
          `Known: ${[...new Set(known)].join(', ') || 'none'}. A new one belongs into the provider book`,
        );
      return { subject: only.key, terms: { provider: only.key, mailbox: listed, reason } };
    },
  };
}
