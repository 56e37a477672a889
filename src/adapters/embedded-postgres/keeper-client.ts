import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Problem } from '../../domain/problem.ts';
import { onMessages, readKeeperMessage, send } from './keeper-protocol.ts';
import type { Connection, Hello, KeeperRecord } from './keeper-protocol.ts';

/** How a keeper answered. */
export type Answer =
  /** The open socket holds the server. */
  | { readonly kind: 'ready'; readonly connection: Connection; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly problem: Problem }
  /** Nobody listens, or it ended before it answered: time for another keeper. */
  | { readonly kind: 'gone' }
  /** The socket may not be entered: another user's. */
  | { readonly kind: 'forbidden' }
  /** It lives, and has not finished in time. */
  | { readonly kind: 'silent' };

/** Asks the keeper for the server and waits at most `timeoutMs`; whether that keeps this process alive is the caller's choice. */
export function askKeeper(
  record: KeeperRecord,
  hello: Hello,
  timeoutMs: number,
  keepsProcessAlive: boolean,
  onProgress: (text: string) => void,
): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(record.socket);
    const timer = setTimeout(() => {
      answer({ kind: 'silent' });
    }, timeoutMs);
    if (!keepsProcessAlive) {
      socket.unref();
      timer.unref();
    }
    const answer = (given: Answer) => {
      clearTimeout(timer);
      if (given.kind !== 'ready') socket.destroy();
      resolve(given);
    };
    socket.once('connect', () => send(socket, hello));
    socket.on('error', (error) => {
      const denied = 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
      answer({ kind: denied ? 'forbidden' : 'gone' });
    });
    socket.once('close', () => answer({ kind: 'gone' }));
    onMessages(socket, (received) => {
      const message = readKeeperMessage(received);
      if (message === null) return;
      if (message.type === 'progress') onProgress(message.text);
      else if (message.type === 'ready') answer({ kind: 'ready', connection: message.connection, socket });
      else if (message.type === 'failed') answer({ kind: 'failed', problem: message.problem });
      else if (message.others > 0) answer({ kind: 'failed', problem: otherVersion(message.binaries, message.others) });
      // With no others it stops its server and ends; the closed socket says when.
      else onProgress(`waiting for the server of another version (${message.binaries}) to stop`);
    });
  });
}

function otherVersion(binaries: string, others: number): Problem {
  return {
    code: 'database',
    message: `the database is in use by ${others} program${others === 1 ? '' : 's'} of another version of dismantle (PostgreSQL ${binaries})`,
    hint: 'Let them finish or end them, then run this again.',
  };
}
