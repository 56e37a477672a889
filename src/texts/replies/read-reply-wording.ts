import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { problem } from '../../domain/problem.ts';
import type { ReplyWording } from '../../policy/replies/wording.ts';

/** The words that come with the program stand beside this file; the build copies them along. */
export const OWN_REPLY_WORDING = fileURLToPath(new URL('replies.yaml', import.meta.url));

const MAX_FILE_BYTES = 1024 * 1024;

const phrase = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .refine((text) => /[\p{L}\p{N}]/u.test(text) && !/^\.\.\.|\.\.\.$/.test(text), {
    error: 'a phrase begins and ends with a word',
  });
const phrases = z.array(phrase).max(2000);
const wording = z.strictObject({
  negations: phrases,
  conditions: phrases,
  standing: phrases,
  courtesies: phrases,
  classes: z.strictObject({
    contest: phrases.min(1),
    refusal: phrases.min(1),
    question: phrases.min(1),
    'action-claimed': phrases.min(1),
    acknowledgement: phrases.min(1),
  }),
  automatic: z.strictObject({ subjects: phrases, sentences: phrases }),
  quotes: phrases,
  bounces: phrases,
});

/** Reads the words by which replies are told apart, ours or counsel's own file; a `settings` problem where it is wrong. */
export async function readReplyWording(file: string = OWN_REPLY_WORDING): Promise<ReplyWording> {
  const wrong = (what: string, cause: unknown): unknown =>
    problem(
      'settings',
      `${file}: ${what}`,
      'Begin with the file that comes with the program and change its phrases',
      cause,
    );
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : 'it cannot be read', cause);
  }
  if (text.length > MAX_FILE_BYTES) throw wrong('larger than 1 MiB', null);
  try {
    return wording.parse(parse(text, { maxAliasCount: 0 }));
  } catch (cause) {
    const said =
      cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll(/\s*\n\s*/g, ' ') : String(cause).split('\n')[0];
    throw wrong(said ?? 'no YAML', cause);
  }
}
