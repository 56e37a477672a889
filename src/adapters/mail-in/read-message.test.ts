import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { awaitedGrowth, growth } from '../../../test/support/growth.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { MAX_MESSAGE_BYTES, MAX_PARTS } from './bounds.ts';
import { htmlToText } from './html-to-text.ts';
import { MAX_TEXT_CHARACTERS, readMessage } from './read-message.ts';

const raw = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'));

test('what is shown is plain text without links, with hidden characters written out', async () => {
  const facts = await readMessage(
    raw('From: A <a@host.example>', 'Subject: x\u202etxt.exe', 'Content-Type: text/html; charset=utf-8', '',
      '<style>p{}</style><p>The server<br>has been <a href="https://evil.example/">sus&#8238;pended</a></p><script>alert(1)</script><blockquote>our words</blockquote>'),
  ); // prettier-ignore
  expect(facts.text).toBe('The server\nhas been sus‹U+202E›pended\n\n> our words');
  expect(facts.subject).toBe('x‹U+202E›txt.exe');
});

test('plain text goes before HTML, attachments are listed by their hash and never turned into text', async () => {
  const body = 'MZ not to be opened';
  const facts = await readMessage(
    raw('From: a@host.example', 'Content-Type: multipart/mixed; boundary=m', '', '--m', 'Content-Type: multipart/alternative; boundary=a', '',
      '--a', 'Content-Type: text/plain', '', 'plain words', '--a', 'Content-Type: text/html', '', '<p>html words</p>', '--a--',
      '--m', 'Content-Type: application/zip; name="../../logs\u0007.zip"', 'Content-Disposition: attachment', 'Content-Transfer-Encoding: base64', '',
      Buffer.from(body).toString('base64'), '--m--', ''),
  ); // prettier-ignore
  expect(facts.text.trim()).toBe('plain words');
  expect(facts.attachments).toEqual([
    {
      name: '../../logs‹U+0007›.zip',
      type: 'application/zip',
      sizeBytes: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
    },
  ]);
});

test('a message inside is its own: its words and its sender are not those of the reply', async () => {
  const facts = await readMessage(
    raw('From: a@host.example', 'Content-Type: multipart/mixed; boundary=m', '', '--m', '', 'see below', '--m', 'Content-Type: message/rfc822', '',
      'From: b@other.example', 'Message-ID: <inner@other.example>', '', 'The server has been suspended.', '--m--', ''),
  ); // prettier-ignore
  expect(facts.text.trim()).toBe('see below');
  expect(facts.fromAddress).toBe('a@host.example');
  expect(facts.returnedMessageIds).toEqual(['inner@other.example']);
});

test('what is too large, too deep or too many is not taken apart, and says why', async () => {
  const deep = ['From: a@host.example', 'Content-Type: multipart/mixed; boundary=b0', ''];
  for (let level = 0; level < 60; level++)
    deep.push(`--b${level}`, `Content-Type: multipart/mixed; boundary=b${level + 1}`, '');
  const many = ['From: a@host.example', 'Content-Type: multipart/mixed; boundary="x"', ''];
  for (let part = 0; part <= MAX_PARTS; part++) many.push('--x', '', '.');
  const hidden = ['From: a@host.example', 'Content-Type: multipart/mixed; boundary*0=x; boundary*1=y', ''];
  for (let part = 0; part <= 25_000; part++) hidden.push('--xy', '');
  for (const [message, why] of [
    [Buffer.alloc(MAX_MESSAGE_BYTES + 1, 'a'), 'larger than 25 mib'],
    [raw(...deep), 'nesting'],
    [raw(...many), 'parts'],
    [raw(...hidden), 'lines that may part it'],
    [raw(...Array.from({ length: 60_000 }, (_none, at) => `X-${at}: y`), '', ''), 'header'],
    [Buffer.alloc(0), 'empty'],
  ] as const) {
    const facts = await readMessage(message);
    expect(facts.unreadable?.toLowerCase()).toContain(why);
    expect(facts.text).toBe('');
  }
});

test.each(['<', '<a ', '<!--', '<script>', '</script', '&#', '<blockquote>', '&lt', '<style', '<p '])(
  'hostile HTML takes no longer than its length: %s',
  async (piece) => {
    const text = (times: number): string => piece.repeat(10_000 * times).slice(0, 1_000_000);
    expect(growth(8, text, htmlToText)).toBeLessThan(24);
    const body = (times: number) => raw('From: a@host.example', 'Content-Type: text/html', '', text(times));
    expect(await awaitedGrowth(8, body, readMessage)).toBeLessThan(24);
    const fields = (times: number) =>
      raw(
        'From: a@host.example',
        `Subject: ${piece.repeat(2500 * times)}`,
        `References: ${'<a@'.repeat(2500 * times)}`,
        '',
        'x',
      );
    expect(await awaitedGrowth(8, fields, readMessage)).toBeLessThan(24);
  },
);

const words = ['From: ', 'Subject: ', 'Content-Type: ', 'multipart/mixed; boundary=b', 'text/plain; charset=', 'utf-7', 'iso-2022-jp', 'utf-16', 'x-none', '\r\n', '\n\n',
  '--b', '--b--', '=?utf-8?Q?=FF=00?=', '=?x?b?!?=', 'message/delivery-status', 'message/rfc822', 'Final-Recipient: ', 'Action: failed', '<a@b>', '\u0000', '\u202e', '\ud800',
  'Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding: quoted-printable', '=', '>', 'format=flowed', 'a'.repeat(2000), '(((', '"', ';', 'Date: 99999'] as const; // prettier-ignore

test('whatever comes, facts come back, within bounds, and fit for the ledger', async () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.array(fc.constantFrom(...words), { maxLength: 80 }).map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
    fc
      .array(fc.constantFrom(...words), { maxLength: 60 })
      .map(
        (parts) =>
          new Uint8Array(
            Buffer.from(
              `From: a@host.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n${parts.join('\r\n')}`,
              'latin1',
            ),
          ),
      ),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (bytes) => {
      const facts = await readMessage(bytes);
      expect(facts.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(Array.from(facts.text).length).toBeLessThanOrEqual(MAX_TEXT_CHARACTERS);
      const text = canonicalJson({
        ...facts,
        deliveryReport: facts.deliveryReport === null ? null : JSON.parse(JSON.stringify(facts.deliveryReport)),
        attachments: facts.attachments.map((each) => ({ ...each })),
      });
      expect(text).not.toMatch(/\\u0000|\\u001b|[\u202a-\u202e\u0080-\u009f]/);
    }),
    { numRuns: 1500 },
  );
});
