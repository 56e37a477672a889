import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MailAuth } from '../../src/domain/received-mail.ts';
import { receiveMail } from '../../src/steps/correspond/receive-mail.ts';
import type { Bounced, MailSources, Received } from '../../src/steps/correspond/receive-mail.ts';
import { reclassifyMail } from '../../src/steps/correspond/reclassify.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { rawReply } from '../support/replies.ts';
import { CSIRT, mailSources, RECIPIENT, sendTestNotice } from '../support/sent-notice.ts';
import type { SentNotice } from '../support/sent-notice.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let database: TestDatabase;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of worlds) {
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
    expect((await auditOf(world.store)).ok).toBe(true);
    await world.store.close();
  }
  await database?.close();
});

async function sent(): Promise<{ world: TestWorld; notice: SentNotice }> {
  const world = await openTestWorld(database);
  worlds.push(world);
  return { world, notice: await sendTestNotice(database, world) };
}

interface Reply {
  readonly text: string;
  readonly subject?: string;
  readonly from?: string;
  readonly fields?: readonly string[];
}

function receive(
  world: TestWorld,
  { from = RECIPIENT, ...reply }: Reply,
  sources: MailSources = mailSources(),
): Promise<Received> {
  return receiveMail(world, sources, { bytes: rawReply(reply, [`From: ${from}`]), source: 'a test' });
}

const answering = ({ messageId }: SentNotice): string[] => [`In-Reply-To: <${messageId}>`];

interface State {
  readonly cases: string;
  readonly conversation: string | null;
  readonly ticket: string | null;
  readonly contested: boolean;
}

/** Where the notice and its cases stand, as the database has it. */
async function state(world: TestWorld, { notice }: SentNotice): Promise<State | null> {
  return inTransactionAs(database.access.app, world.organisationId, (session) =>
    session.row<State>(
      `select conversation, ticket, contested_at is not null as contested,
              (select string_agg(distinct state, ',') from case_file) as cases
       from notice where notice_id = $1`,
      [notice.noticeId],
    ),
  );
}

test('each class moves the cases of its notice as far as it may, and no further', async () => {
  const { world, notice } = await sent();
  const fields = answering(notice);
  expect((await state(world, notice))?.cases).toBe('notified');
  const steps: readonly (readonly [Reply, string, string])[] = [
    [
      { text: 'Your ticket number is 482913. This is an automated response.', subject: '[#482913] received' },
      'auto-acknowledgement',
      'notified',
    ],
    [{ text: 'Thank you for your report.' }, 'acknowledgement', 'acknowledged'],
    [{ text: 'We will not take action.' }, 'refusal', 'refused'],
    [{ text: 'The server has been suspended.' }, 'action-claimed', 'acknowledged'],
    [{ text: 'We dispute this: it is a false positive.' }, 'contest', 'contested'],
    [{ text: 'Any news? We have suspended nothing.' }, 'question', 'contested'],
  ];
  for (const [reply, found, cases] of steps) {
    expect(await receive(world, { ...reply, fields })).toMatchObject({
      class: found,
      isConfirmed: true,
      reference: notice.notice.reference,
    });
    expect(await state(world, notice)).toMatchObject({ cases, conversation: found });
  }
  // The number that the automatic reply bore was learned.
  expect(await state(world, notice)).toMatchObject({ contested: true, ticket: '482913' });
});

test('by reference or number alone a stranger is placed and changes nothing, until a person confirms it', async () => {
  const { world, notice } = await sent();
  const { reference } = notice.notice;
  const before = await state(world, notice);
  const got = await receive(world, {
    from: 'x@stranger.example',
    subject: `Re: [${reference}] x`,
    text: 'We contest this report.',
  });
  expect(got).toMatchObject({ class: 'contest', isConfirmed: false, reference });
  expect(await state(world, notice)).toEqual(before);
  const waiting = await world.store.read((transaction) => transaction.receivedMails(true, 10));
  expect(waiting.map(({ sha256 }) => sha256)).toEqual([got.sha256]);

  await reclassifyMail(world, got.sha256.slice(0, 12), {
    class: null,
    notice: reference,
    by: 'ada',
    reason: 'it is their lawyer',
  });
  expect(await state(world, notice)).toMatchObject({ cases: 'contested', conversation: 'contest', contested: true });
  expect(await world.store.read((transaction) => transaction.receivedMails(true, 10))).toEqual([]);
  // From now on the lawyer is known here.
  expect(
    await receive(world, {
      from: 'y@stranger.example',
      subject: `Re: [${reference}]`,
      text: 'Thank you for your report.',
    }),
  ).toMatchObject({ isConfirmed: true });
});

test('what a person says goes before what was read, and takes back what followed', async () => {
  const { world, notice } = await sent();
  const got = await receive(world, {
    fields: answering(notice),
    text: 'Looks like a false positive, but we block it.',
  });
  expect(await state(world, notice)).toMatchObject({ cases: 'contested', contested: true });
  const corrected = await reclassifyMail(world, got.sha256, {
    class: 'unrelated',
    notice: null,
    by: 'ada',
    reason: 'about another mail',
  });
  expect(corrected).toMatchObject({ class: 'unrelated', proposedClass: 'contest', byPerson: 'ada' });
  expect(await state(world, notice)).toMatchObject({ cases: 'notified', conversation: null, contested: false });
  await reclassifyMail(world, got.sha256, {
    class: 'acknowledgement',
    notice: 'none',
    by: 'ada',
    reason: 'no notice of ours',
  });
  expect(await world.store.read((transaction) => transaction.receivedMail(got.sha256))).toMatchObject({
    noticeId: null,
    isConfirmed: false,
  });
});

