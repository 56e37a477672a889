import type { SmtpSession } from './smtp-session.ts';

/** How long a session waits for the next message; most servers end one that waits for some minutes. */
const KEPT_MS = 20_000;

/** Lets at most so many messages through at a time, and keeps their sessions for the next. */
export interface SessionPool {
  /** Aborted by close(): whatever is being opened or sent ends. */
  readonly signal: AbortSignal;
  /** Waits for a place, in the order of asking. Callers bound how many wait: a worker has a batch at a time. */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value>;
  /** The session that was used last among those that fit; null where none does. */
  takeKept(fits: (session: SmtpSession) => boolean): SmtpSession | null;
  /** Keeps a session that is open for the next message. */
  keep(session: SmtpSession): void;
  /** Closes every session, and waits for the work that is under way to end. */
  close(): Promise<void>;
}

export function createSessionPool(places: number): SessionPool {
  const kept = new Map<SmtpSession, NodeJS.Timeout>();
  const closing = new AbortController();
  const waiting: (() => void)[] = [];
  const working = new Set<Promise<unknown>>();
  let free = places;

  function drop(session: SmtpSession): void {
    clearTimeout(kept.get(session));
    kept.delete(session);
    session.close();
  }

  async function place(): Promise<void> {
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  }

  function giveBack(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    signal: closing.signal,
    async inTurn(work) {
      await place();
      const running = work().finally(giveBack);
      const settled = running.then(
        () => undefined,
        () => undefined,
      );
      working.add(settled);
      void settled.then(() => working.delete(settled));
      return running;
    },
    takeKept(fits) {
      for (const session of [...kept.keys()].toReversed()) {
        if (!session.isOpen()) drop(session);
        else if (fits(session)) {
          clearTimeout(kept.get(session));
          kept.delete(session);
          return session;
        }
      }
      return null;
    },
    keep(session) {
      if (!session.isOpen()) return;
      if (closing.signal.aborted) return session.close();
      kept.set(
        session,
        setTimeout(() => drop(session), KEPT_MS),
      );
    },
    async close() {
      closing.abort();
      for (const session of kept.keys()) drop(session);
      while (working.size > 0 || waiting.length > 0) await Promise.all(working);
    },
  };
}
