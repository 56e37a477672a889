import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** One entry of the ledger, as /api/v1/events tells it. */
export interface EntryHead {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly kind: string;
  readonly subject: string | null;
}

export type Liveness = 'live' | 'connecting' | 'lost';

const REFRESH_MS = 1500;
const KEPT = 50;

/**
 * Watches the ledger, and has whatever is shown read anew after something was recorded: at most once in so long, so that a page on
 * the wall stays calm while much happens.
 */
export function useLive(isOn: boolean): { readonly state: Liveness; readonly newest: readonly EntryHead[] } {
  const client = useQueryClient();
  const [state, setState] = useState<Liveness>('connecting');
  const [newest, setNewest] = useState<readonly EntryHead[]>([]);
  useEffect(() => {
    if (!isOn) return undefined;
    const source = new EventSource('/api/v1/events');
    let timer: ReturnType<typeof setTimeout> | null = null;
    let pending: EntryHead[] = [];
    const refresh = (): void => {
      timer = null;
      const come = pending;
      pending = [];
      setNewest((known) => [...come.toReversed(), ...known].slice(0, KEPT));
      // The shapes of countries do not change, and who somebody is is asked anew with the page.
      void client.invalidateQueries({ predicate: ({ queryKey: [path] }) => path !== '/world-map' && path !== '/me' });
    };
    source.addEventListener('open', () => setState('live'));
    source.addEventListener('error', () => setState(source.readyState === EventSource.CLOSED ? 'lost' : 'connecting'));
    source.addEventListener('entry', (event: MessageEvent<string>) => {
      const entry: EntryHead = JSON.parse(event.data);
      pending.push(entry);
      timer ??= setTimeout(refresh, REFRESH_MS);
    });
    return () => {
      source.close();
      if (timer !== null) clearTimeout(timer);
    };
  }, [client, isOn]);
  return { state, newest };
}
