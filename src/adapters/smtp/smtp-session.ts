import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import type { MailOutcome } from '../../ports/mail-transport.ts';
import { judgeFailure, oneLine, refusalCode, shapesOfSecret } from './judge-failure.ts';
import type { SmtpFailure } from './judge-failure.ts';
import { MessageSource } from './message-source.ts';

export type SmtpSecurity = 'starttls' | 'tls' | 'none';

export interface SessionOptions {
  /** The name that the certificate has to prove; null where the server is named by its address. */
  readonly serverName: string | null;
  readonly port: number;
  readonly security: SmtpSecurity;
  /** How we call ourselves in EHLO. */
  readonly clientName: string;
  readonly login: { readonly user: string; readonly password: string } | null;
  /** The only authorities to trust, PEM; null: the well-known ones. */
  readonly ca: string | null;
  readonly limits: SessionLimits;
}

export interface SessionLimits {
  /** For connecting with greeting and TLS; again for EHLO and login; again for the envelope. */
  readonly phaseTimeoutMs: number;
  /** For the message and the answer to it: RFC 5321 section 4.5.3.2.6 asks for ten minutes, and whoever waits less sends twice. */
  readonly dataTimeoutMs: number;
}

/** The outcome of a message; `begun` where the server had asked for its content. */
export type Sent = MailOutcome & { readonly begun: boolean };

/** An open connection that takes one message after the other. */
export interface SmtpSession {
  readonly address: Address;
  /** False once it is closed, by either side. */
  isOpen(): boolean;
  /** Never rejects. After anything but `accepted` the session is closed. */
  send(from: string, to: string, message: Uint8Array): Promise<Sent>;
  close(): void;
}

const MAX_RESPONSE_BYTES = 64 * 1024;
const CLOSE_TIMEOUT_MS = 1000;

/**
 * Opens a connection to exactly this address, secures it and logs in; or says why not, as an outcome. The signal closes it at
 * any time, in the middle of a message too.
 */
export async function openSession(
  address: Address,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<SmtpSession | Extract<MailOutcome, { outcome: 'refused' }>> {
  const { login, limits } = options;
  const secrets = login === null ? [] : shapesOfSecret(login.user, login.password);
  if (signal.aborted) return { outcome: 'refused', code: null, response: 'the program is ending', permanent: false };
  const connection = connectionTo(address, options);
  let isOpen = true;
  let onFailure: (failure: SmtpFailure) => void = () => undefined;
  const close = (): void => {
    isOpen = false;
    signal.removeEventListener('abort', close);
    connection.close();
    onFailure({ message: 'the connection was closed' });
  };
  signal.addEventListener('abort', close);
  connection.on('error', (failure: SmtpFailure) => {
    isOpen = false;
    signal.removeEventListener('abort', close);
    onFailure(failure);
  });
  connection.on('end', () => {
    isOpen = false;
    signal.removeEventListener('abort', close);
    // The library tells that the session is over before it tells why.
    setImmediate(() => onFailure({ message: 'the server ended the connection' }));
  });

  /** One step of opening, within its time; what went wrong, or null. */
  function step(
    what: string,
    timeoutMs: number,
    work: (done: (failure?: SmtpFailure | null) => void) => void,
  ): Promise<SmtpFailure | null> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve({ message: `no ${what} within ${timeoutMs / 1000} s` }), timeoutMs);
      const done = (failure: SmtpFailure | null): void => {
        clearTimeout(late);
        onFailure = () => undefined;
        resolve(failure);
      };
      onFailure = done;
      work((failure) => done(failure ?? null));
    });
  }

  const failure =
    // The library's own limit speaks first and says what it waited for; EHLO after it has a turn of its own.
    (await step('session', 2 * limits.phaseTimeoutMs, (done) => connection.connect(done))) ??
    wrongPeer(connection, address) ??
    (login === null
      ? null
      : await step('answer to the login', limits.phaseTimeoutMs, (done) =>
          connection.login({ user: login.user, pass: login.password }, done),
        ));
  if (failure !== null) {
    close();
    const code = refusalCode(failure);
    const said = typeof failure.response === 'string' ? failure.response : explained(failure);
    return { outcome: 'refused', code, response: oneLine(said, secrets), permanent: false };
  }

  return {
    address,
    isOpen: () => isOpen,
    close,
    send: (from, to, message) =>
      new Promise((resolve) => {
        let timer = setTimeout(tooSlow, limits.phaseTimeoutMs, 'envelope', limits.phaseTimeoutMs);
        const source = new MessageSource(message, () => {
          clearTimeout(timer);
          timer = setTimeout(tooSlow, limits.dataTimeoutMs, 'message', limits.dataTimeoutMs);
        });
        function settle(outcome: MailOutcome): void {
          clearTimeout(timer);
          onFailure = () => undefined;
          if (outcome.outcome !== 'accepted') close();
          resolve({ ...outcome, begun: source.begun });
        }
        function fail(failure: SmtpFailure): void {
          settle(judgeFailure(failure, source.finished, secrets));
        }
        function tooSlow(what: string, timeoutMs: number): void {
          fail({ message: `no answer to the ${what} within ${timeoutMs / 1000} s` });
        }
        onFailure = fail;
        connection.send({ from, to: [to], size: message.length, use8BitMime: true }, source, (error, info) => {
          if (error) return fail(error);
          const response = info?.response ?? '';
          const code = Number(/^\d{3}/.exec(response)?.[0] ?? 250);
          settle({ outcome: 'accepted', code, response: oneLine(response, secrets) });
        });
      }),
  };
}

function connectionTo(address: Address, options: SessionOptions): SMTPConnection {
  const { serverName, port, security, clientName, ca, limits } = options;
  return new SMTPConnection({
    // The checked address, never the name: nothing resolves it a second time.
    host: address.text,
    port,
    name: clientName,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: {
      // Said outright, since NODE_TLS_REJECT_UNAUTHORIZED could say otherwise.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(serverName === null ? {} : { servername: serverName }),
      ...(ca === null ? {} : { ca }),
    },
    connectionTimeout: limits.phaseTimeoutMs,
    greetingTimeout: limits.phaseTimeoutMs,
    socketTimeout: Math.max(limits.phaseTimeoutMs, limits.dataTimeoutMs),
    socketCloseTimeout: CLOSE_TIMEOUT_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    logger: false,
  });
}

function wrongPeer({ _socket: socket }: SMTPConnection, address: Address): SmtpFailure | null {
  const remote = socket === false || socket === null ? '' : (socket.remoteAddress ?? '');
  const peer = parseAddress(remote);
  if (peer.ok && peer.value.text === address.text) return null;
  return { message: 'it is connected to another address than the one that was checked' };
}

/** Codes of a certificate that does not prove the name. */
const CERTIFICATE = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_)/;

function explained(failure: SmtpFailure & { readonly originalCode?: unknown }): string {
  const { originalCode: code } = failure;
  return typeof code === 'string' && CERTIFICATE.test(code)
    ? `it does not prove by TLS that it is who it should be (${code})`
    : failure.message;
}
