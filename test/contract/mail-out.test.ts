import { readFileSync } from 'node:fs';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { createInstallation } from '../support/cli.ts';
import { makeDkimKey, makeSmimeKey, NO_OPENSSL_CMS, verifySmime } from '../support/mail-keys.ts';
import { makeNotice } from '../support/notice-run.ts';
import { sampleFacts, sampleItem } from '../support/notice-facts.ts';
import { openSmtpLaboratory } from '../support/smtp-laboratory.ts';
import type { SmtpLaboratory } from '../support/smtp-laboratory.ts';
import { object, xarfValidator } from '../support/xarf-schemas.ts';

/*
 * Mail out as the program is given it by its settings: a notice is finished, signed, handed to a real server, and judged by what
 * arrived there.
 */

const DATE = Date.parse('2026-11-24T08:30:00Z');
const PASSWORD = 'open sesame 7';
const here = createInstallation();
const dkim = makeDkimKey(here.folder, 'rsa');
const smime = NO_OPENSSL_CMS === null ? makeSmimeKey(here.folder, 'ec', 'soc@cert.example') : null;
let laboratory: SmtpLaboratory;
const apps: App[] = [];
beforeAll(async () => {
  laboratory = await openSmtpLaboratory({ login: { user: 'desk', password: PASSWORD } });
});
afterAll(async () => {
  for (const app of apps) await app.close();
  await laboratory.close();
  await here.close();
});

async function appWith(environment: Readonly<Record<string, string>> = {}, offline = false): Promise<App> {
  here.write('password', PASSWORD);
  const configFile = here.write(
    'mail.yaml',
    `organisation: {name: Lab CERT, email: soc@cert.example}
traffic: {send: true}
mail:
  smtp: {host: localhost, port: ${laboratory.port}, user: desk, passwordFile: password, caFile: ${laboratory.caFile}}
  from: bounces@cert.example
  dkim: {domain: cert.example, selector: dsm1, keyFile: ${dkim.keyFile}}
${smime === null ? '' : `  smime: {certificateFile: ${smime.certificateFile}, keyFile: ${smime.keyFile}}`}
`,
  );
  const app = await createApp({
    dataDirectory: here.dataDirectory,
    configFile,
    environment,
    offline,
    progress: { step: () => undefined },
    signal: new AbortController().signal,
    overrides: {},
  });
  apps.push(app);
  return app;
}

async function dkimResult(message: Uint8Array): Promise<string | undefined> {
  const { results } = await dkimVerify(Buffer.from(message), {
    strict: true,
    curTime: new Date(DATE + 60_000),
    resolver: (name) =>
      name === 'dsm1._domainkey.cert.example'
        ? Promise.resolve([[dkim.record]])
        : Promise.reject(Object.assign(new Error('nothing'), { code: 'ENOTFOUND' })),
  });
  return results[0]?.status.result;
}

test('a notice arrives at a real server whole: DKIM, S/MIME and X-ARF hold, the recipient is the envelope’s only one', async () => {
  const { transport, composer, envelopeFrom } = await (await appWith()).openMail();
  const { message, draft } = await makeNotice(
    sampleFacts({ items: [sampleItem(), sampleItem({ host: '203.0.113.9' })] }),
  );
  const to = 'abuse@one.example';
  const finished = await composer.finish(message, { date: DATE, to });
  const outcome = await transport?.deliver({ from: envelopeFrom ?? '', to, message: finished, drill: true });
  expect(outcome).toMatchObject({ outcome: 'accepted', code: 250 });

  const [arrived] = laboratory.received;
  expect(arrived).toMatchObject({
    from: 'bounces@cert.example',
    to: [to],
    secure: true,
    user: 'desk',
    clientName: 'cert.example',
  });
  const bytes = arrived?.message ?? Buffer.alloc(0);
  expect(bytes.equals(Buffer.from(finished))).toBe(true);
  expect(await dkimResult(bytes)).toBe('pass');
  expect(
    await dkimResult(Buffer.from(bytes.toString('latin1').replace('203.0.113[.]7', '203.0.113[.]8'), 'latin1')),
  ).not.toBe('pass');
  if (smime !== null) expect(verifySmime(bytes, smime).says).toContain('successful');

  const mail = await PostalMime.parse(bytes, { attachmentEncoding: 'utf8' });
  expect(mail).toMatchObject({
    subject: draft.subject,
    messageId: `<${draft.messageId}>`,
    date: '2026-11-24T08:30:00.000Z',
  });
  const invalid = xarfValidator();
  const reports = mail.attachments.filter(({ filename }) => filename?.startsWith('xarf') === true);
  expect(reports).toHaveLength(2);
  for (const { content } of reports) {
    const report = object(JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content)));
    expect(invalid(report)).toBe('');
  }
});

test('there is no way out where sending is off, --offline was given, or no server is named', async () => {
  for (const app of [
    await appWith({ DISMANTLE_TRAFFIC_SEND: 'false' }),
    await appWith({}, true),
    await createApp({
      dataDirectory: here.dataDirectory,
      configFile: null,
      environment: { DISMANTLE_TRAFFIC_SEND: 'true' },
      offline: false,
      progress: { step: () => undefined },
      signal: new AbortController().signal,
      overrides: {},
    }),
  ]) {
    expect((await app.openMail()).transport).toBeNull();
    await app.close();
  }
});

test('a key that cannot be read stops it before anything is sent, without telling what stands in it', async () => {
  const broken = here.write('broken.pem', 'open sesame: not a key');
  const app = await appWith({ DISMANTLE_MAIL_DKIM_KEY_FILE: broken });
  await expect(app.openMail()).rejects.toMatchObject({
    problem: { code: 'settings', message: expect.stringContaining('mail.dkim.keyFile') },
  });
  await expect(app.openMail()).rejects.not.toThrow(/open sesame/);
  expect(readFileSync(broken, 'utf8')).toContain('open sesame');
});
