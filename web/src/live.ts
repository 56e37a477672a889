import type { QueryClient } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { isWorthRetrying } from './api.ts';
import { livenessOf } from './liveness.ts';
import type { Heard, Liveness } from './liveness.ts';

const REFRESH_MS = 1500;
const TICK_MS = 5000;
const COME_AGAIN_MS = 10_000;

export interface Live {
  readonly state: Liveness;
  /** When what is shown was last known to be as the ledger is; of use where it is not live. Null: never yet. */
  readonly readAt: number | null;
}

/**
 * Watches the ledger, and has whatever is shown read anew after something was recorded: at most once in so long, so that a page on
 * the wall stays calm while much happens.
 */
export function useLive(isOn: boolean): Live {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>({ state: 'connecting', readAt: null });
  useEffect(() => {
    if (!isOn) return undefined;
    let source: EventSource | null = null;
    let refreshing: ReturnType<typeof setTimeout> | null = null;
    let coming: ReturnType<typeof setTimeout> | null = null;
    let heard: Omit<Heard, 'isFailing'> = { isOpen: false, heardAt: null };
    let isBehind = false;
    let readAt: number | null = null;
    const tell = (): void => {
      const state = livenessOf({ ...heard, isFailing: isFailing(client) }, Date.now());
      if (state === 'live') readAt = heard.heardAt;
      const told = { state, readAt };
      // Nothing is drawn anew for a badge that says the same.
      setLive((known) => (state === known.state ? known : told));
    };
    const readAnew = (): void => {
      refreshing = null;
      // The shapes of countries do not change, and who somebody is is asked anew with the page.
      void client.invalidateQueries({ predicate: ({ queryKey: [path] }) => path !== '/world-map' && path !== '/me' });
    };
    const hear = (): void => {
      heard = { isOpen: true, heardAt: Date.now() };
      tell();
    };
    const open = (): void => {
      coming = null;
      source = new EventSource('/api/v1/events');
      source.addEventListener('open', () => {
        // What was recorded while nobody listened is told to nobody who had heard nothing before.
        if (isBehind) readAnew();
        isBehind = false;
      });
      source.addEventListener('beat', hear);
      source.addEventListener('entry', () => {
        hear();
        refreshing ??= setTimeout(readAnew, REFRESH_MS);
      });
      source.addEventListener('error', () => {
        isBehind = true;
        heard = { ...heard, isOpen: false };
        tell();
        // It was refused, and a browser asks once only: the session may have ended, or too many watch.
        if (source?.readyState !== EventSource.CLOSED || coming !== null) return;
        void client.invalidateQueries({ queryKey: ['/me'] });
        coming = setTimeout(open, COME_AGAIN_MS);
      });
    };
    open();
    const ticking = setInterval(tell, TICK_MS);
    const leave = client.getQueryCache().subscribe(({ type }) => {
      if (type === 'updated') tell();
    });
    return () => {
      source?.close();
      clearInterval(ticking);
      leave();
      for (const timer of [refreshing, coming]) if (timer !== null) clearTimeout(timer);
    };
  }, [client, isOn]);
  return live;
}

/** Whether something that is shown could not be read anew. What was refused says nothing against the connection. */
function isFailing(client: QueryClient): boolean {
  const all = client.getQueryCache().getAll();
  return all.some((query) => query.isActive() && query.state.status === 'error' && isWorthRetrying(query.state.error));
}
