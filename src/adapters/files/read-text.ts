import { readFile } from 'node:fs/promises';
import { problem } from '../../domain/problem.ts';

/** The text of a file that a setting or an option names; `key` is what names it. */
export async function readTextOf(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw problem('settings', `${key}: ${file} cannot be read`, 'Check the path and that you may read it', cause);
  }
}
