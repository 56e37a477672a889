import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { part, read } from '../api.ts';
import type { PageEntry } from '../pages.tsx';

/** Until then the first page has the line to itself. */
const QUIET_MS = 1500;

/**
 * Makes a switch of pages short: their scripts come once the first page stands, and what a page shows is read when somebody points at
 * its link, which is before the click. Nothing is read of pages that nobody points at.
 */
export function useAhead(
  operation: string | null,
  pages: readonly PageEntry[],
): (page: PageEntry) => Record<'onPointerEnter' | 'onFocus', () => void> {
  const client = useQueryClient();
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const { page, one } of pages) for (const each of [page, one]) if (each !== undefined && 'bring' in each) each.bring();
    }, QUIET_MS); // prettier-ignore
    return () => clearTimeout(timer);
  }, [pages]);
  return useCallback(
    ({ reads }) => {
      const readAhead = (): void => {
        if (operation === null) return;
        for (const path of reads(`/operations/${part(operation)}`)) {
          void client.prefetchQuery({ queryKey: [path], queryFn: ({ signal }) => read(path, signal) });
        }
      };
      return { onPointerEnter: readAhead, onFocus: readAhead };
    },
    [client, operation],
  );
}
