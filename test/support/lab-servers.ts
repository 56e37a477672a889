import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { Worker } from 'node:worker_threads';
import type { KeyAndCertificate } from './certificates.ts';
import { selfSigned } from './certificates.ts';
import { openHttpConnectProxy, openSocksProxy } from './lab-proxies.ts';
import type { LabProxy, LabProxyOptions } from './lab-proxies.ts';

/*
 * A laboratory of C2 stand-ins: real servers on 127.66.x.y, each with an address of its own, that behave as servers do which
 * are alive, dark, re-let, fenced off or broken.
 */

/** What answers HTTP. */
export interface Site {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export type Answer = Site | ((request: IncomingMessage, response: ServerResponse) => void);

/** What a server does with a connection; `onlyFrom` resets everybody whose source address it does not name. */
export type Behaviour = { readonly onlyFrom?: readonly string[] } & (
  | {
      /** TLS, and HTTP over it unless `site` is null: then it is silent after the handshake. */
      readonly does: 'tls';
      readonly identity: KeyAndCertificate;
      readonly site?: Answer | null;
      readonly tls?: SecureContextOptions;
    }
  | { readonly does: 'http'; readonly site?: Answer }
  /** Takes the connection and says nothing. */
  | { readonly does: 'hang' }
  | { readonly does: 'close' }
  | { readonly does: 'reset' }
  /** Says these bytes without being asked, then closes (the default), resets or hangs. */
  | { readonly does: 'say'; readonly bytes: string | Uint8Array; readonly after?: 'close' | 'reset' | 'hang' }
  | { readonly does: 'serve'; readonly serve: (socket: Socket) => void }
);

/** One server: closed port after `stop`, the same port again after `start`. */
export interface LabServer {
  readonly address: string;
  readonly port: number;
  /** Connections since it was opened. */
  readonly connections: () => number;
  /** Where they came from, in order. */
  readonly sources: readonly string[];
  /** First lines and headers of the HTTP requests that came, in order. */
  readonly requests: readonly string[];
  /** From the next connection on: changes certificate, is re-let, breaks … */
  become(behaviour: Behaviour): void;
  /** Nobody listens any more, what is open is reset: the port is closed. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** An address that drops what comes: connecting to it times out. */
export interface SilentServer {
  readonly address: string;
  readonly port: number;
}

export interface Lab {
  /** An address of the laboratory that nobody else in this process has had. */
  address(): string;
  /** A certificate that nobody vouches for, with a key of its own (P-256). */
  identity(commonName?: string, names?: readonly string[]): Promise<KeyAndCertificate>;
  server(behaviour: Behaviour, at?: { readonly address?: string; readonly port?: number }): Promise<LabServer>;
  silentServer(): Promise<SilentServer>;
  /** A port of the laboratory where nobody listens, which nobody else gets while the test runs. */
  closedPort(): Promise<{ readonly address: string; readonly port: number }>;
  socksProxy(options?: LabProxyOptions): Promise<LabProxy>;
  httpConnectProxy(options?: LabProxyOptions): Promise<LabProxy>;
  close(): Promise<void>;
}

// Test files run in processes of their own: the process id keeps their addresses apart, mostly; ports do the rest.
let allotted = (process.pid * 251) % 60_000;

export function openLab(): Promise<Lab> {
  const closers: (() => Promise<unknown>)[] = [];

  function address(): string {
    allotted = (allotted + 1) % 60_000;
    return `127.66.${1 + Math.floor(allotted / 250)}.${2 + (allotted % 250)}`;
  }

  const lab: Lab = {
    address,
    identity: (commonName = 'c2.example', names = [commonName]) => selfSigned({ commonName, names }),
    async server(behaviour, at = {}) {
      const server = await openServer(behaviour, at.address ?? address(), at.port ?? 0);
      closers.push(() => server.stop());
      return server;
    },
    async silentServer() {
      const { close, ...server } = await openSilentServer(address());
      closers.push(close);
      return server;
    },
    async closedPort() {
      const server = await openServer({ does: 'close' }, address(), 0);
      await server.stop();
      return { address: server.address, port: server.port };
    },
    async socksProxy(options = {}) {
      const proxy = await openSocksProxy({ sourceAddress: address(), ...options });
      closers.push(() => proxy.close());
      return proxy;
    },
    async httpConnectProxy(options = {}) {
      const proxy = await openHttpConnectProxy({ sourceAddress: address(), ...options });
      closers.push(() => proxy.close());
      return proxy;
    },
    async close() {
      await Promise.all(closers.splice(0).map((close) => close()));
    },
  };
  return Promise.resolve(lab);
}

async function openServer(first: Behaviour, address: string, wanted: number): Promise<LabServer> {
  let behaviour = first;
  let port = wanted;
  let connections = 0;
  let listening: Server | null = null;
  const sources: string[] = [];
  const requests: string[] = [];
  const open = new Set<Socket>();
  const contexts = new WeakMap<Behaviour, SecureContext>();
  const http = httpServer(() => behaviour, requests);

  const take = (socket: Socket): void => {
    connections += 1;
    const source = socket.remoteAddress ?? '';
    sources.push(source);
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    if (behaviour.onlyFrom !== undefined && !behaviour.onlyFrom.includes(source)) socket.resetAndDestroy();
    else behave(behaviour, socket, http, contexts);
  };

  const start = async (): Promise<void> => {
    if (listening !== null) return;
    const server = createServer({ noDelay: true }, take);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port, exclusive: true }, resolve);
    });
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') port = bound.port;
    listening = server;
  };

  await start();
  return {
    address,
    port,
    connections: () => connections,
    sources,
    requests,
    become(next) {
      behaviour = next;
    },
    start,
    async stop() {
      const server = listening;
      listening = null;
      for (const socket of open) socket.resetAndDestroy();
      if (server !== null) await new Promise((resolve) => server.close(resolve));
    },
  };
}

