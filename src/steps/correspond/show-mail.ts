import type { MailFacts } from '../../domain/received-mail.ts';
import type { ReceivedMail } from '../../ports/correspondence.ts';
import type { MailReader } from '../../ports/mailbox.ts';
import type { World } from '../../ports/world.ts';
import { namedMail } from './named-mail.ts';

/** A message as a person may look at it. */
export interface ShownMail {
  readonly mail: ReceivedMail;
  /** Read anew from the raw bytes; null where they are not there any more. */
  readonly facts: MailFacts | null;
}

/** The newest first. */
export function listMail(world: World, unplaced: boolean, limit: number): Promise<readonly ReceivedMail[]> {
  return world.store.read((transaction) => transaction.receivedMails(unplaced, limit));
}

/** One message by its id or the beginning of it. */
export async function showMail(world: World, reader: MailReader, id: string): Promise<ShownMail> {
  const { mail, bytes } = await world.store.read(async (transaction) => {
    const mail = await namedMail(transaction, id);
    return { mail, bytes: await transaction.noticeMessage(mail.sha256) };
  });
  return { mail, facts: bytes === null ? null : await reader.read(bytes) };
}
