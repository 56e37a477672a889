import { failure, success } from './result.ts';
import type { Result } from './result.ts';

const MAX_CHARACTERS = 200;
const MAX_REPETITIONS = 2;
const MAX_GROUPS = 2;

/**
 * Compiles a regular expression of somebody else's, if it cannot run away. Host names have at most 253 characters, so
 * two repetitions that are not nested cost at most 253³ steps, some milliseconds; whatever could cost more is refused:
 * repeated groups, more repetitions, back references and look-around. The match ignores case.
 *
 * @param text the bare pattern, or one between slashes with flags, of which only `i` may stand there
 */
export function compileBoundedPattern(text: string): Result<RegExp, string> {
  const delimited = /^\/(.*)\/([a-z]*)$/s.exec(text);
  const source = delimited?.[1] ?? text;
  const flags = delimited?.[2] ?? '';
  if (source === '') return failure('an empty pattern matches everything');
  if (source.length > MAX_CHARACTERS) return failure(`a pattern longer than ${MAX_CHARACTERS} characters`);
  if (flags !== '' && flags !== 'i') return failure(`the flags "${flags}"; only i is taken`);
  // Escapes and character classes cannot repeat anything: one letter stands for each from here on.
  const skeleton = source
    .replaceAll(/\\./gs, (escape) => (/\\[1-9k]/.test(escape) ? '\\' : 'x'))
    .replaceAll(/\[[^\]]*\]/g, 'x');
  if (skeleton.includes('\\')) return failure('a back reference can run without end');
  if (/\(\?[^:]/.test(skeleton)) return failure('look-around and named groups are not taken');
  if (/\)[*+{]/.test(skeleton)) return failure('a repeated group can run without end');
  // Alternatives that say the same double the ways through with every group.
  const groups = skeleton.split('(').length - 1;
  if (groups > MAX_GROUPS && skeleton.includes('|')) return failure(`alternatives in more than ${MAX_GROUPS} groups`);
  const repetitions = skeleton.match(/[*+]|\{[0-9,]+\}|(?<![*+}(])\?/g) ?? [];
  if (repetitions.length > MAX_REPETITIONS) return failure(`more than ${MAX_REPETITIONS} repetitions`);
  try {
    return success(new RegExp(source, 'i'));
  } catch {
    return failure('not a regular expression');
  }
}
