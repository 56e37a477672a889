import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { createTerminal } from '../terminal.ts';
import { withApp } from './shared.ts';

test('what a command met is told even where something cannot be closed after it, and that is told as well', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'dismantle-shared-'));
  let told = '';
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      told += String(chunk);
      done();
    },
  });
  const face = {
    terminal: createTerminal({ stdout: stderr, stderr, env: {} }),
    environment: {},
    signal: new AbortController().signal,
  };
  const breakClosing = (app: App): App => Object.assign(app, { close: () => Promise.reject(new Error('it hangs')) });
  const met = problem('refused', 'a rule forbids it');
  const failing = withApp(face, { dataDir }, (app) => {
    breakClosing(app);
    return Promise.reject(met);
  });
  await expect(failing).rejects.toBe(met);
  expect(told).toContain('it hangs');
  const working = withApp(face, { dataDir }, (app) => Promise.resolve(breakClosing(app).version));
  await expect(working).rejects.toThrow('it hangs');
  await rm(dataDir, { recursive: true, force: true });
});
