import { plainText } from '../../domain/plain-text.ts';
import { PollFailure } from './poll.ts';
import type { Poll } from './poll.ts';
import { readResource, TAXII_TYPE } from './taxii-answers.ts';
import type { ReadableCollection, Resource } from './taxii-answers.ts';

/** Parsed whole: at the worst 0.2 seconds, in which nothing else is done. */
const MOST_BYTES = 1024 * 1024;

interface Found {
  readonly collection: ReadableCollection;
  /** Where it stands. */
  readonly url: string;
}

/** From the URL of a source to the objects of its collection: discovery, API root, collections, collection. */
export async function findCollection(poll: Poll): Promise<string> {
  const { url: named } = poll.source;
  const { url, resource } = await ask(poll, named);
  const found = await below(poll, url, resource);
  const chosen = choose(poll, found);
  if (!chosen.collection.canRead) {
    throw new PollFailure(`the collection ${shown(chosen.collection)} may not be read by us`, false);
  }
  return new URL('objects/', chosen.url).href;
}

async function below(poll: Poll, url: string, resource: Resource): Promise<readonly Found[]> {
  if (resource.kind === 'collection') return [{ collection: resource.collection, url }];
  if (resource.kind === 'collections') {
    return resource.collections.map((collection) => ({ collection, url: child(url, collection.id) }));
  }
  if (resource.kind === 'root') return collectionsOf(poll, url);
  const found: Found[] = [];
  let last: PollFailure | null = null;
  for (const root of resource.roots) {
    if (!URL.canParse(root, url) || !/^https?:$/.test(new URL(root, url).protocol)) continue;
    try {
      found.push(...(await collectionsOf(poll, withSlash(new URL(root, url).href))));
    } catch (cause) {
      // Of several roots some may not be for us, or stand elsewhere.
      if (!(cause instanceof PollFailure) || cause.mayPass) throw cause;
      last = cause;
    }
  }
  if (found.length === 0 && last !== null) throw last;
  return found;
}

async function collectionsOf(poll: Poll, root: string): Promise<readonly Found[]> {
  const { url, resource } = await ask(poll, new URL('collections/', root).href);
  if (resource.kind !== 'collections') {
    throw new PollFailure(`${new URL(root).host}: there are no collections below ${new URL(root).pathname}`, false);
  }
  return below(poll, url, resource);
}

/** URLs of TAXII end in a slash (section 3.3 and following); that of an answer is the one that others are meant from. */
async function ask(poll: Poll, url: string): Promise<{ readonly url: string; readonly resource: Resource }> {
  const answer = await poll.get(withSlash(url), { accept: TAXII_TYPE }, { maxBytes: MOST_BYTES });
  if (answer.status !== 200) throw poll.refusal(answer);
  const resource = readResource(answer);
  if (!resource.ok) throw new PollFailure(`${new URL(answer.url).host}: ${plainText(resource.problem, 300)}`, false);
  return { url: withSlash(answer.url), resource: resource.value };
}

/** By its id, its alias or its title; the only one where none is named. */
function choose({ source }: Poll, found: readonly Found[]): Found {
  const { collection: wanted } = source;
  const fits = ({ collection: { id, alias, title, canRead } }: Found): boolean =>
    wanted === null ? canRead : [id, alias, title].includes(wanted);
  const [one, ...others] = found.filter(fits);
  if (one !== undefined && others.length === 0) return one;
  const known = found
    .slice(0, 20)
    .map(({ collection }) => shown(collection))
    .join(', ');
  const list = known === '' ? 'it shows us none' : `it has ${known}`;
  if (wanted === null) throw new PollFailure(`--collection has to say which: ${list}`, false);
  throw new PollFailure(
    one === undefined
      ? `there is no collection "${wanted}": ${list}`
      : `several collections are "${wanted}"; name one by its id: ${list}`,
    false,
  );
}

function shown({ id, title }: ReadableCollection): string {
  return plainText(title === '' ? id : `${id} (${title})`, 150);
}

function child(url: string, id: string): string {
  return new URL(`${encodeURIComponent(id)}/`, url).href;
}

function withSlash(text: string): string {
  const url = new URL(text);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
