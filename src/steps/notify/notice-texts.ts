import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { NOTICE_SHAPE } from './notice-view.ts';
import { parseTemplate, templateLiterals } from './template.ts';
import type { Template } from './template.ts';

/** The texts of this name are pieces that others include with {{> part-…}}. */
const PART_PREFIX = 'part-';
const MAX_TEXT_CHARACTERS = 100_000;

/** One notice text, ready to be filled. */
export interface NoticeText {
  readonly subject: Template;
  readonly body: Template;
  /** What the text itself says it lacks: each `[MISSING: …]` that an editor wrote into it. */
  readonly missing: readonly string[];
}

/** The notice texts by name, as MethodRow.template names them. */
export type NoticeTexts = ReadonlyMap<string, NoticeText>;

/**
 * Checks and prepares notice texts. `sources` maps a name ("abuse-notice") to the file's words: a line `Subject: …`,
 * a blank line, the body. A name starting with "part-" is a piece. The problem names text and line.
 */
export function prepareNoticeTexts(sources: Readonly<Record<string, string>>): Result<NoticeTexts> {
  const texts = new Map<string, NoticeText>();
  for (const [name, source] of Object.entries(sources)) {
    if (name.startsWith(PART_PREFIX)) continue;
    const text = prepareText(source, sources);
    if (!text.ok) {
      return failure({
        code: 'settings',
        message: `notice text ${name}: ${text.problem}`,
        hint: 'Correct the text; docs/notices.md lists every placeholder.',
      });
    }
    texts.set(name, text.value);
  }
  return success(texts);
}

function prepareText(source: string, sources: Readonly<Record<string, string>>): Result<NoticeText, string> {
  if (source.length > MAX_TEXT_CHARACTERS) return failure(`longer than ${MAX_TEXT_CHARACTERS} characters`);
  const [subjectLine = '', blank, ...bodyLines] = source.replaceAll('\r\n', '\n').split('\n');
  const subject = /^Subject: *(\S.*)$/.exec(subjectLine)?.[1];
  if (subject === undefined) return failure('line 1: it has to begin with "Subject: …"');
  if (blank !== '') return failure('line 2: a blank line has to follow the subject');
  const included = include(bodyLines.join('\n'), sources);
  if (!included.ok) return included;
  const subjectTemplate = parseTemplate(subject, NOTICE_SHAPE);
  if (!subjectTemplate.ok) return subjectTemplate;
  const body = parseTemplate(included.value, NOTICE_SHAPE);
  if (!body.ok) return failure(`body ${body.problem}`);
  const markers = templateLiterals(body.value).matchAll(/\[MISSING: ([^\]\u0000]+)\]/g);
  const missing = [...new Set([...markers].map((match) => (match[1] ?? '').replaceAll(/\s+/g, ' ')))];
  return success({ subject: subjectTemplate.value, body: body.value, missing });
}

/** Puts the pieces in. One level only: a piece that includes another is refused by the parser as an unknown name. */
function include(body: string, sources: Readonly<Record<string, string>>): Result<string, string> {
  let unknown: string | null = null;
  const whole = body.replaceAll(/\{\{> *([a-z-]+) *\}\}\n?/g, (_tag, name: string) => {
    const part = Object.hasOwn(sources, name) && name.startsWith(PART_PREFIX) ? sources[name] : undefined;
    if (part === undefined) unknown ??= name;
    return `${(part ?? '').replaceAll('\r\n', '\n').trimEnd()}\n`;
  });
  return unknown === null ? success(whole) : failure(`there is no piece called ${String(unknown)}`);
}
