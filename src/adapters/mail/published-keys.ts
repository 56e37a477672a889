import { X509Certificate } from 'node:crypto';
import type { PublishedKeys } from '../../ports/mail-keys.ts';
import type { MailKeys } from './mail-composer.ts';
import { dkimRecord } from './read-keys.ts';

export function publishedKeys({ dkim, smime }: MailKeys): PublishedKeys {
  const own = smime?.certificates[0];
  return {
    dkim: dkim === null ? null : { algorithm: dkim.algorithm, ...dkimRecord(dkim) },
    smime: own === undefined ? null : certificateOf(new X509Certificate(own)),
  };
}

function certificateOf(certificate: X509Certificate): NonNullable<PublishedKeys['smime']> {
  const oneLine = (name: string): string => name.replaceAll('\n', ', ');
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    mailboxes: (certificate.subjectAltName ?? '')
      .split(', ')
      .flatMap((name) => (name.startsWith('email:') ? [name.slice('email:'.length)] : [])),
    fingerprintSha256: certificate.fingerprint256,
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    pem: certificate.toString(),
  };
}
