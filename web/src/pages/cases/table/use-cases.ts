import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { part, useRead } from '../../../api.ts';
import type { Overview } from '../../../contract.ts';
import { COLUMNS, FIRST_SORT } from './case-list.ts';
import type { Beneath, Shown, Sort } from './case-list.ts';
import { sourceOf } from './case-source.ts';
import type { CaseSource } from './case-source.ts';
import type { Now } from './row.ts';

export interface Cases {
  readonly source: CaseSource;
  readonly query: UseQueryResult<Beneath>;
  /** How many have been read, while the first reading lasts. */
  readonly read: number;
  readonly shown: Shown | null;
  /** What has changed beneath what is shown; null where it is in order. */
  readonly beneath: Beneath | null;
  /** Another number for each reading. */
  readonly reading: number;
  readonly now: () => Now;
  readonly filter: string;
  readonly sort: Sort;
  readonly open: (filter: string, sort: Sort) => void;
  readonly search: (filter: string) => void;
  readonly sortBy: (sort: Sort) => void;
  readonly putInOrder: () => void;
}

const TARGET_MINUTES = 180;

/** The moment by the service's clock, which in an exercise is not ours. */
function useNow(operation: string): { readonly now: () => Now; readonly isKnown: boolean } {
  const { data, dataUpdatedAt } = useRead<Overview>(`/operations/${part(operation)}/overview`);
  const now = useCallback(
    (): Now =>
      data === undefined
        ? { nowMs: Date.now(), targetMinutes: TARGET_MINUTES }
        : { nowMs: Date.parse(data.asOf) + (Date.now() - dataUpdatedAt), targetMinutes: data.targetMinutes },
    [data, dataUpdatedAt],
  );
  return { now, isKnown: data !== undefined };
}

/** The cases as the address of the page says, kept up to date without moving them. */
export function useCases(operation: string): Cases {
  const source = sourceOf(operation);
  const [params, setParams] = useSearchParams();
  const filter = params.get('filter') ?? '';
  const sortText = params.get('sort') ?? '';
  const sort = useMemo(() => sortOf(sortText), [sortText]);
  const { now, isKnown } = useNow(operation);
  const latestNow = useRef(now);
  latestNow.current = now;

  const [read, setRead] = useState(0);
  const [shown, setShown] = useState<Shown | null>(null);
  const [beneath, setBeneath] = useState<Beneath | null>(null);
  useEffect(() => source.onRead(setRead), [source]);
  const query = useQuery({ queryKey: ['cases', operation], queryFn: () => source.load(latestNow.current()) });

  const view = useCallback(async (): Promise<void> => {
    const next = await source.call('view', { filter, sort, now: latestNow.current() });
    setShown(next);
    setBeneath(null);
  }, [source, filter, sort]);
  useEffect(() => void view().catch(() => undefined), [view, isKnown]);
  const { data, dataUpdatedAt } = query;
  useEffect(() => {
    if (data === undefined) return;
    // A reading that was begun before the newest search tells of an older order.
    setShown((known) => (known === null || data.order >= known.order ? data : { ...known, total: data.total }));
    setBeneath(data.come > 0 || data.gone > 0 || data.isMoved ? data : null);
  }, [data]);

  const open = useCallback(
    (nextFilter: string, nextSort: Sort): void => {
      const next = new URLSearchParams();
      if (nextFilter !== '') next.set('filter', nextFilter);
      if (sortWords(nextSort) !== '') next.set('sort', sortWords(nextSort));
      setParams(next, { replace: true });
    },
    [setParams],
  );
  return {
    source, query, read, shown, beneath, reading: dataUpdatedAt, now, filter, sort,
    open,
    search: useCallback((next: string) => open(next, sort), [open, sort]),
    sortBy: useCallback((next: Sort) => open(filter, next), [open, filter]),
    putInOrder: useCallback(() => void view(), [view]),
  }; // prettier-ignore
}

/** "-opened" is the newest first. */
export function sortOf(text: string): Sort {
  const isDescending = text.startsWith('-');
  const column = COLUMNS.find((each) => each === text.replace(/^-/, ''));
  return column === undefined ? FIRST_SORT : { column, isDescending };
}

export function sortWords({ column, isDescending }: Sort): string {
  const words = `${isDescending ? '-' : ''}${column}`;
  return words === FIRST_SORT.column ? '' : words;
}
