import type { EntryHead } from '../ports/store.ts';
import type { Store } from '../ports/store.ts';
import { HttpProblem } from './problem.ts';

/*
 *     an entry is committed ─► seen at the next look ─► told to everybody who watches that organisation
 *
 * One look a second for each organisation that somebody watches, however many they are.
 */

const LOOK_MS = 1000;
const BEAT_MS = 15_000;
const MOST_WATCHERS = 500;
const PAGE = 500;
/** Whoever does not read what is told to it is let go: it comes again with the last it has seen. */
const MOST_UNREAD = 2000;

interface Watcher {
  tell(entries: readonly EntryHead[]): void;
  beat(): void;
  end(): void;
}

interface Watched {
  readonly watchers: Set<Watcher>;
  seen: number;
  timer: NodeJS.Timeout | null;
  sinceBeatMs: number;
}

export interface LiveViews {
  /** The ledger's entries as they come, from after `after` on; null: from now on. Without bodies. */
  watch(organisationId: string, after: number | null): Promise<ReadableStream<Uint8Array>>;
  close(): void;
}

export function createLiveViews(
  storeOf: (organisationId: string) => Store,
  watching: (change: 1 | -1) => void,
): LiveViews {
  const organisations = new Map<string, Watched>();

  const lookAt = async (organisationId: string, watched: Watched): Promise<void> => {
    try {
      for (;;) {
        const entries = await storeOf(organisationId).read((transaction) => transaction.entryHeads(watched.seen, PAGE));
        if (entries.length === 0) break;
        watched.seen = entries.at(-1)?.sequence ?? watched.seen;
        for (const watcher of watched.watchers) watcher.tell(entries);
      }
    } catch {
      // The database is away: the next look finds what has come meanwhile.
    }
    watched.sinceBeatMs += LOOK_MS;
    if (watched.sinceBeatMs >= BEAT_MS) {
      watched.sinceBeatMs = 0;
      for (const watcher of watched.watchers) watcher.beat();
    }
    if (watched.watchers.size > 0) watched.timer = setTimeout(() => void lookAt(organisationId, watched), LOOK_MS);
    else organisations.delete(organisationId);
  };

  return {
    async watch(organisationId, after) {
      const total = [...organisations.values()].reduce((sum, { watchers }) => sum + watchers.size, 0);
      if (total >= MOST_WATCHERS) throw new HttpProblem(503, 'too many watch already', { 'retry-after': '30' });
      const head = await storeOf(organisationId).read((transaction) => transaction.ledgerHead());
      const from = Math.min(after ?? head.entries, head.entries);
      const { readable, watcher, closed } = stream();
      const missed = from < head.entries ? await readBetween(storeOf(organisationId), from, head.entries) : [];
      let watched = organisations.get(organisationId);
      if (watched === undefined) {
        watched = { watchers: new Set(), seen: head.entries, timer: null, sinceBeatMs: 0 };
        organisations.set(organisationId, watched);
        const begun = watched;
        begun.timer = setTimeout(() => void lookAt(organisationId, begun), LOOK_MS);
      }
      // Others may have been told more by now: whoever joins is told that as well, and no entry twice.
      const lead =
        watched.seen > head.entries ? await readBetween(storeOf(organisationId), head.entries, watched.seen) : [];
      watched.watchers.add(watcher);
      watching(1);
      watcher.tell([...missed, ...lead]);
      const { watchers } = watched;
      void closed.then(() => {
        watchers.delete(watcher);
        watching(-1);
      });
      return readable;
    },
    close() {
      for (const { watchers, timer } of organisations.values()) {
        if (timer !== null) clearTimeout(timer);
        for (const watcher of watchers) watcher.end();
      }
    },
  };
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
      beat: () => put(': still here\n\n'),
      end,
    },
  };
}
