import { hash, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as asn1js from 'asn1js';
import {
  Attribute,
  Certificate,
  ContentInfo,
  CryptoEngine,
  EncapsulatedContentInfo,
  id_ContentType_Data,
  id_ContentType_SignedData,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import type { Instant } from '../../domain/instant.ts';
import type { Field, MessageParts } from './message-fields.ts';

export interface SmimeKey {
  readonly key: KeyObject;
  /** DER; the signer's own first, then those of its issuers. */
  readonly certificates: readonly Uint8Array[];
}

/** Attributes of a CMS signature (RFC 5652 section 11), in the order in which DER sorts them. */
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

const engine = new CryptoEngine({ name: 'node', crypto: globalThis.crypto });

/** How a key of this kind signs, or null: RSA (PKCS #1 v1.5) and ECDSA, both over SHA-256. */
export function signingAlgorithm(key: KeyObject): webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | null {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const namedCurve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  return key.asymmetricKeyType === 'ec' && namedCurve !== undefined ? { name: 'ECDSA', namedCurve } : null;
}

/**
 * Wraps a message in multipart/signed (RFC 8551 section 3.5.3): its content with its Content fields is what is signed, detached,
 * with SHA-256; all other fields stay outside.
 */
export async function smimeSigned(message: MessageParts, smime: SmimeKey, date: Instant): Promise<MessageParts> {
  const isOfContent = ({ name }: Field): boolean => name.startsWith('content-');
  const inner = message.fields.filter(isOfContent).map(({ line }) => line);
  const entity = Buffer.concat([Buffer.from(`${inner.join('\r\n')}\r\n\r\n`, 'latin1'), message.body]);
  const signature = Buffer.from(await detachedSignature(entity, smime, date)).toString('base64');
  // Derived, so that the same message gives the same bytes; it holds a hash of what it parts and cannot stand in it.
  const boundary = `=_dismantle-signed-${hash('sha256', entity).slice(0, 32)}`;
  const before = `This is a message with an S/MIME signature.\r\n--${boundary}\r\n`;
  const after = [
    '',
    `--${boundary}`,
    'Content-Type: application/pkcs7-signature; name=smime.p7s',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename=smime.p7s',
    '',
    ...(signature.match(/.{1,76}/g) ?? []),
    `--${boundary}--`,
    '',
  ].join('\r\n');
  const type =
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n' +
    ` micalg=sha-256; boundary="${boundary}"`;
  return {
    fields: [...message.fields.filter((field) => !isOfContent(field)), { name: 'content-type', line: type }],
    body: Buffer.concat([Buffer.from(before, 'latin1'), entity, Buffer.from(after, 'latin1')]),
  };
}

async function detachedSignature(content: Uint8Array, smime: SmimeKey, date: Instant): Promise<ArrayBuffer> {
  const algorithm = signingAlgorithm(smime.key);
  if (algorithm === null) throw new Error('the key was to be checked when it was read');
  const pkcs8 = smime.key.export({ type: 'pkcs8', format: 'der' });
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  const certificates = smime.certificates.map((der) => Certificate.fromBER(der));
  const [own] = certificates;
  if (own === undefined) throw new Error('there was to be a certificate');
  const signed = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: id_ContentType_Data }),
    certificates,
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: own.issuer, serialNumber: own.serialNumber }),
        signedAttrs: new SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            new Attribute({
              type: CONTENT_TYPE,
              values: [new asn1js.ObjectIdentifier({ value: id_ContentType_Data })],
            }),
            new Attribute({ type: SIGNING_TIME, values: [new asn1js.UTCTime({ valueDate: new Date(date) })] }),
            new Attribute({
              type: MESSAGE_DIGEST,
              values: [new asn1js.OctetString({ valueHex: hash('sha256', content, 'buffer') })],
            }),
          ],
        }),
      }),
    ],
  });
  await signed.sign(key, 0, 'SHA-256', undefined, engine);
  const info = new ContentInfo({ contentType: id_ContentType_SignedData, content: signed.toSchema(true) });
  return info.toSchema().toBER(false);
}
