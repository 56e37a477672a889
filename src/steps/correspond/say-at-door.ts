import { createHash } from 'node:crypto';
import { derivedId } from '../../domain/derived-id.ts';
import { defang } from '../../domain/defang.ts';
import {
  CHECK_EVERY_MS,
  MOST_DOOR_TEXT,
  MOST_DOOR_TICKET,
  MOST_FOUND,
  MOST_SAID,
  MOST_SAID_IN_AN_HOUR,
  NEEDS_TEXT,
  REPLY_OF,
} from '../../domain/door.ts';
import type { DoorAction, DoorItem } from '../../domain/door.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';
import { NOBODY_CHECKED } from '../../domain/received-mail.ts';
import type { ReplyClass } from '../../domain/reply.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import { ticketIn } from '../../policy/replies/ticket.ts';
import type { ConversationFacts } from '../../ports/correspondence.ts';
import type { DoorRecord, FoundDoor } from '../../ports/door.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { conversationAfter } from './receive-mail.ts';

/** What somebody at the door says. */
export interface DoorWords {
  readonly action: DoorAction;
  /** Of which servers, by their ids in the notice (`DoorItem.reportId`) or their hosts; null or none: of all of it. */
  readonly items: readonly string[] | null;
  readonly text: string;
  readonly ticket: string;
  /** The same words with the same nonce are said once, however often they are sent. */
  readonly nonce: string;
}

/** What came of it. */
export type SaidAtDoor =
  | {
      readonly outcome: 'said' | 'repeated';
      readonly action: DoorAction;
      /** Since when a look is asked for; null where none was. */
      readonly checkAskedAt: Instant | null;
    }
  | { readonly outcome: 'too-often' };

const HOUR_MS = 3_600_000;

/**
 * Takes what somebody at the door says as a reply of the notice's conversation, as if a mail had come from the provider: it is kept,
 * stands in the ledger as said by whoever has the link, and what follows from such a reply follows. It can slow us and
 * call a person, and nothing else: no verdict, and nothing that leaves sooner.
 */
export async function sayAtDoor(world: World, door: FoundDoor, words: DoorWords): Promise<SaidAtDoor> {
  const text = boundedText(words.text);
  const items = itemsOf(door, words.items);
  if (NEEDS_TEXT.has(words.action) && text === '') {
    throw problem('usage', 'say in a few words what is meant', 'Without them nobody here could do anything about it');
  }
  const { action, nonce } = words;
  const ticket = plainText(words.ticket, MOST_DOOR_TICKET);
  if (action === 'found-more') return offerFind(world, door, text, nonce);
  const message = messageOf(door, { action, items, text, ticket, nonce });
  const sha256 = createHash('sha256').update(message).digest('hex');
  return world.store.write(async (transaction) => {
    const conversation = await lockedConversation(transaction, door);
    const before = await transaction.door(door.notice.noticeId);
    const newestCheck = before?.checks.at(-1)?.askedAt ?? null;
    if ((await transaction.receivedMail(sha256)) !== null) {
      return { outcome: 'repeated', action, checkAskedAt: action === 'done' ? newestCheck : null };
    }
    const now = world.clock.now();
    // Whoever has the link must not use up what the desk needs to say that it is wrong.
    if (await isTooOften(transaction, door, now, action === 'wrong' ? 2 : 1)) return { outcome: 'too-often' };
    await transaction.keepMessage(sha256, message);
    const reply = REPLY_OF[action] ?? 'question';
    await appendReply(world, transaction, door, conversation, {
      sha256,
      size: message.length,
      action,
      reply,
      ticket,
      now,
      items,
    });
    if (action !== 'done') return { outcome: 'said', action, checkAskedAt: null };
    const asked = unasked(before?.checks ?? [], standing(door, items), now);
    if (asked.length === 0) return { outcome: 'said', action, checkAskedAt: newestCheck };
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'door.check-requested',
      subject: door.notice.noticeId,
      body: {
        schema: 1,
        operation: conversation.operationId,
        cases: asked.map(({ caseId }) => caseId),
      },
    });
    return { outcome: 'said', action, checkAskedAt: now };
  });
}

/** Nobody looks on behalf of a provider at what was taken back. */
function standing({ notice }: FoundDoor, items: readonly DoorItem[]): readonly DoorItem[] {
  const retracted = new Set(notice.servers.filter(({ isRetracted }) => isRetracted).map(({ caseId }) => caseId));
  return items.filter(({ caseId }) => !retracted.has(caseId));
}

/** Each server is looked at for its desk once in a while, and another one that is done meanwhile does not wait for it. */
function unasked(checks: DoorRecord['checks'], items: readonly DoorItem[], now: Instant): readonly DoorItem[] {
  const recent = checks.filter(({ askedAt }) => now - askedAt < CHECK_EVERY_MS);
  const asked = new Set(recent.flatMap(({ cases }) => cases));
  return items.filter(({ caseId }) => !asked.has(caseId));
}

/** Those of the notice that are named; whatever is none of them is nobody's here. */
function itemsOf({ notice }: FoundDoor, named: readonly string[] | null): readonly DoorItem[] {
  const { items } = notice.content;
  if (named === null || named.length === 0) return items;
  const byId = new Map(items.flatMap((item) => [[item.reportId, item] as const, [item.host, item] as const]));
  const found = named.map((id) => {
    const item = byId.get(id);
    if (item === undefined) throw problem('usage', 'this notice names no such server');
    return item;
  });
  return items.filter((item) => found.includes(item));
}

