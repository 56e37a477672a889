import { placeHolding, removalsHeldAt } from '../../domain/feed-source.ts';
import type { FeedPlace, FeedSource, FeedState, FeedWords } from '../../domain/feed-source.ts';
import type { ImportOutcome, Removals } from '../../domain/import-outcome.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { FetchAnswer, Fetcher, FetchRequest } from '../../ports/fetcher.ts';
import type { InputFile, ReceivedFile } from '../../ports/input-files.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** What fetching from a source works with. */
export interface PollParts {
  readonly fetcher: Fetcher;
  readonly receive: (name: string) => Promise<ReceivedFile>;
  /**
   * Has intake take a file; `also` is written in the same transaction, and gets null where the file adds nothing. So many
   * `removals` a person has accepted; null: nobody has.
   */
  readonly take: (
    file: InputFile,
    words: FeedWords & { readonly source: string },
    removals: number | null,
    also: (transaction: WriteTransaction, outcome: ImportOutcome | null) => Promise<void>,
  ) => Promise<ImportOutcome>;
  /** The person who accepts what the list was found to leave out; null: nobody does. */
  readonly accepting: Accepting | null;
}

export interface Accepting {
  /** As the ledger names who says something. */
  readonly by: string;
  readonly reason: string;
}

/** A source that could not be read, or not further. The reason is a sentence without its full stop. */
export class PollFailure extends Error {
  readonly mayPass: boolean;
  readonly retryAfterMs: number | null;

  constructor(reason: string, mayPass: boolean, retryAfterMs: number | null = null) {
    super(reason);
    this.name = 'PollFailure';
    this.mayPass = mayPass;
    this.retryAfterMs = retryAfterMs;
  }
}

const MOST_LEFT_OUT = 20;
const LONGEST_MS = 10 * 60_000;

/** One reading of one source: what was taken of it, what was left out, and how far it has come. */
export class Poll {
  readonly world: World;
  readonly source: FeedSource;
  readonly parts: PollParts;
  readonly imports: ImportOutcome[] = [];
  readonly leftOut: string[] = [];
  /** How many more were left out than are named. */
  leftOutBeyond = 0;
  /** There is more to be had, by another poll. */
  hasMore = false;
  private state: FeedState;
  private readonly startedAt: Instant;

  constructor(world: World, source: FeedSource, state: FeedState, parts: PollParts) {
    this.world = world;
    this.source = source;
    this.state = state;
    this.parts = parts;
    this.startedAt = world.clock.now();
  }

  /** Others wait for their turn: what is left is for the next poll. */
  isLate(): boolean {
    return this.world.clock.now() - this.startedAt > LONGEST_MS;
  }

  get place(): FeedPlace {
    return this.state.place;
  }

  /** What the list leaves out and nobody has accepted. */
  get removalsHeld(): Removals | null {
    return removalsHeldAt(this.state.place);
  }

  get hasNews(): boolean {
    return this.imports.some(({ duplicate }) => !duplicate);
  }

  /** How it stands once it is over. */
  stateAfter(change: Pick<FeedState, 'nextAt' | 'failures' | 'problem'>): FeedState {
    const { state, world, leftOut, leftOutBeyond } = this;
    const beyond = leftOutBeyond === 0 ? [] : [`and ${leftOutBeyond} more`];
    return { ...state, polledAt: world.clock.now(), leftOut: [...leftOut, ...beyond], ...change };
  }

  /** What could not be had, while the rest goes on. */
  leaveOut(what: string): void {
    if (this.leftOut.length < MOST_LEFT_OUT) this.leftOut.push(plainText(what, 300));
    else this.leftOutBeyond += 1;
  }

  /** Has intake take a file, and keeps how far that has brought us in the same transaction. */
  async take(
    file: InputFile,
    words: FeedWords,
    reached: FeedPlace,
    also?: (transaction: WriteTransaction) => Promise<void>,
  ): Promise<void> {
    const now = this.world.clock.now();
    const { changedAt } = this.state;
    const before = this.removalsHeld;
    let state: FeedState = this.state;
    const accepted = this.parts.accepting === null ? null : (before?.missing ?? null);
    const said = { ...words, source: this.source.name };
    const outcome = await this.parts.take(file, said, accepted, async (transaction, taken) => {
      const held = taken === null ? before : taken.removalsHeld;
      state = { ...this.state, place: placeHolding(reached, held), polledAt: now, changedAt: now };
      await this.keep(transaction, state);
      if (taken !== null) await this.recordRemovals(transaction, taken, before);
      await also?.(transaction);
    });
    this.state = { ...state, changedAt: outcome.duplicate ? changedAt : now };
    this.imports.push(outcome);
  }

