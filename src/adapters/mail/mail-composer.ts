import type { Instant } from '../../domain/instant.ts';
import type { MailComposer } from '../../ports/mail-composer.ts';
import { composeMail } from './compose-mail.ts';
import { dkimSigned } from './dkim-sign.ts';
import type { DkimKey } from './dkim-sign.ts';
import { joinMessage, splitMessage } from './message-fields.ts';
import type { MessageParts } from './message-fields.ts';
import { setDateAndTo } from './set-date-and-to.ts';
import { smimeSigned } from './smime-sign.ts';
import type { SmimeKey } from './smime-sign.ts';

/** Keys to sign with; null: not signed so. */
export interface MailKeys {
  readonly dkim: DkimKey | null;
  readonly smime: SmimeKey | null;
}

/** S/MIME comes first, for it signs what the message says; DKIM last, for it signs what is sent. */
export function createMailComposer({ dkim, smime }: MailKeys): MailComposer {
  async function signed(message: MessageParts, date: Instant): Promise<Uint8Array> {
    const inner = smime === null ? message : await smimeSigned(message, smime, date);
    // Read back: nothing that is sent is in other than ASCII lines that end in CRLF.
    return joinMessage(splitMessage(joinMessage(dkim === null ? inner : dkimSigned(inner, dkim, date))));
  }

  return {
    finish: async (stored, parts) => signed(setDateAndTo(splitMessage(stored), parts), parts.date),
    compose: async (parts) => signed(splitMessage(await composeMail(parts)), parts.date),
  };
}
