import { afterAll, beforeAll, expect, test } from 'vitest';
import { receiveMail } from '../../src/steps/correspond/receive-mail.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { mailSources, sendTestNotice, VERDICT_TABLES } from '../support/sent-notice.ts';
import type { SentNotice } from '../support/sent-notice.ts';
import { openTestWorld, seededRandom } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const FORGERIES = 1000;

let database: TestDatabase;
let world: TestWorld;
let sent: SentNotice;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  sent = await sendTestNotice(
    database,
    world,
    Array.from({ length: 20 }, (_none, at) => `198.18.0.${at + 1}:443\n`).join(''),
  );
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

/** All rows of what says something of servers, and of what a message may move. */
async function rowsOf(tables: readonly string[]): Promise<Readonly<Record<string, string>>> {
  return inTransactionAs(database.superuser, null, async (session) => {
    const found: Record<string, string> = {};
    for (const table of tables) {
      const row = await session.row<{ rows: string | null }>(
        `select string_agg(to_jsonb(t)::text, E'\\n' order by to_jsonb(t)::text) as rows from ${table} t where organisation_id = $1`,
        [world.organisationId],
      );
      found[table] = row?.rows ?? '';
    }
    return found;
  });
}

const random = seededRandom(20_261_123);
const pick = <Value>(values: readonly Value[]): Value => {
  const [high = 0, low = 0] = random.bytes(2);
  const value = values[(high * 256 + low) % values.length];
  if (value === undefined) throw new Error('nothing to pick');
  return value;
};

const CLAIMS = [
  'The server has been removed.', 'Server removed, please close the case.', 'The host was suspended. Verdict: dark.', 'Сервер удалён, дело закрыто.', 'O servidor foi removido.',
  'Der Server wurde abgeschaltet.', 'El servidor ha sido eliminado.', 'Le serveur a été supprimé.', 'We dispute this: false positive.', 'We will not take action.',
  'mail.reclassified action-claimed', '{"kind":"probe.recorded","outcome":"dark"}', "'; update server set kind = 'sinkhole'; --",
] as const; // prettier-ignore

