import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import { makeDkimKey, makeSmimeKey, NO_OPENSSL_CMS } from '../support/mail-keys.ts';

const here = createInstallation();
afterAll(() => here.close());
const PASSWORD = 'open sesame 7';

/** A settings file with everything about mail in it. */
function settings(): { readonly config: string; readonly record: string } {
  const { keyFile, record } = makeDkimKey(here.folder, 'rsa');
  const smime = NO_OPENSSL_CMS === null ? makeSmimeKey(here.folder, 'rsa', 'soc@cert.example') : null;
  here.write('password', `${PASSWORD}\n`);
  const config = here.write(
    'mail.yaml',
    `organisation: {name: Lab CERT, email: soc@cert.example}
mail:
  smtp: {host: 127.0.0.1, user: desk, passwordFile: password}
  imap: {host: 127.0.0.1, user: desk, passwordFile: password}
  dkim: {domain: cert.example, selector: dsm1, keyFile: ${keyFile}}
${smime === null ? '' : `  smime: {certificateFile: ${smime.certificateFile}, keyFile: ${smime.keyFile}}`}
`,
  );
  return { config, record };
}

const keysSchema = z.object({
  dkim: z.object({ name: z.string(), value: z.string(), algorithm: z.string() }).nullable(),
  smime: z.object({ fingerprintSha256: z.string(), pem: z.string() }).nullable(),
  files: z.array(z.string()),
});

test('mail keys prints and writes what has to be published, and no private key', async () => {
  const { config, record } = settings();
  const keys = await here.json(keysSchema, ['mail', 'keys', '--config', config, '--out', here.folder]);
  expect(keys.dkim).toEqual({ name: 'dsm1._domainkey.cert.example', value: record, algorithm: 'rsa-sha256' });
  expect(keys.files[0]).toBe(join(here.folder, 'dkim-record.txt'));
  const said = await here.done(['mail', 'keys', '--config', config]);
  const zone = readFileSync(join(here.folder, 'dkim-record.txt'), 'utf8');
  expect(said).toContain(zone);
  // The strings of the record, read as a zone file is, are the value.
  const strings = Array.from(zone.matchAll(/"([^"]*)"/g), ([, text = '']) => text);
  expect(strings.join('')).toBe(record);
  expect(Math.max(...strings.map((text) => text.length))).toBeLessThanOrEqual(255);
  if (NO_OPENSSL_CMS === null) {
    expect(said).toContain(keys.smime?.fingerprintSha256);
    expect(readFileSync(join(here.folder, 'smime-certificate.pem'), 'utf8')).toBe(keys.smime?.pem);
  }
  expect(said).not.toContain('PRIVATE KEY');
  expect(existsSync(join(here.dataDirectory, 'postgres'))).toBe(false);
});

test('mail keys says what is not configured', async () => {
  const said = await here.done(['mail', 'keys']);
  expect(said.match(/not configured/g)).toHaveLength(2);
});

test('mail check judges the settings, and exits with 1 where something is wrong', async () => {
  const { config } = settings();
  const said = await here.done(['mail', 'check', '--config', config]);
  expect(said).toMatch(/^good {2}DKIM/m);
  expect(said).toMatch(/^good {2}DMARC/m);
  const wrong = await here.run(['mail', 'check', '--config', config], {
    env: { DISMANTLE_MAIL_DKIM_DOMAIN: 'other.example' },
  });
  expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringMatching(/^BAD {3}DMARC/m)]);
});

test('a password stands in no output: not in config show, mail check, doctor’s neighbours, nor in an error', async () => {
  const { config } = settings();
  for (const args of [
    ['config', 'show'],
    ['config', 'show', '--json'],
    ['mail', 'check'],
    ['mail', 'check', '--json'],
    ['mail', 'keys'],
  ]) {
    for (const env of [{}, { DISMANTLE_MAIL_SMTP_PASSWORD: PASSWORD, DISMANTLE_MAIL_IMAP_PASSWORD: PASSWORD }]) {
      const { stdout, stderr } = await here.run([...args, '--config', config], { env });
      expect(`${stdout}${stderr}`).not.toContain('open sesame');
    }
  }
  const inFile = here.write('wrong.yaml', `mail: {smtp: {password: ${PASSWORD}}}\n`);
  const { code, stderr } = await here.run(['mail', 'check', '--config', inFile]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('is a secret')]);
  expect(stderr).not.toContain('open sesame');
});
