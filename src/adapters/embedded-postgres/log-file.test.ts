import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boundLog, lastLines, logSize } from './log-file.ts';

let directory: string;
let log: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-'));
  log = join(directory, 'a.log');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('the last lines are those written since the offset, oldest first', () => {
  writeFileSync(log, 'before\n');
  const offset = logSize(log);
  appendFileSync(log, 'one\ntwo\n\nthree\n');
  expect(lastLines(log, offset, 10)).toEqual(['one', 'two', 'three']);
  expect(lastLines(log, offset, 2)).toEqual(['two', 'three']);
  expect(lastLines(log, logSize(log), 2)).toEqual([]);
});

test('a log that has grown too long is cut, and its old part kept beside it', () => {
  writeFileSync(log, 'long enough\n');
  boundLog(log, 100);
  expect(logSize(log)).toBe(12);
  boundLog(log, 5);
  expect(logSize(log)).toBe(0);
  expect(readFileSync(`${log}.1`, 'utf8')).toBe('long enough\n');
});

test('a log that does not exist is empty', () => {
  boundLog(log);
  expect(logSize(log)).toBe(0);
  expect(lastLines(log, 0, 5)).toEqual([]);
});
