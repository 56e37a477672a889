import { glob, lstat, stat } from 'node:fs/promises';
import { problem } from '../../domain/problem.ts';

const MAX_MATCHES = 10_000;

/**
 * What a name stands for: itself, or where no file is called that and it holds one of `* ? [ {`, the files that it
 * matches, sorted. Shells expand unquoted patterns themselves; on Windows, in a quotation or with `**` nobody did.
 */
export async function expandPattern(name: string): Promise<readonly string[]> {
  if (!/[*?[{]/.test(name) || (await exists(name))) return [name];
  const matches: string[] = [];
  for await (const match of glob(name)) {
    // A pattern that also matches a folder does not mean to have all that is in it.
    if (await isFolder(match)) continue;
    if (matches.length === MAX_MATCHES) {
      throw problem('input', `${name}: matches more than ${MAX_MATCHES} files`, 'Name fewer files at a time');
    }
    matches.push(match);
  }
  if (matches.length === 0) {
    throw problem('input', `${name}: no file of that name, and none that matches it as a pattern`, 'Check the path');
  }
  return matches.sort();
}

async function exists(name: string): Promise<boolean> {
  try {
    await lstat(name);
    return true;
  } catch {
    return false;
  }
}

async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory();
  } catch {
    // A link to nowhere: opening it says so.
    return false;
  }
}
