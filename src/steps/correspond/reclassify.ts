import type { ReplyClass } from '../../domain/reply.ts';
import { problem } from '../../domain/problem.ts';
import type { ConversationFacts, ReceivedMail } from '../../ports/correspondence.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { namedMail } from './named-mail.ts';
import { conversationAfter } from './receive-mail.ts';

/** What a person says of a message. */
export interface MailWords {
  /** Null: as it is. */
  readonly class: ReplyClass | null;
  /** The notice's reference or id; null: as it is; "none": it belongs to no notice. */
  readonly notice: string | null;
  /** Who says it: a registered person's key, or words of the local user. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Records what a person says that a message is and where it belongs. It then counts: the conversation it left and the
 * one it is in are told anew from all their messages. Returns the message as it stands then.
 */
export async function reclassifyMail(world: World, id: string, words: MailWords): Promise<ReceivedMail> {
  if (words.reason.trim() === '') throw problem('usage', '--reason is empty', 'Say why in a few words');
  return world.store.write(async (transaction) => {
    const found = await namedMail(transaction, id);
    const target = await targetOf(transaction, found, words.notice);
    // Always in the same order, so that two people at once do not wait for each other.
    const operations = [found.operationId, target?.operationId ?? null].filter((operation) => operation !== null);
    for (const operation of [...new Set(operations)].toSorted()) await transaction.lockOperation(operation);
    const mail = (await transaction.receivedMail(found.sha256)) ?? found;
    const wanted = words.class ?? mail.class;
    const conversation = target === null ? null : await transaction.conversation(target.noticeId);
    const left =
      mail.noticeId === null || mail.noticeId === target?.noticeId
        ? null
        : await transaction.conversation(mail.noticeId);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'mail.reclassified',
      subject: mail.sha256,
      body: {
        schema: 1,
        class: wanted,
        operation: target?.operationId ?? null,
        notice: target?.noticeId ?? null,
        by: words.by,
        reason: words.reason,
        sentence: sentenceOf(mail, wanted, conversation, words),
        left:
          left === null
            ? null
            : conversationAfter(
                left,
                left.mails.filter(({ sha256 }) => sha256 !== mail.sha256),
              ),
        conversation:
          conversation === null ? null : conversationAfter(conversation, withMail(conversation, mail, wanted)),
      },
    });
    return (await transaction.receivedMail(mail.sha256)) ?? mail;
  });
}

async function targetOf(
  transaction: WriteTransaction,
  mail: ReceivedMail,
  notice: string | null,
): Promise<{ readonly noticeId: string; readonly operationId: string } | null> {
  if (notice === 'none') return null;
  if (notice === null) {
    return mail.noticeId === null || mail.operationId === null
      ? null
      : { noticeId: mail.noticeId, operationId: mail.operationId };
  }
  const [found, second] = await transaction.noticesForMail(notice);
  if (found === undefined)
    throw problem('not-found', `there is no notice ${notice}`, 'See them with: dismantle notices');
  if (second !== undefined) throw problem('usage', `several notices are named ${notice}`, 'Give its id instead');
  return found;
}

/** The messages of the conversation with this one in its place. */
function withMail({ mails }: ConversationFacts, mail: ReceivedMail, wanted: ReplyClass): ConversationFacts['mails'] {
  const said = { sha256: mail.sha256, class: wanted, fromDomain: mail.fromDomain };
  return mails.some(({ sha256 }) => sha256 === mail.sha256)
    ? mails.map((each) => (each.sha256 === mail.sha256 ? said : each))
    : [...mails, said];
}

function sentenceOf(
  mail: ReceivedMail,
  wanted: ReplyClass,
  conversation: ConversationFacts | null,
  { by, reason }: MailWords,
): string {
  const place = conversation === null ? 'belongs to no notice' : `belongs to ${conversation.reference}`;
  const what = wanted === mail.class ? `is ${wanted}` : `is ${wanted}, not ${mail.class}`;
  return `${by} says that it ${place} and ${what}: ${reason}`;
}
