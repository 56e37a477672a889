import { useEffect, useState } from 'react';

const TICK_MS = 15_000;

/**
 * The service's time, going on: its clock counts, not this machine's. `at` is what it said when it was read, at `readAt` of this
 * machine.
 */
export function useNow(at: string, readAt: number): string {
  const [here, setHere] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setHere(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return new Date(Date.parse(at) + Math.max(0, here - readAt)).toISOString();
}

/** Whether something that was read at a moment of this machine is no older than so long; asked again and again. */
export function useIsYoung(readAt: number, oldMs: number): boolean {
  const [here, setHere] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setHere(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return here - readAt < oldMs;
}
