import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import { dovecotIsHere, openDovecot } from '../support/dovecot.ts';
import { rawReply } from '../support/replies.ts';

const installation = createInstallation();
const { run, done, json, write } = installation;
afterAll(() => installation.close());

const FEED = ['run', 'examples/first-look/feed.csv', '--operation', 'first-look', '--drill', '--providers', 'examples/first-look/providers.yaml', '--attest', 'Your Name', '--reason', 'x']; // prettier-ignore
const mails = z.array(
  z.object({ sha256: z.string(), class: z.string(), reference: z.string().nullable(), isConfirmed: z.boolean() }),
);
const received = z.array(z.object({ sha256: z.string(), class: z.string(), wasKnown: z.boolean() }));
const notices = z.array(z.object({ reference: z.string() }));

const one = rawReply({
  subject: 'About your report',
  text: 'We dispute this.\n\u001b[2Jhttps://evil.example/ is fine',
});
const two = rawReply({ text: 'Спасибо за обращение. Мы проверяем.' });

beforeAll(async () => {
  await done(FEED);
});

test('messages come in from an mbox, a folder and standard input, once each', async () => {
  const mbox = [one, two].map((bytes) => `From x@host.example\n${Buffer.from(bytes).toString()}\n`).join('');
  const file = write('replies/all.mbox', mbox);
  const first = await json(received, ['mail', 'import', file]);
  expect(first.map(({ class: found, wasKnown }) => [found, wasKnown])).toEqual([
    ['contest', false],
    ['acknowledgement', false],
  ]);
  expect(await done(['mail', 'import', '-'], { stdin: mbox })).toContain('0 taken in, 2 known already.');
  expect(await done(['mail', 'import', file.replace('all.mbox', '')])).toContain('2 known already');
});

test('what waits for a person is listed, shown as harmless text, placed and classed', async () => {
  const waiting = await json(mails, ['mail', 'list', '--unplaced']);
  expect(waiting).toHaveLength(2);
  const contest = waiting.find(({ class: found }) => found === 'contest')?.sha256 ?? '';
  const shown = await done(['mail', 'show', contest.slice(0, 10)]);
  expect(shown).toContain('It contests: "we dispute".');
  expect(shown).toContain('‹U+001B›[2Jhxxps://evil[.]example/ is fine');
  expect(shown).toContain('DMARC not checked; checked by nobody');
  expect(shown).not.toContain('\u001b');

  const [notice] = await json(notices, ['notices']);
  const say = ['--as', 'Ada Example', '--reason', 'their help desk'];
  const reference = notice?.reference ?? '';
  expect(await done(['mail', 'place', contest.slice(0, 10), reference, ...say])).toContain(
    `belongs to ${reference} and is taken for contest`,
  );
  expect(await done(['mail', 'class', contest.slice(0, 10), 'question', ...say])).toContain(
    'is taken for question, says Ada Example',
  );
  expect(await json(mails, ['mail', 'list', '--unplaced'])).toHaveLength(1);
  expect(await done(['audit'])).toContain('whole');
});

test('words that make no sense are refused with what to do', async () => {
  const say = ['--as', 'Ada Example', '--reason', 'x'];
  for (const [args, said] of [
    [['mail', 'show', 'zz'], 'is no id of a message'],
    [['mail', 'show', 'abcdef0123'], 'there is no message'],
    [['mail', 'place', 'abcdef0123', 'DSM-NOTHERE1', ...say], 'there is no message'],
    [['mail', 'class', 'abcdef0123', 'nonsense', ...say], 'is none of'],
    [['mail', 'import', '/nowhere.eml'], 'there is no such file'],
    [['mail', 'fetch'], 'mail.imap.host is not set'],
  ] as const) {
    const { code, stderr } = await run(args);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(said);
  }
});

test.skipIf(!dovecotIsHere)(
  'fetch reads a mailbox, with the switch and never without; --watch stays until Ctrl-C',
  async () => {
    const server = await openDovecot();
    try {
      const env = {
      DISMANTLE_MAIL_IMAP_HOST: '127.0.0.1', DISMANTLE_MAIL_IMAP_PORT: String(server.tlsPort), DISMANTLE_MAIL_IMAP_USER: server.user,
      DISMANTLE_MAIL_IMAP_PASSWORD: server.password, DISMANTLE_MAIL_IMAP_CA_FILE: write('ca.pem', server.ca),
    }; // prettier-ignore
      await server.deliver('1.one', rawReply({ text: 'fetched' }));
      const { code, stderr } = await run(['mail', 'fetch'], { env });
      expect({ code, off: stderr.includes('traffic of the kind "fetch" is switched off') }).toEqual({
        code: 1,
        off: true,
      });
      const on = { env: { ...env, DISMANTLE_TRAFFIC_FETCH: 'true' } };
      expect((await run(['mail', 'fetch', '--offline'], on)).code).toBe(1);
      expect(await json(received, ['mail', 'fetch'], on)).toHaveLength(1);
      expect(await json(received, ['mail', 'fetch'], on)).toHaveLength(0);
      const watching = installation.start(['mail', 'fetch', '--watch', '--json'], on);
      await server.deliver('2.two', rawReply({ text: 'watched' }));
      for (let tries = 0; tries < 60; tries++) {
        if ((await json(mails, ['mail', 'list'])).length === 4) break;
      }
      watching.kill('SIGINT');
      const ended = await watching.ended;
      expect(ended.stdout).toContain('"wasKnown":false');
      expect(await json(mails, ['mail', 'list'])).toHaveLength(4);
    } finally {
      await server.close();
    }
  },
);
