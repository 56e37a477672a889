import { CONTACT_ROLES } from '../registration.ts';
import type { ContactRole, RegisteredContact } from '../registration.ts';
import type { CardMailbox } from './read-card.ts';
import type { Entity } from './walk-entities.ts';

const MAX_CONTACTS = 50;

/** How registries say that a mailbox is not confirmed or does not work: ARIN's "Unvalidated POC", RIPE's and APNIC's checks. */
const UNVALIDATED =
  /\bunvalidated\b|\b(is|be|as) invalid\b|validation failed|not (yet )?(been )?validated|no response from the poc|could not be validated/i;

/**
 * The mailboxes of all entities by what they are there for. `objectRemarks` are the answer's own, where RIPE and APNIC
 * write that an abuse mailbox did not pass their check.
 */
export function pickContacts(
  entities: readonly Entity[],
  objectRemarks: readonly string[],
): { readonly abuse: readonly RegisteredContact[]; readonly otherContacts: readonly RegisteredContact[] } {
  const abuse = new Map<string, RegisteredContact>();
  const others = new Map<string, RegisteredContact>();
  for (const entity of entities) {
    const { mailboxes } = entity.card;
    const marked = mailboxes.some((mailbox) => mailbox.isForAbuse);
    for (const mailbox of mailboxes) {
      const role = roleOf(entity, mailbox, marked);
      const contact = contactOf(entity, mailbox, role, objectRemarks);
      const key = contact.email.toLowerCase();
      const into = role === 'abuse' ? abuse : others;
      const known = into.get(key);
      // What stands nearer to the object was there first; a better role of the same mailbox takes its place.
      if (known === undefined ? into.size < MAX_CONTACTS : rank(role) < rank(known.role)) into.set(key, contact);
    }
  }
  return {
    abuse: [...abuse.values()],
    otherContacts: [...others]
      .filter(([key]) => !abuse.has(key))
      .map(([, contact]) => contact)
      .toSorted((a, b) => rank(a.role) - rank(b.role)),
  };
}

function rank(role: ContactRole): number {
  return CONTACT_ROLES.indexOf(role);
}

function roleOf({ roles }: Entity, mailbox: CardMailbox, marked: boolean): ContactRole {
  // Where one mailbox is marked as the one for abuse, those beside it are not.
  const fits = (role: ContactRole): boolean =>
    roles.includes(role) && (role !== 'abuse' || !marked || mailbox.isForAbuse);
  return CONTACT_ROLES.find(fits) ?? 'other';
}

function contactOf(
  { handle, card, where, changedAt, status, remarks }: Entity,
  { email }: CardMailbox,
  role: ContactRole,
  objectRemarks: readonly string[],
): RegisteredContact {
  const own = remarks.find((text) => doubts(text, email, true));
  const ofObject = role === 'abuse' ? objectRemarks.find((text) => doubts(text, email, false)) : undefined;
  const remark = own ?? ofObject ?? (status.includes('unvalidated') ? 'the registry calls it unvalidated' : null);
  return { email, role, handle, name: card.name, where, changedAt, unvalidated: remark !== null, remark };
}

/** Whether a remark doubts this mailbox: one that names mailboxes speaks of those alone. */
function doubts(text: string, email: string, isOfTheEntity: boolean): boolean {
  if (!UNVALIDATED.test(text)) return false;
  if (text.includes('@')) return text.toLowerCase().includes(email.toLowerCase());
  return isOfTheEntity || /abuse/i.test(text);
}
