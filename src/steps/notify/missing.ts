import { isPlainMailbox } from '../../domain/notice.ts';
import { registrableDomain } from '../../domain/registrable-domain.ts';
import type { NoticeFacts } from '../../domain/notice.ts';

/**
 * What keeps a draft from ever being approved, a sentence each. What depends on more than the draft (an import that was
 * attested as a whole, evidence that is too old) is the caller's to add. `unstated` is what the text itself says it lacks.
 */
export function missingFromNotice(facts: NoticeFacts, unstated: readonly string[]): readonly string[] {
  const { row, sender, items, operation } = facts;
  const missing: string[] = [];
  const say = (holds: boolean, sentence: string): void => {
    if (holds) missing.push(sentence);
  };
  if (facts.to === null && !goesByHand(facts)) missing.push(contactSentence(facts));
  else say(facts.to !== null && !isPlainMailbox(facts.to), 'the contact is not one plain mailbox');
  say(operation.malware === null, "the botnet's name, as it is to appear in notices");
  const unproved = items.filter((item) => item.evidence.length === 0).length;
  say(unproved > 0, `something observed for ${unproved} of ${items.length} servers`);
  const below = row.addressee === 'registrar' ? items.filter(({ host }) => registrableDomain(host) === null).length : 0;
  say(below > 0, `a domain of its own for ${below} of ${items.length} names: others register below the same one`);
  say(sender.organisation.trim() === '', "the sender's organisation (settings)");
  say(!isPlainMailbox(sender.email), "the sender's mailbox (settings)");
  say(!isPlainMailbox(sender.contestEmail), 'a mailbox for contesting the notice (settings)');
  say(
    row.method === 'copyright-notice' && sender.capacity !== 'rights-owner',
    "the rights owner's capacity: nobody else may send this notice",
  );
  return [...missing, ...unstated];
}

/** Providers that take notices through a form or an interface whose address is known: a person carries it there. */
function goesByHand({ row, provider }: NoticeFacts): boolean {
  const isTheirs = row.addressee !== 'csirt' && row.addressee !== 'law-enforcement';
  return isTheirs && (provider.channel === 'form' || provider.channel === 'api') && provider.contact !== null;
}

function contactSentence({ row, provider }: NoticeFacts): string {
  if (row.addressee === 'csirt') return 'the mailbox of the national CSIRT, which this notice goes to';
  if (row.addressee === 'law-enforcement') return 'the contact at the police, which this notice goes to';
  if (row.channel === 'form') return `a mailbox: ${provider.name} takes such notices through its form`;
  if (row.channel === 'api') return `a mailbox: ${provider.name} takes such notices through its interface`;
  if (row.channel === 'designated-agent') return `the mailbox of the agent whom ${provider.name} designated`;
  return 'a known contact of the provider';
}
