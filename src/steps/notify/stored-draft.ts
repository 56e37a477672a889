import { NOTHING_TO_DRAFT } from '../../policy/missing.ts';
import type { NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
import type { Operation } from '../../domain/operation.ts';
import type { NoticeRecord, ReadTransaction } from '../../ports/store.ts';
import { assembleNotices, roundsOf } from './assemble-notices.ts';
import type { NoticeGroup } from './assemble-notices.ts';
import { factsOf, informedOf } from './draft-notices.ts';
import type { NoticeSetup } from './draft-notices.ts';
import { readInstruments } from './instrument.ts';
import { rememberedDraft } from './remembered-draft.ts';
import { readLooks } from './with-looks.ts';
import { readMessageTree } from '../../domain/message-tree.ts';
import type { MessagePart } from '../../domain/message-tree.ts';

/** A stored notice as its parts, made again from the facts in the store. */
export interface DraftAgain {
  readonly facts: NoticeFacts;
  readonly draft: NoticeDraft;
}

/**
 * Makes a draft again from what the store knows of it: null where what is known, the settings or the texts have changed since, so
 * that its message is all that can be shown, and the next run drafts anew. `group` is null where no case is left for it.
 */
export async function draftAgain(
  transaction: ReadTransaction,
  operation: Operation,
  setup: NoticeSetup,
  record: NoticeRecord,
  group: NoticeGroup | null,
): Promise<DraftAgain | null> {
  if (group === null) return null;
  const [provider, instrumentOf, itemsBefore] = await Promise.all([
    transaction.provider(record.providerKey),
    readInstruments(transaction, operation, [group]),
    readLooks(transaction, [{ group, before: [record.draftedAt] }]),
  ]);
  if (provider === null) return null;
  const informed = await informedOf(transaction, operation, provider);
  const authority = instrumentOf(group, provider, record.draftedAt);
  const items = itemsBefore(group, record.draftedAt);
  const facts = factsOf(operation, setup, { ...group, items, provider, informed, authority }, record);
  const { draft, hash } = rememberedDraft(facts, setup.drafting);
  return hash === record.hash ? { facts, draft } : null;
}

/** What is on record of drafts, and what each would be about by now: of one provider, or of all. */
export async function draftsOnRecord(
  transaction: ReadTransaction,
  operation: Operation,
  setup: NoticeSetup,
  providerKey: string | null,
): Promise<{
  readonly records: ReadonlyMap<string, NoticeRecord>;
  readonly groups: ReadonlyMap<string, NoticeGroup>;
}> {
  const only = providerKey ?? undefined;
  const [records, cases, strikes] = await Promise.all([
    transaction.noticeRecords(operation.id, only),
    transaction.casesToNotify(operation.id, [...setup.rows.keys()], NOTHING_TO_DRAFT, only),
    transaction.strikes(operation.id),
  ]);
  const groups = assembleNotices(operation, cases, setup.rows, setup.sourceNaming, roundsOf(records, strikes));
  return {
    records: new Map(records.map((record) => [record.noticeId, record])),
    groups: new Map(groups.map((group) => [group.noticeId, group])),
  };
}

/** The parts of one stored notice, in whatever state; null as in `draftAgain`. */
export async function storedDraft(
  transaction: ReadTransaction,
  operation: Operation,
  setup: NoticeSetup,
  noticeId: string,
): Promise<NoticeDraft | null> {
  const notice = await transaction.noticeToSend(noticeId);
  if (notice === null) return null;
  const { records, groups } = await draftsOnRecord(transaction, operation, setup, notice.providerKey);
  const record = records.get(noticeId);
  if (record === undefined) return null;
  const again = await draftAgain(transaction, operation, setup, record, groups.get(noticeId) ?? null);
  return again?.draft ?? null;
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
