import { hash } from 'node:crypto';
import * as asn1js from 'asn1js';
import {
  AlgorithmIdentifier,
  ContentInfo,
  ExtKeyUsage,
  id_eContentType_TSTInfo,
  id_ExtKeyUsage,
  id_sha256,
  id_sha384,
  id_sha512,
  MessageImprint,
  SignedData,
  SignedDataVerifyError,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import type { Certificate } from 'pkijs';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Timestamp } from '../../ports/timestamp.ts';

/*
 * The messages of the Time-Stamp Protocol (RFC 3161), and what a requester has to check in the answer (section 2.2).
 */

/** SHA-256, SHA-384, SHA-512: what may stand in a signature that has to hold for decades. */
const STRONG_DIGESTS: ReadonlySet<string> = new Set([id_sha256, id_sha384, id_sha512]);
const CONTENT_TYPE_ATTRIBUTE = '1.2.840.113549.1.9.3';
const TIME_STAMPING_PURPOSE = '1.3.6.1.5.5.7.3.8';

const NONCE_BYTES = 8;
/** PKIStatus: granted, and granted with modifications; what was modified is checked below as everything is. */
const GRANTED: ReadonlySet<number> = new Set([0, 1]);
/** How far the authority's clock and ours may be apart. */
const MAX_APART_MS = 10 * 60_000;

/** A nonce as the content of a DER integer: positive and without a leading zero byte. */
export function nonceFrom(random: { bytes(size: number): Uint8Array }): Uint8Array {
  const nonce = Uint8Array.from(random.bytes(NONCE_BYTES));
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  return nonce;
}

/** TimeStampReq over the SHA-256 of the bytes, with the request for the authority's certificate. */
export function encodeQuery(bytes: Uint8Array, nonce: Uint8Array): Uint8Array {
  const query = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: id_sha256, algorithmParams: new asn1js.Null() }),
      hashedMessage: new asn1js.OctetString({ valueHex: hash('sha256', bytes, 'buffer') }),
    }),
    nonce: new asn1js.Integer({ valueHex: nonce }),
    certReq: true,
  });
  return new Uint8Array(query.toSchema().toBER());
}

/** What was asked, and by when the answer has come. */
export interface Asked {
  readonly bytes: Uint8Array;
  readonly nonce: Uint8Array;
  /** Milliseconds since 1970, by our own clock. */
  readonly now: number;
}

/**
 * Reads an answer and holds it against what was asked. The signature is verified with the certificate in the token;
 * whether that certificate is to be trusted is left to whoever relies on the token. The reason says what is wrong.
 */
export async function readAnswer(response: Uint8Array, asked: Asked): Promise<Result<Timestamp, string>> {
  let token: ContentInfo;
  let der: Uint8Array | null;
  try {
    der = tokenBytes(response);
    const answer = TimeStampResp.fromBER(response);
    if (!GRANTED.has(answer.status.status)) return failure(refusalOf(answer));
    if (answer.timeStampToken === undefined || der === null) return failure('its answer has no token');
    token = answer.timeStampToken;
  } catch {
    return failure('its answer is no TimeStampResp (RFC 3161)');
  }
  const read = readToken(token);
  if (!read.ok) return read;
  const { signed, info } = read.value;
  const fault = faultOfInfo(info, asked) ?? faultOfSigner(signed) ?? (await faultOfSignature(signed, asked.bytes));
  if (fault !== null) return failure(fault);
  return success({ genTime: info.genTime.getTime(), token: der, response });
}

/** The token as it came: written anew it might differ in bytes that are signed. Null where there is none. */
function tokenBytes(response: Uint8Array): Uint8Array | null {
  const { offset, result } = asn1js.fromBER(response);
  // Nothing may stand behind the answer.
  if (offset !== response.length || !(result instanceof asn1js.Sequence)) return null;
  return result.valueBlock.value[1]?.valueBeforeDecodeView ?? null;
}

