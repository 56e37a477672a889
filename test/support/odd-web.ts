import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyAndCertificate } from './certificates.ts';

/** A web server on loopback that answers as a test wants it to. */
export interface OddWeb {
  readonly port: number;
  /** What was asked: method, path, headers and body, in order. */
  readonly asked: readonly OddRequest[];
  readonly connections: () => number;
  answerWith(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): Promise<void>;
}

export interface OddRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: () => string;
}

/** With a certificate it speaks TLS. */
export async function openOddWeb(certificate?: KeyAndCertificate): Promise<OddWeb> {
  const asked: OddRequest[] = [];
  let connections = 0;
  let handler: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.writeHead(404).end();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    // A client that leaves in the middle is what some tests are about.
    response.on('error', () => undefined);
    const { method = '', url = '', headers } = request;
    asked.push({ method, path: url, headers, body: () => body });
    request.on('end', () => handler(request, response));
  };
  const server: Server = certificate === undefined ? createHttp(answer) : createHttps(certificate, answer);
  server.on('connection', () => (connections += 1));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked,
    connections: () => connections,
    answerWith(next) {
      handler = next;
      asked.length = 0;
      connections = 0;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Writes without end, as fast as it is taken. */
export function endless(response: ServerResponse, piece: Uint8Array = Buffer.alloc(16 * 1024, 32)): void {
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}
