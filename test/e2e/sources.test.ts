import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { openOddWeb } from '../support/odd-web.ts';
import type { OddWeb } from '../support/odd-web.ts';

/* Sources as their users meet them: put on record, fetched by hand and by a worker, failing, and ended. Told in order. */

let here: Installation;
let web: OddWeb;
let env: Readonly<Record<string, string>>;
let key: string;

beforeAll(async () => {
  here = createInstallation();
  web = await openOddWeb();
  env = { DISMANTLE_TRAFFIC_FETCH: 'true', DISMANTLE_FETCH_ALLOW: '["127.0.0.1"]' };
  key = join(here.folder, 'ada');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada', '-f', key]);
  await here.done(['run', here.write('feed.txt', '198.51.100.7:443\n'), '--operation', 'lab', '--drill']);
  await here.done(['person', 'add', 'Ada Example', '--role', 'admin', '--key', `${key}.pub`]);
});

afterAll(async () => {
  await web?.close();
  await here?.close();
});

const SAID = ['--as', 'Ada Example', '--reason', 'a test'] as const;
const views = z.array(
  z.looseObject({ name: z.string(), rests: z.string().nullable(), state: z.looseObject({ failures: z.int(), problem: z.string().nullable() }) }),
); // prettier-ignore
const polled = z.array(z.looseObject({ outcome: z.string(), imports: z.array(z.looseObject({ accepted: z.int() })) }));

test('an admin puts a source on record, and nothing is fetched while the switch is off', async () => {
  const url = `http://127.0.0.1:${web.port}/c2.txt`;
  const add = ['source', 'add', 'c2-list', '--operation', 'lab', '--kind', 'url', '--url', url, '--every', '1', '--group', 'feeds'];
  expect(await here.done([...add, ...SAID, '--key', key])).toContain('c2-list is fetched for lab every 1 min (url)');
  expect(await here.json(views, ['source', 'list'])).toMatchObject([{ name: 'c2-list', rests: null }]);
  web.answerWith((_q, response) => response.end('198.51.100.8:443\nno server\n'));
  expect(await here.run(['source', 'poll'])).toMatchObject({ code: 1, stderr: expect.stringContaining('traffic.fetch') });
  expect(await here.run(['source', 'poll', '--offline'], { env })).toMatchObject({ code: 1 });
  // Without the exception loopback is refused, and that is told.
  const { DISMANTLE_TRAFFIC_FETCH: armed = '' } = env;
  expect(await here.run(['source', 'poll'], { env: { DISMANTLE_TRAFFIC_FETCH: armed } })).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('may not be asked'),
  });
  expect(web.connections()).toBe(0);
}); // prettier-ignore

test('it is fetched by hand, and by a worker when it is due', async () => {
  const printed = await here.done(['source', 'poll', 'c2-list'], { env });
  expect(printed).toContain('c2-list: 1 rows accepted, 1 rejected');
  expect(printed).toContain('line 2: no server');
  expect(await here.json(polled, ['source', 'poll'], { env })).toMatchObject([{ outcome: 'nothing-new' }]);
  // It is not due again before a minute has gone by.
  web.answerWith((_q, response) => response.end('198.51.100.9:443\n'));
  const worker = ['worker', '--once', '--verbose', '--kinds', 'fetch'];
  expect(await here.run(worker, { env })).toMatchObject({ code: 0 });
  expect(web.asked).toHaveLength(0);
  expect(await here.run(worker)).toMatchObject({ code: 1, stderr: expect.stringContaining('traffic.fetch is off here') });
}); // prettier-ignore

test('a source that nobody has read is due at once; one that fails is told by worker, workers and list', async () => {
  const url = `http://127.0.0.1:${web.port}/taxii2/`;
  await here.done(['source', 'add', 'cert', '--operation', 'lab', '--kind', 'taxii', '--url', url, ...SAID, '--key', key]);
  web.answerWith((_q, response) => response.writeHead(401).end());
  const once = await here.run(['worker', '--once', '--verbose', '--kinds', 'fetch'], { env });
  expect(`${once.stdout}${once.stderr}`).toMatch(/cert: .*asks who we are; name a credential/);
  expect(web.asked.map(({ path }) => path)).toEqual(['/taxii2/']);
  expect(await here.done(['workers'])).toContain('asks who we are');
  const listed = await here.json(views, ['source', 'list']);
  expect(listed.find(({ name }) => name === 'cert')).toMatchObject({ state: { failures: 1, problem: expect.stringContaining('asks who we are') } });
  expect(await here.done(['source', 'list'])).toMatch(/cert: .*asks who we are/);
}); // prettier-ignore

