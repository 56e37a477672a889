import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createInstallation } from '../support/cli.ts';

/* What the command line says of doors. */

const installation = createInstallation();
const { run, done } = installation;
afterAll(() => installation.close());

const FEED = ['run', 'examples/first-look/feed.csv', '--operation', 'first-look', '--drill', '--providers', 'examples/first-look/providers.yaml', '--attest', 'Your Name', '--reason', 'x']; // prettier-ignore

test('a notice has a door where http.publicUrl is set: it is shown without its link, and can be closed', async () => {
  await done(FEED);
  expect((await run(['door', 'show', 'DSM-NOSUCH'])).code).toBe(1);
  const url = ['--config', installation.write('door.yaml', 'http:\n  publicUrl: https://notices.cert.example\n')];
  await done([...FEED, ...url]);
  const outbox = join(installation.dataDirectory, 'out/first-look/outbox');
  const [first = ''] = readdirSync(outbox);
  const mail = readFileSync(join(outbox, first), 'utf8');
  expect(mail).toMatch(/https:\/\/notices\.cert\.example\/door\/[\w-]{24}/);
  const [reference = ''] = /DSM-[0-9A-Z]+/.exec(mail) ?? [];
  const shown = await done(['door', 'show', reference, ...url]);
  expect(shown).toContain(`The door of ${reference}: open`);
  expect(shown).not.toMatch(/\/door\/|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/);
  expect(await done(['door', 'finds'])).toContain('Nothing that was named at a door waits');
  expect(await done(['door', 'close', reference, '--as', 'Ada', '--reason', 'a forum'])).toContain('is closed');
  expect(await done(['door', 'show', reference])).toContain('by Ada: a forum');
  expect((await run(['door', 'close', reference, '--as', 'Ada', '--reason', 'again'])).code).toBe(1);
  expect((await run(['door', 'take', 'abcdef', '--as', 'Ada', '--reason', 'x'])).code).toBe(1);
  // Drafted again without: no link, and no door.
  await done(FEED);
  expect(
    readdirSync(outbox)
      .map((name) => readFileSync(join(outbox, name), 'utf8'))
      .join(''),
  ).not.toContain('/door/');
  expect((await run(['door', 'show', reference])).code).toBe(1);
});

test.each([
  ['http://notices.cert.org'],
  ['https://notices.cert.example/path'],
  ['https://user@notices.cert.example'],
  ['javascript:alert(1)'],
  ['notices.cert.example'],
])('%s is no address for doors', async (address) => {
  const config = installation.write('bad.yaml', `http:\n  publicUrl: "${address}"\n`);
  const refused = await run(['config', 'show', '--config', config]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('http.publicUrl');
});