  /** That a list leaves out too much, once for each figure; and that a person has accepted it. */
  private async recordRemovals(
    transaction: WriteTransaction,
    { importId, removalsHeld: held, withdrawn }: ImportOutcome,
    before: Removals | null,
  ): Promise<void> {
    const { source, world } = this;
    const { accepting } = this.parts;
    const record = (kind: string, body: Readonly<Record<string, unknown>>): Promise<void> =>
      transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind,
        subject: source.id,
        body: { schema: 1, operation: source.operationId, name: source.name, import: importId, ...body },
      });
    if (held !== null) {
      if (held.missing !== before?.missing || held.listed !== before.listed) {
        await record('source.removals-held', { missing: held.missing, listed: held.listed });
      }
    } else if (before !== null && accepting !== null) {
      await record('source.removals-accepted', { withdrawn, ...accepting });
    }
  }

  /** Keeps how far it has been read, where nothing was taken. */
  async reach(place: FeedPlace): Promise<void> {
    const state = { ...this.state, place };
    await this.world.store.write((transaction) => this.keep(transaction, state));
    this.state = state;
  }

  private async keep(transaction: WriteTransaction, state: FeedState): Promise<void> {
    const isKept = await transaction.keepFeedState(this.source.id, state);
    const known = await transaction.feedSource(this.source.id);
    // Whoever had it rest meanwhile meant this as well.
    if (!isKept || known?.pausedAt !== null)
      throw new PollFailure('it was removed or had to rest while it was being read', false);
  }

  /** Asks; what gives no whole answer is a failure. Whatever the status is comes back. */
  async get(
    url: string,
    headers: Readonly<Record<string, string>>,
    more: Partial<Pick<FetchRequest, 'take' | 'maxBytes'>> = {},
  ): Promise<FetchAnswer> {
    const { credential, url: named } = this.source;
    // What a server names is asked no more freely than a redirect: a person has named this one.
    if (new URL(url).origin !== new URL(named).origin) {
      const place = plainText(new URL(url).origin, 200);
      const how = 'to read from there, put it on record as a source by that URL';
      throw new PollFailure(`${new URL(named).host} names ${place}, which is not where --url leads; ${how}`, false);
    }
    const nothing = { body: null, take: null, maxBytes: null };
    const request: FetchRequest = { method: 'GET', url, headers, credential, redirects: 5, ...nothing, ...more };
    const answer = await this.parts.fetcher.exchange(request, this.world.signal);
    if (!answer.ok) throw new PollFailure(plainText(answer.problem.reason, 400), answer.problem.mayPass);
    return answer.value;
  }

  /** The failure that a status other than 200 is. */
  refusal(answer: FetchAnswer): PollFailure {
    const { status, retryAfterMs } = answer;
    const host = new URL(answer.url).host;
    const { credential } = this.source;
    const title = titleOf(answer.body);
    const words = title === null ? '' : `: ${title}`;
    const said = (what: string): string => `${host} ${what} (status ${status}${words})`;
    if (status === 401) {
      return new PollFailure(
        credential === null
          ? said('asks who we are; name a credential of the settings with --credential')
          : said(`does not take the credential "${credential}"`),
        false,
      );
    }
    if (status === 403) return new PollFailure(said('does not let us have this'), false);
    if (status === 404 || status === 410) return new PollFailure(said('has nothing there'), false);
    if (status === 406 || status === 415) return new PollFailure(said('does not give what we read'), false);
    if (status === 429) return new PollFailure(said('is asked too often'), true, retryAfterMs);
    const mayPass = status >= 500 || status === 408 || status === 425;
    return new PollFailure(said(mayPass ? 'cannot answer now' : 'does not answer this'), mayPass, retryAfterMs);
  }
}

const NOT_OF_THE_SOURCE: readonly ProblemCode[] = ['database', 'outdated', 'switched-off', 'interrupted'];

/** Whether it would meet every other source as well. A fault that nobody has thought of may be what the source has sent. */
export function isOfTheSource(cause: unknown): boolean {
  return !(cause instanceof ProblemError) || !NOT_OF_THE_SOURCE.includes(cause.problem.code);
}

/** What went wrong, for the source's record; what is no fault of the source goes on its way. */
export function reasonOf(cause: unknown): string {
  if (!isOfTheSource(cause)) throw cause;
  if (cause instanceof PollFailure) return cause.message;
  if (!(cause instanceof ProblemError)) {
    const words = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'not even an error';
    return plainText(`what it sent met a fault of ours (${words})`, 400);
  }
  const { message, hint } = cause.problem;
  return plainText(hint === undefined ? message : `${message}. ${hint}`, 1000);
}

/** The title of a TAXII error (section 3.6.1), or of problem+json. */
function titleOf(body: Uint8Array): string | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body.subarray(0, 64 * 1024)));
    const title = typeof value === 'object' && value !== null && 'title' in value ? value.title : null;
    return typeof title === 'string' && title.trim() !== '' ? plainText(title, 200) : null;
  } catch {
    return null;
  }
}

/** What conditional requests go by; kept as it came, where it can be sent again. */
export function validatorsOf({ headers }: FetchAnswer): FeedPlace {
  const place: Record<string, string> = {};
  const { etag } = headers;
  const modified = headers['last-modified'];
  if (etag !== undefined && isSendable(etag)) place['etag'] = etag;
  if (modified !== undefined && isSendable(modified)) place['lastModified'] = modified;
  return place;
}

export function conditionsOf(place: FeedPlace): Readonly<Record<string, string>> {
  const { etag, lastModified } = place;
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

function isSendable(text: string): boolean {
  return /^[\x20-\x7e]{1,500}$/.test(text);
}
