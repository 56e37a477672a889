import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { guessColumns } from './csv-columns.ts';
import { readHeader } from './csv-format.ts';
import type { Format } from './format.ts';

/** Tells a file's format from its first bytes, never from its name. The failure is a sentence. */
export function detectFormat(head: Uint8Array): Result<Format, string> {
  if (head.length === 0) return failure('the file is empty');
  if (head.includes(0)) return failure('this is a binary file, or text in UTF-16');
  const text = new TextDecoder().decode(head);
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const first = lines.find((line) => line !== '') ?? '';
  // "[2001:db8::7]:443" is no JSON.
  if (/^[{[]/.test(first) && !/^\[[^"{}\s,]+\]/.test(first))
    return failure('this looks like JSON, which is not read yet');
  if (/^<\?xml|^<[a-z]/i.test(first)) return failure('this looks like XML, which is not read yet');
  const comments = lines.filter((line) => line.startsWith('#'));
  if (comments.some((line) => /^# (Reference|Aliases): |maltrail/i.test(line))) return success('maltrail');
  const header = lines.find((line) => line !== '' && (!line.startsWith('#') || readHeader(line) !== null));
  const parsed = header === undefined ? null : readHeader(header);
  if (parsed !== null && parsed.fields.length > 1) return success('csv');
  if (parsed !== null && guessColumns(parsed.fields) !== null) return success('csv');
  return success('list');
}
