import type { EntryHead, Store } from '../ports/store.ts';
import { HttpProblem, toldProblem } from './problem.ts';

/*
 *     an entry is committed ─► seen at the next look ─► told to everybody who watches that organisation
 *
 * One look a second for each organisation that somebody watches, however many they are. A beat says that the ledger was read and
 * nothing was missed; while the database is away there is none.
 */

const LOOK_MS = 1000;
const BEAT_MS = 15_000;
const MOST_WATCHERS = 500;
const MOST_EACH = 10;
const PAGE = 500;
/** Whoever does not read what is told to it is let go: it comes again with the last it has seen. */
const MOST_UNREAD = 2000;

interface Watcher {
  tell(entries: readonly EntryHead[]): void;
  /** Everything up to now has been told. */
  beat(): void;
  /** Something to send, so that nothing between takes the connection for dead. */
  stir(): void;
  end(): void;
}

/** Who watches. */
export interface Viewer {
  /** A credential: each has so many views at once. */
  readonly owner: string;
  /** Asked at each beat: a token may have been revoked, a session ended, a person removed. */
  readonly mayStay: () => Promise<boolean>;
}

type Watching = Watcher & Viewer;

interface Watched {
  readonly watchers: Set<Watching>;
  seen: number;
  timer: NodeJS.Timeout | null;
  sinceBeatMs: number;
  /** The last look met a fault that has been told. */
  isFaulty: boolean;
}

export interface LiveViews {
  /** The ledger's entries as they come, from after `after` on; null: from now on. Without bodies. */
  watch(organisationId: string, after: number | null, viewer: Viewer): Promise<ReadableStream<Uint8Array>>;
  close(): void;
}

export function createLiveViews(
  storeOf: (organisationId: string) => Store,
  watching: (change: 1 | -1) => void,
  fault: (cause: unknown) => void,
): LiveViews {
  const organisations = new Map<string, Watched>();
  let isClosed = false;

  const mayStay = async (watcher: Watching): Promise<boolean> => {
    try {
      return await watcher.mayStay();
    } catch (cause) {
      // A database that is away says nothing against anybody; a fault of ours says nothing for them.
      if (isAway(cause)) return true;
      if (!isClosed) fault(cause);
      return false;
    }
  };

  const lookAt = async (organisationId: string, watched: Watched): Promise<void> => {
    let isRead = true;
    try {
      // Nobody knows yet where the ledger stands: whoever joined first is finding out.
      while (watched.seen !== Number.MAX_SAFE_INTEGER) {
        const entries = await storeOf(organisationId).read((transaction) => transaction.entryHeads(watched.seen, PAGE));
        if (entries.length === 0) break;
        watched.seen = entries.at(-1)?.sequence ?? watched.seen;
        for (const watcher of watched.watchers) watcher.tell(entries);
      }
      watched.isFaulty = false;
    } catch (cause) {
      // The next look finds what has come meanwhile. What is no database that is away may be met at every look: it is told once.
      isRead = false;
      if (!isAway(cause) && !watched.isFaulty && !isClosed) {
        watched.isFaulty = true;
        fault(cause);
      }
    }
    watched.sinceBeatMs += LOOK_MS;
    if (watched.sinceBeatMs >= BEAT_MS) {
      watched.sinceBeatMs = 0;
      for (const watcher of watched.watchers) {
        if (!(await mayStay(watcher))) watcher.end();
        else if (isRead) watcher.beat();
        else watcher.stir();
      }
    }
    if (watched.watchers.size > 0) watched.timer = setTimeout(() => void lookAt(organisationId, watched), LOOK_MS);
    else organisations.delete(organisationId);
  };

  return {
    async watch(organisationId, after, viewer) {
      const all = [...organisations.values()].flatMap(({ watchers }) => [...watchers]);
      if (all.length >= MOST_WATCHERS || all.filter(({ owner }) => owner === viewer.owner).length >= MOST_EACH) {
        throw new HttpProblem(503, 'too many watch already', { 'retry-after': '30' });
      }
      const { readable, watcher, closed } = stream();
      // A first byte, with which the headers leave: whoever watches knows at once that it does.
      watcher.stir();
      // What comes while it is read what was missed waits until that is told.
      let held: EntryHead[] | null = [];
      const joined: Watching = {
        ...viewer,
        tell(entries) {
          if (held === null) watcher.tell(entries);
          else held.push(...entries);
        },
        beat: () => watcher.beat(),
        stir: () => watcher.stir(),
        end: () => watcher.end(),
      };
      let watched = organisations.get(organisationId);
      if (watched === undefined) {
        watched = { watchers: new Set(), seen: Number.MAX_SAFE_INTEGER, timer: null, sinceBeatMs: 0, isFaulty: false };
        organisations.set(organisationId, watched);
        const begun = watched;
        begun.timer = setTimeout(() => void lookAt(organisationId, begun), LOOK_MS);
      }
      const { watchers } = watched;
      watchers.add(joined);
      watching(1);
      void closed.then(() => {
        watchers.delete(joined);
        watching(-1);
      });
      try {
        const { entries: head } = await storeOf(organisationId).read((transaction) => transaction.ledgerHead());
        watched.seen = Math.min(watched.seen, head);
        const until = Math.max(head, watched.seen);
        const from = Math.min(after ?? until, until);
        watcher.tell(from < until ? await readBetween(storeOf(organisationId), from, until) : []);
      } catch (cause) {
        watcher.end();
        throw cause;
      }
      watcher.tell(held);
      held = null;
      watcher.beat();
      return readable;
    },
    close() {
      isClosed = true;
      for (const { watchers, timer } of organisations.values()) {
        if (timer !== null) clearTimeout(timer);
        for (const watcher of watchers) watcher.end();
      }
    },
  };
}

/** Not to be reached, not now, or migrated by a newer version: whoever runs the service is told that by every request as well. */
function isAway(cause: unknown): boolean {
  return toldProblem(cause).status === 503;
}

async function readBetween(store: Store, after: number, until: number): Promise<readonly EntryHead[]> {
  const found: EntryHead[] = [];
  while (found.length < MOST_UNREAD) {
    const page = await store.read((transaction) => transaction.entryHeads(found.at(-1)?.sequence ?? after, PAGE));
    const wanted = page.filter(({ sequence }) => sequence <= until);
    found.push(...wanted);
    if (page.length < PAGE || wanted.length < page.length) return found;
  }
  throw new HttpProblem(409, 'that is too long ago; read /api/v1/ledger/entries first, and watch from there');
}

function stream(): { readable: ReadableStream<Uint8Array>; watcher: Watcher; closed: Promise<void> } {
  const gone = Promise.withResolvers<void>();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let last = 0;
  const readable = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      cancel() {
        controller = null;
        gone.resolve();
      },
    },
    { highWaterMark: MOST_UNREAD },
  );
  const end = (): void => {
    controller?.close();
    controller = null;
    gone.resolve();
  };
  const put = (text: string): void => {
    if (controller === null) return;
    if ((controller.desiredSize ?? 0) <= 0) end();
    else controller.enqueue(Buffer.from(text));
  };
  return {
    readable,
    closed: gone.promise,
    watcher: {
      tell(entries) {
        for (const entry of entries) {
          if (entry.sequence <= last) continue;
          last = entry.sequence;
          put(`id: ${entry.sequence}\nevent: entry\ndata: ${JSON.stringify(entry)}\n\n`);
        }
      },
      beat: () => put('event: beat\ndata: {}\n\n'),
      stir: () => put(': still here\n\n'),
      end,
    },
  };
}
