import { problem } from '../../domain/problem.ts';
import type { Settings } from '../../ports/settings.ts';
import type { NoticeTexts } from './notice-texts.ts';

/** A language that nobody has a text in would silently be English. */
export function assertLanguages(languages: Settings['notices']['languages'], texts: NoticeTexts): void {
  for (const [country, wanted] of Object.entries(languages)) {
    const unknown = wanted.find((language) => (texts.get(language)?.texts.size ?? 0) === 0);
    if (unknown === undefined) continue;
    throw problem(
      'settings',
      `notices.languages: ${country}: there is no notice text in "${unknown}"`,
      `Known: ${[...texts.keys()].join(', ')}. Texts in another language stand in a folder ${unknown}/ of notices.texts`,
    );
  }
}
