import { assertOwnSource, findOperation, spoken } from '../flow.ts';
import { removalsHeldAt } from '../domain/feed-source.ts';
import type { FeedSource, FeedState } from '../domain/feed-source.ts';
import type { RemovalLimit, Removals } from '../domain/import-outcome.ts';
import { speakerOf } from '../domain/person.ts';
import { problem } from '../domain/problem.ts';
import type { Fetcher } from '../ports/fetcher.ts';
import type { ReceivedFile } from '../ports/input-files.ts';
import type { Signing } from '../ports/signing.ts';
import type { ReadTransaction } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { importFile } from '../steps/intake/import-file.ts';
import { oneLine, parseImportOptions } from '../steps/intake/import-options.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { pollSource as poll } from '../steps/sources/poll-source.ts';
import type { Accepting } from '../steps/sources/poll.ts';
import type { Polled } from '../steps/sources/poll-source.ts';
import {
  pauseSource as pause,
  removeSource as remove,
  sourceAct,
  sourceNamed,
} from '../steps/sources/say-of-source.ts';
import type { NewFeedSource } from '../steps/sources/say-of-source.ts';

/*
 * Sources: places that feeds are fetched from again and again. What is fetched is an import like any other.
 */

/** What fetching needs of the machine that it is done on. */
export interface Fetching {
  readonly fetcher: Fetcher;
  readonly receive: (name: string) => Promise<ReceivedFile>;
  /** What a snapshot may leave out before a person is asked. */
  readonly removals: RemovalLimit;
}

/** A source with how far it has been read. */
export interface SourceView extends FeedSource {
  readonly state: FeedState;
  /** What its newest list leaves out and stays said until a person accepts that; null: nothing waits. */
  readonly removalsHeld: Removals | null;
  /** Why it is not fetched from by itself; null: it is. */
  readonly rests: 'paused' | 'removed' | 'closed operation' | null;
}

/** Puts a source on record; an analyst or an admin signs for it. */
export async function addSource(
  world: World,
  signing: Signing,
  operation: string,
  wanted: NewFeedSource,
): Promise<SourceView> {
  const name = oneLine(wanted.name, 'the name of a source', 100);
  assertOwnSource(name);
  // Whatever intake would not take is said now, and not at every poll.
  parseImportOptions({ ...wanted.words, source: name });
  const found = await findOperation(world, operation);
  if ((found.closedAt ?? null) !== null)
    throw problem('refused', `${found.name} is closed`, 'Open it again first: dismantle operation reopen');
  const collection = wanted.collection === null ? null : oneLine(wanted.collection, '--collection', 200);
  const { person: by, reason } = spoken({ person: wanted.by, reason: wanted.reason });
  const { subject } = await actSigned(
    world,
    signing,
    sourceAct(world, found, { ...wanted, name, collection, by, reason }),
  );
  return viewNamed(world, subject);
}

/** Everything that is a source, by name; with `all` what was one as well. */
export function sourcesOf(world: World, all = false): Promise<readonly SourceView[]> {
  return world.store.read(async (transaction) => {
    const views: SourceView[] = [];
    for (const source of await transaction.feedSources()) {
      if (all || source.removedAt === null) views.push(await viewOf(transaction, source));
    }
    return views;
  });
}

export async function removeSource(world: World, named: string, words: Words): Promise<FeedSource> {
  return remove(world, named, spoken(words));
}

export async function pauseSource(world: World, named: string, words: Words): Promise<SourceView> {
  return viewNamed(world, (await pause(world, named, true, spoken(words))).id);
}

export async function resumeSource(world: World, named: string, words: Words): Promise<SourceView> {
  return viewNamed(world, (await pause(world, named, false, spoken(words))).id);
}

type Words = { readonly person: string; readonly reason: string };

/**
 * Reads a source now, whether it is due or not. With somebody who accepts it, as much is withdrawn as the list was found to
 * leave out; where it leaves out more by now, that is to be looked at first.
 */