test('a worker that goes on fetches what is new on record within seconds, and ends in peace', async () => {
  const url = `http://127.0.0.1:${web.port}/other.txt`;
  web.answerWith((_q, response) => response.end('198.51.100.10:443\n'));
  const worker = here.start(['worker', '--kinds', 'fetch', '--verbose'], { env });
  await worker.printed(/works: fetch/);
  await here.done(['source', 'add', 'other', '--operation', 'lab', '--kind', 'url', '--url', url, ...SAID, '--key', key]);
  await worker.printed(/other: 1 rows accepted, 0 rejected/);
  worker.kill('SIGTERM');
  expect(await worker.ended).toMatchObject({ code: 0, signal: null });
  await here.done(['source', 'remove', 'other', ...SAID]);
}); // prettier-ignore

test('a snapshot that leaves out much waits for a person, who is shown the figures and accepts them', async () => {
  const url = `http://127.0.0.1:${web.port}/snapshot.txt`;
  const hosts = Array.from({ length: 30 }, (_, index) => `198.51.100.${100 + index}:443\n`);
  await here.done(['source', 'add', 'whole', '--operation', 'lab', '--kind', 'url', '--url', url, '--snapshot', ...SAID, '--key', key]);
  web.answerWith((_q, response) => response.end(hosts.join('')));
  await here.done(['source', 'poll', 'whole'], { env });
  web.answerWith((_q, response) => response.end(hosts.slice(20).join('')));
  const words = /leaves out 20 of the 30 that it listed.*source poll 'whole' --accept-removals/;
  expect(await here.run(['source', 'poll', 'whole'], { env })).toMatchObject({ code: 1, stdout: expect.stringMatching(words) });
  expect(await here.done(['source', 'list'])).toMatch(words);
  const accept = ['source', 'poll', 'whole', '--accept-removals'];
  expect(await here.run(accept, { env })).toMatchObject({ code: 2, stderr: expect.stringContaining('say who with --as') });
  expect(await here.run(['source', 'poll', '--accept-removals', ...SAID], { env })).toMatchObject({ code: 2, stderr: expect.stringContaining('needs the name') });
  expect(await here.done([...accept, ...SAID], { env })).toContain('whole: 10 rows accepted, 0 rejected, 20 withdrawn');
  await here.done(['source', 'remove', 'whole', ...SAID]);
}); // prettier-ignore

test('it rests, goes on, and ends; the ledger holds', async () => {
  expect(await here.done(['source', 'pause', 'cert', ...SAID])).toBe('cert rests.\n');
  expect(await here.run(['source', 'poll', 'cert'], { env })).toMatchObject({ code: 1, stderr: expect.stringContaining('rests: paused') });
  expect(await here.done(['source', 'resume', 'cert', ...SAID])).toBe('cert is fetched from again.\n');
  expect(await here.done(['source', 'remove', 'cert', ...SAID])).toBe('cert is no source any more.\n');
  expect(await here.json(views, ['source', 'list', '--all'])).toMatchObject([{ name: 'c2-list' }, { name: 'cert', rests: 'removed' }, { name: 'other', rests: 'removed' }, { name: 'whole', rests: 'removed' }]);
  expect(await here.done(['audit'])).toMatch(/^The ledger is whole/);
  const file = join(here.folder, 'ledger.jsonl');
  await here.done(['ledger', 'export', file]);
  const alone = spawnSync(process.execPath, [join(REPOSITORY, 'bin/dismantle-audit.js'), file], { encoding: 'utf8' });
  expect(alone).toMatchObject({ status: 0 });
}); // prettier-ignore
