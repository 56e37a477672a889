import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { problem, ProblemError } from '../../domain/problem.ts';
import type { Mailbox } from '../../ports/mailbox.ts';
import { isLoopback, USUAL_PAUSES } from './imap-options.ts';
import type { ImapOptions } from './imap-options.ts';
import { takeWaiting } from './take-waiting.ts';
import type { Take } from './take-waiting.ts';

const CONNECT_TIMEOUT_MS = 30_000;
const SOCKET_TIMEOUT_MS = 600_000;

/** A folder on an IMAP server (RFC 9051). Nothing in it is deleted, moved or marked as read. */
export function createImapMailbox(options: ImapOptions): Mailbox {
  return {
    async takeNew(take) {
      options.outgoing.assertAllowed('fetch');
      return withConnection(options, null, (client) => takeWaiting(client, options, take));
    },
    async watch(take, signal) {
      options.outgoing.assertAllowed('fetch');
      const { firstMs, longestMs } = options.pauses ?? USUAL_PAUSES;
      let pauseMs = firstMs;
      while (!signal.aborted) {
        try {
          await withConnection(options, signal, (client) =>
            stayAndTake(client, options, take, signal, () => {
              pauseMs = firstMs;
            }),
          );
        } catch (cause) {
          if (cause instanceof TakeFailed) throw cause.cause;
          if (signal.aborted) return;
          if (isRefusal(cause)) throw cause;
          options.report(`${said(cause)}; tries again in ${Math.ceil(pauseMs / 1000)} s`);
        }
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(longestMs, pauseMs * 2);
      }
    },
  };
}

/** What the house itself could not do: no matter of the connection, so no new connection helps. */
class TakeFailed extends Error {}

/** Takes what waits, then waits for the server to say that there is more, as long as the connection holds. */
async function stayAndTake(
  client: ImapFlow,
  options: ImapOptions,
  take: Take,
  signal: AbortSignal,
  onSuccess: () => void,
): Promise<void> {
  const { pollMs } = options.pauses ?? USUAL_PAUSES;
  const guarded: Take = async (message) => {
    try {
      await take(message);
    } catch (cause) {
      throw new TakeFailed('the message could not be taken in', { cause });
    }
  };
  const news = createBell();
  client.on('exists', () => news.ring());
  client.on('close', () => news.ring());
  signal.addEventListener('abort', () => news.ring(), { once: true });
  while (!signal.aborted && client.usable) {
    const { more, taken } = await takeWaiting(client, options, guarded);
    onSuccess();
    if (taken > 0) options.report(`${taken} messages taken`);
    if (more || news.hasRung()) continue;
    // IDLE ends by itself when the next command is sent.
    const idle = client.idle().catch(() => undefined);
    await news.wait(pollMs);
    void idle;
  }
}

interface Bell {
  ring(): void;
  /** Whether it has rung since this was last asked or waited for. */
  hasRung(): boolean;
  wait(longestMs: number): Promise<void>;
}

function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    hasRung() {
      const was = rung;
      rung = false;
      return was;
    },
    async wait(longestMs) {
      if (!rung) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, longestMs);
        });
        clearTimeout(timer);
        wake = null;
      }
      rung = false;
    },
  };
}

async function withConnection<Value>(
  options: ImapOptions,
  signal: AbortSignal | null,
  work: (client: ImapFlow) => Promise<Value>,
): Promise<Value> {
  const { host, port, security, user, password, ca } = options;
  if (security === 'none' && !isLoopback(host)) {
    throw problem('refused', `mail.imap.security is none, and ${host} is another machine`, 'Set it to tls or starttls');
  }
  const client = new ImapFlow({
    host,
    port,
    secure: security === 'tls',
    doSTARTTLS: security === 'starttls' ? true : security === 'none' ? false : undefined,
    auth: { user, pass: password },
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    clientInfo: { name: 'dismantle' },
    ...(ca === null ? {} : { tls: { ca } }),
  });
  // What goes wrong is told by the command that waits; an event that nobody hears would end the process.
  client.on('error', () => undefined);
  const stop = (): void => client.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    const value = await work(client);
    await client.logout().catch(() => undefined);
    return value;
  } catch (cause) {
    if (cause instanceof ProblemError || cause instanceof TakeFailed) throw cause;
    throw connectionProblem(options, cause);
  } finally {
    signal?.removeEventListener('abort', stop);
    client.close();
  }
}

function connectionProblem({ host, port, user, folder }: ImapOptions, cause: unknown): ProblemError {
  const { isAuthentication, isMissingFolder, text } = read(cause);
  if (isAuthentication) {
    return problem(
      'settings',
      `${host}:${port} does not let ${user} in`,
      'Check mail.imap.user and mail.imap.passwordFile',
      cause,
    );
  }
  if (isMissingFolder) {
    return problem(
      'settings',
      `${host} has no folder ${folder}`,
      'Check mail.imap.folder, or make the folder on the server',
      cause,
    );
  }
  return problem(
    'input',
    `the mail server ${host}:${port} cannot be read: ${text}`,
    'Check mail.imap.host, port and security',
    cause,
  );
}

function read(cause: unknown): { isAuthentication: boolean; isMissingFolder: boolean; text: string } {
  if (!(cause instanceof Error)) return { isAuthentication: false, isMissingFolder: false, text: String(cause) };
  const response = 'responseText' in cause && typeof cause.responseText === 'string' ? `: ${cause.responseText}` : '';
  return {
    isAuthentication: 'authenticationFailed' in cause && cause.authenticationFailed === true,
    isMissingFolder: 'mailboxMissing' in cause && cause.mailboxMissing === true,
    text: `${cause.message}${response}`.slice(0, 300),
  };
}

/** What no new try mends. */
function isRefusal(cause: unknown): boolean {
  return cause instanceof ProblemError && (cause.problem.code === 'refused' || cause.problem.code === 'switched-off');
}

function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
