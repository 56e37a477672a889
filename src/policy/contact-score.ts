import { parseInstant, readableInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { CONTACT_SOURCES } from '../domain/provider.ts';
import type { ContactSource } from '../domain/provider.ts';
import { CONTACT_ROLES } from '../domain/registration.ts';
import type { AutnumRegistration, ContactRole, RegisteredContact, Registration } from '../domain/registration.ts';

/** A mailbox that a notice could go to, and what is known of it. Moments are ISO 8601. */
export interface ContactCandidate {
  readonly mailbox: string;
  readonly source: ContactSource;
  readonly role: ContactRole;
  /** When we took it down: the answer's moment, or the book's. */
  readonly recordedAt: string | null;
  /** When the contact itself was last changed, by its registry. */
  readonly changedAt: string | null;
  /** When the network or AS that points to it was last changed. */
  readonly objectChangedAt: string | null;
  readonly unvalidated: boolean;
}

/** A candidate with what speaks for and against it. The score orders candidates; it is no probability. */
export interface ScoredContact {
  readonly candidate: ContactCandidate;
  /** 0 to 100. */
  readonly score: number;
  /** A sentence each, the source first: how the score came about. */
  readonly reasons: readonly string[];
  /** Changed so lately that a person has to look before anything is sent there. */
  readonly changedLately: boolean;
}

const DAY_MS = 86_400_000;
/** An operator who sees a notice coming changes the contact first. */
const LATELY_DAYS = 30;
const STALE_DAYS = 365;

const BASE: Readonly<Record<ContactSource, readonly [score: number, reason: string]>> = {
  book: [95, 'from our own provider book'],
  'rdap-network': [75, 'registered for the network'],
  'rdap-autnum': [65, 'registered for the AS that announces the network'],
  csirt: [10, 'the national CSIRT, where no better contact is known'],
};

/** A mailbox that is not for abuse may belong to somebody who cannot act, or to the customer himself. */
const BY_ROLE: Readonly<Record<ContactRole, number>> = {
  abuse: 0,
  noc: -15,
  technical: -20,
  administrative: -25,
  other: -35,
};
const CHANGED_LATELY = -30;
const UNVALIDATED = -20;
const UNDATED = -5;
const STALE = -10;
/** Whatever speaks against a contact of the provider, it stands above the CSIRT: asked last, and told in any case. */
const LOWEST = 15;

/**
 * Scores the candidates, the best first; each mailbox once, by its best source. Same facts, same order.
 *
 * @param now the moment that "lately" is counted from
 */
export function scoreContacts(candidates: readonly ContactCandidate[], now: Instant): readonly ScoredContact[] {
  const scored = candidates.map((candidate) => scoreContact(candidate, now)).toSorted(bestFirst);
  const byMailbox = new Map<string, ScoredContact>();
  for (const contact of scored) {
    const key = contact.candidate.mailbox.toLowerCase();
    const better = byMailbox.get(key);
    if (better === undefined) byMailbox.set(key, contact);
    else byMailbox.set(key, alsoNamed(better, contact));
  }
  return [...byMailbox.values()];
}

function scoreContact(candidate: ContactCandidate, now: Instant): ScoredContact {
  const { source, role, unvalidated } = candidate;
  const [base, origin] = BASE[source];
  const reasons = [`${origin}${datedBy(candidate.recordedAt)}`];
  let score = base;
  const count = (points: number, reason: string): void => {
    score += points;
    reasons.push(`${reason} (${points})`);
  };
  // Whom a person put into the book, or a state named, is there for just this.
  const isRegistered = source === 'rdap-network' || source === 'rdap-autnum';
  if (isRegistered && role !== 'abuse') {
    count(
      BY_ROLE[role],
      role === 'other' ? 'registered for no stated purpose' : `the ${role} contact, not the abuse contact`,
    );
  }
  if (unvalidated) count(UNVALIDATED, 'the registry could not confirm that the mailbox works');
  const change = lastChange(candidate);
  const changedLately = change !== null && now - change.at < LATELY_DAYS * DAY_MS;
  if (changedLately) {
    const when = change.at > now ? 'with a date in the future' : `on ${readableInstant(change.at)}`;
    count(CHANGED_LATELY, `${change.what} was changed ${when}, within ${LATELY_DAYS} days: look before sending`);
  }
  if (isRegistered && candidate.changedAt === null)
    count(UNDATED, 'the registry does not say when the contact was changed');
  const recorded = moment(candidate.recordedAt);
  if (recorded !== null && now - recorded > STALE_DAYS * DAY_MS)
    count(STALE, `taken down more than ${STALE_DAYS} days ago`);
  return {
    candidate,
    score: source === 'csirt' ? base : Math.min(Math.max(score, LOWEST), 100),
    reasons,
    changedLately,
  };
}

function lastChange({
  changedAt,
  objectChangedAt,
}: ContactCandidate): { readonly at: Instant; readonly what: string } | null {
  const contact = moment(changedAt);
  const object = moment(objectChangedAt);
  if (contact === null && object === null) return null;
  if (object === null || (contact !== null && contact >= object)) return { at: contact ?? 0, what: 'the contact' };
  // Nothing needs to happen to a contact for a network to point to another one.
  return { at: object, what: 'the registration that points to the contact' };
}

function moment(text: string | null): Instant | null {
  return text === null ? null : parseInstant(text);
}

function datedBy(recordedAt: string | null): string {
  const recorded = moment(recordedAt);
  return recorded === null ? ', without a date' : `, as of ${readableInstant(recorded)}`;
}

function alsoNamed(better: ScoredContact, other: ScoredContact): ScoredContact {
  // One that was pointed to lately is not made older by another registration that has long had it.
  const changedLately = better.changedLately || other.changedLately;
  const news =
    other.changedLately && !better.changedLately ? other.reasons.filter((reason) => reason.includes('within')) : [];
  const reason = `also ${BASE[other.candidate.source][1]}`;
  const isNew = other.candidate.source !== better.candidate.source && !better.reasons.includes(reason);
  return { ...better, changedLately, reasons: [...better.reasons, ...news, ...(isNew ? [reason] : [])] };
}

function bestFirst(one: ScoredContact, other: ScoredContact): number {
  const [a, b] = [one.candidate, other.candidate];
  return (
    other.score - one.score ||
    CONTACT_SOURCES.indexOf(a.source) - CONTACT_SOURCES.indexOf(b.source) ||
    CONTACT_ROLES.indexOf(a.role) - CONTACT_ROLES.indexOf(b.role)
  );
}

/** The candidates that a registry's answer brings, in its order. */
export function registeredCandidates(
  registration: Pick<Registration | AutnumRegistration, 'abuse' | 'otherContacts' | 'changedAt'>,
  source: 'rdap-network' | 'rdap-autnum',
  recordedAt: string,
): readonly ContactCandidate[] {
  return [...registration.abuse, ...registration.otherContacts].map(
    ({ email, role, changedAt, unvalidated }: RegisteredContact) => ({
      mailbox: email,
      source,
      role,
      recordedAt,
      changedAt,
      objectChangedAt: registration.changedAt,
      unvalidated,
    }),
  );
}