async function lockedConversation(transaction: WriteTransaction, { notice }: FoundDoor): Promise<ConversationFacts> {
  const first = await transaction.conversation(notice.noticeId);
  if (first === null) throw new Error('a door without a notice');
  await transaction.lockOperation(first.operationId);
  // Under the lock the door may be shut, and another message may have come.
  const [door, conversation] = [
    await transaction.door(notice.noticeId),
    await transaction.conversation(notice.noticeId),
  ];
  if (door === null || conversation === null || door.closedAt !== null) {
    throw problem('refused', 'this page was closed meanwhile', 'Write to the address in the notice');
  }
  return conversation;
}

async function isTooOften(
  transaction: WriteTransaction,
  { notice }: FoundDoor,
  now: Instant,
  times: number,
): Promise<boolean> {
  if ((await transaction.saidAtDoor(notice.noticeId, now - HOUR_MS)) >= times * MOST_SAID_IN_AN_HOUR) return true;
  return (await transaction.saidAtDoor(notice.noticeId, 0)) >= times * MOST_SAID;
}

interface Recorded {
  readonly sha256: string;
  readonly size: number;
  readonly action: DoorAction;
  readonly reply: ReplyClass;
  readonly ticket: string;
  readonly now: Instant;
  /** What it is about. */
  readonly items: readonly DoorItem[];
}

async function appendReply(
  world: World,
  transaction: WriteTransaction,
  { notice }: FoundDoor,
  conversation: ConversationFacts,
  { sha256, size, action, reply, ticket, now, items }: Recorded,
): Promise<void> {
  const { reference } = notice.content;
  const mails = [...conversation.mails, { sha256, class: reply, fromDomain: null }];
  await transaction.append({
    actor: world.actor,
    recordedAt: now,
    kind: 'mail.received',
    subject: sha256,
    body: {
      schema: 1,
      operation: conversation.operationId,
      notice: notice.noticeId,
      dispatch: null,
      messageId: null,
      inReplyTo: null,
      fromAddress: null,
      fromDomain: null,
      subject: subjectOf(reference, action),
      sizeBytes: size,
      placedBy: 'door',
      isConfirmed: true,
      isReply: true,
      class: reply,
      reasons: [
        `It was said at the door of ${reference} by whoever has its link; nobody has checked who that is.`,
        `The button says "${action}".`,
        ...(items.length === notice.content.items.length
          ? []
          : [
              `It is about ${items.length} of ${notice.content.items.length} servers: ${items.map(({ host }) => defang(host)).join(', ')}`,
            ]),
      ],
      ticket: ticket === '' ? null : ticketIn(`Ticket ${ticket}`, ''),
      auth: noAuth(),
      bounce: null,
      source: 'door',
      conversation: conversationAfter(conversation, mails),
    },
  });
}

function noAuth(): JsonValue {
  const { by, dkim, spf, dmarc } = NOBODY_CHECKED;
  return { by, dkim: { ...dkim }, spf: { ...spf }, dmarc: { ...dmarc } };
}

function subjectOf(reference: string, action: DoorAction): string {
  return `[${reference}] said at the door: ${action}`;
}

/** Kept in the form in which all that comes back is kept, so that whatever reads replies reads these. */
function messageOf(
  { notice }: FoundDoor,
  said: Pick<DoorWords, 'action' | 'text' | 'ticket' | 'nonce'> & { readonly items: readonly DoorItem[] },
): Buffer {
  const { reference, items } = notice.content;
  const { action, ticket, text, nonce } = said;
  const body = [
    `Said at the door of ${reference}: ${action}`,
    ...(said.items.length === items.length
      ? []
      : [`Servers: ${said.items.map(({ host }) => defang(host)).join(', ')}`]),
    ...(ticket === '' ? [] : [`Ticket: ${ticket}`]),
    ...(text === '' ? [] : ['', ...text.split('\n')]),
  ].join('\r\n');
  const head = [
    `Subject: ${subjectOf(reference, action)}`,
    `X-Dismantle-Door: ${action}; page=${nonce}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${base64Lines(body)}\r\n`);
}

function base64Lines(text: string): string {
  return (
    Buffer.from(text, 'utf8')
      .toString('base64')
      .match(/.{1,76}/g)
      ?.join('\r\n') ?? ''
  );
}

/** Line ends stay; whatever nobody can see, or what turns the direction of writing round, goes. */
function boundedText(text: string): string {
  if (Array.from(text).length > MOST_DOOR_TEXT) {
    throw problem(
      'usage',
      `more than ${MOST_DOOR_TEXT} characters`,
      'Say it in fewer, or write to the address in the notice',
    );
  }
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  return lines
    .map((line) => plainText(line, MOST_DOOR_TEXT))
    .join('\n')
    .trim();
}

/** Further servers are no word on the notice's own, and of no weight: a person takes them into intake, or does not. */
function offerFind(world: World, door: FoundDoor, text: string, nonce: string): Promise<SaidAtDoor> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > MOST_FOUND) {
    throw problem('usage', `more than ${MOST_FOUND} lines`, 'Send the rest as a file to the address in the notice');
  }
  const { noticeId } = door.notice;
  const findId = derivedId('door-find', noticeId, nonce, text);
  return world.store.write(async (transaction) => {
    const { operationId } = await lockedConversation(transaction, door);
    const said = { action: 'found-more', checkAskedAt: null } as const;
    if ((await transaction.doorFindsNamed(findId)).length > 0) return { outcome: 'repeated', ...said };
    const now = world.clock.now();
    if (await isTooOften(transaction, door, now, 1)) return { outcome: 'too-often' };
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'door.found',
      subject: findId,
      body: { schema: 1, operation: operationId, notice: noticeId, lines, note: '' },
    });
    return { outcome: 'said', ...said };
  });
}
