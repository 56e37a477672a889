import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { withClient } from './connect.ts';

// A stand-in that speaks as much of PostgreSQL's protocol as a start needs.

let server: Server | null = null;

afterEach(async () => {
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
});

function message(type: string, ...fields: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(fields);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

function refusal(sqlState: string, words: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${words}\0\0`));
}

const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));

/** Answers each newcomer with the next of these, and with the last one for ever. Resolves to its port. */
function listen(answers: readonly Buffer[]): Promise<{ readonly port: number; readonly asked: () => number }> {
  let asked = 0;
  const listening = createServer((socket) => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? READY;
    asked += 1;
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (answer.includes(AUTHENTICATED)) socket.write(answer);
      else socket.end(answer);
    });
  });
  server = listening;
  return new Promise((resolve) => {
    listening.listen(0, '127.0.0.1', () => {
      const address = listening.address();
      resolve({ port: typeof address === 'object' ? (address?.port ?? 0) : 0, asked: () => asked });
    });
  });
}

test('a server that recovers from a crash is waited for', async () => {
  const recovering = refusal('57P03', 'the database system is in recovery mode');
  const { port, asked } = await listen([recovering, recovering, Buffer.concat([AUTHENTICATED, READY])]);
  const value = await withClient({ host: '127.0.0.1', port, user: 'any' }, () => Promise.resolve('connected'));
  expect({ value, asked: asked() }).toEqual({ value: 'connected', asked: 3 });
});

test('any other refusal is told at once', async () => {
  const { port, asked } = await listen([refusal('28P01', 'password authentication failed for user "any"')]);
  await expect(withClient({ host: '127.0.0.1', port, user: 'any' }, () => Promise.resolve(null))).rejects.toMatchObject(
    { problem: { code: 'database', message: expect.stringContaining('password') } },
  );
  expect(asked()).toBe(1);
});
