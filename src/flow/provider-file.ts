import type { Operation } from '../domain/operation.ts';
import { findOperation } from '../flow.ts';
import type { ProviderRecord } from '../flow.ts';
import type { ContactClearance } from '../ports/approvals.ts';
import type { ReceivedMail } from '../ports/correspondence.ts';
import type { ReadTransaction } from '../ports/store.ts';
import type { CaseView, NoticeView } from '../ports/views.ts';
import type { World } from '../ports/world.ts';
import { readProviderRecord } from '../steps/locate/provider-record.ts';
import { listOutgoing } from '../steps/send/list-outgoing.ts';
import type { OutgoingView } from '../steps/send/list-outgoing.ts';

/** All that an operation has to do with one provider: who it is, its servers, and what was said to and fro. */
export interface ProviderFile extends ProviderRecord {
  readonly clearances: readonly ContactClearance[];
  /** Its cases in this operation. */
  readonly cases: readonly ProviderCase[];
  readonly drafted: readonly NoticeView[];
  /** What left for it or waits to, the oldest first. */
  readonly outgoing: readonly OutgoingView[];
  /** What came in its notices' conversations, the oldest first. */
  readonly mail: readonly ReceivedMail[];
}

export type ProviderCase = Pick<CaseView, 'caseId' | 'serverId' | 'host' | 'kind' | 'state' | 'stateSince' | 'country'>;

/** More messages than these are not searched for those of one provider. */
const MOST_MAILS = 10_000;

/** By its key or its name. */
export async function providerFile(world: World, name: string, provider: string): Promise<ProviderFile> {
  const operation = await findOperation(world, name);
  const outgoing = await listOutgoing(world, operation);
  return world.store.read(async (transaction) => {
    const record = await readProviderRecord(transaction, provider);
    const { key } = record.provider;
    const drafted = (await transaction.notices(operation.id)).filter(({ providerKey }) => providerKey === key);
    const ids = new Set(drafted.map(({ noticeId }) => noticeId));
    const mail = await transaction.receivedMails(false, MOST_MAILS);
    return {
      ...record,
      clearances: await transaction.contactClearances(key),
      cases: await casesOf(transaction, operation, key),
      drafted,
      outgoing: outgoing.filter(({ noticeId }) => ids.has(noticeId)),
      mail: mail.filter(({ noticeId }) => noticeId !== null && ids.has(noticeId)).toReversed(),
    };
  });
}

async function casesOf(
  transaction: ReadTransaction,
  operation: Operation,
  key: string,
): Promise<readonly ProviderCase[]> {
  const found: ProviderCase[] = [];
  for await (const page of transaction.cases(operation.id)) {
    for (const { caseId, serverId, host, kind, state, stateSince, country, providerKey } of page) {
      if (providerKey === key) found.push({ caseId, serverId, host, kind, state, stateSince, country });
    }
  }
  return found;
}
