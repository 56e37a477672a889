import { LEAST_MINUTES, waitAfterFailure } from '../../domain/feed-source.ts';
import type { FeedKind, FeedSource, FeedState } from '../../domain/feed-source.ts';
import type { ImportOutcome, Removals } from '../../domain/import-outcome.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem, ProblemError } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';
import { Poll, PollFailure, reasonOf } from './poll.ts';
import type { PollParts } from './poll.ts';
import { pollMisp } from './poll-misp.ts';
import { pollTaxii } from './poll-taxii.ts';
import { pollUrl } from './poll-url.ts';

const MINUTE_MS = 60_000;

const KINDS: Readonly<Record<FeedKind, (poll: Poll) => Promise<void>>> = {
  taxii: pollTaxii,
  misp: pollMisp,
  url: pollUrl,
};

/** What reading a source once came to. */
export interface Polled {
  readonly source: string;
  readonly operation: string;
  /** `failed` may have taken something before it did. */
  readonly outcome: 'news' | 'nothing-new' | 'failed';
  readonly imports: readonly ImportOutcome[];
  /** What could not be had while the rest could, a sentence each. */
  readonly leftOut: readonly string[];
  readonly problem: string | null;
  /** What the list leaves out and stays said until a person accepts that; null: nothing waits. */
  readonly removalsHeld: Removals | null;
  /** There is more, which the next poll takes. */
  readonly hasMore: boolean;
  readonly nextAt: Instant;
}

/** Reads a source from where it was left, and keeps how that went. Null where somebody else is at it. */
export async function pollSource(world: World, source: FeedSource, parts: PollParts): Promise<Polled | null> {
  const polled = await world.store.exclusively(`source ${source.id}`, async (lost) => {
    const here = { ...world, signal: AbortSignal.any([world.signal, lost]) };
    const state = await world.store.read((transaction) => transaction.feedState(source.id));
    const poll = new Poll(here, source, state, parts);
    try {
      await KINDS[source.kind](poll);
      const minutes = poll.hasMore ? LEAST_MINUTES : source.everyMinutes;
      const nextAt = world.clock.now() + minutes * MINUTE_MS;
      return await settled(world, poll, poll.stateAfter({ nextAt, failures: 0, problem: null }));
    } catch (cause) {
      if (lost.aborted && !world.signal.aborted)
        throw problem('database', 'PostgreSQL went away in the midst of it', undefined, cause);
      const reason = reasonOf(cause);
      const failures = state.failures + 1;
      const kind =
        cause instanceof PollFailure ? cause : { mayPass: !(cause instanceof ProblemError), retryAfterMs: null };
      const nextAt = world.clock.now() + waitAfterFailure(failures, source.everyMinutes, kind);
      return settled(world, poll, poll.stateAfter({ nextAt, failures, problem: reason }));
    }
  });
  return polled?.value ?? null;
}

async function settled(world: World, poll: Poll, state: FeedState): Promise<Polled> {
  const { source, imports, hasNews, hasMore } = poll;
  // It may have been removed meanwhile, and nothing is kept of it then.
  await world.store.write((transaction) => transaction.keepFeedState(source.id, state));
  return {
    source: source.name,
    operation: source.operation,
    outcome: state.problem === null ? (hasNews ? 'news' : 'nothing-new') : 'failed',
    imports,
    leftOut: state.leftOut,
    problem: state.problem,
    removalsHeld: poll.removalsHeld,
    hasMore,
    nextAt: state.nextAt ?? world.clock.now(),
  };
}
