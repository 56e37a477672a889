import { Resolver } from 'node:dns/promises';
import { authenticate } from 'mailauth';
import { NOBODY_CHECKED, NOT_CHECKED } from '../../domain/received-mail.ts';
import type { AuthVerdict, MailAuth } from '../../domain/received-mail.ts';
import type { MailAuthenticator } from '../../ports/mailbox.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import { fromOurServer } from './authentication-results.ts';
import { verdict } from './verdict.ts';

/** Asks DNS; rejects with a `code` of ENOTFOUND or ENODATA where there is nothing (Node's own resolver does). */
export type Resolve = (name: string, type: string) => Promise<string[] | string[][]>;

export interface AuthOptions {
  readonly outgoing: Outgoing;
  /** The setting mail.authservId: the name under which our own mail server writes Authentication-Results; null: none does. */
  readonly authservId: string | null;
  /** DNS where nothing is given. */
  readonly resolve?: Resolve;
}

/** Signatures and records beyond this are not followed: each costs a question to somebody else's server. */
const MAX_QUESTIONS = 30;
const TIMEOUT_MS = 20_000;

/**
 * Checks DKIM and DMARC by asking DNS, where lookups are switched on. SPF is about the connection, which only the server
 * that took the mail has seen: its verdict is taken from there or stays "not checked". What the message says of
 * itself is never believed, but for the topmost Authentication-Results of our own server where mail.authservId names it.
 */
export function createMailAuthenticator({ outgoing, authservId, resolve }: AuthOptions): MailAuthenticator {
  return {
    async check(bytes) {
      const stated = authservId === null ? null : fromOurServer(bytes, authservId);
      if (stated !== null) return stated;
      if (!outgoing.switches().lookup) return NOBODY_CHECKED;
      outgoing.assertAllowed('lookup');
      try {
        return await ourVerdict(Buffer.from(bytes), bounded(resolve ?? systemResolve()));
      } catch {
        // A message may be such that it cannot be checked; that says nothing for it or against it.
        return NOBODY_CHECKED;
      }
    },
  };
}

async function ourVerdict(message: Buffer, resolver: Resolve): Promise<MailAuth> {
  const { dkim, dmarc } = await authenticate(message, {
    resolver,
    disableArc: true,
    disableBimi: true,
    trustReceived: false,
    mta: 'localhost',
  });
  // Of a mail without a signature there is one result, of no domain.
  const signatures = (dkim.results ?? []).filter(({ signingDomain }) => signingDomain !== undefined);
  const best =
    signatures.find(
      ({ status }) => status.result === 'pass' && status.aligned !== false && status.aligned !== undefined,
    ) ??
    signatures.find(({ status }) => status.result === 'pass') ??
    signatures[0];
  return {
    by: 'ourselves',
    dkim: best === undefined ? { result: 'none', domain: null } : verdict(best.status.result, best.signingDomain),
    spf: NOT_CHECKED,
    // Without SPF a mail that DKIM does not carry is not thereby false: only what passes can be told.
    dmarc:
      dmarc === undefined || dmarc === false
        ? NOT_CHECKED
        : judgedDmarc(dmarc.status.result, dmarc.domain, signatures.length > 0),
  };
}

/** A DMARC failure holds where the domain signs its mail and this signature does not hold; else SPF might have carried it. */
function judgedDmarc(result: string, domain: string | undefined, isSigned: boolean): AuthVerdict {
  if (result === 'fail' && !isSigned) return { result: 'neutral', domain: domain ?? null };
  return verdict(result, domain);
}

function systemResolve(): Resolve {
  const resolver = new Resolver({ timeout: 4000, tries: 2 });
  return async (name, type) => {
    if (type === 'TXT') return resolver.resolveTxt(name);
    if (type === 'A') return resolver.resolve4(name);
    if (type === 'AAAA') return resolver.resolve6(name);
    if (type === 'MX') return (await resolver.resolveMx(name)).map(({ exchange }) => exchange);
    throw Object.assign(new Error(`no ${type} here`), { code: 'ENODATA' });
  };
}

/** At most so many questions within so much time for one message. */
function bounded(resolve: Resolve): Resolve {
  let questions = 0;
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  return async (name, type) => {
    questions += 1;
    if (questions > MAX_QUESTIONS || deadline.aborted)
      throw Object.assign(new Error('too many questions'), { code: 'ETIMEOUT' });
    return resolve(name, type);
  };
}
