import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { makeKey } from '../support/ssh-keys.ts';
import type { TestKey } from '../support/ssh-keys.ts';
import { listen } from '../support/watching.ts';

/* Looking at servers as a user does it. Told in order: each test goes on from the one before. */

let here: Installation;
let key: TestKey;
let lab: Awaited<ReturnType<typeof listen>>;

const ADA = ['--as', 'Ada', '--reason', 'in the lab'];
const on = { env: { DISMANTLE_TRAFFIC_PROBE: 'true' } };

beforeAll(async () => {
  here = createInstallation();
  key = makeKey(here.folder);
  lab = await listen('127.66.77.1');
  const list = here.write('list.txt', `127.66.77.1:${lab.port}\n127.66.77.2:1\n`);
  await here.done(['run', list, '--operation', 'lab', '--drill', '--attest', 'Ada', '--reason', 'in the lab']);
  await here.done(['person', 'add', 'Ada', '--role', 'admin', '--key', `${key.file}.pub`, '--sign-with', key.file]);
});

afterAll(async () => {
  lab?.server.close();
  await here?.close();
});

test('nothing is looked at until traffic and probing are on, and the words say what to do', async () => {
  const off = await here.run(['probe', '127.66.77.1']);
  expect(off).toMatchObject({ code: 1, stderr: expect.stringContaining('traffic.probe: true') });
  const notStarted = await here.run(['probe', '127.66.77.1'], on);
  expect(notStarted).toMatchObject({ code: 1, stderr: expect.stringContaining('dismantle probing start') });
  const started = await here.done(['probing', 'start', ...ADA, '--key', key.file]);
  expect(started).toContain('dismantle watch --operation lab');
});

test('probe prints how servers stand, watch --once looks at the rest and ends', async () => {
  expect(await here.done(['probe', '127.66.77[.]1'], on)).toMatch(/127\.66\.77\[\.\]1\s+live/);
  const watched = await here.done(['watch', '--once', '--json'], on);
  const lines = watched
    .trim()
    .split('\n')
    .map((line) => z.looseObject({ kind: z.string() }).parse(JSON.parse(line)));
  expect(lines.at(-1)).toMatchObject({ kind: 'ended', end: 'done', rounds: 1, looks: 1 });
  expect(lines).toContainEqual(expect.objectContaining({ kind: 'changed', host: '127.66.77.2', to: 'dark' }));
});

test('a watch ends on Ctrl-C with its summary, and on a stop from elsewhere', async () => {
  const first = here.start(['watch'], on);
  await first.said(/watching lab: 2 servers/);
  first.kill('SIGINT');
  expect(await first.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Ended: 0 rounds of lab') });
  const second = here.start(['watch'], on);
  await second.said(/watching lab: 2 servers/);
  await here.done(['probing', 'stop', ...ADA]);
  expect(await second.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Probing was switched off') });
});

test('a closed operation is neither looked at nor armed, and the record of it audits', async () => {
  await here.done(['operation', 'close', ...ADA]);
  const states = await here.json(
    z.array(z.object({ name: z.string(), closedAt: z.string().nullable(), isProbingOn: z.boolean() })),
    ['operation', 'list'],
  );
  expect(states).toMatchObject([{ name: 'lab', closedAt: expect.stringContaining('20'), isProbingOn: false }]);
  const armed = await here.run(['arm', ...ADA, '--key', key.file]);
  expect(armed).toMatchObject({ code: 1, stderr: expect.stringContaining('lab is closed') });
  await here.done(['operation', 'reopen', ...ADA]);
  expect(await here.done(['probing', 'show'])).toContain('off');
  expect(await here.done(['audit'])).toContain('whole');
});
