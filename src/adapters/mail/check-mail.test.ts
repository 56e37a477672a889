import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { MailFinding } from '../../ports/mail-keys.ts';
import type { MailSettings, Settings } from '../../ports/settings.ts';
import { makeDkimKey, makeFolder, makeSmimeKey, NO_OPENSSL_CMS } from '../../../test/support/mail-keys.ts';
import { checkMail } from './check-mail.ts';
import { publishedKeys } from './published-keys.ts';
import { readMailKeys } from './read-keys.ts';

const { folder, remove } = makeFolder();
afterAll(remove);
const rsa = makeDkimKey(folder, 'rsa');
const ed25519 = makeDkimKey(folder, 'ed25519');
const SERVER = {
  host: null,
  port: null,
  security: 'starttls',
  user: null,
  password: null,
  passwordFile: null,
  caFile: null,
} as const;
const NOTHING: MailSettings = {
  smtp: { ...SERVER, connections: 4, timeoutSeconds: 60, dataTimeoutSeconds: 600 },
  from: null,
  dkim: { domain: null, selector: null, keyFile: null },
  smime: { certificateFile: null, keyFile: null },
  rate: { perProviderPerHour: 4, perDomainPerHour: 10 },
  windows: {},
  imap: { ...SERVER, folder: 'INBOX' },
  authservId: null,
  replyWordsFile: null,
};
const dkim = { domain: 'cert.example', selector: 'dsm1', keyFile: rsa.keyFile };
const traffic = { lookup: false, fetch: false, timestamp: false, probe: false, send: true };
const organisation: Settings['organisation'] = {
  name: 'Lab CERT',
  email: 'soc@cert.example',
  contestEmail: null,
  website: null,
  phone: null,
  capacity: 'csirt',
};

async function findings(
  mail: Partial<MailSettings>,
  email: string | null = 'soc@cert.example',
  now = Date.now(),
): Promise<readonly string[]> {
  const found = await checkMail(
    { organisation: { ...organisation, email }, traffic, mail: { ...NOTHING, ...mail } },
    now,
  );
  return found.map(({ what, state, says }: MailFinding) => `${state} ${what}: ${says}`);
}
const smtp = (changes: Partial<MailSettings['smtp']>): Partial<MailSettings> => ({
  smtp: { ...NOTHING.smtp, host: 'mx.cert.example', ...changes },
});

describe('the check of mail', () => {
  test('notes what is not set, and calls nothing wrong that is only absent', async () => {
    const found = await findings({});
    expect(found.filter((finding) => finding.startsWith('bad'))).toEqual([]);
    for (const part of [
      'note mail out: mail.smtp.host is not set',
      'note mail in',
      'note DKIM: mail.dkim is not set',
      'note S/MIME',
      'note DMARC: met by SPF alone',
    ]) {
      expect(found).toContainEqual(expect.stringContaining(part));
    }
  });

  test.each<[string, Partial<MailSettings>, string]>([
    ['plain text to elsewhere', smtp({ security: 'none' }), 'bad mail out: mail.smtp.security is none'],
    ['a user without a password', smtp({ user: 'desk' }), 'bad mail out: mail.smtp.user is set and no password'],
    ['a CA file that is not there', smtp({ caFile: join(folder, 'missing.pem') }), 'bad mail out: mail.smtp.caFile'],
    ['a CA file without certificates', smtp({ caFile: rsa.keyFile }), 'bad mail out: mail.smtp.caFile'],
    ['half of DKIM', { dkim: { ...dkim, selector: null } }, 'bad DKIM: of mail.dkim only a part is set'],
    [
      'a DKIM key that is not there',
      { dkim: { ...dkim, keyFile: join(folder, 'no.pem') } },
      'bad DKIM: mail.dkim.keyFile',
    ],
    [
      'a short DKIM key',
      { dkim: { ...dkim, keyFile: makeDkimKey(folder, 'rsa', 1024).keyFile } },
      'neither RSA of at least 2048',
    ],
    [
      'a domain that signs for others',
      { dkim: { ...dkim, domain: 'other.example' } },
      'bad DMARC: mail.dkim.domain other.example is not aligned',
    ],
    [
      'a subdomain that signs',
      { dkim: { ...dkim, domain: 'mail.cert.example' } },
      'note DMARC: aligned by relaxed rules alone',
    ],
    ['bounces elsewhere and no DKIM', { from: 'bounces@other.example' }, 'bad DMARC: the domain of mail.from'],
    [
      'half of S/MIME',
      { smime: { certificateFile: rsa.keyFile, keyFile: null } },
      'bad S/MIME: of mail.smime only a part is set',
    ],
    ['Ed25519, which few verify', { dkim: { ...dkim, keyFile: ed25519.keyFile } }, 'note DKIM: many receivers'],
  ])('says of %s', async (_what, mail, expected) => {
    expect(await findings(mail)).toContainEqual(expect.stringContaining(expected));
  });

  test('says when nothing is wrong with a server, a login and a key', async () => {
    const found = await findings({ ...smtp({ user: 'desk', password: 'open sesame' }), dkim });
    expect(found).toContainEqual('good mail out: mx.cert.example, port by default, starttls, as desk');
    expect(found).toContainEqual(
      expect.stringContaining('good DKIM: rsa-sha256; publish dsm1._domainkey.cert.example'),
    );
    expect(found).toContainEqual(expect.stringContaining('good DMARC: aligned'));
    expect(found.join('\n')).not.toContain('open sesame');
    expect(await findings({}, null)).toContainEqual(
      expect.stringContaining('bad sender: organisation.email is not set'),
    );
  });

  test.skipIf(process.platform === 'win32')('notes keys that others may read', async () => {
    expect((await findings({ dkim })).join('\n')).not.toContain('secrets');
    const open = join(folder, 'open.pem');
    writeFileSync(open, 'x');
    chmodSync(open, 0o644);
    expect(await findings({ dkim: { ...dkim, keyFile: open } })).toContainEqual(
      expect.stringContaining('note secrets: mail.dkim.keyFile'),
    );
  });
});

