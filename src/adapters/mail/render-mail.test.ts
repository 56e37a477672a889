import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import type { NoticeDraft } from '../../domain/notice.ts';
import { draftNotice } from '../../steps/notify/draft-notice.ts';
import { ownNoticeTexts, sampleFacts, sampleItem, sampleRow, TEMPLATES } from '../../../test/support/notice-facts.ts';
import { renderMail } from './render-mail.ts';

const drafting = { texts: await ownNoticeTexts(), program: 'dismantle/0.0.0' };
const one = draftNotice(sampleFacts(), drafting);
const many = draftNotice(
  sampleFacts({
    sender: { ...sampleFacts().sender, organisation: 'Läb, "CERT" 東京' },
    items: [sampleItem(), sampleItem({ host: '2001:db8::7', kind: 'iot-device' }), sampleItem({ host: '203.0.113.9' })],
  }),
  drafting,
);

/** What Python's own mail parser makes of a message: the type tree, and each leaf's name and bytes in hex. */
const PYTHON = `
import email, email.policy, json, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
def tree(part):
    if part.get_content_maintype() == 'message':
        return [part.get_content_type(), dict(part.get_payload(0).items())]
    if part.is_multipart():
        return [part.get_content_type(), [tree(child) for child in part.iter_parts()]]
    return [part.get_content_type(), part.get_filename(), part.get_payload(decode=True).hex()]
print(json.dumps({'tree': tree(message), 'from': str(message['From']), 'subject': str(message['Subject']),
  'to': str(message['To']), 'id': str(message['Message-ID']), 'date': message['Date'].datetime.isoformat(),
  'report-type': message.get_param('report-type'), 'defects': [str(d) for p in message.walk() for d in p.defects]}))
`;
const hasPython = spawnSync('python3', ['-c', 'import email']).status === 0;
if (!hasPython) process.stderr.write("skipped: reading mail with Python's parser, for there is no python3\n");

