import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { expect, test } from 'vitest';
import { NOBODY_CHECKED } from '../../domain/received-mail.ts';
import { createSwitchboard } from '../outgoing/switchboard.ts';
import { createMailAuthenticator } from './check-mail.ts';
import type { Resolve } from './check-mail.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const record = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const DNS: Readonly<Record<string, string>> = {
  'key._domainkey.host.example': `v=DKIM1; k=rsa; p=${record}`,
  '_dmarc.host.example': 'v=DMARC1; p=reject',
};

let asked: string[] = [];
const resolve: Resolve = (name, type) => {
  asked.push(`${name} ${type}`);
  const found = type === 'TXT' ? DNS[name] : undefined;
  return found === undefined
    ? Promise.reject(Object.assign(new Error('nothing'), { code: 'ENOTFOUND' }))
    : Promise.resolve([[found]]);
};

function authenticator(lookup: boolean, authservId: string | null = null): ReturnType<typeof createMailAuthenticator> {
  const outgoing = createSwitchboard({ lookup, fetch: false, timestamp: false, probe: false, send: false });
  return createMailAuthenticator({ outgoing, authservId, resolve });
}

const MESSAGE =
  'From: abuse@host.example\r\nTo: desk@cert.example\r\nSubject: x\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\nMessage-ID: <a@host.example>\r\n\r\nThe server was suspended.\r\n';

async function signed(): Promise<string> {
  const key = {
    signingDomain: 'host.example',
    selector: 'key',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const { signatures } = await dkimSign(Buffer.from(MESSAGE), { ...key, signatureData: [key] });
  return `${signatures}${MESSAGE}`;
}

test('a signature that holds passes DKIM and DMARC; one over other words fails both', async () => {
  const message = await signed();
  expect(await authenticator(true).check(Buffer.from(message))).toEqual({
    by: 'ourselves',
    dkim: { result: 'pass', domain: 'host.example' },
    spf: { result: 'not checked', domain: null },
    dmarc: { result: 'pass', domain: 'host.example' },
  });
  const changed = await authenticator(true).check(Buffer.from(message.replace('suspended', 'approved')));
  expect(changed.dkim.result).not.toBe('pass');
  expect(changed.dmarc.result).toBe('fail');
});

test('a mail without any signature does not fail DMARC here: SPF, which we cannot see, may have carried it', async () => {
  const { dkim, dmarc } = await authenticator(true).check(Buffer.from(MESSAGE));
  expect({ dkim: dkim.result, dmarc: dmarc.result }).toEqual({ dkim: 'none', dmarc: 'neutral' });
});

test('without the switch nobody is asked, and the verdict is "not checked"', async () => {
  asked = [];
  expect(await authenticator(false).check(Buffer.from(await signed()))).toEqual(NOBODY_CHECKED);
  expect(asked).toEqual([]);
});

test('Authentication-Results are believed of our own server alone, and only the topmost', async () => {
  const ours =
    'Authentication-Results: mx.cert.example; dkim=pass header.d=host.example; spf=pass smtp.mailfrom=bounce@host.example;\r\n dmarc=fail (p=reject) header.from=host.example\r\n';
  const forged =
    'Authentication-Results: mx.cert.example; dkim=pass header.d=host.example; dmarc=pass header.from=host.example\r\n';
  const other = 'Authentication-Results: mx.evil.example; dmarc=pass header.from=host.example\r\n';
  const check = (head: string, id: string | null): Promise<unknown> =>
    authenticator(false, id).check(Buffer.from(head + MESSAGE));
  expect(await check(ours + forged, 'mx.cert.example')).toEqual({
    by: 'our mail server',
    dkim: { result: 'pass', domain: 'host.example' },
    spf: { result: 'pass', domain: 'host.example' },
    dmarc: { result: 'fail', domain: 'host.example' },
  });
  expect(await check(other + forged, 'mx.cert.example')).toEqual(NOBODY_CHECKED);
  expect(await check(forged, null)).toEqual(NOBODY_CHECKED);
});

test('a message with a thousand signatures asks a bounded number of questions', async () => {
  asked = [];
  const one = (await signed()).slice(0, (await signed()).indexOf('From:'));
  await authenticator(true).check(
    Buffer.from(one.repeat(1000).replaceAll('s=key', () => `s=k${asked.length}`) + MESSAGE),
  );
  expect(asked.length).toBeLessThanOrEqual(30);
});

test('whatever cannot be checked is not checked, and nothing is thrown', async () => {
  for (const text of ['', '\r\n\r\n', 'DKIM-Signature: v=1; a=\r\n\r\n', `From: ${'<'.repeat(5000)}\r\n\r\n`]) {
    expect((await authenticator(true).check(Buffer.from(text))).spf.result).toBe('not checked');
  }
});
