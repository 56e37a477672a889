import { englishOf } from '../steps/notify/notice-texts.ts';
import type { NoticeTexts } from '../steps/notify/notice-texts.ts';

/** Loaded where they are needed: what reads tables and writes mail takes a fifth of a start, and most commands do neither. */
export async function drafting() {
  const [{ parsePlaybook, readPlaybook, readPlaybookFile }, { renderMail }] = await Promise.all([
    import('../adapters/playbook/read-playbook.ts'),
    import('../adapters/mail/render-mail.ts'),
  ]);
  return { parsePlaybook, readPlaybook, readPlaybookFile, renderMail };
}

/** The texts that rows of a method table may name. */
export function templatesOf(texts: NoticeTexts): readonly string[] {
  return [...englishOf(texts).texts.keys()];
}
