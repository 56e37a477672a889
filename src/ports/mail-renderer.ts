import type { NoticeDraft } from '../domain/notice.ts';

/** Turns a draft into the bytes of a mail (RFC 5322). The same draft always gives the same bytes. */
export interface MailRenderer {
  render(draft: NoticeDraft): Promise<Uint8Array>;
}
