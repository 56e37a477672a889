import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../../../test/support/certificates.ts';
import { lookAtHttp } from './http-look.ts';
import { openTcp } from './open-tcp.ts';
import { whenSilent } from './patience.ts';
import { readFromProxy } from './proxy-bytes.ts';
import { lookAtTls } from './tls-look.ts';

/* Servers in a thread of their own, which answer at once while this process is busy for longer than it has patience. */

const PATIENCE_MS = 500;
const BUSY_MS = 1500;
const never = new AbortController().signal;

const SERVERS = `
  const { parentPort, workerData } = require('node:worker_threads');
  const body = 'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok';
  const servers = [
    require('node:net').createServer((socket) => socket.on('error', () => {}).once('data', () => socket.write(body))),
    require('node:tls').createServer(workerData, () => {}).on('tlsClientError', () => {}),
  ];
  Promise.all(servers.map((server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)))))
    .then((ports) => parentPort.postMessage(ports));
`;

let worker: Worker;
let plain = 0;
let tls = 0;

beforeAll(async () => {
  const { key, cert } = await selfSigned({ commonName: 'c2.example' });
  worker = new Worker(SERVERS, { eval: true, workerData: { key, cert } });
  const [ports] = await once(worker, 'message');
  [plain, tls] = ports;
});

afterAll(async () => {
  await worker?.terminate();
});

async function opened(port: number): Promise<Socket> {
  const request = { host: '127.0.0.1', port, sourceAddress: null, timeoutMs: 10_000, signal: never };
  const connection = await openTcp(request);
  if (!('socket' in connection)) throw new Error(connection.code);
  return connection.socket;
}

/** Lets what was written go out, and has this process do nothing else until the answer is long there. */
async function beBusy(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
}

test('a server that has answered while we were busy is heard: TCP', async () => {
  const request = { host: '127.0.0.1', port: plain, sourceAddress: null, timeoutMs: PATIENCE_MS, signal: never };
  const connecting = openTcp(request);
  await beBusy();
  const connection = await connecting;
  expect(connection).toHaveProperty('socket');
  if ('socket' in connection) connection.socket.destroy();
});

test('a server that has answered while we were busy is heard: TLS', async () => {
  const socket = await opened(tls);
  const looking = lookAtTls(socket, null, PATIENCE_MS, never);
  await beBusy();
  const { seen, stream } = await looking;
  expect(seen).toMatchObject({ outcome: 'handshake', error: null });
  stream?.destroy();
});

test('a server that has answered while we were busy is heard: HTTP', async () => {
  const socket = await opened(plain);
  const words = { authority: 'c2.example', path: '/', over: 'tcp', userAgent: 'dismantle' } as const;
  const looking = lookAtHttp(socket, { ...words, timeoutMs: PATIENCE_MS, signal: never });
  await beBusy();
  expect(await looking).toMatchObject({ outcome: 'answered', status: 200, error: null });
});

test('a proxy that has answered while we were busy is heard', async () => {
  const socket = await opened(plain);
  const bytes = readFromProxy(socket, performance.now() + PATIENCE_MS, never);
  socket.write('hello');
  await beBusy();
  expect((await bytes.read(4)).toString()).toBe('HTTP');
  bytes.release();
  socket.destroy();
});

test('whoever has been heard is not called silent a moment later', async () => {
  let calls = 0;
  const stop = whenSilent(1, () => (calls += 1));
  // Between the timer and what it leaves to be done last: both timers are due at once.
  const stopped = new Promise<void>((resolve) => {
    setTimeout(() => {
      stop();
      resolve();
    }, 2);
  });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  await stopped;
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toBe(0);
  await new Promise<void>((resolve) => whenSilent(1, resolve));
});
