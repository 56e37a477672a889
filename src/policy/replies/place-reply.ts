import type { MailAuth, MailFacts, PlacedBy } from '../../domain/received-mail.ts';
import { tokensIn, ticketIn } from './ticket.ts';

/** What the store may know a message by. */
export interface ThreadKeys {
  /** Nearest first: In-Reply-To, References from the last to the first, messages that are returned in it, itself (a copy of ours). */
  readonly messageIds: readonly string[];
  readonly tokens: readonly string[];
  readonly ticket: string | null;
}

/** A notice that one of the keys leads to, and what is known of its conversation. */
export interface Thread {
  readonly noticeId: string;
  readonly operationId: string;
  /** The dispatch whose Message-ID led here; null where a token or ticket did. */
  readonly dispatchId: string | null;
  readonly by: Exclude<PlacedBy, 'person' | 'door'>;
  /** The key that led here. */
  readonly key: string;
  /** To whom the dispatches of this notice went, by what kind. */
  readonly recipients: readonly { readonly address: string; readonly kind: string }[];
  /** Domains from which a message of this conversation has been confirmed. */
  readonly knownDomains: readonly string[];
}

export type Party = 'provider' | 'informed' | 'unknown';

export interface Placement {
  readonly thread: Thread | null;
  /** Who wrote: one whom the notice went to, one who was only informed (a CSIRT, law enforcement), or neither. */
  readonly party: Party;
  /** Nothing follows from a message that is not confirmed, until a person does. */
  readonly isConfirmed: boolean;
  readonly reasons: readonly string[];
}

export function threadKeys(facts: MailFacts): ThreadKeys {
  return {
    messageIds: [
      ...new Set([
        ...facts.inReplyTo,
        ...facts.references.toReversed(),
        ...facts.returnedMessageIds,
        ...(facts.messageId === null ? [] : [facts.messageId]),
      ]),
    ].slice(0, 60),
    tokens: tokensIn(facts.subject),
    ticket: ticketIn(facts.subject, facts.text),
  };
}

/**
 * Places a message: by the Message-ID of one of our dispatches, then by our token, then by the provider's ticket number.
 * A key that leads to several notices leads nowhere. `isReport`: a delivery report, which comes from whatever machine
 * gave up, and is believed by the Message-ID that it returns.
 */
export function placeReply(facts: MailFacts, threads: readonly Thread[], auth: MailAuth, isReport: boolean): Placement {
  const { messageIds } = threadKeys(facts);
  const byMessageId = messageIds.flatMap((id) => threads.filter(({ by, key }) => by === 'message-id' && key === id));
  const nearest = byMessageId[0] ?? null;
  if (nearest !== null) return judged(nearest, `It answers our message <${nearest.key}>.`, facts, auth, isReport);
  for (const by of ['token', 'ticket'] as const) {
    const found = threads.filter((thread) => thread.by === by);
    // A number that two providers use is told apart by who writes.
    const own = found.filter((thread) => partyOf(facts.fromDomain, thread) !== 'unknown');
    const candidates = new Map((own.length > 0 ? own : found).map((thread) => [thread.noticeId, thread]));
    const [only] = candidates.values();
    const what = by === 'token' ? 'our reference' : "the provider's number";
    if (only !== undefined && candidates.size === 1)
      return judged(only, `Its subject or text bears ${what} ${only.key}.`, facts, auth, false);
    if (candidates.size > 1)
      return nowhere(`It bears ${what}, which leads to ${candidates.size} notices; a person has to say which.`);
  }
  return nowhere('It names no message, reference or number that is known here.');
}

/** What answers, or returns, what a desk was told ahead of a strike waits for a person. */
export function aboutBriefing(): Placement {
  return nowhere('It answers a briefing ahead of a strike; a person has to see to it.');
}

function nowhere(reason: string): Placement {
  return { thread: null, party: 'unknown', isConfirmed: false, reasons: [reason] };
}

function judged(thread: Thread, found: string, facts: MailFacts, auth: MailAuth, isReport: boolean): Placement {
  const party = partyOf(facts.fromDomain, thread);
  if (isReport)
    return { thread, party, isConfirmed: true, reasons: [found, 'Only who had the message could return it.'] };
  if (party === 'unknown') {
    const who =
      facts.fromDomain ??
      (facts.fromCount > 1 ? 'a sender who gives several addresses' : 'a sender without an address');
    return {
      thread,
      party,
      isConfirmed: false,
      reasons: [found, `The sender is not known in this conversation: ${who}.`],
    };
  }
  if (auth.dmarc.result === 'fail') {
    const reason = `Its sender's domain does not stand by it: DMARC fails for ${auth.dmarc.domain ?? 'it'}.`;
    return { thread, party, isConfirmed: false, reasons: [found, reason] };
  }
  return { thread, party, isConfirmed: true, reasons: [found] };
}

/** Whether a domain is one that the notice went to, or that a person or a message id has confirmed in its conversation. */
export function partyOf(
  domain: string | null,
  { recipients, knownDomains }: Pick<Thread, 'recipients' | 'knownDomains'>,
): Party {
  if (domain === null) return 'unknown';
  const group = groupOf(domain);
  const kinds = recipients
    .filter(({ address }) => groupOf(address.slice(address.lastIndexOf('@') + 1)) === group)
    .map(({ kind }) => kind);
  if (kinds.some((kind) => !INFORMED.has(kind))) return 'provider';
  if (kinds.length > 0) return 'informed';
  return knownDomains.some((known) => groupOf(known) === group) ? 'provider' : 'unknown';
}

/** Dispatches that tell somebody who cannot switch the server off. */
const INFORMED: ReadonlySet<string> = new Set(['csirt-copy', 'referral']);

/**
 * The very domain. Below a hoster's live its customers, the server's own among them; a desk that answers from another name is
 * confirmed once by a person.
 */
function groupOf(domain: string): string {
  return domain.toLowerCase();
}
