import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createImapMailbox } from '../../src/adapters/imap/imap-mailbox.ts';
import type { ImapOptions } from '../../src/adapters/imap/imap-options.ts';
import { createUidMemory } from '../../src/adapters/imap/uid-memory.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import type { RawMessage } from '../../src/ports/mailbox.ts';
import { dovecotIsHere, openDovecot } from '../support/dovecot.ts';
import type { Dovecot } from '../support/dovecot.ts';
import { rawReply } from '../support/replies.ts';

if (!dovecotIsHere) process.stderr.write('skipped: no /usr/sbin/dovecot, so no mailbox is read in these tests\n');

const LONGEST_WAIT_MS = 60_000;
const outgoing = createSwitchboard({ lookup: false, fetch: true, timestamp: false, probe: false, send: false });

let server: Dovecot;
let folder: string;

beforeAll(async () => {
  if (!dovecotIsHere) return;
  folder = await mkdtemp(join(tmpdir(), 'imap-'));
  server = await openDovecot();
});

afterAll(async () => {
  await server?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

function options(more: Partial<ImapOptions> = {}): ImapOptions {
  return {
    outgoing,
    host: '127.0.0.1',
    port: server.tlsPort,
    security: 'tls',
    user: server.user,
    password: server.password,
    folder: 'INBOX',
    ca: server.ca,
    memory: createUidMemory(folder, `${server.port}`),
    report: () => undefined,
    pauses: { firstMs: 50, longestMs: 400, pollMs: 60_000 },
    ...more,
  };
}

const message = (text: string): Uint8Array => rawReply({ text });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Something that takes messages and can be waited for. */
function taker(): {
  taken: RawMessage[];
  take: (one: RawMessage) => Promise<void>;
  has: (count: number) => Promise<void>;
} {
  const taken: RawMessage[] = [];
  return {
    taken,
    take: (one) => Promise.resolve(void taken.push(one)),
    async has(count) {
      const until = performance.now() + LONGEST_WAIT_MS;
      while (taken.length < count) {
        if (performance.now() > until) throw new Error(`${taken.length} of ${count} messages came`);
        await sleep(20);
      }
    },
  };
}

async function withClient<Value>(work: (client: ImapFlow) => Promise<Value>, at: Dovecot = server): Promise<Value> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: at.port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: at.user, pass: at.password },
    logger: false,
  });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  try {
    return await work(client);
  } finally {
    lock.release();
    await client.logout();
  }
}

describe.skipIf(!dovecotIsHere)('a mailbox on an IMAP server', () => {
  test('what was appended or delivered is taken once, byte for byte, marked, and left where it is', async () => {
    const [one, two] = [message('appended'), message('delivered')];
    await withClient((client) => client.append('INBOX', Buffer.from(one)));
    await server.deliver('1.delivered', two);
    const { taken, take } = taker();
    const mailbox = createImapMailbox(options());
    expect(await mailbox.takeNew(take)).toEqual({ taken: 2, more: false, mark: 'keyword' });
    expect(taken.map(({ bytes }) => sha256(bytes)).toSorted()).toEqual([sha256(one), sha256(two)].toSorted());
    expect(await mailbox.takeNew(take)).toMatchObject({ taken: 0 });
    const flags = await withClient((client) => client.fetchAll('1:*', { flags: true }));
    expect(flags.map((each) => [...(each.flags ?? [])].filter((flag) => flag !== '\\Recent'))).toEqual([
      ['$Dismantle'],
      ['$Dismantle'],
    ]);
  });

  test('STARTTLS reads the same mailbox, and nothing is read over a line that anybody could hear', async () => {
    await server.deliver('2.starttls', message('starttls'));
    const { taken, take } = taker();
    await createImapMailbox(options({ security: 'starttls', port: server.port })).takeNew(take);
    expect(taken).toHaveLength(1);
    const open = createImapMailbox(options({ security: 'none', host: 'mail.example' }));
    await expect(open.takeNew(take)).rejects.toThrow('another machine');
    await expect(createImapMailbox(options({ ca: null })).takeNew(take)).rejects.toThrow('cannot be read');
  });

  test('a stop between keeping and marking hands the message out again, and loses none', async () => {
    await server.deliver('3.crash', message('crash'));
    const failing = createImapMailbox(options()).takeNew(() => Promise.reject(new Error('stopped here')));
    await expect(failing).rejects.toThrow('stopped here');
    const { taken, take } = taker();
    await createImapMailbox(options()).takeNew(take);
    expect(taken).toHaveLength(1);
  });

  test('a wrong password, a folder that is not there, and a switch that is off say so', async () => {
    const { take } = taker();
    await expect(createImapMailbox(options({ password: 'wrong' })).takeNew(take)).rejects.toThrow(
      'does not let desk@cert.example in',
    );
    await expect(createImapMailbox(options({ folder: 'Nowhere' })).takeNew(take)).rejects.toThrow('no folder Nowhere');
    const off = createSwitchboard({ lookup: true, fetch: false, timestamp: true, probe: true, send: true });
    await expect(createImapMailbox(options({ outgoing: off })).takeNew(take)).rejects.toThrow('switched off');
  });

  test('it wakes when a message arrives, comes back after the server was gone, and stops when told', async () => {
    const stop = new AbortController();
    const { taken, take, has } = taker();
    const said: string[] = [];
    const watching = createImapMailbox(options({ report: (text) => said.push(text) })).watch(take, stop.signal);
    await sleep(500);
    await withClient((client) => client.append('INBOX', Buffer.from(message('while idle'))));
    await has(1);
    await server.kill();
    const until = performance.now() + LONGEST_WAIT_MS;
    while (!said.some((text) => text.includes('tries again')) && performance.now() < until) await sleep(20);
    expect(said.join(' ')).toContain('tries again');
    await server.deliver('4.meanwhile', message('while it was gone'));
    await server.start();
    await has(2);
    await withClient((client) => client.append('INBOX', Buffer.from(message('after it came back'))));
    await has(3);
    stop.abort();
    await watching;
    expect(taken).toHaveLength(3);
  });

  test('what the house itself cannot do ends the watch with its reason', async () => {
    await server.deliver('5.refused', message('refused'));
    const watching = createImapMailbox(options()).watch(
      () => Promise.reject(new Error('no database')),
      new AbortController().signal,
    );
    await expect(watching).rejects.toThrow('no database');
  });

  test('where nobody may set keywords, the last number is remembered', async () => {
    const strict = await openDovecot({ noKeywords: true });
    try {
      const of: Partial<ImapOptions> = {
        port: strict.tlsPort,
        ca: strict.ca,
        memory: createUidMemory(folder, 'strict'),
      };
      const { taken, take } = taker();
      await strict.deliver('1.one', message('one'));
      expect(await createImapMailbox(options(of)).takeNew(take)).toEqual({ taken: 1, more: false, mark: 'uids' });
      await strict.deliver('2.two', message('two'));
      expect(await createImapMailbox(options(of)).takeNew(take)).toMatchObject({ taken: 1 });
      expect(await createImapMailbox(options(of)).takeNew(take)).toMatchObject({ taken: 0 });
      expect(taken).toHaveLength(2);
    } finally {
      await strict.close();
    }
  });
});
