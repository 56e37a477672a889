import { openTcp } from './open-tcp.ts';
import type { Connection, Route, ScopeGuard } from './route.ts';

/** What the system's codes say of the server. All others, ENETUNREACH among them, say something of this machine. */
const SAYS_OF_SERVER: Readonly<Record<string, 'refused' | 'timed-out' | 'reset' | 'host-unreachable'>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timed-out',
  EHOSTUNREACH: 'host-unreachable',
  EHOSTDOWN: 'host-unreachable',
};

/** Straight from this machine. */
export function createDirectRoute(guard: ScopeGuard, sourceAddress: string | null): Route {
  return {
    async connect({ address, port, drill, timeoutMs, signal }): Promise<Connection> {
      const checked = guard(address, drill);
      if (!checked.ok) return { notAllowed: checked.problem };
      const opened = await openTcp({ host: checked.value.text, port, sourceAddress, timeoutMs, signal });
      if ('socket' in opened) return opened;
      const outcome = SAYS_OF_SERVER[opened.code];
      if (outcome === undefined) return { vantageFailed: `this machine could not connect (${opened.code})` };
      return { outcome, ms: opened.ms, error: opened.code };
    },
  };
}
