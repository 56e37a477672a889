import { LEAST_MINUTES, MOST_MINUTES } from '../../domain/feed-source.ts';
import type { FeedKind, FeedSource, FeedWords } from '../../domain/feed-source.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { sourceKey } from '../../domain/source-key.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

export interface NewFeedSource {
  readonly name: string;
  readonly kind: FeedKind;
  readonly url: string;
  readonly collection: string | null;
  readonly credential: string | null;
  readonly everyMinutes: number;
  readonly words: FeedWords;
  readonly reason: string;
  /** Who signs. */
  readonly by: string;
}

const LONGEST_URL = 2000;
const CREDENTIAL = /^[A-Za-z0-9][\w.-]{0,39}$/;

/** Puts a source on record. What comes from it counts by these words, so that an analyst or an admin signs for them. */
export function sourceAct(world: World, operation: Operation, wanted: NewFeedSource): SignedAct {
  const url = plainUrl(wanted.url);
  const { name, kind, collection, credential, everyMinutes, words, reason } = wanted;
  if (!Number.isInteger(everyMinutes) || everyMinutes < LEAST_MINUTES || everyMinutes > MOST_MINUTES) {
    throw problem('usage', `a source is fetched from every ${LEAST_MINUTES} to ${MOST_MINUTES} minutes`);
  }
  if (collection !== null && kind !== 'taxii')
    throw problem('usage', `--collection goes with --kind taxii, not with ${kind}`);
  if (words.snapshot === true && kind !== 'url') {
    throw problem('usage', `--snapshot goes with --kind url: what comes of ${kind} is never all that is listed`);
  }
  if ((words.format ?? words.map ?? words.dates) !== undefined && kind !== 'url') {
    throw problem('usage', `--format, --map and --dates go with --kind url; what comes of ${kind} is known`);
  }
  if (credential !== null && !CREDENTIAL.test(credential)) {
    throw problem('usage', `--credential "${credential}" is no name`, 'It is the name of one in fetch.credentials');
  }
  const id = world.ids.uuid();
  return {
    name: wanted.by,
    act: 'source.added',
    lock: null,
    async prepare(transaction) {
      const known = await transaction.feedSources();
      if (known.some((each) => each.removedAt === null && sourceKey(each.name) === sourceKey(name))) {
        throw problem('refused', `there is a source "${name}" already`, 'Remove it first, or choose another name');
      }
      const stated = { ...words };
      return {
        subject: id,
        terms: {
          operation: operation.id,
          name,
          kind,
          url,
          collection,
          credential,
          everyMinutes,
          words: stated,
          reason,
        },
      };
    },
  };
}

function plainUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || text.length > LONGEST_URL) {
    throw problem('usage', '--url is no URL that can be fetched', 'It is like https://feed.example/c2.csv');
  }
  if (url.username !== '' || url.password !== '') {
    throw problem(
      'usage',
      '--url carries a user name or a password, which would stand in the ledger',
      'Put the header into a file and name it in fetch.credentials, then --credential NAME',
    );
  }
  url.hash = '';
  return url.href;
}

type Words = { readonly person: string; readonly reason: string };

/** From now on nothing is fetched from it. Whoever is on record may, without a key: it lets nothing in. */
export function removeSource(world: World, named: string, words: Words): Promise<FeedSource> {
  return said(world, named, 'source.removed', words, () => null);
}

/** Has it rest, or fetched from again as it was signed for. */
export function pauseSource(world: World, named: string, isPaused: boolean, words: Words): Promise<FeedSource> {
  return said(world, named, isPaused ? 'source.paused' : 'source.resumed', words, ({ pausedAt }) => {
    if ((pausedAt !== null) === isPaused) return isPaused ? 'rests already' : 'does not rest';
    return null;
  });
}

async function said(
  world: World,
  named: string,
  kind: string,
  { person, reason }: Words,
  against: (source: FeedSource) => string | null,
): Promise<FeedSource> {
  return world.store.write(async (transaction) => {
    await transaction.lockLedger();
    const source = await sourceNamed(transaction, named);
    const why = against(source);
    if (why !== null) throw problem('refused', `the source ${source.name} ${why}`, 'See: dismantle source list');
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind,
      subject: source.id,
      body: {
        schema: 1,
        operation: source.operationId,
        name: source.name,
        reason,
        by: speakerOf(await transaction.people(), person),
      },
    });
    if (kind === 'source.removed') await transaction.forgetFeedState(source.id);
    return (await transaction.feedSource(source.id)) ?? source;
  });
}

/** By its name or its id, among those that are sources still. */
export async function sourceNamed(transaction: ReadTransaction, named: string): Promise<FeedSource> {
  const found = (await transaction.feedSources()).find(
    ({ id, name, removedAt }) => removedAt === null && (id === named || sourceKey(name) === sourceKey(named)),
  );
  if (found !== undefined) return found;
  throw problem('not-found', `there is no source "${named}"`, 'List them with: dismantle source list');
}
