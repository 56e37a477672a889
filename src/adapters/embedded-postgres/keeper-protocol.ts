import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Problem } from '../../domain/problem.ts';
import { objectOf, parseObject } from './json-object.ts';
import { giveToOwner } from './layout.ts';
import type { Layout } from './layout.ts';

/**
 * What clients and keeper say to each other: one JSON object a line, over the keeper's socket. The client opens with a
 * Hello; the keeper answers with any number of Progress and one of the others. Afterwards the open connection says
 * that the client still needs the server. Raise the number with every change; keep Hello and OtherVersion readable to
 * all versions, so that an old keeper and a new program can tell that they do not fit.
 */
export const PROTOCOL = 1;

/** The exit code of a keeper that finds another one at work: EX_TEMPFAIL (sysexits.h). */
export const EXIT_HELD = 75;
/** That of one that finds no room on the disk, even for its own few words: EX_IOERR. */
export const EXIT_DISK_FULL = 74;

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  readonly binaries: string;
  readonly graceMs: number;
}

export type KeeperMessage =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready'; readonly connection: Connection }
  | { readonly type: 'failed'; readonly problem: Problem }
  /** `others` counts further clients. With none, the keeper stops its server and makes room. */
  | { readonly type: 'other-version'; readonly binaries: string; readonly others: number };

type Fields = Readonly<Record<string, unknown>>;

const LONGEST_LINE = 64 * 1024;

export function send(socket: Socket, message: Hello | KeeperMessage): void {
  if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls back with each line's object. Whoever sends what is no object, or a line too long, is hung up on. */
export function onMessages(socket: Socket, listener: (message: Fields) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const message = parseObject(rest.slice(0, end));
      rest = rest.slice(end + 1);
      if (message === null) {
        socket.destroy();
        return;
      }
      listener(message);
    }
    if (rest.length > LONGEST_LINE) socket.destroy();
  });
}

/** How a client finds the keeper. */
export interface KeeperRecord {
  readonly pid: number;
  /** A path, or a pipe's name on Windows. */
  readonly socket: string;
}

export function writeKeeperRecord(layout: Layout, record: KeeperRecord): void {
  const draft = `${layout.keeperRecord}.new`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  giveToOwner(layout, draft);
  renameSync(draft, layout.keeperRecord);
}

export function readKeeperRecord(layout: Layout): KeeperRecord | null {
  try {
    const found = parseObject(readFileSync(layout.keeperRecord, 'utf8'));
    if (found === null || typeof found['pid'] !== 'number' || typeof found['socket'] !== 'string') return null;
    return { pid: found['pid'], socket: found['socket'] };
  } catch {
    return null;
  }
}

/** The Hello in a client's first line, or null. */
export function readHello(fields: Fields): Hello | null {
  const { type, protocol, binaries, graceMs } = fields;
  if (type !== 'hello' || typeof protocol !== 'number' || typeof binaries !== 'string') return null;
  return typeof graceMs === 'number' ? { type, protocol, binaries, graceMs } : null;
}

/** A line of the keeper's, or null for one that this version does not know. */
export function readKeeperMessage(fields: Fields): KeeperMessage | null {
  switch (fields['type']) {
    case 'progress':
      return typeof fields['text'] === 'string' ? { type: 'progress', text: fields['text'] } : null;
    case 'ready': {
      const connection = readConnection(fields['connection']);
      return connection === null ? null : { type: 'ready', connection };
    }
    case 'failed': {
      const { message, hint } = objectOf(fields['problem']) ?? {};
      if (typeof message !== 'string') return null;
      return {
        type: 'failed',
        problem: { code: 'database', message, ...(typeof hint === 'string' ? { hint } : {}) },
      };
    }
    case 'other-version': {
      const { binaries, others } = fields;
      return typeof binaries === 'string' && typeof others === 'number'
        ? { type: 'other-version', binaries, others }
        : null;
    }
    default:
      return null;
  }
}

function readConnection(value: unknown): Connection | null {
  const { host, port, user, database, password } = objectOf(value) ?? {};
  if (typeof host !== 'string' || typeof port !== 'number') return null;
  if (typeof user !== 'string' || typeof database !== 'string') return null;
  return { host, port, user, database, ...(typeof password === 'string' ? { password } : {}) };
}
