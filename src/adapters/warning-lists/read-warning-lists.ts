import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { parseWarningEntry, WARNING_LIST_TYPES } from '../../domain/warning-list.ts';
import type { OddEntry, WarningEntry, WarningList, WarningListType } from '../../domain/warning-list.ts';

const MAX_LISTS = 1000;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
/** Over all lists. A table of ranges takes some two million. */
const MAX_ENTRIES = 1_000_000;
const MAX_ENTRY_CHARACTERS = 1000;
const MAX_ODD_KEPT = 100;

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
    return refuse(folder, `cannot be read: ${messageOf(cause)}`);
  }
  if (names.length === 0) return refuse(folder, 'holds no folders, so no lists');
  if (names.length > MAX_LISTS) return refuse(folder, `holds ${names.length} lists; at most ${MAX_LISTS} are taken`);
  const lists: WarningList[] = [];
  let remaining = MAX_ENTRIES;
  for (const name of names.sort()) {
    const list = await readList(path.join(folder, name, 'list.json'), name, remaining);
    if (!list.ok) return list;
    lists.push(list.value);
    remaining -= list.value.entries.length + list.value.oddCount;
  }
  return success(lists);
}

/** Links are followed: people collect lists from several places. Hidden folders belong to tools. */
function mayBeList(entry: Dirent): boolean {
  return (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.');
}

async function readList(file: string, folder: string, maxEntries: number): Promise<Result<WarningList>> {
  let parsed: unknown;
  try {
    const { size } = await stat(file);
    if (size > MAX_LIST_BYTES) return refuse(file, `${size} bytes; at most ${MAX_LIST_BYTES} are taken`);
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    return refuse(file, `${reason}: ${messageOf(cause)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return refuse(file, 'is not a JSON object');
  const { list, type, name, version }: Readonly<Record<string, unknown>> = { ...parsed };
  if (!Array.isArray(list)) return refuse(file, 'has no "list" of entries');
  const nested: unknown = list.find((entry) => typeof entry === 'object' && entry !== null);
  if (nested !== undefined) return refuse(file, `has ${kindOf(nested)} among its entries, where only texts may stand`);
  if (list.length > maxEntries) return refuse(file, `brings the entries of all lists above ${MAX_ENTRIES}`);
  const known = WARNING_LIST_TYPES.find((candidate) => candidate === type);
  if (known === undefined) {
    return refuse(file, `has the type ${shown(type)}; known are ${WARNING_LIST_TYPES.join(', ')}`);
  }
  return success({
    folder,
    title: typeof name === 'string' && name.trim() !== '' ? shown(name.trim()) : folder,
    version: typeof version === 'number' || typeof version === 'string' ? shown(version) : 'unknown',
    type: known,
    ...readEntries(known, list),
  });
}

function readEntries(
  type: WarningListType,
  list: readonly unknown[],
): Pick<WarningList, 'entries' | 'odd' | 'oddCount'> {
  const entries: WarningEntry[] = [];
  const odd: OddEntry[] = [];
  let oddCount = 0;
  for (const text of list) {
    const parsed = parseEntry(type, text);
    if (parsed.ok) {
      entries.push(parsed.value);
      continue;
    }
    oddCount++;
    if (odd.length < MAX_ODD_KEPT) odd.push({ entry: shown(text), reason: parsed.problem });
  }
  return { entries, odd, oddCount };
}

function parseEntry(type: WarningListType, text: unknown): Result<WarningEntry, string> {
  if (typeof text !== 'string') return failure('not a text');
  if (text.length > MAX_ENTRY_CHARACTERS) return failure(`longer than ${MAX_ENTRY_CHARACTERS} characters`);
  return parseWarningEntry(type, text);
}

/** One line of at most 200 characters of whatever stands there; what holds further values is only named. */
function shown(value: unknown): string {
  const isNested = typeof value === 'object' && value !== null;
  const text = typeof value === 'string' ? value : isNested ? `(${kindOf(value)})` : (JSON.stringify(value) ?? 'none');
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').slice(0, 200);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : 'an object';
}

function refuse(file: string, reason: string): Result<never> {
  return failure({
    code: 'input',
    message: `${file}: ${reason}.`,
    hint: 'Warning lists are folders NAME/list.json in the MISP format; correct this one or take it out of the folder.',
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
