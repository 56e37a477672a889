import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { PasskeyBrowser, WAITING, sitePasskey, spkiOf } from '../support/passkey-browser.ts';
import type { TestPasskey } from '../support/passkeys.ts';
import { makeKey } from '../support/ssh-keys.ts';

/* Passkeys as whoever runs the service meets them: a link that is printed, people who are invited, sessions that are ended. */

let here: Installation;

beforeEach(() => {
  here = createInstallation();
});

afterEach(() => here?.close());

interface Running {
  readonly origin: string;
  readonly browser: PasskeyBrowser;
  ask(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<{ readonly stdout: string }>;
}

async function serve(): Promise<Running> {
  const serving = here.start(['serve', '--port', '0', '--host', '127.0.0.1']);
  const url = await serving.printed(/http:\/\/127\.0\.0\.1:\d+/);
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${url}${path}`, init);
  return {
    origin: `http://localhost:${new URL(url).port}`,
    browser: new PasskeyBrowser({ ask }),
    ask,
    stop: () => {
      serving.kill('SIGINT');
      return serving.ended;
    },
  };
}

const madeBy = (passkey: TestPasskey): { credentialId: string; spki: string } => ({
  credentialId: passkey.personKey.credentialId,
  spki: spkiOf(passkey),
});

test('the first admin comes by the link that is printed, and her session is listed and ended', async () => {
  const serving = here.start(['serve', '--port', '0', '--host', '127.0.0.1']);
  const link = new URL(await serving.printed(/http:\/\/localhost:\d+\/set-up#dsi_[\w-]{64}/));
  const browser = new PasskeyBrowser({ ask: (path, init) => fetch(`http://127.0.0.1:${link.port}${path}`, init) });
  const passkey = sitePasskey(link);
  const secret = link.hash.slice(1);
  const begun = await browser.ask('POST', '/api/v1/enrolments', { secret, ...madeBy(passkey), name: 'Ada Example' });
  const { id, statement } = WAITING.parse(await begun.json());
  const signature = await passkey.signing.sign(statement, []);
  expect((await browser.ask('POST', '/api/v1/enrolments/signature', { secret, id, signature })).status).toBe(200);

  expect(await here.done(['passkey', 'list'])).toContain(passkey.personKey.fingerprint);
  const [session] = await here.json(z.array(z.object({ id: z.string(), person: z.literal('ada example') })), [
    'session',
    'list',
  ]);
  expect((await browser.ask('GET', '/api/v1/me')).status).toBe(200);
  expect(await here.done(['session', 'end', session?.id ?? ''])).toBe('A session of ada example has ended.\n');
  expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);

  // Who has only passkeys signs in the browser.
  const armed = await here.run(['person', 'remove', 'Ada Example', '--as', 'Ada Example', '--reason', 'x']);
  expect(armed.code).toBe(1);
  const invited = ['person', 'invite', 'Ben Example', '--role', 'analyst', '--as', 'Ada Example'];
  expect(await here.done(invited)).toMatch(/^http:\/\/localhost:8377\/set-up#dsi_/);
  expect(await here.done(['person', 'uninvite', 'Ben Example'])).toBe(
    'The invitation of Ben Example was taken back.\n',
  );
  serving.kill('SIGINT');
  const { stdout } = await serving.ended;
  expect(stdout).toContain('Nobody is on record here yet.');
  expect(await here.done(['audit'])).toBeTruthy();
});

test('an admin with an SSH key invites, and signs for the passkey at the command line', async () => {
  const key = makeKey(here.folder);
  await here.done(['person', 'add', 'Ada Example', '--role', 'admin', '--key', `${key.file}.pub`]);
  const running = await serve();
  const invited = ['person', 'invite', 'Ben Example', '--role', 'approver', '--as', 'Ada Example'];
  const { link } = await here.json(z.object({ link: z.string() }), invited);
  const secret = new URL(link).hash.slice(1);
  const accept = ['person', 'accept', 'Ben Example', '--as', 'Ada Example', '--key', key.file];
  expect((await here.run(accept)).stderr).toContain('nobody has registered a passkey with this link yet');
  const passkey = sitePasskey(running);
  const look = z.object({ challenge: z.string() });
  const { challenge } = await running.browser.json(look, 'POST', '/api/v1/enrolments/look', { secret });
  const body = { secret, ...madeBy(passkey), answer: passkey.answer(challenge) };
  expect((await running.browser.ask('POST', '/api/v1/enrolments', body)).status).toBe(200);
  expect(await here.done(['person', 'invitations'])).toContain(passkey.personKey.fingerprint);
  expect(await here.done(accept)).toBe(
    `Ben Example is on record as approver with the passkey ${passkey.personKey.fingerprint}.\n`,
  );
  expect(await here.done(['person', 'show', 'ben example'])).toContain('vouched by     ada example');
  expect((await running.browser.signIn(passkey, '00000000-0000-8000-8000-000000000001')).status).toBe(200);
  // The service was started with somebody on record: there is no link for a first admin.
  expect((await running.stop()).stdout).not.toContain('/set-up');
  expect(await here.done(['audit'])).toBeTruthy();
});
