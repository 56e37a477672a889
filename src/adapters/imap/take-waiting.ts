import type { ImapFlow, MailboxObject } from 'imapflow';
import type { Fetched, RawMessage } from '../../ports/mailbox.ts';
import type { ImapOptions } from './imap-options.ts';

export type Take = (message: RawMessage) => Promise<void>;

/** What a mail program shows of it: somebody has taken this one in. */
const KEYWORD = '$Dismantle';
const MOST_A_VISIT = 500;
/** One byte more than a message may have tells the reader that there was more. */
const MOST_BYTES = 25 * 1024 * 1024 + 1;

/**
 * Hands on what has not been taken yet, and marks each message after it was kept. Marks are keywords; where the server
 * lets nobody set any, the last UID is remembered here. "\Seen" is no mark: what a person has read in the mailbox before
 * us would be passed over.
 */
export async function takeWaiting(client: ImapFlow, options: ImapOptions, take: Take): Promise<Fetched> {
  const lock = await client.getMailboxLock(options.folder);
  try {
    const mailbox = client.mailbox;
    if (mailbox === false) return { taken: 0, more: false, mark: null };
    const mark = mayBeMarked(mailbox) ? 'keyword' : 'uids';
    const waiting = mark === 'keyword' ? await unmarked(client) : await afterLast(client, options, mailbox);
    for (const uid of waiting.slice(0, MOST_A_VISIT)) {
      const message = await client.fetchOne(
        String(uid),
        { source: { start: 0, maxLength: MOST_BYTES } },
        { uid: true },
      );
      // Somebody may have deleted it meanwhile.
      if (message === false || message.source === undefined) continue;
      await take({ bytes: message.source, source: `imap: ${options.user} at ${options.host}, ${options.folder}` });
      if (mark === 'keyword') await client.messageFlagsAdd(String(uid), [KEYWORD], { uid: true });
      else await options.memory.write({ uidValidity: String(mailbox.uidValidity), uid });
    }
    return { taken: Math.min(waiting.length, MOST_A_VISIT), more: waiting.length > MOST_A_VISIT, mark };
  } finally {
    lock.release();
  }
}

/** RFC 9051 section 7.1: `\*` among the permanent flags says that new keywords may be made. */
function mayBeMarked({ permanentFlags, readOnly }: MailboxObject): boolean {
  if (readOnly === true) return false;
  return permanentFlags === undefined || permanentFlags.has('\\*') || permanentFlags.has(KEYWORD);
}

async function unmarked(client: ImapFlow): Promise<readonly number[]> {
  return sorted(await client.search({ unKeyword: KEYWORD }, { uid: true }));
}

async function afterLast(client: ImapFlow, options: ImapOptions, mailbox: MailboxObject): Promise<readonly number[]> {
  const last = await options.memory.read();
  // Other numbers than before (section 2.3.1.1): everything is looked at anew, and what is known is told as known.
  const from = last !== null && last.uidValidity === String(mailbox.uidValidity) ? last.uid + 1 : 1;
  // "5:*" gives the last message even where its number is below 5.
  return sorted(await client.search({ uid: `${from}:*` }, { uid: true })).filter((uid) => uid >= from);
}

function sorted(found: readonly number[] | false | undefined): readonly number[] {
  return found === undefined || found === false ? [] : found.toSorted((one, other) => one - other);
}
