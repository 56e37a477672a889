import { isDrillName } from '../../domain/host-name.ts';
import type { Instant } from '../../domain/instant.ts';
import type { AuthorityFact, ContactFact, SendFacts } from '../../domain/send-facts.ts';
import { refusal } from './refusal.ts';
import type { SendRefusal } from './refusal.ts';

const DAY_MS = 86_400_000;
/** An operator who sees a notice coming changes the contact first (the same days as for the contact's score). */
const LATELY_DAYS = 30;
/** Channels on which a mail goes out; on the others a person submits. */
const MAILED: ReadonlySet<string> = new Set(['mail', 'designated-agent']);
const ORDERS: ReadonlySet<string> = new Set(['court-order', 'standing-order', 'supplemental-order']);

/** Who it goes to: a known mailbox that is the provider's own, and nobody who warns the operators. */
export function contactGates(facts: SendFacts, now: Instant): readonly SendRefusal[] {
  const { contacts, provider, notice, authority } = facts;
  const refusals: SendRefusal[] = [];
  if (notice.missing.includes('sender-not-set'))
    refusals.push(refusal('sender-not-set', 'the settings did not say who we are when it was drafted'));
  const isReachable = MAILED.has(provider.channel) ? contacts.length > 0 : provider.contact !== null;
  if (!isReachable) refusals.push(refusal('no-contact', 'nobody knows where it is to go'));
  const say = (code: SendRefusal['code'], which: readonly ContactFact[], what: string): void => {
    if (which.length > 0) refusals.push(refusal(code, `${which.map(({ mailbox }) => mailbox).join(', ')}: ${what}`));
  };
  say(
    'contact-no-longer-listed',
    contacts.filter(({ isListed }) => !isListed),
    'not among the contacts of the provider any more; draft anew',
  );
  say(
    'contact-changed-lately',
    contacts.filter(changedSince(now)),
    'changed within 30 days, and nobody has cleared it',
  );
  say(
    'contact-differs-from-registry',
    contacts.filter((contact) => contact.clearedAt === null && differs(contact, facts.registered)),
    'the registry names other mailboxes, and nobody has cleared it',
  );
  if (provider.trust === 'bulletproof' && !isOrder(authority))
    refusals.push(refusal('bulletproof-without-order', 'the provider is known as bulletproof: never before an order'));
  return refusals;
}

/** The registries that were asked name mailboxes, and not this one. A national CSIRT is in no network's registration. */
function differs({ mailbox, source }: ContactFact, registered: readonly string[]): boolean {
  return source !== 'csirt' && registered.length > 0 && !registered.includes(mailbox.toLowerCase());
}

/** Changed lately, and nobody has looked since it changed. */
function changedSince(now: Instant): (contact: ContactFact) => boolean {
  return ({ changedAt, changedLately, clearedAt }) => {
    // Its own date, or that of the registration that points to it, of which the locating alone knew.
    const isLate = changedLately || (changedAt !== null && now - changedAt < LATELY_DAYS * DAY_MS);
    return isLate && (clearedAt === null || (changedAt !== null && clearedAt < changedAt));
  };
}

export function isOrder(authority: AuthorityFact | null): boolean {
  return authority !== null && ORDERS.has(authority.kind);
}

/** What an admin has armed, for what, and until when. A drill never leaves the lab, and nothing armed for the lab does. */
export function armingGates({ operation, contacts }: SendFacts, now: Instant): readonly SendRefusal[] {
  const { armed, drill } = operation;
  const refusals: SendRefusal[] = [];
  if (armed === null || !armed.traffic.includes('send'))
    refusals.push(refusal('not-armed', 'the operation is not armed for sending'));
  else if (armed.until <= now) refusals.push(refusal('arming-expired', 'the arming of the operation has expired'));
  if (drill && armed !== null && !armed.lab)
    refusals.push(refusal('drill-outside-lab', 'a drill is armed for the lab only, and this arming is not'));
  const outside = drill || armed?.lab === true ? contacts.filter(({ mailbox }) => !isLabMailbox(mailbox)) : [];
  if (outside.length > 0)
    refusals.push(refusal('drill-outside-lab', `${outside.length} of its mailboxes do not stand in the lab`));
  return refusals;
}

function isLabMailbox(mailbox: string): boolean {
  return isDrillName(mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase());
}
