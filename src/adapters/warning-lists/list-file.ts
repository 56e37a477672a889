import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** A file that holds a list, read whole. */
export interface ListFile {
  readonly file: string;
  /** Its name without folders. */
  readonly name: string;
  readonly text: string;
  /** "sha256:" and the first 16 hex digits: the version of a list that states none. */
  readonly fingerprint: string;
  /** YYYY-MM-DD. */
  readonly modified: string;
}

/** Reads a file of at most `maxBytes`; the reason why not is a sentence. */
export async function readListFile(file: string, maxBytes: number): Promise<Result<ListFile, string>> {
  try {
    const { size, mtimeMs } = await stat(file);
    if (size > maxBytes) return failure(`${size} bytes; at most ${maxBytes} are taken`);
    const bytes = await readFile(file);
    return success({
      file,
      name: path.basename(file),
      text: bytes.toString('utf8').replace(/^\ufeff/, ''),
      fingerprint: `sha256:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`,
      modified: new Date(mtimeMs).toISOString().slice(0, 10),
    });
  } catch (cause) {
    return failure(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** One line of at most 200 characters of whatever stands there; what holds further values is only named. */
export function shown(value: unknown): string {
  const isNested = typeof value === 'object' && value !== null;
  const text = typeof value === 'string' ? value : isNested ? `(${kindOf(value)})` : (JSON.stringify(value) ?? 'none');
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').slice(0, 200);
}

export function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : 'an object';
}
