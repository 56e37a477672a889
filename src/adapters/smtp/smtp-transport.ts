import { mailboxFault, recipientFault } from '../../domain/mail-address.ts';
import { parseAddress } from '../../domain/address.ts';
import { problem } from '../../domain/problem.ts';
import type { MailOutcome, MailTransport, OutgoingMail } from '../../ports/mail-transport.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import { findServer, isLoopback, resolveBySystem } from './find-server.ts';
import type { FoundServer, ResolveHost } from './find-server.ts';
import { createSessionPool } from './session-pool.ts';
import { openSession } from './smtp-session.ts';
import type { Sent, SessionLimits, SmtpSecurity, SmtpSession } from './smtp-session.ts';

export interface SmtpOptions {
  readonly outgoing: Outgoing;
  readonly host: string;
  readonly port: number;
  readonly security: SmtpSecurity;
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly ca: string | null;
  /** How many connections there may be at once. */
  readonly connections: number;
  readonly limits: SessionLimits;
  /** For tests; the system's resolver otherwise. */
  readonly resolveHost?: ResolveHost;
}

/** How many of a server's addresses are tried for one message. */
const MAX_TRIED = 3;

/**
 * Mail out over SMTP (RFC 5321), one recipient an envelope, over connections that are kept for the next message. The guard of
 * drills stands here beside the one in the database: a drill's mail goes to an address of this machine, checked after the name was
 * resolved and connected to as it was checked; and plain text goes nowhere else either.
 */
export function createSmtpTransport(options: SmtpOptions): MailTransport {
  const { outgoing, host, port, security, limits, resolveHost = resolveBySystem } = options;
  const pool = createSessionPool(options.connections);

  /** The session of an earlier message, where one is open that this mail may use. */
  async function overKept(mail: OutgoingMail): Promise<Sent | null> {
    const kept = pool.takeKept(({ address }) => !mail.drill || isLoopback(address));
    if (kept === null) return null;
    const sent = await sendOver(kept, mail);
    // A server may end a connection that waits; nothing was begun, so a new one is no second try.
    return sent.outcome === 'refused' && sent.code === null && !sent.begun ? null : sent;
  }

  async function sendOver(session: SmtpSession, mail: OutgoingMail): Promise<Sent> {
    const sent = await session.send(mail.from, mail.to, mail.message);
    pool.keep(session);
    return sent;
  }

  async function overNew(mail: OutgoingMail, { addresses }: FoundServer): Promise<MailOutcome> {
    let last: MailOutcome | null = null;
    for (const address of addresses.slice(0, MAX_TRIED)) {
      const opened = await openSession(
        address,
        {
          serverName: parseAddress(host).ok ? null : host,
          port,
          security,
          clientName: mail.from.slice(mail.from.lastIndexOf('@') + 1),
          login: options.login,
          ca: options.ca,
          limits,
        },
        pool.signal,
      );
      if (!('outcome' in opened)) {
        // Names, TLS and a login may have taken minutes.
        if (mail.lost?.aborted !== true) return sendOver(opened, mail);
        pool.keep(opened);
        return notNow(NOT_OURS);
      }
      last = opened;
      // Who answered with a code is the server; another of its addresses would say the same.
      if (opened.code !== null) break;
    }
    return last ?? notNow(`the mail server ${host} has no address`);
  }

  return {
    host,
    port,
    async deliver(mail) {
      outgoing.assertAllowed('send');
      assertAddresses(mail);
      return pool.inTurn(async () => {
        if (pool.signal.aborted) return notNow('the program is ending');
        if (mail.lost?.aborted === true) return notNow(NOT_OURS);
        const again = await overKept(mail);
        if (again !== null) return outcomeOf(again);
        const server = await findServer(host, resolveHost, limits.phaseTimeoutMs);
        if (!server.ok) return notNow(server.problem);
        assertPlace(options, server.value, mail.drill);
        return outcomeOf(await overNew(mail, server.value));
      });
    },
    close: () => pool.close(),
  };
}

const NOT_OURS = 'nothing was given to the mail server: another process may be at it';

function notNow(response: string): MailOutcome {
  return { outcome: 'refused', code: null, response, permanent: false };
}

/** Without what only this folder wants to know. */
function outcomeOf(sent: MailOutcome & { readonly begun?: boolean }): MailOutcome {
  const { begun: _begun, ...outcome } = sent;
  return outcome;
}

function assertAddresses({ from, to, drill }: OutgoingMail): void {
  const ofSender = mailboxFault(from);
  if (ofSender !== null) {
    throw problem(
      'refused',
      `${JSON.stringify(from.slice(0, 100))} may send no mail: ${ofSender}`,
      'Correct mail.from',
    );
  }
  const ofRecipient = recipientFault(to, drill);
  if (ofRecipient === null) return;
  throw problem(
    'refused',
    `no mail goes to ${JSON.stringify(to.slice(0, 100))}: ${ofRecipient}`,
    'Correct the contact in the provider book, or draft for another one',
  );
}

function assertPlace({ host, security }: SmtpOptions, { isHere }: FoundServer, drill: boolean): void {
  if (isHere) return;
  if (drill) {
    throw problem(
      'refused',
      `a drill mails to this machine alone, and ${host} is another`,
      'Set mail.smtp.host to a server on 127.0.0.1 for drills',
    );
  }
  if (security !== 'none') return;
  throw problem(
    'refused',
    `mail.smtp.security is none, and ${host} is another machine: what is sent there could be read and changed on the way`,
    'Set mail.smtp.security to starttls or tls',
  );
}
