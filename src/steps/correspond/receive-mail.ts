import { createHash } from 'node:crypto';
import type { MailAuth, MailFacts } from '../../domain/received-mail.ts';
import type { ReplyClass } from '../../domain/reply.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import { conversationOf } from '../../policy/replies/conversation.ts';
import { aboutBriefing, partyOf, placeReply, threadKeys } from '../../policy/replies/place-reply.ts';
import type { Placement } from '../../policy/replies/place-reply.ts';
import type { PreparedWording } from '../../policy/replies/prepared-wording.ts';
import { classifyReply } from '../../policy/replies/reply-class.ts';
import type { Classified } from '../../policy/replies/prepared-wording.ts';
import { bounceSigns } from '../../policy/replies/machine-signs.ts';
import { ticketIn } from '../../policy/replies/ticket.ts';
import type { ConversationFacts } from '../../ports/correspondence.ts';
import type { MailAuthenticator, MailReader, RawMessage } from '../../ports/mailbox.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** A message of ours that could not be delivered, after the first server had taken it. */
export interface Bounced {
  readonly dispatchId: string;
  readonly recipient: string;
  readonly reason: string;
}

/** What follows for a dispatch that came back; the send step says. Runs in the transaction that records the bounce. */
export type BounceHook = (world: World, transaction: WriteTransaction, bounced: Bounced) => Promise<unknown>;

/** What receiving needs besides the world. */
export interface MailSources {
  readonly reader: MailReader;
  readonly authenticator: MailAuthenticator;
  readonly wording: PreparedWording;
  /** Mailboxes that we write from, in lower case. */
  readonly ownAddresses: readonly string[];
  readonly onBounce: BounceHook;
}

/** What became of one message. */
export interface Received {
  readonly sha256: string;
  /** The same bytes are here already; nothing was done. */
  readonly wasKnown: boolean;
  readonly class: ReplyClass;
  /** The notice's reference; null where a person has to place it. */
  readonly reference: string | null;
  readonly isConfirmed: boolean;
  readonly subject: string;
  readonly from: string | null;
}

/**
 * Takes one raw message in: keeps its bytes, places it, says what it is, and lets follow what may follow from a reply:
 * conversation, deadlines, the state of cases. Never a verdict. One transaction; the same bytes again change nothing.
 */
export async function receiveMail(world: World, sources: MailSources, message: RawMessage): Promise<Received> {
  const sha256 = createHash('sha256').update(message.bytes).digest('hex');
  const known = await world.store.read((transaction) => transaction.receivedMail(sha256));
  if (known !== null) return { ...known, wasKnown: true, from: known.fromAddress };
  // Reading and checking take as long as they take: outside of the transaction.
  const facts = await sources.reader.read(message.bytes);
  const auth = await sources.authenticator.check(message.bytes);
  return world.store.write(async (transaction) => {
    const first = await judge(transaction, sources, facts, auth);
    if (first.placement.thread !== null) await transaction.lockOperation(first.placement.thread.operationId);
    // Under the lock it may look otherwise: another message has come, or this one.
    const judged = first.placement.thread === null ? first : await judge(transaction, sources, facts, auth);
    const again = await transaction.receivedMail(sha256);
    if (again !== null) return { ...again, wasKnown: true, from: again.fromAddress };
    await transaction.keepMessage(sha256, message.bytes);
    await record(world, transaction, message.source, facts, auth, judged);
    for (const bounced of bouncesOf(facts, judged)) {
      await sources.onBounce(world, transaction, bounced);
    }
    return {
      sha256,
      wasKnown: false,
      class: judged.classified.class,
      reference: judged.conversation?.reference ?? null,
      isConfirmed: judged.placement.isConfirmed,
      subject: facts.subject,
      from: facts.fromAddress,
    };
  });
}

interface Judged {
  readonly placement: Placement;
  readonly classified: Classified;
  readonly conversation: ConversationFacts | null;
}

