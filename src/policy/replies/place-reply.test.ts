import { expect, test } from 'vitest';
import { readMessage } from '../../adapters/mail-in/read-message.ts';
import { NOBODY_CHECKED } from '../../domain/received-mail.ts';
import type { MailAuth } from '../../domain/received-mail.ts';
import { rawReply } from '../../../test/support/replies.ts';
import { placeReply, threadKeys } from './place-reply.ts';
import type { Placement, Thread } from './place-reply.ts';
import { ticketIn, tokensIn } from './ticket.ts';

const thread = (by: Thread['by'], key: string, noticeId = 'n1'): Thread => ({
  noticeId,
  operationId: 'o1',
  dispatchId: by === 'message-id' ? 'd1' : null,
  by,
  key,
  recipients: [
    { address: 'abuse@host.example', kind: 'notice' },
    { address: 'cert@csirt.example', kind: 'csirt-copy' },
  ],
  knownDomains: ['helpdesk.example'],
});

async function placed(
  fields: readonly string[],
  threads: readonly Thread[],
  auth: MailAuth = NOBODY_CHECKED,
  isReport = false,
): Promise<Placement> {
  return placeReply(await readMessage(rawReply({ text: 'hello', fields })), threads, auth, isReport);
}

test('In-Reply-To goes before References, those before our token, and that before the ticket number', async () => {
  const raw = rawReply({
    subject: 'Re: [DSM-7K3Q9FXC] x [#4711]',
    text: 'hello',
    fields: ['In-Reply-To: <near@cert.example>', 'References: <far@cert.example> <nearer@cert.example>'],
  });
  const keys = threadKeys(await readMessage(raw));
  expect(keys).toEqual({
    messageIds: ['near@cert.example', 'nearer@cert.example', 'far@cert.example'],
    tokens: ['DSM-7K3Q9FXC'],
    ticket: '4711',
  });
  const threads = [thread('token', 'DSM-7K3Q9FXC', 'n2'), thread('message-id', 'far@cert.example', 'n3')];
  const found = placeReply(await readMessage(raw), threads, NOBODY_CHECKED, false);
  expect(found.thread?.noticeId).toBe('n3');
  expect(placeReply(await readMessage(raw), threads.slice(0, 1), NOBODY_CHECKED, false).thread?.noticeId).toBe('n2');
});

test('a sender whom nobody knows in the conversation is placed, and confirmed by nothing but a person', async () => {
  const stranger = ['From: x@stranger.example', 'In-Reply-To: <a@cert.example>'];
  for (const threads of [[thread('message-id', 'a@cert.example')], [thread('token', 'DSM-7K3Q9FXC')]]) {
    const found = await placed(stranger, threads);
    expect(found).toMatchObject({ isConfirmed: false, party: 'unknown' });
    expect(found.reasons.join(' ')).toContain('not known in this conversation: stranger.example');
  }
});

test('the recipient’s very domain, and domains confirmed before, are known; hosts below it are its customers', async () => {
  const threads = [thread('token', 'DSM-7K3Q9FXC')];
  expect(await placed(['From: t@host.example'], threads)).toMatchObject({ isConfirmed: true, party: 'provider' });
  expect(await placed(['From: root@vps-17.host.example'], threads)).toMatchObject({
    isConfirmed: false,
    party: 'unknown',
  });
  expect(await placed(['From: t@helpdesk.example'], threads)).toMatchObject({ isConfirmed: true, party: 'provider' });
  expect(await placed(['From: t@csirt.example'], threads)).toMatchObject({ isConfirmed: true, party: 'informed' });
  expect(await placed(['From: t@host.example.evil.example'], threads)).toMatchObject({ isConfirmed: false });
});

test('several mailboxes in From, or two From fields, are nobody known', async () => {
  const threads = [thread('token', 'DSM-7K3Q9FXC')];
  expect((await placed(['From: a@host.example, b@stranger.example'], threads)).isConfirmed).toBe(false);
  expect((await placed(['From: a@host.example', 'From: b@stranger.example'], threads)).isConfirmed).toBe(false);
});

test('a DMARC failure takes the sender’s name from a message', async () => {
  const auth: MailAuth = { ...NOBODY_CHECKED, by: 'ourselves', dmarc: { result: 'fail', domain: 'host.example' } };
  const found = await placed(['In-Reply-To: <a@cert.example>'], [thread('message-id', 'a@cert.example')], auth);
  expect(found.isConfirmed).toBe(false);
  expect(found.reasons.join(' ')).toContain('DMARC fails for host.example');
});

test('a delivery report is believed by the Message-ID that it returns, and by no token', async () => {
  const from = ['From: mailer-daemon@elsewhere.example', 'In-Reply-To: <a@cert.example>'];
  expect((await placed(from, [thread('message-id', 'a@cert.example')], NOBODY_CHECKED, true)).isConfirmed).toBe(true);
  expect((await placed(from, [thread('token', 'DSM-7K3Q9FXC')], NOBODY_CHECKED, true)).isConfirmed).toBe(false);
});

test('a number that leads to two notices leads nowhere, unless the sender tells which', async () => {
  const other: Thread = {
    ...thread('ticket', '4711', 'n2'),
    recipients: [{ address: 'x@other.example', kind: 'notice' }],
    knownDomains: [],
  };
  expect((await placed([], [thread('ticket', '4711'), other])).thread?.noticeId).toBe('n1');
  const same = await placed([], [thread('ticket', '4711'), thread('ticket', '4711', 'n9')]);
  expect(same.thread).toBeNull();
  expect(same.reasons.join(' ')).toContain('2 notices');
});

test.each([
  ['Re: [HOST #482913] [DSM-7K3Q9FXC] Botnet controller', '', '482913'],
  ['[Ticket#2026112810000123] Eingang', '', '2026112810000123'],
  ['Case 00123-ab: received', '', '00123-AB'],
  ['[ABUSE-5512] Re: report', '', 'ABUSE-5512'],
  ['Re: your mail (#90211)', '', '90211'],
  ['Обращение №90211 принято', '', '90211'],
  ['Re: [DSM-7K3Q9FXC] report', 'Hello\nTicket-ID: QX-99812\n', 'QX-99812'],
  ['Re: [DSM-7K3Q9F23] report about 192.0.2.11', '', null],
])('learns the number in %s', (subject, text, number) => {
  expect(ticketIn(subject, text)).toBe(number);
});

test('our token is read from the subject in any case, and not out of the middle of a word', () => {
  expect(tokensIn('re: [dsm-7k3q9fxc] x')).toEqual(['DSM-7K3Q9FXC']);
  expect(tokensIn('XDSM-7K3Q9FXC')).toEqual([]);
});
