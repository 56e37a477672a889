import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { problem, ProblemError } from '../../domain/problem.ts';
import type { MailSettings } from '../../ports/settings.ts';
import type { DkimKey } from './dkim-sign.ts';
import type { MailKeys } from './mail-composer.ts';
import { signingAlgorithm } from './smime-sign.ts';
import type { SmimeKey } from './smime-sign.ts';

/** A chain of certificates has a few kilobytes. */
const MAX_FILE_BYTES = 64 * 1024;
const MIN_RSA_BITS = 2048;

export async function readMailKeys({ dkim, smime }: Pick<MailSettings, 'dkim' | 'smime'>): Promise<MailKeys> {
  return { dkim: await readDkimKey(dkim), smime: await readSmimeKey(smime) };
}

/** The key to sign with by DKIM; null where none of its settings is set. Throws a `settings` problem where it is unfit. */
export async function readDkimKey({ domain, selector, keyFile }: MailSettings['dkim']): Promise<DkimKey | null> {
  if (domain === null && selector === null && keyFile === null) return null;
  if (domain === null || selector === null || keyFile === null) {
    throw problem(
      'settings',
      'of mail.dkim only a part is set',
      'Set all of mail.dkim.domain, mail.dkim.selector and mail.dkim.keyFile, or none',
    );
  }
  const key = await readKey('mail.dkim.keyFile', keyFile);
  if (key.asymmetricKeyType === 'ed25519') return { domain, selector, key, algorithm: 'ed25519-sha256' };
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw problem(
      'settings',
      `mail.dkim.keyFile: ${keyFile} is neither RSA of at least ${MIN_RSA_BITS} bits nor Ed25519`,
      `Make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${MIN_RSA_BITS} -out ${keyFile}`,
    );
  }
  return { domain, selector, key, algorithm: 'rsa-sha256' };
}

/** The same for S/MIME. */
export async function readSmimeKey({ certificateFile, keyFile }: MailSettings['smime']): Promise<SmimeKey | null> {
  if (certificateFile === null && keyFile === null) return null;
  if (certificateFile === null || keyFile === null) {
    throw problem(
      'settings',
      'of mail.smime only a part is set',
      'Set both mail.smime.certificateFile and mail.smime.keyFile, or neither',
    );
  }
  const certificates = await readCertificates('mail.smime.certificateFile', certificateFile);
  const key = await readKey('mail.smime.keyFile', keyFile);
  if (certificates[0]?.checkPrivateKey(key) !== true) {
    throw problem(
      'settings',
      `mail.smime.keyFile: ${keyFile} is not the key of the first certificate in ${certificateFile}`,
      'Name the key that the certificate was made for; the signer’s own certificate comes first',
    );
  }
  if (signingAlgorithm(key) === null) {
    throw problem(
      'settings',
      `mail.smime.keyFile: ${keyFile} is of a kind that S/MIME programs do not read`,
      'Use RSA, or ECDSA on P-256, P-384 or P-521',
    );
  }
  return { key, certificates: certificates.map(({ raw }) => raw) };
}

/** PEM, read whole: certificates one below the other. */
async function readCertificates(setting: string, file: string): Promise<readonly X509Certificate[]> {
  const text = await readSmall(setting, file);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length === 0) throw new Error('no certificate');
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw problem(
      'settings',
      `${setting}: ${file} does not hold certificates in PEM`,
      'They begin with -----BEGIN CERTIFICATE-----; openssl x509 turns other formats into it',
      cause,
    );
  }
}

/** The authorities in a file of `mail.smtp.caFile` or `mail.imap.caFile`, PEM. */
export async function readAuthorities(setting: string, file: string): Promise<string> {
  return (await readCertificates(setting, file)).map(String).join('');
}

async function readKey(setting: string, file: string): Promise<KeyObject> {
  const text = await readSmall(setting, file);
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const isEncrypted = /ENCRYPTED/.test(text);
    // The cause stays out: a parser's message may quote what it read.
    throw problem(
      'settings',
      `${setting}: ${file} does not hold a private key in PEM${isEncrypted ? ' that can be read without a passphrase' : ''}`,
      isEncrypted ? 'Keep the key without one, readable by this program’s user alone' : 'Check the path',
      cause instanceof Error ? cause.name : undefined,
    );
  }
}

/** A text file of at most 64 KiB. */
async function readSmall(setting: string, path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
      let size = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, size, buffer.length - size);
        size += bytesRead;
        if (bytesRead === 0 || size > MAX_FILE_BYTES) break;
      }
      if (size > MAX_FILE_BYTES)
        throw problem('settings', `${setting}: ${path} is larger than 64 KiB`, 'Check the path');
      return buffer.toString('utf8', 0, size);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw problem('settings', `${setting}: ${path} cannot be read`, 'Check the path and that you may read it', cause);
  }
}

/** What has to be published for receivers to verify by (RFC 6376 section 3.6.1, RFC 8463 section 4). */
export function dkimRecord({ domain, selector, key, algorithm }: DkimKey): {
  readonly name: string;
  readonly value: string;
} {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const isRsa = algorithm === 'rsa-sha256';
  // Of an Ed25519 key the 32 bytes alone, without the ASN.1 around them.
  const published = isRsa ? spki : spki.subarray(-32);
  return {
    name: `${selector}._domainkey.${domain}`,
    value: `v=DKIM1; k=${isRsa ? 'rsa' : 'ed25519'}; p=${published.toString('base64')}`,
  };
}
