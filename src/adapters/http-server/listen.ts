import { createAdaptorServer } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problem } from '../../domain/problem.ts';
import type { Answering, Listening } from '../../ports/listening.ts';

/** Slow senders are cut: a request's head within 10 seconds, all of it within a minute. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 5_000;
const MOST_CONNECTIONS = 2_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** Serves until it is stopped. A port of 0 takes a free one. */
export async function listen(answer: Answering, host: string, port: number): Promise<Listening> {
  const server = httpServer(
    createAdaptorServer({
      fetch: answer,
      serverOptions: {
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
    }),
  );
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(unheard(host, port, cause)));
    server.listen(port, host, resolve);
  });
  const { address, port: taken, family } = addressOf(server);
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function httpServer(server: ServerType): Server {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- plain HTTP/1.1 unless told otherwise, and it is not
  return server as Server;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return address;
}

function unheard(host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program has it',
    EACCES: 'this user may not take it',
    EADDRNOTAVAIL: 'this machine has no such address',
  };
  return problem(
    'usage',
    `cannot listen on ${host} port ${port}: ${why[cause.code ?? ''] ?? cause.message}`,
    'Take another: --port N, or --port 0 for any that is free',
    cause,
  );
}
