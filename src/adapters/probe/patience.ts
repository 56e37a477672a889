/**
 * Calls back when nothing has come in so long. Timers come before sockets: after this process has been busy, an answer may be there
 * already. It is heard first, so that our own slowness is not taken for a server's silence.
 *
 * @returns what ends the waiting
 */
export function whenSilent(timeoutMs: number, isSilent: () => void): () => void {
  let last: NodeJS.Immediate | null = null;
  const timer = setTimeout(() => (last = setImmediate(isSilent)), timeoutMs);
  return () => {
    clearTimeout(timer);
    if (last !== null) clearImmediate(last);
  };
}
