import { expect, test } from 'vitest';
import { isPostmasterOf, parsePostmasterFile } from './postmaster-file.ts';

const RUNNING = '4711\n/srv/data/postgres/18\n1764000000\n5432\n/run/user/1000/dismantle-0\n\n   180  7\nready   \n';

test('a running server tells its process, its port, its socket and that it is ready', () => {
  expect(parsePostmasterFile(RUNNING)).toEqual({
    pid: 4711,
    port: 5432,
    socketDirectory: '/run/user/1000/dismantle-0',
    ready: true,
  });
});

test('a server that is still recovering, or stopping, is not ready', () => {
  expect(parsePostmasterFile(RUNNING.replace('ready   ', 'starting'))?.ready).toBe(false);
  expect(parsePostmasterFile(RUNNING.replace('ready   ', 'stopping'))?.ready).toBe(false);
  expect(parsePostmasterFile(RUNNING.split('\n').slice(0, 5).join('\n'))?.ready).toBe(false);
});

test('a file that is empty or damaged names no server', () => {
  expect(parsePostmasterFile('')).toBeNull();
  expect(parsePostmasterFile('-1\n/srv')).toBeNull();
  expect(parsePostmasterFile('garbage')).toBeNull();
});

test.skipIf(process.platform !== 'linux')('a process that merely has the pid is not taken for the server', () => {
  expect(isPostmasterOf('/srv/data/postgres/18', process.pid)).toBe(false);
});
