import { expect, test } from 'vitest';
import { readMessage } from '../../adapters/mail-in/read-message.ts';
import { readReplyWording } from '../../texts/replies/read-reply-wording.ts';
import { MADE_UP_REPLIES, rawReply } from '../../../test/support/replies.ts';
import { prepareWording } from './prepared-wording.ts';
import { classifyReply } from './reply-class.ts';
import type { Classified } from './prepared-wording.ts';

const wording = prepareWording(await readReplyWording());

async function classified(
  raw: Uint8Array,
  context: { ourText?: string; isOurOwn?: boolean; isPlaced?: boolean } = {},
): Promise<Classified> {
  const { ourText = null, isOurOwn = false, isPlaced = true } = context;
  return classifyReply(await readMessage(raw), wording, { ourText, isOurOwn, isPlaced });
}

test.each(MADE_UP_REPLIES)('takes $name for $class', async (reply) => {
  const { class: found, reasons } = await classified(rawReply(reply));
  expect({ found, reasons }).toMatchObject({ found: reply.class });
  expect(reasons.length).toBeGreaterThan(0);
});

test('our own notice quoted back without any mark is not taken for the sender’s words', async () => {
  const ours =
    'If this report is wrong, tell us: contest@cert.example.\nPlease confirm once the server has been suspended.\n';
  const reply = { text: `Thank you for your report.\n\n${ours}` };
  expect((await classified(rawReply(reply), { ourText: ours })).class).toBe('acknowledgement');
  expect((await classified(rawReply(reply))).class).not.toBe('acknowledgement');
});

test('a delivery report is a bounce whatever its words claim, and says which recipient failed', async () => {
  const raw = [
    'From: Mail Delivery System <mailer-daemon@mx.host.example>', 'Return-Path: <>', 'Subject: Server removed', 'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b', '',
    '--b', 'Content-Type: text/plain', '', 'The server has been removed.',
    '--b', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.host.example', '',
    'Final-Recipient: rfc822; abuse@host.example', 'Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 no such user', '',
    '--b', 'Content-Type: message/rfc822', '', 'From: desk@cert.example', 'Message-ID: <one@cert.example>', 'Subject: notice', '', 'text', '--b--', '',
  ].join('\r\n'); // prettier-ignore
  const facts = await readMessage(Buffer.from(raw));
  expect(facts.deliveryReport).toEqual({
    recipients: [
      { action: 'failed', status: '5.1.1', recipient: 'abuse@host.example', diagnostic: 'smtp; 550 no such user' },
    ],
    originalMessageIds: ['one@cert.example'],
  });
  const { class: found, reasons } = await classified(Buffer.from(raw));
  expect(found).toBe('bounce');
  expect(reasons.join(' ')).toContain('abuse@host.example failed for good (5.1.1).');
  expect((await classified(Buffer.from(raw.replace('Action: failed', 'Action: delivered')))).class).toBe(
    'auto-acknowledgement',
  );
  expect((await classified(Buffer.from(raw.replace('Action: failed', 'Action: delayed')))).reasons.join(' ')).toContain(
    'not final',
  );
});

test('an old bounce is told by two of its signs, and by one of them not', async () => {
  const words = {
    subject: 'Undelivered Mail Returned to Sender',
    text: 'I could not deliver your message to abuse@host.example.',
  };
  expect((await classified(rawReply(words, ['From: MAILER-DAEMON@mx.host.example', 'Return-Path: <>']))).class).toBe(
    'bounce',
  );
  expect((await classified(rawReply(words))).class).not.toBe('bounce');
});

test('our own mail that comes back answers nothing', async () => {
  expect((await classified(rawReply({ text: 'The server has been suspended.' }), { isOurOwn: true })).class).toBe(
    'unrelated',
  );
});

test('what belongs to no notice and says nothing known is unrelated', async () => {
  expect((await classified(rawReply({ subject: 'Cheap watches', text: 'Buy now.' }), { isPlaced: false })).class).toBe(
    'unrelated',
  );
});
