import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endAll } from './children.ts';
import { REPOSITORY } from './cli.ts';

test('no test gives a process its own outputs: one left behind would keep the runner waiting for ever', () => {
  const files = [
    ...globSync('test/**/*.ts', { cwd: REPOSITORY }),
    ...globSync('src/**/*.test.ts', { cwd: REPOSITORY }),
  ];
  expect(files.length).toBeGreaterThan(100);
  const given = /['"]inherit['"]|stdio:[^\n]*(?:process\.std(?:out|err)|\b[12]\b)/;
  const found = files.filter((file) => given.test(readFileSync(join(REPOSITORY, file), 'utf8')));
  expect(found).toEqual([]);
});

test('endAll ends what still runs, and waits for it', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const children = [child, spawn('no such program', { stdio: 'ignore' }).on('error', () => undefined)];
  await endAll(children);
  expect([child.signalCode, children]).toEqual(['SIGKILL', []]);
});
