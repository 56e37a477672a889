import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The texts that come with the program stand beside this file; the build copies *.txt along. */
const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * Reads the notice texts: every *.txt by its name without the suffix, those of `folder` (the user's own) in place of
 * ours of the same name. Throws what the file system throws: ours are part of the program, and a folder that was
 * named but cannot be read must not go unnoticed.
 */
export async function readNoticeTexts(folder: string | null = null): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const from of folder === null ? [OWN_FOLDER] : [OWN_FOLDER, folder]) {
    for (const name of (await readdir(from)).filter((entry) => entry.endsWith('.txt')).sort()) {
      texts[name.slice(0, -'.txt'.length)] = await readFile(join(from, name), 'utf8');
    }
  }
  return texts;
}
