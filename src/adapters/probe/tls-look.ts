import { constants } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { TlsSeen } from '../../domain/observation.ts';
import { plainText } from '../../domain/plain-text.ts';
import { readCertificate } from './certificate-seen.ts';
import type { SeenWithBytes } from './certificate-seen.ts';
import { codeOf } from './open-tcp.ts';
import { whenSilent } from './patience.ts';

const MAX_CHAIN = 10;

let shared: SecureContext | null = null;

/**
 * Takes whatever a server can still speak: TLS 1.0, weak keys, old ciphers, servers that know no secure renegotiation. Nothing
 * secret is ever sent, and whom the certificate belongs to is what we want to see. One context for all looks: making one costs
 * more than a handshake.
 */
function context(): SecureContext {
  shared ??= createSecureContext({
    // No authorities: nothing is validated, and loading them takes long.
    ca: [],
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ALL:@SECLEVEL=0',
    // Without the post-quantum shares of today's default: they cost most of a handshake, and a ClientHello of two packets is more
    // than some old servers take.
    ecdhCurve: 'X25519:P-256:P-384:P-521',
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  });
  return shared;
}

export interface TlsLook {
  readonly seen: TlsSeen;
  readonly certificates: readonly SeenWithBytes[];
  /** Open, where a handshake came about. */
  readonly stream: TLSSocket | null;
}

/**
 * One handshake on an open connection, which is used up by it.
 *
 * @param name for SNI; null for an address (RFC 6066 section 3)
 */
export function lookAtTls(
  socket: Socket,
  name: string | null,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<TlsLook> {
  const began = performance.now();
  return new Promise((resolve) => {
    const stream = connectTls({
      socket,
      secureContext: context(),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(name === null ? {} : { servername: name }),
    });
    let settled = false;
    const settle = (outcome: TlsSeen['outcome'], error: string | null): void => {
      if (settled) return;
      settled = true;
      stopWaiting();
      signal.removeEventListener('abort', stop);
      const done = outcome === 'handshake';
      const certificates = done ? chainOf(stream) : [];
      const seen: TlsSeen = {
        outcome,
        protocol: done ? stream.getProtocol() : null,
        cipher: done ? plainText(stream.getCipher().name, 100) : null,
        alpn: done && typeof stream.alpnProtocol === 'string' ? plainText(stream.alpnProtocol, 100) : null,
        chain: certificates.map(({ seen }) => seen),
        ms: Math.round(performance.now() - began),
        error,
      };
      if (!done) {
        stream.destroy();
        socket.destroy();
      }
      resolve({ seen, certificates, stream: done ? stream : null });
    };
    const stop = (): void => settle('timed-out', 'stopped');
    const stopWaiting = whenSilent(timeoutMs, () => settle('timed-out', 'no handshake in time'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    // What happens on the connection later is for whoever reads from it: this listener only keeps it from being unhandled.
    stream.on('error', (error) => {
      const { outcome, says } = judge(error);
      settle(outcome, says);
    });
    stream.once('secureConnect', () => settle('handshake', null));
    stream.once('close', () => settle('closed', 'closed before the handshake was done'));
  });
}

/** The chain as far as it links up; links that are twice the same end it. */
function chainOf(stream: TLSSocket): readonly SeenWithBytes[] {
  const chain: SeenWithBytes[] = [];
  let certificate: X509Certificate | undefined;
  try {
    certificate = stream.getPeerX509Certificate();
  } catch {
    // A certificate that OpenSSL itself cannot hold: the handshake stands, without one.
  }
  while (certificate !== undefined && chain.length < MAX_CHAIN) {
    const read = readCertificate(certificate);
    if (chain.some(({ seen }) => seen.sha256 === read.seen.sha256)) break;
    chain.push(read);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** What OpenSSL says where the first bytes that came are no TLS record. */
const NOT_TLS =
  /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|BAD_RECORD_TYPE|RECORD_LAYER_FAILURE|UNKNOWN_PROTOCOL/;

function judge(error: Error): { outcome: Exclude<TlsSeen['outcome'], 'handshake' | 'timed-out'>; says: string } {
  const code = codeOf(error);
  const says = plainText(code === 'unknown' ? error.message : code, 200);
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    const text = `${code} ${error.message}`.toUpperCase().replaceAll(' ', '_');
    return { outcome: NOT_TLS.test(text) ? 'not-tls' : 'refused', says };
  }
  // Node gives a plain end before the handshake the code of a reset, but no system call.
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return 'syscall' in error
      ? { outcome: 'reset', says }
      : { outcome: 'closed', says: 'closed before the handshake was done' };
  return { outcome: 'closed', says };
}
