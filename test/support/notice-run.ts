import type { NoticeDraft, NoticeFacts } from '../../src/domain/notice.ts';
import { renderMail } from '../../src/adapters/mail/render-mail.ts';
import { draftNotice } from '../../src/steps/notify/draft-notice.ts';
import { lintDraft } from '../../src/steps/notify/lint-notice.ts';
import { ownNoticeTexts } from './notice-facts.ts';
import { xarfValidator } from './xarf-schemas.ts';

const texts = await ownNoticeTexts();
const drafting = { texts, program: 'dismantle/0.0.0' };
const schemaErrors = xarfValidator();

export interface MadeNotice {
  readonly draft: NoticeDraft;
  readonly message: Uint8Array;
}

export async function makeNotice(facts: NoticeFacts): Promise<MadeNotice> {
  const draft = draftNotice(facts, drafting);
  return { draft, message: await renderMail(draft) };
}

/** What lint finds wrong with it (what only a person can state is left out). */
export function lintFindings(facts: NoticeFacts, { draft, message }: MadeNotice): readonly string[] {
  return lintDraft({ facts, draft, texts, message })
    .filter(({ severity }) => severity !== 'missing')
    .map(({ severity, rule, where, what }) => `${facts.token}: ${severity} ${rule}, ${where}: ${what}`);
}

/** What the official schemas find wrong with its X-ARF reports; nothing where they are not at hand. */
export function schemaFindings({ token }: NoticeFacts, { draft }: MadeNotice): readonly string[] {
  return draft.xarf.map(schemaErrors).flatMap((errors) => (errors === '' ? [] : [`${token}: ${errors}`]));
}
