import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { isoInstant } from '../../domain/instant.ts';
import type { CertificateSeen } from '../../domain/observation.ts';
import { plainText } from '../../domain/plain-text.ts';

const MAX_NAMES = 50;
/** A certificate with more text than this in its names is read up to here. */
const MAX_NAMES_TEXT = 8000;

export interface SeenWithBytes {
  readonly seen: CertificateSeen;
  readonly der: Uint8Array;
}

/** Reads what a certificate says of itself. A field that cannot be read is null or empty: its hash still names it. */
export function readCertificate(certificate: X509Certificate): SeenWithBytes {
  const der = new Uint8Array(certificate.raw);
  return {
    der,
    seen: {
      sha256: sha256(der),
      publicKeySha256: tried(() => sha256(certificate.publicKey.export({ type: 'spki', format: 'der' })), null),
      subject: tried(() => distinguishedName(certificate.subject), ''),
      issuer: tried(() => distinguishedName(certificate.issuer), ''),
      names: tried(() => alternativeNames(certificate.subjectAltName ?? ''), []),
      serial: tried(() => plainText(certificate.serialNumber, 100), ''),
      notBefore: tried(() => moment(certificate.validFromDate), null),
      notAfter: tried(() => moment(certificate.validToDate), null),
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** OpenSSL throws for keys and dates that it does not know. */
function tried<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Node writes one attribute a line. */
function distinguishedName(text: string | undefined): string {
  return plainText((text ?? '').slice(0, 4000).replaceAll('\n', ', '), 500);
}

function moment(date: Date): string | null {
  const instant = date.getTime();
  // ISO 8601 writes years of four digits.
  return Number.isFinite(instant) && instant >= -62_167_219_200_000 && instant <= 253_402_300_799_999
    ? isoInstant(instant)
    : null;
}

/**
 * "DNS:a.example, IP Address:192.0.2.1, DNS:"with, comma"": what is quoted is a JSON string (CVE-2021-44532: a name with a comma
 * would otherwise pass as two).
 */
export function alternativeNames(text: string): readonly string[] {
  const names: string[] = [];
  const entry = /(?:DNS|IP Address):(?:"((?:[^"\\]|\\.)*)"|([^,"]*))(?:, |$)|[^,]*(?:, |$)/y;
  const bounded = text.slice(0, MAX_NAMES_TEXT);
  while (entry.lastIndex < bounded.length && names.length < MAX_NAMES) {
    const match = entry.exec(bounded);
    if (match === null || match[0] === '') break;
    // Half a name would be another one.
    if (entry.lastIndex === bounded.length && bounded.length < text.length) break;
    const name = plainText(match[1] ?? match[2] ?? '', 255);
    if (name !== '') names.push(name);
  }
  return names;
}
