import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { rootCertificates } from 'node:tls';
import { parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';

/** 512 KiB: the longest real answer at hand has 30 KB. */
export const MAX_BODY_BYTES = 512 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

export interface ExchangeLimits {
  /** From the first packet to the end of the TLS handshake. */
  readonly connectTimeoutMs: number;
  /** From the first packet to the last byte of the answer. */
  readonly totalTimeoutMs: number;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly peerAddress: string;
  /** Null where the whole answer came, else what became of the rest. */
  readonly broken: string | null;
  /** Whether asking again may help. */
  readonly mayRetry: boolean;
}

/** No answer at all. `reason` is a clause: "no connection within 10 s". */
export class ExchangeError extends Error {
  readonly mayRetry: boolean;

  constructor(reason: string, mayRetry: boolean, cause?: unknown) {
    super(reason, { cause });
    this.name = 'ExchangeError';
    this.mayRetry = mayRetry;
  }
}

/**
 * One GET over a TLS connection of its own to exactly this address; the name in the URL is what the certificate must
 * prove. Follows nothing, unpacks nothing, and takes no more than MAX_BODY_BYTES.
 *
 * @param extraCa certificates to trust besides the well-known ones, PEM; for tests
 */
export async function exchange(
  url: URL,
  address: Address,
  accept: string,
  limits: ExchangeLimits,
  signal: AbortSignal,
  extraCa: string | null,
): Promise<ExchangeAnswer> {
  const late = AbortSignal.timeout(limits.totalTimeoutMs);
  const ended = AbortSignal.any([signal, late]);
  try {
    const { response, peerAddress } = await open(url, address, accept, limits, ended, extraCa);
    const { body, broken, mayRetry } = await take(response, limits, late);
    return { status: response.statusCode ?? 0, headers: response.headers, body, peerAddress, broken, mayRetry };
  } catch (cause) {
    if (cause instanceof ExchangeError) throw cause;
    if (late.aborted) throw new ExchangeError(tooSlow(limits), true, cause);
    if (cause instanceof Error && 'code' in cause) throw explained(cause);
    throw cause;
  }
}

function tooSlow({ totalTimeoutMs }: ExchangeLimits): string {
  return `no whole answer within ${totalTimeoutMs / 1000} s`;
}

interface Opened {
  readonly response: IncomingMessage;
  readonly peerAddress: string;
}

function open(
  url: URL,
  address: Address,
  accept: string,
  limits: ExchangeLimits,
  signal: AbortSignal,
  extraCa: string | null,
): Promise<Opened> {
  const name = url.hostname;
  const isLiteral = parseAddress(name.replace(/^\[(.*)\]$/, '$1')).ok;
  return new Promise((resolve, reject) => {
    const asked = request({
      // The checked address, never the name: nothing resolves it a second time.
      host: address.text,
      port: url.port === '' ? 443 : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      // A connection of its own: no pool, no proxy from the environment.
      agent: false,
      signal,
      // A certificate is for a name; for an address in the URL it must name that address.
      ...(isLiteral ? {} : { servername: name }),
      // Said outright, since NODE_TLS_REJECT_UNAUTHORIZED could say otherwise.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(extraCa === null ? {} : { ca: [...rootCertificates, extraCa] }),
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: { host: url.host, accept, 'accept-encoding': 'identity', 'user-agent': 'dismantle' },
    });
    const connecting = setTimeout(() => {
      asked.destroy(new ExchangeError(`no connection within ${limits.connectTimeoutMs / 1000} s`, true));
    }, limits.connectTimeoutMs);
    asked.once('socket', (socket) => {
      socket.once('secureConnect', () => {
        clearTimeout(connecting);
        const peer = parseAddress(socket.remoteAddress ?? '');
        if (peer.ok && peer.value.text === address.text) return;
        asked.destroy(new ExchangeError('it is connected to another address than the one that was checked', false));
      });
    });
    asked.once('response', (response) => resolve({ response, peerAddress: address.text }));
    // It stays on: a connection that breaks after the answer began reports it here as well.
    asked.on('error', (cause) => {
      clearTimeout(connecting);
      reject(cause);
    });
    asked.end();
  });
}

interface Taken {
  readonly body: Uint8Array;
  readonly broken: string | null;
  readonly mayRetry: boolean;
}

async function take(response: IncomingMessage, limits: ExchangeLimits, late: AbortSignal): Promise<Taken> {
  const pieces: Uint8Array[] = [];
  let room = MAX_BODY_BYTES;
  const ended = (broken: string | null, mayRetry: boolean): Taken => ({
    body: Buffer.concat(pieces),
    broken,
    mayRetry,
  });
  const chunks: AsyncIterable<Uint8Array> = response;
  try {
    for await (const chunk of chunks) {
      pieces.push(chunk.subarray(0, room));
      room -= chunk.length;
      // Leaving the loop closes the connection.
      if (room < 0) return ended(`its answer is longer than ${MAX_BODY_BYTES / 1024} KiB`, false);
    }
    return ended(null, false);
  } catch (cause) {
    if (late.aborted) return ended(tooSlow(limits), true);
    if (cause instanceof Error && 'code' in cause && cause.name !== 'AbortError') {
      return ended('the connection broke in the middle of the answer', true);
    }
    throw cause;
  }
}

/** Codes of a certificate that does not prove the name; asking again would not change it. */
const CERTIFICATE = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_|EPROTO$|ERR_SSL_)/;

function explained(cause: Error & { readonly code: unknown }): ExchangeError {
  const code = String(cause.code);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ExchangeError(`its header is longer than ${MAX_HEADER_BYTES / 1024} KiB`, false, cause);
  }
  if (CERTIFICATE.test(code)) {
    return new ExchangeError(`it does not prove by TLS that it is who it should be (${code})`, false, cause);
  }
  return new ExchangeError(`the connection failed (${code})`, true, cause);
}
