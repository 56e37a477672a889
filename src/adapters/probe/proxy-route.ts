import type { Socket } from 'node:net';
import { parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import { plainText } from '../../domain/plain-text.ts';
import { openTcp } from './open-tcp.ts';
import { ProxyEnded, readFromProxy } from './proxy-bytes.ts';
import type { ProxyBytes } from './proxy-bytes.ts';
import type { Connection, Route, ScopeGuard } from './route.ts';

/** A proxy that the organisation owns. */
export interface ProxyPlace {
  /** A name or an address: the organisation's own, not a server's. */
  readonly host: string;
  readonly port: number;
  readonly login: { readonly user: string; readonly password: string } | null;
}

export type ProxyAnswer =
  | { readonly connected: true }
  /** The proxy says that of the server. */
  | { readonly outcome: 'refused' | 'timed-out' | 'reset' | 'host-unreachable'; readonly error: string }
  /** It does not do it, or does not say why. */
  | { readonly failed: string };

/** What is said to a proxy, and how its answer is read. */
export interface ProxyDialogue {
  /** "SOCKS5 proxy", for messages. */
  readonly called: string;
  /** Whatever comes before a target is named; throws ProxyEnded, or gives why the proxy will not have us. */
  greet(socket: Socket, bytes: ProxyBytes): Promise<string | null>;
  ask(socket: Socket, bytes: ProxyBytes, address: Address, port: number): Promise<ProxyAnswer>;
  /** Whether a proxy that greeted has shown by that alone that it is at work. */
  readonly greetingProves: boolean;
}

/** How long an answer of the proxy stands for its being at work. */
const AT_WORK_MS = 3_600_000;

/**
 * Through a proxy, which is told the checked address, never a name. A proxy that says nothing is no witness: its silence counts
 * as the server's only where it has just greeted us, or has answered anything at all within the last hour.
 */
export function createProxyRoute(guard: ScopeGuard, proxy: ProxyPlace, dialogue: ProxyDialogue): Route {
  let answeredMs = Number.NEGATIVE_INFINITY;

  async function speak(socket: Socket, bytes: ProxyBytes, address: Address, port: number): Promise<ProxyAnswer> {
    let named = false;
    try {
      const refused = await dialogue.greet(socket, bytes);
      if (refused !== null) return { failed: refused };
      if (dialogue.greetingProves) answeredMs = performance.now();
      named = true;
      const answer = await dialogue.ask(socket, bytes, address, port);
      if (!('failed' in answer)) answeredMs = performance.now();
      return answer;
    } catch (error) {
      if (!(error instanceof ProxyEnded)) throw error;
      if (!named || !error.timedOut) return { failed: error.message };
      if (performance.now() - answeredMs > AT_WORK_MS)
        return { failed: `${error.message}, and it has answered nothing else within the last hour` };
      return { outcome: 'timed-out', error: `no word of the ${dialogue.called} on the connection` };
    }
  }

  return {
    async connect({ address, port, drill, timeoutMs, signal }): Promise<Connection> {
      const checked = guard(address, drill);
      if (!checked.ok) return { notAllowed: checked.problem };
      const began = performance.now();
      const failed = (why: string): Connection => ({ vantageFailed: `${dialogue.called}: ${plainText(why, 200)}` });
      const opened = await openTcp({ host: proxy.host, port: proxy.port, sourceAddress: null, timeoutMs, signal });
      if (!('socket' in opened)) return failed(`it cannot be reached (${opened.code})`);
      const { socket } = opened;
      // 127.66.0.0/16 on another machine is not the laboratory.
      if (drill && !isLoopback(socket.remoteAddress ?? '')) {
        socket.destroy();
        return { notAllowed: 'a drill looks through proxies on this machine only' };
      }
      const bytes = readFromProxy(socket, performance.now() + timeoutMs, signal);
      const answer = await speak(socket, bytes, checked.value, port);
      bytes.release();
      if ('connected' in answer) return { socket, ms: Math.round(performance.now() - began) };
      socket.destroy();
      if ('failed' in answer) return failed(answer.failed);
      return { outcome: answer.outcome, ms: Math.round(performance.now() - began), error: answer.error };
    },
  };
}

function isLoopback(text: string): boolean {
  const parsed = parseAddress(text);
  if (!parsed.ok) return false;
  return parsed.value.version === 4 ? parsed.value.number >>> 24 === 127 : parsed.value.text === '::1';
}
