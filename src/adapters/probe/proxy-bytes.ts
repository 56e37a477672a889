import type { Socket } from 'node:net';
import { whenSilent } from './patience.ts';

/** Reads from a proxy exactly what belongs to its dialogue; what follows is the server's and stays in the socket. */
export interface ProxyBytes {
  /** So many bytes; throws ProxyEnded where the connection or the time ends before. */
  read(size: number): Promise<Buffer>;
  /** Up to and with the empty line that ends a head, at most 16 KiB; throws where there is none. */
  readHead(): Promise<string>;
  /** Gives the rest back to the socket; nothing may be read after it. */
  release(): void;
}

export class ProxyEnded extends Error {
  readonly timedOut: boolean;

  constructor(what: string, timedOut: boolean) {
    super(what);
    this.timedOut = timedOut;
  }
}

const MAX_HEAD_BYTES = 16 * 1024;

/** @param deadlineMs on the scale of performance.now(); for the whole dialogue */
export function readFromProxy(socket: Socket, deadlineMs: number, signal: AbortSignal): ProxyBytes {
  let held: Buffer = Buffer.alloc(0);
  let ended: ProxyEnded | null = null;
  let wake: (() => void) | null = null;
  const end = (what: string, timedOut: boolean): void => {
    ended ??= new ProxyEnded(what, timedOut);
    wake?.();
  };
  const take = (chunk: Buffer): void => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    // Nobody needs more before it was asked on: a proxy that talks without end is not listened to.
    if (held.length > MAX_HEAD_BYTES) socket.pause();
    wake?.();
  };
  const closed = (): void => end('it closed the connection', false);
  const aborted = (): void => end('stopped', true);
  const leftMs = Math.max(0, deadlineMs - performance.now());
  const stopWaiting = whenSilent(leftMs, () => end('it did not answer in time', true));
  socket.on('data', take);
  socket.once('close', closed);
  socket.once('end', closed);
  signal.addEventListener('abort', aborted, { once: true });

  async function until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      if (ended !== null) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    async read(size) {
      await until(() => held.length >= size);
      const wanted = held.subarray(0, size);
      held = held.subarray(size);
      return wanted;
    },
    async readHead() {
      let at = -1;
      await until(() => (at = held.indexOf('\r\n\r\n')) >= 0 || held.length > MAX_HEAD_BYTES);
      if (at < 0 || at > MAX_HEAD_BYTES) throw new ProxyEnded('its answer has no end', false);
      const head = held.subarray(0, at).toString('latin1');
      held = held.subarray(at + 4);
      return head;
    },
    release() {
      stopWaiting();
      signal.removeEventListener('abort', aborted);
      socket.off('data', take);
      socket.off('close', closed);
      socket.off('end', closed);
      socket.pause();
      if (held.length > 0) socket.unshift(held);
    },
  };
}
