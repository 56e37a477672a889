import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { parseWarningEntry, WARNING_LIST_TYPES } from '../../domain/warning-list.ts';
import type { OddEntry, WarningEntry, WarningList, WarningListOrigin } from '../../domain/warning-list.ts';
import { listDate } from './list-date.ts';
import { kindOf, shown } from './list-file.ts';
import type { ListFile } from './list-file.ts';

const MAX_ENTRY_CHARACTERS = 1000;
const MAX_ODD_KEPT = 100;

/** Of a list's `matching_attributes`, those that can hold a host; MISP writes "ip-dst|port" and the like as well. */
const HOST_ATTRIBUTES: ReadonlySet<string> = new Set(['ip-src', 'ip-dst', 'domain', 'hostname', 'url', 'uri', 'link']);

export interface ListPlace {
  /** What the list is called here. */
  readonly folder: string;
  readonly origin: WarningListOrigin;
  readonly maxEntries: number;
}

/** Reads a list in the MISP format. A list as a whole is taken or refused; an odd entry is left out and counted. */
export function parseMispList(listFile: ListFile, place: ListPlace): Result<WarningList, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(listFile.text);
  } catch (cause) {
    return failure(`is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return failure('is not a JSON object');
  const { list, type, name, version, ...rest }: Readonly<Record<string, unknown>> = { ...parsed };
  if (!Array.isArray(list)) return failure('has no "list" of entries');
  const nested: unknown = list.find((entry) => typeof entry === 'object' && entry !== null);
  if (nested !== undefined) return failure(`has ${kindOf(nested)} among its entries, where only texts may stand`);
  const known = WARNING_LIST_TYPES.find((candidate) => candidate === type);
  if (known === undefined) {
    return failure(`has the type ${shown(type)}; known are ${WARNING_LIST_TYPES.join(', ')}`);
  }
  const entries = isAboutHosts(rest['matching_attributes']) ? list : [];
  if (entries.length > place.maxEntries) return failure('has more entries than are left to take');
  const stated = typeof version === 'number' || typeof version === 'string' ? shown(version) : null;
  return success({
    folder: place.folder,
    title: typeof name === 'string' && name.trim() !== '' ? shown(name.trim()) : place.folder,
    version: stated ?? 'unknown',
    type: known,
    origin: place.origin,
    file: listFile.file,
    ...listDate({ version: stated, fileName: listFile.name, modified: listFile.modified }),
    ...readEntries(known, entries),
  });
}

/** A list of hashes or telephone numbers says nothing of servers. Without the key, a list is about anything. */
function isAboutHosts(attributes: unknown): boolean {
  if (!Array.isArray(attributes) || attributes.length === 0) return true;
  return attributes.some(
    (attribute) => typeof attribute === 'string' && attribute.split('|').some((part) => HOST_ATTRIBUTES.has(part)),
  );
}

function readEntries(
  type: WarningList['type'],
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

function parseEntry(type: WarningList['type'], text: unknown): Result<WarningEntry, string> {
  if (typeof text !== 'string') return failure('not a text');
  if (text.length > MAX_ENTRY_CHARACTERS) return failure(`longer than ${MAX_ENTRY_CHARACTERS} characters`);
  return parseWarningEntry(type, text);
}
