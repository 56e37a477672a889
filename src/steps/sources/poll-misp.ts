import { memoryFile } from '../../domain/memory-file.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import { readManifest } from './misp-manifest.ts';
import type { ListedEvent } from './misp-manifest.ts';
import { conditionsOf, PollFailure, reasonOf, validatorsOf } from './poll.ts';
import type { Poll } from './poll.ts';

const MIB = 1024 * 1024;
const MOST_MANIFEST_BYTES = 16 * MIB;
const MOST_EVENT_BYTES = 64 * MIB;
/** In one poll; the next one goes on. */
const EVENTS_A_POLL = 1000;
const JSON_TYPE = { accept: 'application/json' };

/** A MISP feed: its manifest, and the events that it lists with another timestamp than when they were read. */
export async function pollMisp(poll: Poll): Promise<void> {
  const base = baseOf(poll.source.url);
  const answer = await poll.get(
    at(base, 'manifest.json'),
    { ...JSON_TYPE, ...conditionsOf(poll.place) },
    { maxBytes: MOST_MANIFEST_BYTES },
  );
  if (answer.status === 304) return;
  if (answer.status !== 200) throw poll.refusal(answer);
  const manifest = await readManifest(answer.body);
  if (!manifest.ok) throw new PollFailure(`${new URL(answer.url).host}: ${manifest.problem}`, false);
  for (const what of manifest.value.leftOut) poll.leaveOut(what);
  const read = await poll.world.store.read((transaction) => transaction.feedEvents(poll.source.id));
  const changed = manifest.value.events.filter(({ uuid, stamp }) => read.get(uuid) !== stamp);
  let isWhole = true;
  let tried = 0;
  for (const event of changed.slice(0, EVENTS_A_POLL)) {
    if (poll.isLate()) break;
    assertGoesOn(poll.world.signal);
    if (!(await takeEvent(poll, base, event))) isWhole = false;
    tried += 1;
  }
  poll.hasMore = tried < changed.length;
  // The manifest is unchanged news until every event of it has been read.
  if (isWhole && !poll.hasMore) await poll.reach(validatorsOf(answer));
}

/** False where it was left out, to be asked for again. */
async function takeEvent(poll: Poll, base: URL, { uuid, stamp }: ListedEvent): Promise<boolean> {
  try {
    const answer = await poll.get(at(base, `${uuid}.json`), JSON_TYPE, { maxBytes: MOST_EVENT_BYTES });
    if (answer.status !== 200) throw poll.refusal(answer);
    const file = memoryFile(`${poll.source.name}/${uuid}.json`, answer.body);
    await poll.take(file, { ...poll.source.words, format: 'misp' }, poll.place, (transaction) =>
      transaction.keepFeedEvent(poll.source.id, uuid, stamp),
    );
    return true;
  } catch (cause) {
    // Where the whole host fails or asks for a pause, the others need not be tried.
    if (cause instanceof PollFailure && cause.mayPass) throw cause;
    poll.leaveOut(`event ${uuid}: ${reasonOf(cause)}`);
    return false;
  }
}

/** The folder of the feed, whether the URL names it or the manifest in it. */
function baseOf(text: string): URL {
  const url = new URL(text);
  url.pathname = url.pathname.replace(/manifest\.json$/, '').replace(/\/*$/, '/');
  return url;
}

/** A file of the folder, with the query of the URL. */
function at(base: URL, file: string): string {
  const url = new URL(base);
  url.pathname += file;
  return url.href;
}
