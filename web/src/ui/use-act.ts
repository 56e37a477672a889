import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';

export interface Acting {
  readonly isBusy: boolean;
  /** What went wrong last; null where nothing did. */
  readonly error: Error | null;
  /** Runs an act and has everything read anew. True where it was done, false where it failed or nobody would sign. */
  readonly run: (work: () => Promise<unknown>, isSigned?: boolean) => Promise<boolean>;
}

/** One act at a time: while it goes on, its button rests. */
export function useAct(): Acting {
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  return {
    isBusy,
    error,
    async run(work, isSigned = true) {
      setBusy(true);
      setError(null);
      try {
        const outcome = await work();
        // Null: the person has looked at what is to be signed, and would not.
        if (isSigned && outcome === null) return false;
        await client.invalidateQueries();
        return true;
      } catch (cause) {
        setError(cause instanceof Error ? cause : new Error(String(cause)));
        // It may have been refused because something has changed.
        void client.invalidateQueries();
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
