import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { FetchAnswer } from '../../ports/fetcher.ts';
import { jsonPieces } from './json-pieces.ts';

/*
 * What a TAXII 2.1 server answers with (OASIS Standard, 10 June 2021), as far as a client that reads needs it.
 */

/** Section 1.6.8. */
export const TAXII_TYPE = 'application/taxii+json;version=2.1';

const MOST_ROOTS = 50;
const MOST_COLLECTIONS = 10_000;
const LONGEST_NEXT = 4000;
/** Of a page, of which a thousand are asked for: some servers heed no limit. */
const MOST_OBJECTS = 100_000;

export interface ReadableCollection {
  readonly id: string;
  readonly title: string;
  readonly alias: string | null;
  readonly canRead: boolean;
}

/** What stands at a URL. */
export type Resource =
  /** Section 4.1: the URLs of API roots, as they are written. */
  | { readonly kind: 'discovery'; readonly roots: readonly string[] }
  /** Section 4.2 */
  | { readonly kind: 'root' }
  /** Section 5.1 */
  | { readonly kind: 'collections'; readonly collections: readonly ReadableCollection[] }
  /** Section 5.2 */
  | { readonly kind: 'collection'; readonly collection: ReadableCollection };

/** A page of objects (section 3.7), as they were sent. */
export interface ObjectsPage {
  /** Each as its text; only its brackets are known to match, and intake says of one that is no JSON where it stands. */
  readonly objects: readonly string[];
  /** What could not be taken, a sentence each. */
  readonly leftOut: readonly string[];
  readonly more: boolean;
  readonly next: string | null;
  /** When the last of them was added (section 3.2); null where the server does not say. */
  readonly lastAdded: string | null;
}

/** Null where an answer is of the right type. */
function typeProblem({ headers }: FetchAnswer): string | null {
  const type = headers['content-type'] ?? '';
  const [essence = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  const version = parameters.find((parameter) => parameter.startsWith('version='))?.replaceAll(/^version=|"/g, '');
  if (essence === 'application/taxii+json' && (version === undefined || version === '2.1')) return null;
  return `it answers with the type "${type.slice(0, 80)}", which is not TAXII 2.1`;
}

/** JSON of the right type, or why it is none. */
function jsonOf(answer: FetchAnswer): Result<Readonly<Record<string, unknown>>, string> {
  const against = typeProblem(answer);
  if (against !== null) return failure(against);
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
    if (isRecord(value)) return success(value);
    return failure('it answers with no JSON object');
  } catch {
    return failure('what it answers is not JSON');
  }
}

export function readResource(answer: FetchAnswer): Result<Resource, string> {
  const json = jsonOf(answer);
  if (!json.ok) return json;
  const { value } = json;
  const { api_roots: roots, default: preferred, versions, collections, id, can_read: canRead } = value;
  if (Array.isArray(collections)) {
    const read = collections.slice(0, MOST_COLLECTIONS).flatMap((each) => collectionOf(each) ?? []);
    return success({ kind: 'collections', collections: read });
  }
  if (typeof id === 'string' && typeof canRead === 'boolean') {
    const collection = collectionOf(value);
    if (collection !== null) return success({ kind: 'collection', collection });
  }
  if (Array.isArray(versions)) {
    if (versions.includes(TAXII_TYPE)) return success({ kind: 'root' });
    return failure(
      `its API root speaks ${versions
        .filter((each) => typeof each === 'string')
        .join(', ')
        .slice(0, 200)}, and not ${TAXII_TYPE}`,
    );
  }
  const listed = [preferred, ...(Array.isArray(roots) ? roots : [])].filter((each) => typeof each === 'string');
  if (listed.length > 0 || Array.isArray(roots)) {
    return success({ kind: 'discovery', roots: [...new Set(listed)].slice(0, MOST_ROOTS) });
  }
  // Section 5.1: a list that would be empty is left out.
  if (Object.keys(value).length === 0) return success({ kind: 'collections', collections: [] });
  if (typeof value['title'] === 'string') return success({ kind: 'discovery', roots: [] });
  return failure('it is neither a discovery document nor an API root nor a collection');
}

/** Cut into its objects piece by piece: parsed whole, a page of that size would keep everything else waiting. */
export async function readObjectsPage(answer: FetchAnswer): Promise<Result<ObjectsPage, string>> {
  const against = typeProblem(answer);
  if (against !== null) return failure(against);
  const read = await jsonPieces(answer.body, [['objects', '*'], ['more'], ['next']], {
    most: MOST_OBJECTS,
    lists: ['objects'],
  });
  if (!read.ok) return read;
  const objects: string[] = [];
  const leftOut: string[] = [];
  let [more, next]: unknown[] = [false, null];
  for (const { path, ...element } of read.value) {
    if (path[0] === 'more') more = scalarOf(element.text);
    else if (path[0] === 'next') next = scalarOf(element.text);
    else if (element.text === null) leftOut.push(`an object is ${element.reason}`);
    else objects.push(element.text);
  }
  if (typeof more !== 'boolean') return failure('its page does not say whether there is more');
  // It goes into a URL and into a row: printable letters, as every server's are.
  if (next !== null && (typeof next !== 'string' || next.length > LONGEST_NEXT || !/^[\x20-\x7e]*$/.test(next))) {
    return failure('its page names no place that another could be asked for');
  }
  const lastAdded = answer.headers['x-taxii-date-added-last'] ?? null;
  return success({
    objects,
    leftOut,
    more,
    next: next === '' ? null : next,
    lastAdded: lastAdded !== null && MOMENT.test(lastAdded) && !Number.isNaN(Date.parse(lastAdded)) ? lastAdded : null,
  });
}

/** Undefined where it is none, or too long for one. */
function scalarOf(text: string | null): unknown {
  if (text === null || text.length > 2 * LONGEST_NEXT) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

function collectionOf(value: unknown): ReadableCollection | null {
  if (!isRecord(value)) return null;
  const { id, title, alias, can_read: canRead } = value;
  if (typeof id !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(id)) return null;
  return {
    id,
    title: typeof title === 'string' ? title : '',
    alias: typeof alias === 'string' ? alias : null,
    canRead: canRead === true,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
