import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { WarningList } from '../../domain/warning-list.ts';
import { readListFile } from './list-file.ts';
import { parseMispList } from './misp-list.ts';

const MAX_LISTS = 1000;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
/** Over all lists. A table of ranges takes some two million. */
const MAX_ENTRIES = 1_000_000;

/**
 * Reads warning lists in the MISP format from `FOLDER/NAME/list.json`, sorted by name. A list that cannot be read as a
 * whole refuses them all, for nobody should believe to be protected by it; an odd entry inside a list is left out and
 * counted.
 */
export async function readWarningLists(folder: string): Promise<Result<readonly WarningList[]>> {
  let names: string[];
  try {
    const found = await readdir(folder, { withFileTypes: true });
    names = found.filter(mayBeList).map((entry) => entry.name);
  } catch (cause) {
    return refuse(folder, `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (names.length === 0) return refuse(folder, 'holds no folders, so no lists');
  if (names.length > MAX_LISTS) return refuse(folder, `holds ${names.length} lists; at most ${MAX_LISTS} are taken`);
  const lists: WarningList[] = [];
  let taken = 0;
  for (const name of names.sort()) {
    const file = path.join(folder, name, 'list.json');
    const read = await readListFile(file, MAX_LIST_BYTES);
    if (!read.ok) return refuse(file, read.problem);
    const place = { folder: name, origin: 'warninglists', maxEntries: MAX_ENTRIES - taken } as const;
    const list = parseMispList(read.value, place);
    if (!list.ok) return refuse(file, list.problem);
    lists.push(list.value);
    taken += list.value.entries.length + list.value.oddCount;
  }
  return success(lists);
}

/** Links are followed: people collect lists from several places. Hidden folders belong to tools. */
function mayBeList(entry: Dirent): boolean {
  return (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.');
}

function refuse(file: string, reason: string): Result<never> {
  const isTooLong = reason.includes('left to take');
  return failure({
    code: 'input',
    message: `${file}: ${isTooLong ? `brings the entries of all lists above ${MAX_ENTRIES}` : reason}.`,
    hint: isTooLong
      ? 'Give a folder without the longest lists of popular names, such as tranco or google-chrome-crux-1million.'
      : 'Warning lists are folders NAME/list.json in the MISP format; correct this one or take it out of the folder.',
  });
}
