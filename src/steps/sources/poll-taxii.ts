import type { FeedPlace } from '../../domain/feed-source.ts';
import { memoryFile } from '../../domain/memory-file.ts';
import { plainText } from '../../domain/plain-text.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import { findCollection } from './find-collection.ts';
import { isOfTheSource, PollFailure } from './poll.ts';
import type { Poll } from './poll.ts';
import { readObjectsPage, TAXII_TYPE } from './taxii-answers.ts';
import type { ObjectsPage } from './taxii-answers.ts';

const MIB = 1024 * 1024;
const OBJECTS_A_PAGE = 1000;
const MOST_PAGE_BYTES = 8 * MIB;
/** What becomes one import: objects refer to each other, and are read together as far as they come together. */
const PAGES_AN_IMPORT = 50;
const BYTES_AN_IMPORT = 32 * MIB;
/** In one poll; the next one goes on. */
const PAGES_A_POLL = 1000;

/**
 * A collection of a TAXII 2.1 server, from where it was left. How far it has been read is kept with each import, in its
 * transaction: what was taken is not taken again, and what was not is still to come.
 */
export async function pollTaxii(poll: Poll): Promise<void> {
  const reading = new Reading(poll);
  await reading.run();
}

/** Section 3.5: `next` with the same question; without one, `added_after` the last that has come. */
class Reading {
  private readonly poll: Poll;
  private place: FeedPlace;
  private objects: string[] = [];
  private bytes = 0;
  private pages = 0;
  private readonly seen = new Set<string>();

  constructor(poll: Poll) {
    this.poll = poll;
    this.place = poll.place;
  }

  async run(): Promise<void> {
    for (let count = 0; count < PAGES_A_POLL && !this.poll.isLate(); count++) {
      assertGoesOn(this.poll.world.signal);
      const isLast = await this.takePage(count === 0);
      if (isLast || this.pages >= PAGES_AN_IMPORT || this.bytes >= BYTES_AN_IMPORT) await this.keep();
      if (isLast) return;
    }
    this.poll.hasMore = true;
    await this.keep();
  }

  /** True where this was the last. What came before one that cannot be had has come. */
  private async takePage(isFirst: boolean): Promise<boolean> {
    try {
      const page = await (isFirst ? this.firstPage() : this.page());
      this.add(page);
      return this.turn(page);
    } catch (cause) {
      if (isOfTheSource(cause)) await this.keep();
      throw cause;
    }
  }

  /** A place that was kept may have passed: then it is looked for anew, rather a little too early than too late. */
  private async firstPage(): Promise<ObjectsPage> {
    if (this.place['objects'] === undefined) {
      this.place = { ...this.place, objects: await findCollection(this.poll) };
      return this.page();
    }
    try {
      return await this.page();
    } catch (cause) {
      if (!(cause instanceof Gone)) throw cause;
      this.seen.clear();
      const { next, lastAdded, addedAfter } = this.place;
      const from = next === undefined || lastAdded === undefined ? addedAfter : justBefore(lastAdded);
      this.place = {
        objects: await findCollection(this.poll),
        ...(from === undefined ? {} : { addedAfter: from }),
      };
      return this.page();
    }
  }

  private async page(): Promise<ObjectsPage> {
    const { objects = '', addedAfter, next } = this.place;
    const url = new URL(objects);
    if (addedAfter !== undefined) url.searchParams.set('added_after', addedAfter);
    url.searchParams.set('limit', String(OBJECTS_A_PAGE));
    if (next !== undefined) url.searchParams.set('next', next);
    if (this.seen.has(url.href)) {
      // None of its places can be relied on: another time begins where the last whole reading ended.
      this.place = { objects, ...(addedAfter === undefined ? {} : { addedAfter }) };
      throw new PollFailure(`${url.host}: its pages go in a circle`, false);
    }
    this.seen.add(url.href);
    const answer = await this.poll.get(url.href, { accept: TAXII_TYPE }, { maxBytes: MOST_PAGE_BYTES });
    if (answer.status !== 200) {
      const { message, mayPass, retryAfterMs } = this.poll.refusal(answer);
      const isGone = [400, 404, 410, 422].includes(answer.status);
      throw isGone ? new Gone(message, mayPass, retryAfterMs) : this.poll.refusal(answer);
    }
    const page = await readObjectsPage(answer);
    if (!page.ok) throw new PollFailure(`${url.host}: ${plainText(page.problem, 300)}`, false);
    return page.value;
  }

  private add({ objects, leftOut }: ObjectsPage): void {
    this.pages += 1;
    for (const what of leftOut) this.poll.leaveOut(what);
    for (const text of objects) {
      this.objects.push(text);
      this.bytes += text.length;
    }
  }

  /** Turns to where the next page is; true where this was the last. */
  private turn({ more, next, lastAdded, objects }: ObjectsPage): boolean {
    const { objects: at = '', addedAfter, lastAdded: before } = this.place;
    const reached = (objects.length > 0 ? lastAdded : null) ?? before ?? addedAfter;
    const from = addedAfter === undefined ? {} : { addedAfter };
    if (!more) {
      this.place = { objects: at, ...(reached === undefined ? {} : { addedAfter: reached }) };
      return true;
    }
    if (next !== null) {
      this.place = { objects: at, ...from, next, ...(reached === undefined ? {} : { lastAdded: reached }) };
      return false;
    }
    if (reached === undefined || reached === addedAfter) {
      throw new PollFailure(`${new URL(at).host}: it says that there is more, and not where`, false);
    }
    this.place = { objects: at, addedAfter: reached };
    return false;
  }

  private async keep(): Promise<void> {
    const { objects, place, poll } = this;
    this.objects = [];
    this.bytes = 0;
    this.pages = 0;
    if (objects.length === 0) {
      await poll.reach(place);
      return;
    }
    const text = `{"type":"bundle","objects":[\n${objects.join(',\n')}\n]}\n`;
    const after = poll.place['next'] === undefined ? (poll.place['addedAfter'] ?? 'the beginning') : 'a page';
    const file = memoryFile(`${poll.source.name}, after ${after}`, Buffer.from(text));
    await poll.take(file, { ...poll.source.words, format: 'stix' }, place);
  }
}

/** The server knows the place no more. */
class Gone extends PollFailure {}

/** A moment that everything which was added at this one, or later, is after. */
function justBefore(moment: string): string {
  return new Date(Date.parse(moment) - 1).toISOString();
}
