import { request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { createGunzip } from 'node:zlib';
import { parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import { literalAddress, portOf } from './egress-guard.ts';

const MAX_HEADER_BYTES = 16 * 1024;
/** What is kept of the body of an answer that is no success, where the pieces of a success go elsewhere. */
const MAX_WORDS_BYTES = 64 * 1024;

export interface ExchangeTimes {
  /** From the first packet to the end of the TLS handshake. */
  readonly connectTimeoutMs: number;
  /** From the first packet to the last byte of the answer. */
  readonly totalTimeoutMs: number;
  /** For how long nothing may come; the whole time where not given. */
  readonly idleTimeoutMs?: number;
}

export interface ExchangeLimits extends ExchangeTimes {
  /** Of the body, as it comes. */
  readonly maxBytes: number;
  /** Of the body, unpacked; null unpacks nothing and leaves `content-encoding` to whoever asks. */
  readonly maxUnpackedBytes: number | null;
}

export interface ExchangeRequest {
  readonly url: URL;
  /** The only address that is connected to. */
  readonly address: Address;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly limits: ExchangeLimits;
  /** Takes the pieces of the body of a 2xx answer, which is not kept then. */
  readonly take: ((piece: Uint8Array) => Promise<void>) | null;
  /** Certificates to trust besides the well-known ones, PEM. */
  readonly extraCa: string | null;
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
  /** Whether there was a connection, so that the request may have arrived. */
  readonly wasConnected: boolean;

  constructor(reason: string, mayRetry: boolean, wasConnected: boolean, cause?: unknown) {
    super(reason, { cause });
    this.name = 'ExchangeError';
    this.mayRetry = mayRetry;
    this.wasConnected = wasConnected;
  }
}

/**
 * One request over a connection of its own to exactly this address; the name in the URL is what the certificate must
 * prove. Follows nothing, and takes no more than its limits.
 */
export function exchange(request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
  return new Exchange(request, signal).run();
}

class Exchange {
  private readonly request: ExchangeRequest;
  private readonly late: AbortSignal;
  private readonly signal: AbortSignal;
  private isConnected = false;
  private isIdle = false;

  constructor(request: ExchangeRequest, signal: AbortSignal) {
    this.request = request;
    this.late = AbortSignal.timeout(request.limits.totalTimeoutMs);
    this.signal = AbortSignal.any([signal, this.late]);
  }

  async run(): Promise<ExchangeAnswer> {
    try {
      const response = await this.open();
      const { statusCode: status = 0, headers } = response;
      const taken = await this.taken(response, status >= 200 && status < 300);
      return { status, headers, ...taken, peerAddress: this.request.address.text };
    } catch (cause) {
      if (cause instanceof ExchangeError) throw cause;
      if (cause instanceof TakersOwn) throw cause.cause;
      if (this.late.aborted) throw this.error(this.tooSlow(), true, cause);
      if (this.isIdle) throw this.error(this.tooQuiet(), true, cause);
      if (cause instanceof Error && 'code' in cause && cause.name !== 'AbortError') throw this.explained(cause);
      throw cause;
    }
  }

  private open(): Promise<IncomingMessage> {
    const { url, address, method, headers, body, extraCa, limits } = this.request;
    const common: RequestOptions = {
      // The checked address, never the name: nothing resolves it a second time.
      host: address.text,
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      method,
      // A connection of its own: no pool, no proxy from the environment.
      agent: false,
      signal: this.signal,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        'accept-encoding': limits.maxUnpackedBytes === null ? 'identity' : 'gzip',
        'user-agent': 'dismantle',
        ...headers,
        host: url.host,
        ...(body === null ? {} : { 'content-length': body.length }),
      },
    };
    return new Promise((resolve, reject) => {
      const asked =
        url.protocol === 'http:'
          ? requestHttp(common)
          : requestHttps({
              ...common,
              // A certificate is for a name; for an address in the URL it must name that address.
              ...(literalAddress(url) === null ? { servername: url.hostname } : {}),
              // Said outright, since NODE_TLS_REJECT_UNAUTHORIZED could say otherwise.
              rejectUnauthorized: true,
              minVersion: 'TLSv1.2',
              ...(extraCa === null ? {} : { ca: [...rootCertificates, extraCa] }),
            });
      const connecting = this.watched(asked);
      asked.once('response', resolve);
      // It stays on: a connection that breaks after the answer began reports it here as well.
      asked.on('error', (cause) => {
        clearTimeout(connecting);
        reject(cause);
      });
      asked.end(body ?? undefined);
    });
  }

  /** Ends what does not connect in time, or to another address; gives the timer of the first. */
  private watched(asked: ClientRequest): NodeJS.Timeout {
    const { url, address, limits } = this.request;
    const connecting = setTimeout(() => {
      asked.destroy(this.error(`no connection within ${limits.connectTimeoutMs / 1000} s`, true));
    }, limits.connectTimeoutMs);
    asked.once('socket', (socket) => {
      socket.once(url.protocol === 'http:' ? 'connect' : 'secureConnect', () => {
        clearTimeout(connecting);
        const peer = parseAddress(socket.remoteAddress ?? '');
        if (!peer.ok || peer.value.text !== address.text) {
          asked.destroy(this.error('it is connected to another address than the one that was checked', false));
          return;
        }
        this.isConnected = true;
      });
    });
    if (limits.idleTimeoutMs !== undefined) {
      asked.setTimeout(limits.idleTimeoutMs, () => {
        this.isIdle = true;
        asked.destroy(this.error(this.tooQuiet(), true));
      });
    }
    return connecting;
  }

  private async taken(
    response: IncomingMessage,
    isSuccess: boolean,
  ): Promise<Pick<ExchangeAnswer, 'body' | 'broken' | 'mayRetry'>> {
    const { limits } = this.request;
    const pieces: Uint8Array[] = [];
    const ended = (broken: string | null, mayRetry: boolean) => ({ body: Buffer.concat(pieces), broken, mayRetry });
    const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    const isPacked = limits.maxUnpackedBytes !== null && encoding !== 'identity' && encoding !== '';
    if (isPacked && encoding !== 'gzip' && encoding !== 'x-gzip') {
      response.destroy();
      return ended('it answers in an encoding that was not asked for', false);
    }
    const most = isPacked && limits.maxUnpackedBytes !== null ? limits.maxUnpackedBytes : limits.maxBytes;
    const take = isSuccess ? this.request.take : null;
    let room = this.request.take === null || isSuccess ? most : Math.min(most, MAX_WORDS_BYTES);
    const allowed = room;
    try {
      for await (const piece of isPacked ? this.unpacked(response) : chunksOf(response)) {
        const mine = piece.subarray(0, room);
        if (take === null) pieces.push(mine);
        else await take(mine).catch((cause: unknown) => Promise.reject(new TakersOwn(cause)));
        room -= piece.length;
        // Leaving the loop closes the connection.
        if (room < 0)
          return ended(`its answer is longer than ${sizeText(allowed)}${isPacked ? ' unpacked' : ''}`, false);
      }
      return ended(null, false);
    } catch (cause) {
      if (cause instanceof TakersOwn) throw cause;
      if (cause instanceof TooLong) return ended(cause.message, false);
      if (this.late.aborted) return ended(this.tooSlow(), true);
      if (this.isIdle) return ended(this.tooQuiet(), true);
      if (cause instanceof Error && 'code' in cause && cause.name !== 'AbortError') {
        if (String(cause.code).startsWith('Z_')) return ended('what it packed cannot be unpacked', true);
        return ended('the connection broke in the middle of the answer', true);
      }
      throw cause;
    }
  }

  /** The body unpacked; no more of it is read than is taken from here. */
  private async *unpacked(response: IncomingMessage): AsyncGenerator<Uint8Array> {
    const gunzip = createGunzip();
    // The outcome of either end comes out of the loop over the other.
    pipeline(Readable.from(within(chunksOf(response), this.request.limits.maxBytes)), gunzip, () => undefined);
    yield* chunksOf(gunzip);
  }

  private error(reason: string, mayRetry: boolean, cause?: unknown): ExchangeError {
    return new ExchangeError(reason, mayRetry, this.isConnected, cause);
  }

  private tooSlow(): string {
    return `no whole answer within ${this.request.limits.totalTimeoutMs / 1000} s`;
  }

  private tooQuiet(): string {
    return `nothing came for ${(this.request.limits.idleTimeoutMs ?? 0) / 1000} s`;
  }

  private explained(cause: Error & { readonly code: unknown }): ExchangeError {
    const code = String(cause.code);
    if (code === 'HPE_HEADER_OVERFLOW') {
      return this.error(`its header is longer than ${MAX_HEADER_BYTES / 1024} KiB`, false, cause);
    }
    if (CERTIFICATE.test(code)) {
      return this.error(`it does not prove by TLS that it is who it should be (${code})`, false, cause);
    }
    return this.error(`the connection failed (${code})`, true, cause);
  }
}

/** Codes of a certificate that does not prove the name; asking again would not change it. */
const CERTIFICATE = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_|EPROTO$|ERR_SSL_)/;

class TooLong extends Error {}

/** What whoever takes the pieces ran into. */
class TakersOwn extends Error {
  constructor(cause: unknown) {
    super('not taken', { cause });
  }
}

async function* within(pieces: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let room = most;
  for await (const piece of pieces) {
    room -= piece.length;
    if (room < 0) throw new TooLong(`its answer is longer than ${sizeText(most)}`);
    yield piece;
  }
}

function chunksOf(stream: Readable): AsyncIterable<Uint8Array> {
  return stream;
}

function sizeText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.floor(bytes / (1024 * 1024))} MiB` : `${Math.floor(bytes / 1024)} KiB`;
}