function readWithPython(message: Buffer): unknown {
  const run = spawnSync('python3', ['-c', PYTHON], { input: message, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

function textOf(content: string | ArrayBuffer | Uint8Array): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}

describe('a rendered notice', () => {
  test('opens in postal-mime with its text, its report and its attachments', async () => {
    const mail = await PostalMime.parse(await renderMail(many));
    expect(mail.from).toEqual({ name: 'Läb, "CERT" 東京', address: 'soc@cert.example' });
    expect(mail.to).toEqual([{ name: '', address: 'abuse@one.example' }]);
    expect(mail.replyTo).toEqual([{ name: '', address: 'soc@cert.example' }]);
    expect(mail.subject).toBe(many.subject);
    expect(mail.messageId).toBe(`<${many.messageId}>`);
    expect(mail.date).toBe('2026-11-23T10:00:00.000Z');
    expect(mail.html).toBeUndefined();
    expect(mail.text?.trimEnd()).toBe(many.text.trimEnd());
    const byName = new Map(mail.attachments.map((part) => [part.filename, textOf(part.content)]));
    expect(byName.get('items.csv')).toBe(many.itemsCsv);
    for (const [index, xarf] of many.xarf.entries()) {
      expect(byName.get(index === 0 ? 'xarf.json' : `xarf-${index + 1}.json`)).toBe(json(xarf));
    }
    const report = mail.attachments.find((part) => part.mimeType === 'message/feedback-report');
    expect(textOf(report?.content ?? '')).toContain('Feedback-Type: xarf');
  });

  test("means the same to Python's parser, which finds no defect", { skip: !hasPython }, async () => {
    const fields = {
      'Feedback-Type': 'xarf',
      'User-Agent': 'dismantle/0.0.0',
      Version: '1',
    };
    expect(readWithPython(await renderMail(one))).toEqual({
      tree: [
        'multipart/report',
        [
          ['text/plain', null, hex(crlf(one.text))],
          [
            'message/feedback-report',
            {
              ...fields,
              'Arrival-Date': 'Mon, 23 Nov 2026 09:00:00 +0000',
              'Source-IP': '203.0.113.7',
              'Source-Port': '443',
              Incidents: '1',
            },
          ],
          ['application/json', 'xarf.json', hex(json(one.xarf[0]))],
        ],
      ],
      from: 'Lab CERT <soc@cert.example>',
      to: 'abuse@one.example',
      subject: one.subject,
      id: `<${one.messageId}>`,
      date: '2026-11-23T10:00:00+00:00',
      'report-type': 'feedback-report',
      defects: [],
    });
    expect(readWithPython(await renderMail(many))).toMatchObject({
      tree: [
        'multipart/report',
        [
          ['text/plain', null, hex(crlf(many.text))],
          ['message/feedback-report', { ...fields, Incidents: '3' }],
          [
            'multipart/mixed',
            [
              ['text/csv', 'items.csv', hex(many.itemsCsv ?? '')],
              ['application/json', 'xarf.json', hex(json(many.xarf[0]))],
              ['application/json', 'xarf-2.json', hex(json(many.xarf[1]))],
              ['application/json', 'xarf-3.json', hex(json(many.xarf[2]))],
            ],
          ],
        ],
      ],
      subject: many.subject,
      defects: [],
    });
  });

  test('is the same bytes each time, ASCII, in CRLF lines of at most 998 octets', async () => {
    for (const draft of [
      one,
      many,
      ...TEMPLATES.map((template) => draftNotice(sampleFacts({ row: sampleRow({ template }) }), drafting)),
    ]) {
      const message = await renderMail(draft);
      expect((await renderMail(draft)).equals(message)).toBe(true);
      const text = message.toString('latin1');
      expect(text).toMatch(/^[\r\n\t\x20-\x7e]*$/);
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
      expect(text).not.toMatch(/^(X-Mailer|Auto-Submitted|Bcc):/im);
      expect(text.match(/^MIME-Version:/gim)).toHaveLength(1);
    }
  });

  test('has no To field where no contact is known', async () => {
    const message = (await renderMail({ ...one, to: null })).toString();
    expect(message).not.toMatch(/^To:/m);
    expect(message).toMatch(/^From: /m);
  });

  test('carries further fields that the draft names', async () => {
    const message = await renderMail({ ...one, headers: { References: '<a@cert.example>', 'Content-Language': 'en' } });
    expect(message.toString()).toMatch(/^References: <a@cert.example>\r$/m);
  });
});

describe('a notice that could break out of a header field', () => {
  test.each<[string, Partial<NoticeDraft>]>([
    ['a line end in the subject', { subject: '[X] a\r\nBcc: b@two.example' }],
    ['a NUL in the subject', { subject: 'a\u0000b' }],
    ['a Unicode line separator in the subject', { subject: 'a\u2028b' }],
    ['a line end in the name', { from: { name: 'a\nBcc: b@two.example', email: 'soc@cert.example' } }],
    ['two recipients', { to: 'a@one.example, b@two.example' }],
    ['a group of recipients', { to: 'all:a@one.example,b@two.example;' }],
    ['a line end in the recipient', { to: 'a@one.example\r\nBcc: b@two.example' }],
    ['a display name as the recipient', { to: 'A <a@one.example>' }],
    ['no mailbox to reply to', { replyTo: '' }],
    ['a line end in the Message-ID', { messageId: 'a@b\r\nBcc: c@d.example' }],
    ['angle brackets in the Message-ID', { messageId: 'a@b> <c@d' }],
    ['a date that is none', { date: 'yesterday' }],
    ['a line end in a further field', { headers: { References: 'a\r\nBcc: b@two.example' } }],
    ['a second recipient field', { headers: { bcc: 'b@two.example' } }],
    ['a field name with a colon', { headers: { 'X: y\r\nBcc': 'b@two.example' } }],
    ['a type of its own', { headers: { 'Content-Type': 'text/html' } }],
    ['a blank line in the feedback report', { feedbackReport: 'Version: 1\n\n--boundary\n' }],
  ])('is refused: %s', async (_name, change) => {
    await expect(renderMail({ ...one, ...change })).rejects.toThrow('this notice cannot become a mail');
  });

  test('never comes out of a draft, whatever the names in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (name) => {
        const facts = sampleFacts({
          operation: { id: 'o', name, drill: false, malware: name },
          sender: { ...sampleFacts().sender, organisation: name },
        });
        const mail = await PostalMime.parse(await renderMail(draftNotice(facts, drafting)));
        expect(mail.headers.map(({ key }) => key)).toEqual([
          'from', 'to', 'reply-to', 'subject', 'message-id', 'date', 'content-language', 'mime-version', 'content-type',
        ]); // prettier-ignore
        expect(mail.to).toHaveLength(1);
        expect(mail.attachments).toHaveLength(2);
      }),
      { numRuns: 60 },
    );
  });
});
