import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { whenSilent } from './patience.ts';

export interface TcpRequest {
  /** For a server always an address, never a name: what was checked is what is connected to. */
  readonly host: string;
  readonly port: number;
  /** Where the connection comes from; null leaves it to the system. */
  readonly sourceAddress: string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type Opened =
  | { readonly socket: Socket; readonly ms: number }
  /** The system's code ("ECONNREFUSED"); ETIMEDOUT for our own patience, ABORTED for a stop. */
  | { readonly code: string; readonly ms: number };

/** Opens a TCP connection. Never throws; the socket that it gives has a listener for errors, so that none is unhandled. */
export function openTcp(request: TcpRequest): Promise<Opened> {
  const began = performance.now();
  const since = (): number => Math.round(performance.now() - began);
  if (request.signal.aborted) return Promise.resolve({ code: 'ABORTED', ms: 0 });
  return new Promise((resolve) => {
    const socket = connect({
      host: request.host,
      port: request.port,
      noDelay: true,
      ...(request.sourceAddress === null ? {} : { localAddress: request.sourceAddress }),
    });
    let settled = false;
    const settle = (opened: Opened): void => {
      if (settled) return;
      settled = true;
      stopWaiting();
      request.signal.removeEventListener('abort', stop);
      if ('code' in opened) socket.destroy();
      resolve(opened);
    };
    const stop = (): void => settle({ code: 'ABORTED', ms: since() });
    const stopWaiting = whenSilent(request.timeoutMs, () => settle({ code: 'ETIMEDOUT', ms: since() }));
    request.signal.addEventListener('abort', stop, { once: true });
    socket.on('error', (error) => settle({ code: codeOf(error), ms: since() }));
    socket.once('connect', () => settle({ socket, ms: since() }));
  });
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
