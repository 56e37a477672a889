import { refang } from '../../domain/defang.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { guessColumns, isConfigurationHeader, isFeodoHeader } from './csv-columns.ts';
import { readHeader } from './csv-format.ts';
import { detectEncoding } from './decode-text.ts';
import type { Encoding } from './decode-text.ts';
import { detectJsonFormat } from './detect-json.ts';
import type { Format } from './format.ts';

/** Tells a file's format from its first bytes, never from its name. The failure is a sentence. */
export function detectFormat(head: Uint8Array): Result<Format, string> {
  if (head.length === 0) return failure('the file is empty');
  const encoding = detectEncoding(head);
  if (encoding === null) return failure('this is a binary file');
  const text = headText(head, encoding);
  const lines = linesOf(text);
  const first = lines.find((line) => line !== '') ?? '';
  // "[2001:db8::7]:443" is no JSON.
  if (/^[{[]/.test(first) && !/^\[[^"{}\s,]+\]/.test(first)) {
    const json = detectJsonFormat(text);
    return json === null ? failure('this is JSON, but of no kind that is read') : success(json);
  }
  if (/^<[a-z?!]/i.test(first)) {
    if (/<(srv|servs|mcconf|gtag|ver)\b/i.test(text)) return success('botconf');
    return failure('this is XML, but no list of controllers (<ver>, <gtag>, <srv>)');
  }
  const comments = lines.filter((line) => line.startsWith('#'));
  if (comments.some((line) => /^# (Reference|Aliases): |maltrail/i.test(line))) return success('maltrail');
  const parsed = headerOf(lines);
  if (parsed === null) return success('list');
  if (isFeodoHeader(parsed.fields)) return success('feodo-csv');
  if (isConfigurationHeader(parsed.fields)) return success('botconf');
  if (parsed.fields.length > 1 || guessColumns(parsed.fields) !== null) return success('csv');
  return success('list');
}

/** Letters beyond ASCII do not matter here, so windows-1252 may pass for its near relative. */
function headText(head: Uint8Array, encoding: Encoding): string {
  if (encoding === 'windows-1252') return Buffer.from(head).toString('latin1');
  return new TextDecoder(encoding).decode(head, { stream: true });
}

/** The header of a CSV in its first bytes; null where there is none. */
export function headerIn(head: Uint8Array): ReturnType<typeof readHeader> {
  const encoding = detectEncoding(head);
  return encoding === null ? null : headerOf(linesOf(headText(head, encoding)));
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.trim());
}

/** The header of a CSV; null where the lines are a plain list. */
function headerOf(lines: readonly string[]): ReturnType<typeof readHeader> {
  const header = lines.find((line) => line !== '' && (!line.startsWith('#') || readHeader(line) !== null));
  const parsed = header === undefined ? null : readHeader(header);
  if (header === undefined || parsed === null) return null;
  const first = lines.find((line) => line !== '' && !line.startsWith('#'));
  // A remark above a plain list may read like a header; the lines below it do not read like rows.
  if (header.startsWith('#') && first !== undefined && !first.includes(parsed.delimiter)) return null;
  // In a list, ";" begins a comment behind a server; no header has a server in it.
  const [before = '', behind] = header.split(';');
  if (behind !== undefined && parseIndicator(refang(before.trim())).ok) return null;
  return parsed;
}