async function judge(
  transaction: WriteTransaction,
  sources: MailSources,
  facts: MailFacts,
  auth: MailAuth,
): Promise<Judged> {
  const threads = await transaction.mailThreads(threadKeys(facts));
  const signs = bounceSigns(facts, sources.wording);
  const isReport = signs !== null && (signs.class === 'bounce' || facts.deliveryReport !== null);
  const isOurOwn =
    (facts.fromAddress !== null && sources.ownAddresses.includes(facts.fromAddress)) ||
    (facts.messageId !== null && (await transaction.isOurMessageId(facts.messageId)));
  // What answers a briefing is about no server yet: nothing follows from it for the notice, whenever it comes.
  const isOfBriefing = await transaction.isBriefing([...facts.inReplyTo, ...facts.returnedMessageIds]);
  const placed = isOfBriefing ? aboutBriefing() : placeReply(facts, threads, auth, isReport);
  // A copy of our own mail is put aside where it belongs; nothing follows from it, and nobody has to look.
  const placement = isOurOwn ? { ...placed, isConfirmed: placed.thread !== null } : placed;
  const conversation = placement.thread === null ? null : await transaction.conversation(placement.thread.noticeId);
  const classified = classifyReply(facts, sources.wording, {
    ourText: conversation === null ? null : await ourTextOf(transaction, sources.reader, conversation.messageSha256),
    isPlaced: placement.thread !== null,
    isOurOwn,
  });
  return { placement, classified, conversation };
}

async function ourTextOf(transaction: WriteTransaction, reader: MailReader, sha256: string): Promise<string | null> {
  const bytes = await transaction.noticeMessage(sha256);
  return bytes === null ? null : (await reader.read(bytes)).text;
}

async function record(
  world: World,
  transaction: WriteTransaction,
  source: string,
  facts: MailFacts,
  auth: MailAuth,
  { placement, classified, conversation }: Judged,
): Promise<void> {
  const { thread, isConfirmed } = placement;
  const isReply = classified.class !== 'bounce' && classified.class !== 'unrelated';
  const ticket = isReply ? ticketIn(facts.subject, facts.text) : null;
  await transaction.append({
    actor: world.actor,
    recordedAt: world.clock.now(),
    kind: 'mail.received',
    subject: facts.sha256,
    body: {
      schema: 1,
      operation: thread?.operationId ?? null,
      notice: thread?.noticeId ?? null,
      dispatch: thread?.dispatchId ?? null,
      messageId: facts.messageId,
      inReplyTo: facts.inReplyTo[0] ?? null,
      fromAddress: facts.fromAddress,
      fromDomain: facts.fromDomain,
      subject: facts.subject,
      sizeBytes: facts.sizeBytes,
      placedBy: thread?.by ?? null,
      isConfirmed,
      isReply,
      class: classified.class,
      reasons: [...placement.reasons, ...classified.reasons],
      ticket,
      auth: authJson(auth),
      bounce: bounceJson(facts),
      source,
      conversation:
        conversation === null || !isConfirmed
          ? null
          : conversationAfter(conversation, [
              ...conversation.mails,
              { sha256: facts.sha256, class: classified.class, fromDomain: facts.fromDomain },
            ]),
    },
  });
}

/** What a conversation has come to, as an entry says it. */
export function conversationAfter(facts: ConversationFacts, mails: ConversationFacts['mails']): JsonValue {
  // Whoever a person or a message id has confirmed is no stranger any more.
  const { latest, state } = conversationOf(
    mails.map((mail) => {
      const party = partyOf(mail.fromDomain, facts);
      return { class: mail.class, party: party === 'unknown' ? 'provider' : party };
    }),
  );
  return { notice: facts.noticeId, latest, state };
}

/** Failures of our own dispatches, at contacts of theirs, as only who had the message can report them. */
function bouncesOf(facts: MailFacts, { placement, classified }: Judged): readonly Bounced[] {
  const thread = placement.thread;
  if (classified.class !== 'bounce' || thread === null || thread.dispatchId === null || !placement.isConfirmed)
    return [];
  const { dispatchId } = thread;
  const contacts = new Set(thread.recipients.map(({ address }) => address));
  const report = facts.deliveryReport;
  if (report !== null) {
    return report.recipients
      .filter(({ action, recipient }) => action === 'failed' && recipient !== null && contacts.has(recipient))
      .map(({ recipient, status, diagnostic }) => ({
        dispatchId,
        recipient: recipient ?? '',
        reason: [status, diagnostic].filter((part) => part !== null).join(' ') || 'it came back',
      }));
  }
  // Old bounces name the address somewhere in their text.
  const text = facts.text.toLowerCase();
  return [...contacts]
    .filter((contact) => text.includes(contact))
    .map((recipient) => ({ dispatchId, recipient, reason: `it came back: ${facts.subject}` }));
}

function authJson({ by, dkim, spf, dmarc }: MailAuth): JsonValue {
  return { by, dkim: { ...dkim }, spf: { ...spf }, dmarc: { ...dmarc } };
}

function bounceJson({ deliveryReport }: MailFacts): JsonValue {
  if (deliveryReport === null) return null;
  return {
    recipients: deliveryReport.recipients.map((recipient) => ({ ...recipient })),
    originalMessageIds: deliveryReport.originalMessageIds,
  };
}
