import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import * as fc from 'fast-check';
import PostalMime from 'postal-mime';
import { afterAll, describe, expect, test } from 'vitest';
import type { MailParts } from '../../ports/mail-composer.ts';
import { makeNotice } from '../../../test/support/notice-run.ts';
import { sampleFacts, sampleItem } from '../../../test/support/notice-facts.ts';
import { makeDkimKey, makeFolder, makeSmimeKey, NO_OPENSSL_CMS, verifySmime } from '../../../test/support/mail-keys.ts';
import { hasXarfSchemas, xarfValidator } from '../../../test/support/xarf-schemas.ts';
import { createMailComposer } from './mail-composer.ts';
import { readDkimKey, readSmimeKey } from './read-keys.ts';

const { folder, remove } = makeFolder();
afterAll(remove);
const DATE = Date.parse('2026-11-24T08:30:00Z');
const TO = 'noc@two.example';
const several = sampleFacts({ items: [sampleItem(), sampleItem({ host: '203.0.113.9' })] });
const notice = await makeNotice(several);
const xarfErrors = xarfValidator();

const dkimFiles = { rsa: makeDkimKey(folder, 'rsa'), ed25519: makeDkimKey(folder, 'ed25519') };
const dkimKey = async (kind: 'rsa' | 'ed25519') =>
  readDkimKey({ domain: 'cert.example', selector: 'dsm1', keyFile: dkimFiles[kind].keyFile });
const plain = createMailComposer({ dkim: null, smime: null });
const signing = {
  rsa: createMailComposer({ dkim: await dkimKey('rsa'), smime: null }),
  ed25519: createMailComposer({ dkim: await dkimKey('ed25519'), smime: null }),
};

interface Verdict {
  readonly result: string;
  readonly keys: string;
}

/** What mailauth finds, following the RFCs to the letter, with our record in its DNS. */
async function verify(message: Uint8Array, kind: 'rsa' | 'ed25519' = 'rsa'): Promise<Verdict> {
  const { results } = await dkimVerify(Buffer.from(message), {
    strict: true,
    curTime: new Date(DATE + 60_000),
    resolver: (name, type) =>
      name === 'dsm1._domainkey.cert.example' && type === 'TXT'
        ? Promise.resolve([[dkimFiles[kind].record]])
        : Promise.reject(Object.assign(new Error('nothing'), { code: 'ENOTFOUND' })),
  });
  const [only] = results;
  expect(results).toHaveLength(1);
  return { result: only?.status.result ?? '', keys: only?.signingHeaders?.keys ?? '' };
}

const reminder = (changes: Partial<MailParts> = {}): MailParts => ({
  from: { name: 'Läb CERT', email: 'soc@cert.example' },
  to: 'abuse@one.example',
  subject: 'Re: [DSM-7K3Q9F] Botnet controller in your network: Läbbot',
  text: 'Second reminder.\nDie Server laufen noch: 203.0.113.7, Anschlüsse 443 und 8443.\n',
  messageId: 'dsm.2.reminder@cert.example',
  inReplyTo: 'dsm.2@cert.example',
  references: ['dsm.2@cert.example', 'answer.7@one.example'],
  date: DATE,
  drill: false,
  attachments: [],
  ...changes,
});