export async function pollSource(
  world: World,
  fetching: Fetching,
  named: string,
  accepting: Words | null = null,
): Promise<Polled> {
  world.outgoing.assertAllowed('fetch');
  const source = await viewNamed(world, named);
  if (source.rests !== null) {
    throw problem('refused', `the source ${source.name} rests: ${source.rests}`, 'dismantle source resume NAME');
  }
  if (accepting !== null && source.removalsHeld === null) {
    throw problem(
      'refused',
      `nothing that ${source.name} leaves out waits`,
      'dismantle source poll NAME shows it first',
    );
  }
  const accepts = accepting === null ? null : await acceptanceBy(world, accepting);
  const polled = await poll(world, source, partsOf(world, fetching, source, accepts));
  if (polled !== null) return polled;
  throw problem('refused', `somebody is fetching from ${source.name} at this moment`, 'Look again in a moment');
}

/** Reads everything that does not rest, one after the other. */
export async function pollSources(world: World, fetching: Fetching): Promise<readonly Polled[]> {
  world.outgoing.assertAllowed('fetch');
  const polled: Polled[] = [];
  for (const source of await sourcesOf(world)) {
    if (source.rests !== null) continue;
    const one = await poll(world, source, partsOf(world, fetching, source));
    if (one !== null) polled.push(one);
  }
  return polled;
}

/** What waits for a person, and what that person types. */
export function removalsHeldWords(source: string, { missing, listed }: Removals): string {
  return (
    `it leaves out ${missing} of the ${listed} that it listed, which stay said until somebody accepts that: ` +
    `dismantle source poll '${source}' --accept-removals --as PERSON --reason TEXT`
  );
}

/** The ids of sources that are fetched from by themselves. */
export async function sourcesAtWork(world: World): Promise<readonly string[]> {
  return (await sourcesOf(world)).filter(({ rests }) => rests === null).map(({ id }) => id);
}

/** Reads a source if it is due. Null where it is not, rests, or somebody is at it; then `nextAt` says when to look again. */
export async function pollDue(
  world: World,
  fetching: Fetching,
  id: string,
): Promise<{ readonly polled: Polled | null; readonly nextAt: number | null }> {
  const source = await world.store.read(async (transaction) => {
    const found = await transaction.feedSource(id);
    return found === null ? null : viewOf(transaction, found);
  });
  if (source === null || source.rests !== null) return { polled: null, nextAt: null };
  const { nextAt } = source.state;
  if (nextAt !== null && nextAt > world.clock.now()) return { polled: null, nextAt };
  const polled = await poll(world, source, partsOf(world, fetching, source));
  return { polled, nextAt: polled?.nextAt ?? null };
}

async function acceptanceBy(world: World, words: Words): Promise<Accepting> {
  const { person, reason } = spoken(words);
  const people = await world.store.read((transaction) => transaction.people());
  return { by: speakerOf(people, person), reason };
}

function partsOf(
  world: World,
  { fetcher, receive, removals: limit }: Fetching,
  source: FeedSource,
  accepting: Accepting | null = null,
): Parameters<typeof poll>[2] {
  return {
    fetcher,
    receive,
    accepting,
    async take(file, words, accepted, also) {
      const operation = await findOperation(world, source.operation);
      const options = { ...parseImportOptions(words), removals: { limit, accepted } };
      return importFile(world, operation, file, options, async (transaction, outcome) => {
        await also(transaction, outcome);
        // Workers go on with it, where there are any.
        if (outcome !== null) await transaction.askFor({ kind: 'run', subject: operation.id }, world.clock.now());
      });
    },
  };
}

function viewNamed(world: World, named: string): Promise<SourceView> {
  return world.store.read(async (transaction) => viewOf(transaction, await sourceNamed(transaction, named)));
}

async function viewOf(transaction: ReadTransaction, source: FeedSource): Promise<SourceView> {
  const operation = await transaction.operation(source.operationId);
  const state = await transaction.feedState(source.id);
  const isClosed = operation === null || (operation.closedAt ?? null) !== null;
  const rests =
    source.removedAt !== null ? 'removed' : source.pausedAt !== null ? 'paused' : isClosed ? 'closed operation' : null;
  return { ...source, state, rests, removalsHeld: removalsHeldAt(state.place) };
}

export type { Polled } from '../steps/sources/poll-source.ts';
export type { NewFeedSource } from '../steps/sources/say-of-source.ts';
