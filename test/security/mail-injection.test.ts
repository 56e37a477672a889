import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, describe, expect, test } from 'vitest';
import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { renderMail } from '../../src/adapters/mail/render-mail.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { readProviderBook } from '../../src/adapters/provider-book/read-provider-book.ts';
import { createSmtpTransport } from '../../src/adapters/smtp/smtp-transport.ts';
import { readCard } from '../../src/domain/rdap/read-card.ts';
import { makeNotice } from '../support/notice-run.ts';
import { sampleFacts } from '../support/notice-facts.ts';

/*
 * Header and address injection from what strangers write: a provider's entry, a registry's answer, a template's words. At each door
 * it is refused, and for what gets past one door the next one stands.
 */

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-injection-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOSTILE_MAILBOXES: readonly string[] = [
  'abuse@one.example\r\nBcc: evil@three.example',
  'abuse@one.example\nBcc: evil@three.example',
  'abuse@one.example>\r\nRCPT TO:<evil@three.example',
  'abuse@one.example\u0000',
  'abuse@one.example\u2028Bcc: evil@three.example',
  '"a@evil x"@one.example',
  '"abuse@one.example, evil"@three.example',
  '"\\"evil@three.example, x"@one.example',
  'abuse@one.example, evil@three.example',
  'all:abuse@one.example,evil@three.example;',
  'Desk <abuse@one.example>',
  'abuse(evil@three.example)@one.example',
  'abuse@one.example(evil.example)',
  'abuse\uff20one.example',
  'abuse@\u043ene.example',
  'abuse@one\uff0eexample',
  'abuse@one.exam\u200bple',
  'abuse@one.\u202eelpmaxe',
  '=?utf-8?B?QmNjOg==?=@one.example',
  'evil%three.example@one.example',
  'three.example!evil@one.example',
  '@three.example:abuse@one.example',
  'abuse@[192.0.2.1]',
  'abuse@192.0.2.1',
  'abuse@one.example.',
  'abuse@localhost',
  '-odb@one.example',
  '|sh@one.example',
  `${'a'.repeat(65)}@one.example`,
  `abuse@${'b'.repeat(250)}.example`,
];

const notice = await makeNotice(sampleFacts());
const composer = createMailComposer({ dkim: null, smime: null });
const transport = createSmtpTransport({
  outgoing: createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: false, send: true }),
  host: '127.0.0.1',
  // Nobody listens here, and nobody is asked: what is refused is refused before.
  port: 1,
  security: 'none',
  login: null,
  ca: null,
  connections: 1,
  limits: { phaseTimeoutMs: 1000, dataTimeoutMs: 1000 },
});
const refusal = { problem: { code: 'refused' } };

describe.each(HOSTILE_MAILBOXES.map((mailbox) => [mailbox]))('%j', (mailbox) => {
  test('is refused in a provider book, with its line', async () => {
    const file = join(folder, 'book.yaml');
    writeFileSync(file, `providers:\n  - name: One\n    asns: [64500]\n    contact: ${JSON.stringify(mailbox)}\n`);
    const book = await readProviderBook(file);
    expect(book).toMatchObject({ ok: false, problem: { code: 'input', message: expect.stringContaining('contact') } });
  });

  test('is no contact in a registry’s answer', () => {
    const card = readCard([
      'vcard',
      [
        ['version', {}, 'text', '4.0'],
        ['email', { type: 'abuse' }, 'text', mailbox],
      ],
    ]);
    expect(card.mailboxes).toEqual([]);
  });

  test('is no recipient, sender or Reply-To of a mail', async () => {
    await expect(renderMail({ ...notice.draft, to: mailbox })).rejects.toMatchObject(refusal);
    await expect(renderMail({ ...notice.draft, replyTo: mailbox })).rejects.toMatchObject(refusal);
    const from = { name: 'Lab CERT', email: mailbox };
    await expect(renderMail({ ...notice.draft, from })).rejects.toMatchObject(refusal);
    await expect(composer.finish(notice.message, { date: 0, to: mailbox })).rejects.toMatchObject(refusal);
  });

  test('is no envelope', async () => {
    const mail = { from: 'soc@cert.example', to: 'abuse@one.example', message: notice.message, drill: true };
    await expect(transport.deliver({ ...mail, to: mailbox })).rejects.toMatchObject(refusal);
    await expect(transport.deliver({ ...mail, from: mailbox })).rejects.toMatchObject(refusal);
  });
});

test.each([
  'Labbot\r\nBcc: evil@three.example',
  'Labbot\n\nbody',
  'Labbot\u2028Bcc: evil@three.example',
  'Lab\u0000bot',
  'Labbot\u0085Bcc: evil@three.example',
])('the words of a text (%j) make no field of their own, and as a subject by themselves are refused', async (words) => {
  const { message } = await makeNotice(
    sampleFacts({ operation: { id: 'o', name: words, drill: false, malware: words } }),
  );
  const mail = await PostalMime.parse(await composer.finish(message, { date: 0, to: 'abuse@one.example' }));
  expect(mail.headers.map(({ key }) => key)).toEqual([
    'from', 'to', 'reply-to', 'subject', 'message-id', 'date', 'content-language', 'mime-version', 'content-type',
  ]); // prettier-ignore
  expect([mail.to?.length, mail.bcc]).toEqual([1, undefined]);
  await expect(renderMail({ ...notice.draft, subject: words })).rejects.toMatchObject(refusal);
});