/** A forged reply: true marks that can be seen by anybody, guesses at the rest, and every field that might be believed. */
function forgery(number: number): Buffer {
  const { reference } = sent.notice;
  const messageIds = [
    `${number}@cert.example`,
    sent.messageId.replace(/^./, 'x'),
    `${sent.messageId}.example`,
    sent.dispatchId,
    sent.notice.noticeId,
    '@',
    'a@b> <c@d',
  ];
  const from = pick(['x@evil.example', 'abuse@host.example.evil.example', 'abuse@host.example, x@evil.example', '"abuse@host.example" <x@evil.example>', '=?utf-8?Q?abuse=40host.example?= <x@evil.example>',
    'abuse@host.example\u0000@evil.example', 'abuse@hоst.example', 'Группа: abuse@host.example;', '', 'abuse(@host.example)@evil.example', 'abuse@evil.example (abuse@host.example)', 'mailer-daemon@evil.example', 'desk@cert.example.evil.example']); // prettier-ignore
  const fields = [
    `From: ${from}`,
    ...(pick([true, false, false]) ? ['From: x@evil.example'] : []),
    `Subject: ${pick([`Re: [${reference}] done`, `[${reference}][#4711] done`, `=?utf-8?B?${Buffer.from(`Re: [${reference}]`).toString('base64')}?=`, `re: ${reference.toLowerCase()} DSM-AAAAAAAA`, 'DSM-', `[DSM-${'A'.repeat(16)}]`])}`,
    `In-Reply-To: <${pick(messageIds)}>`,
    `References: ${Array.from({ length: 5 }, () => `<${pick(messageIds)}>`).join(' ')}`,
    `Message-ID: <${number}.${pick(messageIds)}>`,
    pick(['X-Dismantle-Verdict: dark', 'X-Dismantle-Confirmed: true', `X-Dismantle-Notice: ${sent.notice.noticeId}`, 'X-Internal: yes']),
    pick(['Authentication-Results: mx.cert.example; dkim=pass; spf=pass; dmarc=pass header.from=host.example', 'Authentication-Results: localhost; dmarc=pass', 'ARC-Authentication-Results: i=1; dmarc=pass']),
    pick(['Auto-Submitted: no', 'Auto-Submitted: auto-replied', 'Auto-Submitted: auto-generated', 'Precedence: bulk', 'X-Autoreply: yes']),
    pick(['Return-Path: <>', 'Return-Path: <abuse@host.example>', 'Reply-To: abuse@host.example', 'Sender: abuse@host.example', 'Resent-From: abuse@host.example']),
    `Date: ${pick(['Mon, 23 Nov 2026 12:00:00 +0000', 'never', 'Mon, 99 Nov 99999 99:99:99 +9999'])}`,
    'MIME-Version: 1.0',
  ]; // prettier-ignore
  const text = pick(CLAIMS);
  const charset = pick(['utf-8', 'utf-7', 'utf-16le', 'iso-2022-jp', 'koi8-r', 'x-unknown', '']);
  const inner = [
    'From: abuse@host.example',
    `Message-ID: <${pick(messageIds)}>`,
    `In-Reply-To: <${pick(messageIds)}>`,
    '',
    text,
  ].join('\r\n');
  const body = pick([
    [`Content-Type: text/plain; charset=${charset}`, 'Content-Transfer-Encoding: base64', '', Buffer.from(text, charset === 'utf-16le' ? 'utf16le' : 'utf8').toString('base64')],
    ['Content-Type: text/html', '', `<p style="display:none">${text}</p><script>${text}</script>`],
    ['Content-Type: message/rfc822', '', inner],
    ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', text, '--b', 'Content-Type: message/rfc822', '', inner, '--b--'],
    ['Content-Type: multipart/report; report-type=delivery-status; boundary=b', '', '--b', '', text, '--b', 'Content-Type: message/delivery-status', '', `Final-Recipient: rfc822; abuse@host.example`, '', `Action: ${pick(['failed', 'delivered', 'x'])}`, '', '--b', 'Content-Type: message/rfc822', '', inner, '--b--'],
    ['Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: message/delivery-status', '', 'x', '--b', '', text, '--b--'],
    ['', text, '\u202e', '\u0000', '\udc00'],
  ]); // prettier-ignore
  return Buffer.from([...fields, ...body, `${number}`, ''].join('\r\n'));
}

test(`${FORGERIES} forged replies that claim a server was removed change no verdict, no case and no notice`, async () => {
  const moved = ['case_file', 'notice', 'dispatch', 'notice_item', 'notice_approval'];
  const before = await rowsOf([...VERDICT_TABLES, ...moved]);
  expect(before['server']?.split('\n')).toHaveLength(20);
  expect(before['case_file']).toContain('"notified"');
  const bounced: unknown[] = [];
  const sources = mailSources({ onBounce: (_world, _transaction, one) => Promise.resolve(void bounced.push(one)) });
  let placed = 0;
  for (let number = 0; number < FORGERIES; number++) {
    const got = await receiveMail(world, sources, { bytes: forgery(number), source: 'a forger' });
    if (got.reference !== null) placed += 1;
    expect(got.isConfirmed).toBe(false);
  }
  expect(await rowsOf([...VERDICT_TABLES, ...moved])).toEqual(before);
  expect(bounced).toEqual([]);
  // All of them are there and wait for a person; the test would say nothing if none had found the notice.
  expect(placed).toBeGreaterThan(FORGERIES / 4);
  expect(await world.store.read((transaction) => transaction.receivedMails(true, FORGERIES + 1))).toHaveLength(
    FORGERIES,
  );
  expect((await auditOf(world.store)).ok).toBe(true);
});

test('a forger who knows the recipient’s name moves a case to acknowledged at most, and never a verdict', async () => {
  const before = await rowsOf(VERDICT_TABLES);
  for (const claim of ['The server has been removed.', 'Server removed. Verdict: dark. Case closed.']) {
    const bytes = Buffer.from(
      `From: abuse@host.example\r\nIn-Reply-To: <${sent.messageId}>\r\nX-Dismantle-Verdict: dark\r\n\r\n${claim}\r\n`,
    );
    expect(await receiveMail(world, mailSources(), { bytes, source: 'a forger' })).toMatchObject({
      class: 'action-claimed',
    });
  }
  expect(await rowsOf(VERDICT_TABLES)).toEqual(before);
  const states = await inTransactionAs(database.access.app, world.organisationId, (session) =>
    session.rows<{ state: string }>('select distinct state from case_file'),
  );
  expect(states).toEqual([{ state: 'acknowledged' }]);
});

test('the database itself lets a reply move a case among what lies behind notified alone', async () => {
  for (const state of ['drafted', 'approved', 'held', 'identified']) {
    const move = inTransactionAs(database.access.app, world.organisationId, (session) =>
      session.run(`update case_file set state = $1, held_by = case when $1 = 'held' then array['x'] else held_by end`, [
        state,
      ]),
    );
    await expect(move).rejects.toThrow('a case cannot go from acknowledged');
  }
});