describe('the approved draft, finished', () => {
  test('has the date and the recipient of this attempt, and is the same to the byte in all else', async () => {
    const finished = Buffer.from(await plain.finish(notice.message, { date: DATE, to: TO })).toString('latin1');
    const stored = Buffer.from(notice.message).toString('latin1');
    const known = (text: string): string => text.replace(/^Date: .*$/m, 'Date: x').replace(/^To: .*$/m, 'To: x');
    expect(known(finished)).toBe(known(stored));
    expect(finished).toMatch(/^Date: Tue, 24 Nov 2026 08:30:00 \+0000\r$/m);
    const mail = await PostalMime.parse(finished);
    expect(mail.to).toEqual([{ name: '', address: TO }]);
    expect(mail.date).toBe('2026-11-24T08:30:00.000Z');
    expect(mail.headers.map(({ key }) => key)).not.toContain('auto-submitted');
  });

  test('has a To where the draft knew no contact', async () => {
    const { message } = await makeNotice(sampleFacts({ to: null }));
    const mail = await PostalMime.parse(await plain.finish(message, { date: DATE, to: TO }));
    expect(mail.to).toEqual([{ name: '', address: TO }]);
    expect(mail.headers.filter(({ key }) => key === 'to')).toHaveLength(1);
  });

  const stored = Buffer.from(notice.message).toString('latin1');
  test.each<[string, string]>([
    ['a second To', stored.replace(/^To: /m, 'To: evil@three.example\r\nTo: ')],
    ['a Bcc', stored.replace(/^To: /m, 'Bcc: evil@three.example\r\nTo: ')],
    ['a Cc', `Cc: evil@three.example\r\n${stored}`],
    ['a second Message-ID', `Message-ID: <other@cert.example>\r\n${stored}`],
    ['no Message-ID', stored.replace(/^Message-ID: .*\r\n/m, '')],
    ['a signature of somebody', `DKIM-Signature: v=1; a=rsa-sha256\r\n${stored}`],
    ['a trace of a server', `Received: from x by y; Tue, 24 Nov 2026 08:30:00 +0000\r\n${stored}`],
    ['a resent field', `Resent-To: evil@three.example\r\n${stored}`],
    ['a bare line feed', stored.replace('\r\n', '\n')],
    ['a bare carriage return', stored.replace(/^To: /m, 'X: a\rTo: ')],
    ['a line that is no field', `hello\r\n${stored}`],
    ['bytes outside ASCII', stored.replace('Subject: ', 'Subject: \u00e4')],
    ['a line of 999 octets', `${stored}${'x'.repeat(999)}\r\n`],
    ['no body', 'From: a@b.example\r\n'],
    ['nothing', ''],
  ])('is refused with %s', async (_what, text) => {
    await expect(plain.finish(Buffer.from(text, 'latin1'), { date: DATE, to: TO })).rejects.toMatchObject({
      problem: { code: 'refused', message: expect.stringContaining('no mail that may be sent') },
    });
  });

  test.each([
    '',
    'a@b.example\r\nBcc: c@d.example',
    'A <a@b.example>',
    'a@b.example, c@d.example',
    '"a@evil x"@b.example',
  ])('is refused for the recipient %j', async (to) => {
    await expect(plain.finish(notice.message, { date: DATE, to })).rejects.toMatchObject({
      problem: { code: 'refused' },
    });
  });
});

