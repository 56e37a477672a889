import { NOTHING_TO_DRAFT } from '../../policy/missing.ts';
import type { NoticeDraft } from '../../domain/notice.ts';
import type { Operation } from '../../domain/operation.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { assembleNotices, roundsOf } from './assemble-notices.ts';
import { factsOf, informedOf } from './draft-notices.ts';
import type { NoticeSetup } from './draft-notices.ts';
import { readInstruments } from './instrument.ts';
import { rememberedDraft } from './remembered-draft.ts';
import { readLooks } from './with-looks.ts';
import { readMessageTree } from '../../domain/message-tree.ts';
import type { MessagePart } from '../../domain/message-tree.ts';

/**
 * A stored notice as its parts, made again from the facts in the store; null where what is known, the settings or the
 * texts have changed since: then its message is all that can be shown, and the next run drafts anew.
 */
export async function storedDraft(
  transaction: ReadTransaction,
  operation: Operation,
  setup: NoticeSetup,
  noticeId: string,
): Promise<NoticeDraft | null> {
  const notice = await transaction.noticeToSend(noticeId);
  if (notice === null) return null;
  const { providerKey } = notice;
  const [records, cases, strikes, provider] = await Promise.all([
    transaction.noticeRecords(operation.id, providerKey),
    transaction.casesToNotify(operation.id, [...setup.rows.keys()], NOTHING_TO_DRAFT, providerKey),
    transaction.strikes(operation.id),
    transaction.provider(providerKey),
  ]);
  const record = records.find((each) => each.noticeId === noticeId);
  if (record === undefined) return null;
  const rounds = roundsOf(records, strikes);
  const group = assembleNotices(operation, cases, setup.rows, setup.sourceNaming, rounds).find(
    (each) => each.noticeId === noticeId,
  );
  if (group === undefined || provider === null) return null;
  const informed = await informedOf(transaction, operation, provider);
  const instrumentOf = await readInstruments(transaction, operation, [group]);
  const authority = instrumentOf(group, provider, record.draftedAt);
  const itemsBefore = await readLooks(transaction, [{ group, before: [record.draftedAt] }]);
  const items = itemsBefore(group, record.draftedAt);
  const addressed = { ...group, items, provider, informed, authority };
  const { draft, hash } = rememberedDraft(factsOf(operation, setup, addressed, record), setup.drafting);
  return hash === record.hash ? draft : null;
}

/** The plain text of a stored message, which is what a person at the other end reads; null where it holds none. */
export function textOfMessage(message: Uint8Array): string | null {
  const tree = readMessageTree(message);
  if (!tree.ok) return null;
  const find = (part: MessagePart): MessagePart | null => {
    if (part.parts.length === 0) return part.type === 'text/plain' ? part : null;
    for (const below of part.parts) {
      const found = find(below);
      if (found !== null) return found;
    }
    return null;
  };
  const text = find(tree.value);
  return text === null ? null : Buffer.from(text.content).toString('utf8').replaceAll('\r\n', '\n');
}