function refusalOf({ status }: TimeStampResp): string {
  const said = (status.statusStrings ?? []).map(({ valueBlock }) => valueBlock.value).join('; ');
  return `it refuses, with the status ${status.status}${said === '' ? '' : `: ${said.slice(0, 200)}`}`;
}

function readToken(token: ContentInfo): Result<{ signed: SignedData; info: TSTInfo }, string> {
  try {
    if (token.contentType !== ContentInfo.SIGNED_DATA) return failure('its token is not signed');
    const signed = new SignedData({ schema: token.content });
    const { eContent, eContentType } = signed.encapContentInfo;
    if (eContentType !== id_eContentType_TSTInfo || eContent === undefined)
      return failure('its token is of something else than a time');
    return success({ signed, info: TSTInfo.fromBER(eContent.getValue()) });
  } catch {
    return failure('its token cannot be read');
  }
}

function faultOfInfo(info: TSTInfo, { bytes, nonce, now }: Asked): string | null {
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  const imprint = Buffer.from(hashedMessage.valueBlock.valueHexView);
  if (info.version !== 1) return `its token is of version ${info.version}`;
  if (hashAlgorithm.algorithmId !== id_sha256 || !imprint.equals(hash('sha256', bytes, 'buffer'))) {
    return 'its token is of other bytes than those that were sent';
  }
  // Without the nonce, an old answer could be played back.
  if (info.nonce === undefined || !Buffer.from(info.nonce.valueBlock.valueHexView).equals(nonce)) {
    return 'its token answers another request';
  }
  const genTime = info.genTime.getTime();
  if (Number.isNaN(genTime)) return 'the time in its token cannot be read';
  if (Math.abs(genTime - now) <= MAX_APART_MS) return null;
  return `its token says ${info.genTime.toISOString()}, and this machine's clock ${new Date(now).toISOString()}`;
}

function faultOfSigner({ signerInfos }: SignedData): string | null {
  const [signer] = signerInfos;
  // RFC 3161 section 2.4.2: no signature but the authority's.
  if (signer === undefined || signerInfos.length !== 1) return 'its token does not have exactly one signature';
  if (!STRONG_DIGESTS.has(signer.digestAlgorithm.algorithmId)) return 'its signature is over an outdated digest';
  // RFC 5652 section 5.3: signed attributes there must be, as the content is no plain data. Without them, bytes that
  // were signed for another purpose could pass for a token.
  const contentType = signer.signedAttrs?.attributes.find(({ type }) => type === CONTENT_TYPE_ATTRIBUTE)?.values[0];
  if (!(contentType instanceof asn1js.ObjectIdentifier) || contentType.getValue() !== id_eContentType_TSTInfo) {
    return 'its signature is not over a time-stamp';
  }
  return null;
}

async function faultOfSignature(signed: SignedData, bytes: Uint8Array): Promise<string | null> {
  try {
    const verified = await signed.verify({ signer: 0, data: Uint8Array.from(bytes).buffer, extendedMode: true });
    if (verified.signatureVerified !== true) return 'its signature does not verify';
    if (!isForTimeStamping(verified.signerCertificate ?? null)) {
      return 'its certificate is not one of a time-stamping authority';
    }
    return null;
  } catch (error) {
    if (error instanceof SignedDataVerifyError) return `its signature does not verify: ${error.message}`;
    throw error;
  }
}

/** RFC 3161 section 2.3: the certificate has exactly this purpose, and says so critically. */
function isForTimeStamping(certificate: Certificate | null): boolean {
  const usage = certificate?.extensions?.find(({ extnID }) => extnID === id_ExtKeyUsage);
  const purposes = usage?.parsedValue;
  if (usage?.critical !== true || !(purposes instanceof ExtKeyUsage)) return false;
  return purposes.keyPurposes.length === 1 && purposes.keyPurposes[0] === TIME_STAMPING_PURPOSE;
}