test('the same message twice, and twice at once, is one', async () => {
  const { world, notice } = await sent();
  const reply = { fields: answering(notice), text: 'Thank you for your report.' };
  const both = await Promise.all([receive(world, reply), receive(world, reply)]);
  expect(both.filter(({ wasKnown }) => wasKnown)).toHaveLength(1);
  expect((await receive(world, reply)).wasKnown).toBe(true);
  expect(await world.store.read((transaction) => transaction.receivedMails(false, 10))).toHaveLength(1);
});

test('who was only informed acknowledges nothing, and can contest', async () => {
  const { world, notice } = await sent();
  const fields = [`In-Reply-To: <copy-${notice.messageId}>`];
  await receive(world, { from: CSIRT, fields, text: 'Thank you for your report.' });
  expect((await state(world, notice))?.cases).toBe('notified');
  await receive(world, { from: CSIRT, fields, text: 'Hands off, please: 198.18.0.1 is our sinkhole.' });
  expect((await state(world, notice))?.cases).toBe('contested');
});

test('a learned number places a reply without any other mark', async () => {
  const { world, notice } = await sent();
  await receive(world, { fields: answering(notice), subject: 'Re: x [#5512]', text: 'Thank you for your report.' });
  const got = await receive(world, { subject: 'Update on [#5512]', text: 'The server has been suspended.' });
  expect(got).toMatchObject({ reference: notice.notice.reference, isConfirmed: true, class: 'action-claimed' });
  expect(await receive(world, { subject: 'Update on [#5513]', text: 'x' })).toMatchObject({ reference: null });
});

test('a bounce of a dispatch is handed on for its own contact alone, and moves no case', async () => {
  const { world, notice } = await sent();
  const bounced: Bounced[] = [];
  const sources = mailSources({
    onBounce: (_world, _transaction, one) => {
      bounced.push(one);
      return Promise.resolve();
    },
  });
  const report = (recipient: string, messageId: string): Buffer =>
    Buffer.from(
      ['From: mailer-daemon@relay.example', 'Return-Path: <>', 'Subject: Undelivered', 'Content-Type: multipart/report; report-type=delivery-status; boundary=b', '',
        '--b', '', 'sorry', '--b', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; relay.example', '', `Final-Recipient: rfc822; ${recipient}`, 'Action: failed',
        'Status: 5.1.1', '', '--b', 'Content-Type: text/rfc822-headers', '', `Message-ID: <${messageId}>`, '', '--b--', ''].join('\r\n'),
    ); // prettier-ignore
  for (const [recipient, messageId] of [
    [RECIPIENT, 'guessed@cert.example'],
    ['other@host.example', notice.messageId],
    [RECIPIENT, notice.messageId],
  ] as const) {
    await receiveMail(world, sources, { bytes: report(recipient, messageId), source: 'a test' });
  }
  expect(bounced).toEqual([{ dispatchId: notice.dispatchId, recipient: RECIPIENT, reason: '5.1.1' }]);
  expect((await state(world, notice))?.cases).toBe('notified');
});

test('a copy of our own mail is put aside', async () => {
  const { world, notice } = await sent();
  const got = await receive(world, {
    from: 'desk@cert.example',
    fields: [`Message-ID: <${notice.messageId}>`],
    text: 'The server has been suspended.',
  });
  expect(got).toMatchObject({ class: 'unrelated', reference: notice.notice.reference });
  expect(await world.store.read((transaction) => transaction.receivedMails(true, 10))).toEqual([]);
  expect((await state(world, notice))?.cases).toBe('notified');
});

test('a message that cannot be read is kept as it came, and waits for a person', async () => {
  const { world } = await sent();
  const bytes = Buffer.from(
    [
      'From: a@host.example',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      ...Array.from({ length: 600 }, () => '--x\r\n'),
    ].join('\r\n'),
  );
  const got = await receiveMail(world, mailSources(), { bytes, source: 'a test' });
  expect(got).toMatchObject({ class: 'unrelated', reference: null });
  const kept = await world.store.read((transaction) => transaction.noticeMessage(got.sha256));
  expect(Buffer.from(kept ?? []).equals(bytes)).toBe(true);
  const [waiting] = await world.store.read((transaction) => transaction.receivedMails(true, 10));
  expect(waiting?.reasons.join(' ')).toContain('more than 500 parts');
});

test('a sender whose domain disowns the message is not confirmed, by message id or not', async () => {
  const { world, notice } = await sent();
  const failing: MailAuth = {
    by: 'ourselves',
    dkim: { result: 'fail', domain: 'host.example' },
    spf: { result: 'not checked', domain: null },
    dmarc: { result: 'fail', domain: 'host.example' },
  };
  const sources = mailSources({ authenticator: { check: () => Promise.resolve(failing) } });
  expect(await receive(world, { fields: answering(notice), text: 'We contest this.' }, sources)).toMatchObject({
    isConfirmed: false,
  });
  expect((await state(world, notice))?.cases).toBe('notified');
});
