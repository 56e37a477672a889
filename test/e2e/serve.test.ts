import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { makeKey } from '../support/ssh-keys.ts';

/* The service as its user starts it: an admin, a token, curl, Ctrl-C. */

let installation: Installation;

beforeAll(() => {
  installation = createInstallation();
});

afterAll(() => installation?.close());

test('serves until Ctrl-C whoever has a token, and nobody else', async () => {
  const { folder, done, json, start, write } = installation;
  const key = makeKey(folder);
  await done(['run', write('feed.txt', '198.51.100.7:443\n'), '--operation', 'lab', '--drill']);
  await done(['person', 'add', 'Ada Example', '--role', 'admin', '--role', 'analyst', '--key', `${key.file}.pub`]);
  const signer = ['--as', 'Ada Example', '--reason', 'a test', '--key', key.file];
  const issued = await json(z.object({ id: z.string(), secret: z.string().startsWith('dsm_') }), [
    'token', 'issue', 'mine', '--person', 'Ada Example', '--scope', 'read', ...signer,
  ]); // prettier-ignore
  const serving = start(['serve', '--port', '0', '--host', '127.0.0.1']);
  const url = await serving.printed(/http:\/\/127\.0\.0\.1:\d+/);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/api/v1/operations`)).status).toBe(401);
  const asked = await fetch(`${url}/api/v1/operations`, { headers: { authorization: `Bearer ${issued.secret}` } });
  expect(await asked.json()).toMatchObject([{ name: 'lab', drill: true }]);
  serving.kill('SIGINT');
  const ended = await serving.ended;
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('GET /api/v1/operations 200') });
  expect(ended.stdout + ended.stderr).not.toContain(issued.secret);
});

test('a port that is taken, and what is no port, are told with what to do', async () => {
  const { run } = installation;
  expect(await run(['serve', '--port', '70000'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no port'),
  });
  expect(await run(['serve', '--host', '192.0.2.1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('this machine has no such address'),
  });
});
