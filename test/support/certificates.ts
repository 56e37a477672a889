import { webcrypto, X509Certificate } from 'node:crypto';
import { Integer, OctetString, PrintableString } from 'asn1js';
import {
  AltName,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  CryptoEngine,
  Extension,
  GeneralName,
  id_BasicConstraints,
  id_SubjectAltName,
} from 'pkijs';

/** A key with its certificate, PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority of the tests' own, made anew at each run; its keys never leave the process. */
export interface CertificateAuthority {
  /** What a client has to trust, PEM. */
  readonly cert: string;
  /** A server certificate for these names and IPv4 addresses. */
  issue(names: readonly string[], addresses?: readonly string[], validFrom?: Date): Promise<KeyAndCertificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
/** The object identifier of the attribute commonName (X.520). */
const COMMON_NAME = [2, 5, 4, 3].join('.');
const DAY_MS = 86_400_000;
const engine = new CryptoEngine({ name: 'node', crypto: globalThis.crypto });

export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const root = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  let serial = 1;

  async function certificate(
    commonName: string,
    publicKey: webcrypto.CryptoKey,
    extensions: readonly Extension[],
    validFrom: Date,
  ): Promise<string> {
    const made = new Certificate();
    made.version = 2;
    made.serialNumber = new Integer({ value: serial++ });
    made.issuer.typesAndValues.push(name('Example Root'));
    made.subject.typesAndValues.push(name(commonName));
    made.notBefore.value = validFrom;
    made.notAfter.value = new Date(validFrom.getTime() + 3 * DAY_MS);
    await made.subjectPublicKeyInfo.importKey(publicKey, engine);
    made.extensions = [...extensions];
    await made.sign(root.privateKey, 'SHA-256', engine);
    return new X509Certificate(Buffer.from(made.toSchema().toBER())).toString();
  }

  const yesterday = new Date(Date.now() - DAY_MS);
  return {
    cert: await certificate('Example Root', root.publicKey, [isAuthority()], yesterday),
    async issue(names, addresses = [], validFrom = yesterday) {
      const pair = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey)).toString('base64');
      return {
        key: pemKey(pkcs8),
        cert: await certificate(names[0] ?? 'server', pair.publicKey, [isFor(names, addresses)], validFrom),
      };
    },
  };
}

export interface SelfSignedOptions {
  readonly commonName: string;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  /** P-256 where not given; RSA of 1024 bits is what old devices still have. */
  readonly key?: 'p256' | 'rsa-1024';
  readonly validFrom?: Date;
  readonly validDays?: number;
  /** Pads the certificate with names to about so many bytes. */
  readonly paddingBytes?: number;
  /** The key of an earlier one: a renewed certificate. */
  readonly keyOf?: SelfSigned;
}

/** With its key pair, so that it can be renewed. */
export interface SelfSigned extends KeyAndCertificate {
  readonly pair: webcrypto.CryptoKeyPair;
}

/** A certificate that nobody vouches for, with a key of its own. */
export async function selfSigned(options: SelfSignedOptions): Promise<SelfSigned> {
  const algorithm =
    options.key === 'rsa-1024'
      ? {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: 1024,
          publicExponent: Uint8Array.of(1, 0, 1),
          hash: 'SHA-256',
        }
      : ALGORITHM;
  const pair = options.keyOf?.pair ?? (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']));
  const made = new Certificate();
  made.version = 2;
  made.serialNumber = new Integer({ value: selfSignedSerial++ });
  made.issuer.typesAndValues.push(name(options.commonName));
  made.subject.typesAndValues.push(name(options.commonName));
  const validFrom = options.validFrom ?? new Date(Date.now() - DAY_MS);
  made.notBefore.value = validFrom;
  made.notAfter.value = new Date(validFrom.getTime() + (options.validDays ?? 365) * DAY_MS);
  await made.subjectPublicKeyInfo.importKey(pair.publicKey, engine);
  const padding = Array.from(
    { length: Math.ceil((options.paddingBytes ?? 0) / 200) },
    (_, index) => `${index}.${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(55)}.example`,
  );
  made.extensions = [isFor([...(options.names ?? [options.commonName]), ...padding], options.addresses ?? [])];
  await made.sign(pair.privateKey, 'SHA-256', engine);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey)).toString('base64');
  return {
    key: pemKey(pkcs8),
    cert: new X509Certificate(Buffer.from(made.toSchema().toBER())).toString(),
    pair,
  };
}

let selfSignedSerial = 1;

function pemKey(pkcs8: string): string {
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
}

function name(commonName: string): AttributeTypeAndValue {
  return new AttributeTypeAndValue({ type: COMMON_NAME, value: new PrintableString({ value: commonName }) });
}

function isAuthority(): Extension {
  const constraints = new BasicConstraints({ cA: true });
  return new Extension({ extnID: id_BasicConstraints, critical: true, extnValue: constraints.toSchema().toBER() });
}

/** Subject alternative names (RFC 5280 section 4.2.1.6): 2 is a DNS name, 7 an address. */
function isFor(names: readonly string[], addresses: readonly string[]): Extension {
  const alternatives = new AltName({
    altNames: [
      ...names.map((value) => new GeneralName({ type: 2, value })),
      ...addresses.map(
        (value) =>
          new GeneralName({
            type: 7,
            value: new OctetString({ valueHex: Uint8Array.from(value.split('.'), Number).buffer }),
          }),
      ),
    ],
  });
  return new Extension({ extnID: id_SubjectAltName, extnValue: alternatives.toSchema().toBER() });
}