describe.skipIf(NO_OPENSSL_CMS !== null)('a certificate for S/MIME', () => {
  const own = makeSmimeKey(folder, 'rsa', 'soc@cert.example');
  const other = makeSmimeKey(folder, 'ec', 'soc@cert.example');

  test('is good where it is for the sender and its key', async () => {
    expect(await findings({ smime: own })).toContainEqual(expect.stringContaining('good S/MIME: CN=Lab CERT'));
    expect(await findings({ smime: other })).toContainEqual(expect.stringContaining('good S/MIME'));
  });

  test('is bad with another key, for another mailbox, too early or too late', async () => {
    expect(await findings({ smime: { ...own, keyFile: other.keyFile } })).toContainEqual(
      expect.stringContaining('bad S/MIME: mail.smime.keyFile'),
    );
    expect(await findings({ smime: own }, 'desk@cert.example')).toContainEqual(
      expect.stringContaining('is not for desk@cert.example'),
    );
    expect(await findings({ smime: own }, 'soc@cert.example', Date.now() + 3 * 86_400_000)).toContainEqual(
      expect.stringContaining('expired on'),
    );
    expect(await findings({ smime: own }, 'soc@cert.example', Date.now() - 3 * 86_400_000)).toContainEqual(
      expect.stringContaining('not valid yet'),
    );
    expect(await findings({ smime: { certificateFile: own.keyFile, keyFile: own.keyFile } })).toContainEqual(
      expect.stringContaining('does not hold certificates'),
    );
  });

  test('and a key with a passphrase are told as what they are', async () => {
    const locked = join(folder, 'locked.key');
    execFileSync('openssl', ['pkcs8', '-topk8', '-in', own.keyFile, '-out', locked, '-passout', 'pass:open sesame']);
    const found = await findings({ smime: { ...own, keyFile: locked } });
    expect(found).toContainEqual(expect.stringContaining('without a passphrase'));
  });

  test('is published with its fingerprint, and the DKIM key as receivers read it', async () => {
    const keys = publishedKeys(await readMailKeys({ dkim, smime: own }));
    expect(keys.dkim).toEqual({ algorithm: 'rsa-sha256', name: 'dsm1._domainkey.cert.example', value: rsa.record });
    const fingerprint = execFileSync(
      'openssl',
      ['x509', '-in', own.certificateFile, '-noout', '-fingerprint', '-sha256'],
      { encoding: 'utf8' },
    );
    expect(fingerprint.trim()).toMatch(new RegExp(`=${keys.smime?.fingerprintSha256}$`));
    expect(keys.smime).toMatchObject({
      subject: 'CN=Lab CERT',
      issuer: 'CN=Example Root',
      mailboxes: ['soc@cert.example'],
    });
    const second = publishedKeys(
      await readMailKeys({ dkim: { ...dkim, keyFile: ed25519.keyFile }, smime: NOTHING.smime }),
    );
    expect(second).toEqual({
      dkim: expect.objectContaining({ algorithm: 'ed25519-sha256', value: ed25519.record }),
      smime: null,
    });
  });
});