describe('DKIM', () => {
  test.each(['rsa', 'ed25519'] as const)('of a notice verifies to the letter of the RFCs (%s)', async (kind) => {
    const message = await signing[kind].finish(notice.message, { date: DATE, to: TO });
    const { result, keys } = await verify(message, kind);
    expect(result).toBe('pass');
    for (const name of ['From', 'To', 'Subject', 'Date', 'Message-ID', 'Reply-To', 'MIME-Version', 'Content-Type']) {
      expect(keys.toLowerCase().split(/: ?/)).toContain(name.toLowerCase());
    }
    expect(Buffer.from(message).toString('latin1')).toMatch(
      /^DKIM-Signature: v=1;\r\n a=(rsa|ed25519)-sha256;\r\n c=relaxed\/relaxed;/,
    );
  });

  test('of a reminder covers its thread', async () => {
    const { result, keys } = await verify(await signing.rsa.compose(reminder({ automatic: true })));
    expect([result, keys.toLowerCase()]).toEqual(['pass', expect.stringContaining('in-reply-to')]);
    expect(keys.toLowerCase()).toContain('references');
    expect(keys.toLowerCase()).toContain('auto-submitted');
  });

  test.each([
    'From',
    'To',
    'Cc',
    'Subject',
    'Date',
    'Reply-To',
    'In-Reply-To',
    'References',
    'Content-Type',
    'Auto-Submitted',
  ])('breaks when somebody puts in a field %s', async (name) => {
    const message = Buffer.from(await signing.rsa.finish(notice.message, { date: DATE, to: TO }));
    const value =
      { From: 'evil@three.example', Date: 'Tue, 24 Nov 2026 08:31:00 +0000' }[name] ?? '<evil@three.example>';
    const end = message.indexOf('\r\n\r\n');
    const added = Buffer.concat([
      message.subarray(0, end),
      Buffer.from(`\r\n${name}: ${value}`),
      message.subarray(end),
    ]);
    expect((await verify(added)).result).not.toBe('pass');
    expect((await verify(Buffer.concat([Buffer.from(`${name}: ${value}\r\n`), message]))).result).not.toBe('pass');
  });

  test('breaks when any byte that counts is another', async () => {
    const message = Buffer.from(await signing.rsa.finish(notice.message, { date: DATE, to: TO }));
    const signatureEnd = /\r\n(?=[A-Z])/.exec(message.toString('latin1'))?.index ?? 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: signatureEnd + 2, max: message.length - 3 }), async (at) => {
        const before = message[at] ?? 0;
        // Blanks, line ends, the case of a field's name are what relaxed means.
        fc.pre(/[0-9]/.test(String.fromCodePoint(before)));
        const changed = Buffer.from(message);
        changed[at] = before === 0x39 ? 0x38 : before + 1;
        expect((await verify(changed)).result).not.toBe('pass');
      }),
      { numRuns: 60 },
    );
    const spaced = Buffer.from(message.toString('latin1').replace('Subject: ', 'SUBJECT:   '), 'latin1');
    expect((await verify(spaced)).result).toBe('pass');
  });

  test('holds whatever a text looks like', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', ' ', '\t', '\n', '.', 'ä', '=', '-- ', 'From '), maxLength: 60 }),
        async (text) => {
          expect((await verify(await signing.rsa.compose(reminder({ text })))).result).toBe('pass');
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a composed mail', () => {
  test('is plain text in its thread, with nobody’s name on it but ours', async () => {
    const message = await plain.compose(reminder({ automatic: true }));
    const mail = await PostalMime.parse(message);
    expect(mail).toMatchObject({
      from: { name: 'Läb CERT', address: 'soc@cert.example' },
      to: [{ name: '', address: 'abuse@one.example' }],
      subject: reminder().subject,
      messageId: '<dsm.2.reminder@cert.example>',
      inReplyTo: '<dsm.2@cert.example>',
      references: '<dsm.2@cert.example> <answer.7@one.example>',
      date: '2026-11-24T08:30:00.000Z',
      text: reminder().text,
    });
    expect(mail.html).toBeUndefined();
    expect(mail.headers.map(({ key }) => key)).toEqual([
      'from', 'to', 'reply-to', 'subject', 'message-id', 'date', 'in-reply-to', 'references', 'auto-submitted',
      'content-transfer-encoding', 'mime-version', 'content-type',
    ]); // prettier-ignore
    expect(Buffer.from(message).toString('latin1')).toMatch(/^[\r\n\t\x20-\x7e]*$/);
    expect(Buffer.from(message).toString('latin1')).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(Buffer.from(await plain.compose(reminder({ automatic: true }))).equals(Buffer.from(message))).toBe(true);
    const approved = Buffer.from(await plain.compose(reminder())).toString('latin1');
    expect(approved).not.toMatch(/^Auto-Submitted:/m);
  });

  test('carries attachments as they are, a message among them', async () => {
    const csv = Buffer.from('host,port\r\n203.0.113.7,443\r\n');
    const mail = await PostalMime.parse(
      await plain.compose(
        reminder({
          attachments: [
            { name: 'items.csv', contentType: 'text/csv; charset=utf-8', bytes: csv },
            { name: 'notice.eml', contentType: 'message/rfc822', bytes: notice.message },
          ],
        }),
      ),
      { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer' },
    );
    const bytes = mail.attachments.map(({ content }) =>
      typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content)),
    );
    expect(mail.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ['items.csv', 'text/csv'],
      ['notice.eml', 'message/rfc822'],
    ]);
    expect(bytes[0]?.equals(csv)).toBe(true);
    expect((await PostalMime.parse(bytes[1] ?? '')).subject).toBe(notice.draft.subject);
  });

  test('says in its subject that it is a drill', async () => {
    const subjectOf = async (parts: MailParts): Promise<string | undefined> =>
      (await PostalMime.parse(await plain.compose(parts))).subject;
    expect(await subjectOf(reminder({ drill: true, subject: 'Re: x' }))).toBe('DRILL: Re: x');
    expect(await subjectOf(reminder({ drill: true, subject: 'Re: ÜBUNG: x' }))).toBe('Re: ÜBUNG: x');
  });

  test('has lines within the limits, whatever the text', async () => {
    const message = Buffer.from(
      await plain.compose(reminder({ text: `${'x'.repeat(5000)}\n${'ä'.repeat(3000)}` })),
    ).toString('latin1');
    expect(Math.max(...message.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  const attachment = { name: 'a.csv', contentType: 'text/csv', bytes: Buffer.from('x') };
  test.each<[string, Partial<MailParts>]>([
    ['a line end in the subject', { subject: 'x\r\nBcc: evil@three.example' }],
    ['a bare line feed in the subject', { subject: 'x\nBcc: evil@three.example' }],
    ['a NUL in the subject', { subject: 'x\u0000' }],
    ['a name with a line end', { from: { name: 'x\r\nBcc: evil@three.example', email: 'soc@cert.example' } }],
    ['a sender that is a list', { from: { name: 'x', email: 'soc@cert.example, evil@three.example' } }],
    ['a recipient with a quote', { to: '"a@evil x"@one.example' }],
    ['a recipient in full-width letters', { to: 'abuse\uff20one.example' }],
    ['two recipients', { to: 'a@one.example,b@two.example' }],
    ['a Message-ID that breaks out', { messageId: 'a@b>\r\nBcc: <c@d.example' }],
    ['an In-Reply-To that breaks out', { inReplyTo: 'a@b> <c@d' }],
    ['a reference that breaks out', { references: ['a@b.example', 'x\r\ny@z'] }],
    ['too many references', { references: Array.from({ length: 101 }, (_none, index) => `r${index}@one.example`) }],
    ['no date', { date: Number.NaN }],
    ['control characters in the text', { text: 'x\u001b[2J' }],
    ['a carriage return in the text', { text: 'x\r\n.\r\nQUIT' }],
    ['a file name with a path', { attachments: [{ ...attachment, name: '../a.csv' }] }],
    ['a file name with a quote', { attachments: [{ ...attachment, name: 'a"; x="b.csv' }] }],
    ['HTML', { attachments: [{ ...attachment, contentType: 'text/html' }] }],
    ['a type that breaks out', { attachments: [{ ...attachment, contentType: 'text/csv\r\nX: y' }] }],
    [
      'an attached message in 8 bits',
      { attachments: [{ name: 'a.eml', contentType: 'message/rfc822', bytes: Buffer.from('ä') }] },
    ],
  ])('is refused with %s', async (_what, changes) => {
    await expect(plain.compose(reminder(changes))).rejects.toMatchObject({ problem: { code: 'refused' } });
  });
});

describe.skipIf(NO_OPENSSL_CMS !== null)('S/MIME', () => {
  test.each(['rsa', 'ec'] as const)('of a notice is accepted by openssl, with DKIM over it (%s)', async (kind) => {
    const files = makeSmimeKey(folder, kind, 'soc@cert.example');
    const smime = await readSmimeKey(files);
    const composer = createMailComposer({ dkim: await dkimKey('rsa'), smime });
    const message = Buffer.from(await composer.finish(notice.message, { date: DATE, to: TO }));
    const { content, says } = verifySmime(message, files);
    expect(says).toContain('successful');
    // What was signed is the draft's content, to the byte.
    const body = Buffer.from(notice.message).toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n');
    expect(content).toContain(body);
    expect((await verify(message)).result).toBe('pass');

    const changed = Buffer.from(message.toString('latin1').replace('Incidents: 2', 'Incidents: 3'), 'latin1');
    expect(verifySmime(changed, files).content).toBeNull();
    expect((await verify(changed)).result).not.toBe('pass');

    const mail = await PostalMime.parse(message);
    expect(mail.text?.trimEnd()).toBe(notice.draft.text.trimEnd());
    expect(mail.attachments.map(({ filename }) => filename)).toEqual([
      null,
      'items.csv',
      'xarf.json',
      'xarf-2.json',
      'smime.p7s',
    ]);
    expect(mail.headers.find(({ key }) => key === 'content-type')?.value).toContain('multipart/signed');
  });

  test('of a reminder is accepted by openssl', async () => {
    const files = makeSmimeKey(folder, 'rsa', 'soc@cert.example');
    const composer = createMailComposer({ dkim: null, smime: await readSmimeKey(files) });
    const { content } = verifySmime(await composer.compose(reminder()), files);
    expect(content).toContain('Second reminder.');
  });
});

test.skipIf(!hasXarfSchemas)('the X-ARF reports are valid after all signing', async () => {
  const mail = await PostalMime.parse(await signing.rsa.finish(notice.message, { date: DATE, to: TO }), {
    attachmentEncoding: 'utf8',
  });
  const reports = mail.attachments.filter(({ filename }) => filename?.startsWith('xarf') === true);
  expect(reports).toHaveLength(2);
  for (const { content } of reports) {
    expect(xarfErrors(JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content)))).toBe('');
  }
});