function behave(
  behaviour: Behaviour,
  socket: Socket,
  http: HttpServer,
  contexts: WeakMap<Behaviour, SecureContext>,
): void {
  switch (behaviour.does) {
    case 'tls': {
      const context = contexts.get(behaviour) ?? createSecureContext({ ...behaviour.identity, ...behaviour.tls });
      contexts.set(behaviour, context);
      const secure = new TLSSocket(socket, { isServer: true, secureContext: context, ALPNProtocols: ['http/1.1'] });
      secure.on('error', () => undefined);
      if (behaviour.site !== null) secure.once('secure', () => http.emit('connection', secure));
      else secure.resume();
      return;
    }
    case 'http':
      http.emit('connection', socket);
      return;
    case 'hang':
      socket.resume();
      return;
    case 'close':
      socket.end();
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'say':
      socket.resume();
      socket.write(behaviour.bytes, () => {
        if (behaviour.after === 'reset') socket.resetAndDestroy();
        else if (behaviour.after !== 'hang') socket.end();
      });
      return;
    case 'serve':
      behaviour.serve(socket);
  }
}

function httpServer(behaviour: () => Behaviour, requests: string[]): HttpServer {
  const server = createHttpServer((request, response) => {
    const headers = request.rawHeaders.flatMap((word, index, words) =>
      index % 2 === 0 ? [`${word}: ${words[index + 1] ?? ''}`] : [],
    );
    requests.push([`${request.method} ${request.url} HTTP/${request.httpVersion}`, ...headers].join('\n'));
    const now = behaviour();
    const site = now.does === 'tls' || now.does === 'http' ? (now.site ?? {}) : {};
    if (typeof site === 'function') site(request, response);
    else {
      response.writeHead(site.status ?? 200, { server: 'nginx', 'content-type': 'text/html', ...site.headers });
      response.end(site.body ?? '<html><title>Welcome</title></html>');
    }
  });
  // What nginx and others do to a ClientHello, too.
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

/**
 * Listens with room for one connection and never takes any, in a thread that sleeps: once the room is full, the system drops
 * every further SYN, as a firewall does.
 */
async function openSilentServer(address: string): Promise<SilentServer & { readonly close: () => Promise<unknown> }> {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ host: workerData, port: 0, backlog: 1, exclusive: true }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true, workerData: address },
  );
  const port = await new Promise<number>((resolve) => {
    worker.once('message', resolve);
  });
  const { connect } = await import('node:net');
  const fillers: Socket[] = [];
  // The room is full when one of these is not let in any more.
  for (let waiting = false; !waiting;) {
    const filler = connect({ host: address, port });
    filler.on('error', () => undefined);
    fillers.push(filler);
    waiting = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), 300);
      filler.once('connect', () => {
        clearTimeout(timer);
        resolve(false);
      });
    });
  }
  return {
    address,
    port,
    async close() {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}
