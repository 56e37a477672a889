import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerSession } from 'smtp-server';
import { createCertificateAuthority } from './certificates.ts';
import { NO_FAULTS } from './smtp-faults.ts';
import type { ConnectionFault, FaultPlan, MessageFault } from './smtp-faults.ts';

/** A message as the server took it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly message: Buffer;
  readonly secure: boolean;
  /** Who logged in; null where nobody did. */
  readonly user: string | null;
  /** How the client called itself in EHLO. */
  readonly clientName: string;
  /** Whether the client was told that it was taken. */
  readonly answered: boolean;
}

export interface SmtpLaboratoryOptions {
  readonly security?: 'starttls' | 'tls' | 'none';
  /** With these the server takes mail only after a login. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly authMethods?: readonly ('PLAIN' | 'LOGIN' | 'CRAM-MD5')[];
  /** The names that its certificate is for; "localhost" and 127.0.0.1 where not given. */
  readonly certifiedNames?: readonly string[];
  readonly certifiedAddresses?: readonly string[];
  /** Announces that no message may be larger. */
  readonly maxBytes?: number;
}

/** A real SMTP server on loopback that keeps every message, and misbehaves by plan. */
export interface SmtpLaboratory {
  readonly host: string;
  readonly port: number;
  /** A folder that is deleted on close; the certificate authority stands in it. */
  readonly folder: string;
  readonly caFile: string;
  /** Every message that was taken whole, also those that were not answered, in order. */
  readonly received: readonly ReceivedMail[];
  /** How many connections and messages there have been. */
  readonly connections: () => number;
  readonly messages: () => number;
  /** From now on; counts begin anew, and what was received is kept. */
  planConnections(plan: FaultPlan<ConnectionFault>): void;
  planMessages(plan: FaultPlan<MessageFault>): void;
  /** Forgets what was received, the counts and the plans. */
  reset(): void;
  /** Ends every connection that is open, as a server does that is restarted. */
  dropConnections(): void;
  close(): Promise<void>;
}

export async function openSmtpLaboratory(options: SmtpLaboratoryOptions = {}): Promise<SmtpLaboratory> {
  const { security = 'starttls', login = null } = options;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-smtp-')));
  const authority = await createCertificateAuthority();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.cert);
  const certificate = await authority.issue(
    options.certifiedNames ?? ['localhost'],
    options.certifiedAddresses ?? ['127.0.0.1'],
  );

  const received: ReceivedMail[] = [];
  const sockets = new Map<number, Socket>();
  const faults = new Map<string, MessageFault | null>();
  let planOfConnections: FaultPlan<ConnectionFault> = NO_FAULTS;
  let planOfMessages: FaultPlan<MessageFault> = NO_FAULTS;
  let connections = 0;
  let messages = 0;
  const greetings = new Map<number, Exclude<ConnectionFault, string>>();

  const drop = (session: SMTPServerSession): void => {
    sockets.get(session.remotePort)?.destroy();
  };
  const smtp = new SMTPServer({
    ...certificate,
    secure: security === 'tls',
    ...(security === 'none' ? { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] } : {}),
    authOptional: login === null,
    authMethods: [...(options.authMethods ?? ['PLAIN', 'LOGIN', 'CRAM-MD5'])],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    ...(options.maxBytes === undefined ? {} : { size: options.maxBytes }),
    onConnect(session, done) {
      const greeting = greetings.get(session.remotePort);
      done(greeting === undefined ? null : refusal(greeting.code, greeting.text));
    },
    onAuth(auth, _session, done) {
      const isRight =
        login !== null &&
        auth.username === login.user &&
        (auth.method === 'CRAM-MD5' ? auth.validatePassword(login.password) : auth.password === login.password);
      done(isRight ? null : refusal(535, '5.7.8 wrong user or password'), isRight ? { user: login.user } : undefined);
    },
    onMailFrom(_address, session, done) {
      messages += 1;
      faults.set(session.id, planOfMessages(messages));
      answer('mail', session, done);
    },
    onRcptTo(_address, session, done) {
      answer('rcpt', session, done);
    },
    onData(stream, session, done) {
      const fault = faults.get(session.id) ?? null;
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (fault === 'drop-in-data') drop(session);
      });
      stream.on('end', () => {
        if (fault === 'drop-in-data') return;
        if (fault !== null && typeof fault === 'object' && 'at' in fault) return answer('data', session, done);
        const answered = fault !== 'drop-after-data' && !stream.sizeExceeded;
        if (!stream.sizeExceeded) received.push(kept(session, Buffer.concat(chunks), answered));
        if (fault === 'drop-after-data') return drop(session);
        if (stream.sizeExceeded) return done(refusal(552, '5.3.4 message too large'));
        const taken = (): void => done(null, `2.0.0 taken as ${received.length}`);
        if (fault === null) taken();
        else setTimeout(taken, fault.slowMs).unref();
      });
    },
  });
  // Clients that leave in the middle are what some tests are about.
  smtp.on('error', () => undefined);

  function answer(
    at: 'mail' | 'rcpt' | 'data',
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
  ): void {
    const fault = faults.get(session.id) ?? null;
    if (fault === null || typeof fault !== 'object' || !('at' in fault) || fault.at !== at) done();
    else if ('code' in fault) done(refusal(fault.code, fault.text));
  }

  const front: Server = createServer((socket) => {
    connections += 1;
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(port);
      greetings.delete(port);
    });
    const fault = planOfConnections(connections);
    if (fault === 'refuse') socket.resetAndDestroy();
    else if (fault !== 'hang') {
      if (fault !== null) greetings.set(port, fault);
      smtp.server.emit('connection', socket);
    }
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = front.address() as AddressInfo;

  return {
    host: '127.0.0.1',
    port,
    folder,
    caFile,
    received,
    connections: () => connections,
    messages: () => messages,
    planConnections(plan) {
      planOfConnections = plan;
      connections = 0;
    },
    planMessages(plan) {
      planOfMessages = plan;
      messages = 0;
    },
    reset() {
      planOfConnections = NO_FAULTS;
      planOfMessages = NO_FAULTS;
      connections = 0;
      messages = 0;
      received.length = 0;
    },
    dropConnections() {
      for (const socket of sockets.values()) socket.destroy();
    },
    async close() {
      for (const socket of sockets.values()) socket.destroy();
      await new Promise((resolve) => {
        front.close(resolve);
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function refusal(code: number, text = code < 500 ? '4.0.0 not now' : '5.0.0 never'): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function kept(session: SMTPServerSession, message: Buffer, answered: boolean): ReceivedMail {
  const { mailFrom, rcptTo } = session.envelope;
  const user: unknown = session.user;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    message,
    secure: session.secure,
    user: typeof user === 'string' ? user : null,
    clientName: session.hostNameAppearsAs,
    answered,
  };
}
