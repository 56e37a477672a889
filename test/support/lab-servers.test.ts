import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { openLab } from './lab-servers.ts';

const lab = await openLab();
afterAll(() => lab.close());

function outcome(address: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const timer = setTimeout(() => resolve('silent'), 1500);
    socket.on('connect', () => resolve('connected'));
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : 'error'));
    socket.on('close', () => clearTimeout(timer));
    setTimeout(() => socket.destroy(), 1600).unref();
  });
}

test('the laboratory has servers that answer, change, stop and come back, and one that drops what comes', async () => {
  const server = await lab.server({ does: 'tls', identity: await lab.identity() });
  const seen = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: server.address, port: server.port, rejectUnauthorized: false }, () => {
        resolve(createHash('sha256').update(socket.getPeerCertificate().raw).digest('hex'));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const before = await seen();
  expect(await seen()).toBe(before);
  server.become({ does: 'tls', identity: await lab.identity() });
  expect(await seen()).not.toBe(before);
  await server.stop();
  expect(await outcome(server.address, server.port)).toBe('ECONNREFUSED');
  await server.start();
  expect(await outcome(server.address, server.port)).toBe('connected');
  const silent = await lab.silentServer();
  expect(await outcome(silent.address, silent.port)).toBe('silent');
});
