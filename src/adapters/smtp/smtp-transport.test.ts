import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSwitchboard } from '../outgoing/switchboard.ts';
import type { MailOutcome, MailTransport, OutgoingMail } from '../../ports/mail-transport.ts';
import { inTurn } from '../../../test/support/smtp-faults.ts';
import type { ConnectionFault, MessageFault } from '../../../test/support/smtp-faults.ts';
import { openSmtpLaboratory } from '../../../test/support/smtp-laboratory.ts';
import type { SmtpLaboratory } from '../../../test/support/smtp-laboratory.ts';
import { createSmtpTransport } from './smtp-transport.ts';
import type { SmtpOptions } from './smtp-transport.ts';

const LOGIN = { user: 'desk', password: 'open sesame 7' };
const SWITCHED_ON = { lookup: false, fetch: false, timestamp: false, probe: false, send: true };
const MESSAGE = Buffer.from('From: soc@cert.example\r\nSubject: x\r\n\r\n.a line that begins with a dot\r\nend\r\n');
const MAIL: OutgoingMail = { from: 'soc@cert.example', to: 'abuse@one.example', message: MESSAGE, drill: true };

const laboratories = new Map<string, SmtpLaboratory>();
const opened: MailTransport[] = [];
beforeAll(async () => {
  for (const security of ['starttls', 'tls', 'none'] as const) {
    laboratories.set(security, await openSmtpLaboratory({ security, login: LOGIN }));
  }
});
afterEach(async () => {
  for (const transport of opened.splice(0)) await transport.close();
  for (const laboratory of laboratories.values()) laboratory.reset();
});
afterAll(async () => {
  for (const laboratory of laboratories.values()) await laboratory.close();
});

function laboratoryOf(security: SmtpOptions['security']): SmtpLaboratory {
  const found = laboratories.get(security);
  if (found === undefined) throw new Error(security);
  return found;
}

function transportTo(laboratory: SmtpLaboratory, changes: Partial<SmtpOptions> = {}): MailTransport {
  const transport = createSmtpTransport({
    outgoing: createSwitchboard(SWITCHED_ON),
    host: 'localhost',
    resolveHost: () => Promise.resolve(['127.0.0.1']),
    port: laboratory.port,
    security: 'starttls',
    login: LOGIN,
    ca: readFileSync(laboratory.caFile, 'utf8'),
    connections: 2,
    limits: { phaseTimeoutMs: 10_000, dataTimeoutMs: 10_000 },
    ...changes,
  });
  opened.push(transport);
  return transport;
}

/** Long enough for a handshake on a busy machine, short enough to wait for. */
const SHORT = { phaseTimeoutMs: 3000, dataTimeoutMs: 1000 };

describe('a message', () => {
  test.each(['starttls', 'tls', 'none'] as const)('arrives byte for byte, logged in (%s)', async (security) => {
    const laboratory = laboratoryOf(security);
    const outcome = await transportTo(laboratory, { security }).deliver(MAIL);
    expect(outcome).toEqual({ outcome: 'accepted', code: 250, response: '250 2.0.0 taken as 1' });
    expect(laboratory.received).toEqual([
      {
        from: MAIL.from,
        to: [MAIL.to],
        message: MESSAGE,
        secure: security !== 'none',
        user: LOGIN.user,
        clientName: 'cert.example',
        answered: true,
      },
    ]);
  });

  test.each(['PLAIN', 'LOGIN', 'CRAM-MD5'] as const)(
    'logs in by %s where the server knows that alone',
    async (method) => {
      const laboratory = await openSmtpLaboratory({ login: LOGIN, authMethods: [method] });
      try {
        const outcome = await transportTo(laboratory).deliver(MAIL);
        expect(outcome).toMatchObject({ outcome: 'accepted' });
      } finally {
        await laboratory.close();
      }
    },
  );

  test('of a megabyte arrives whole, and one larger than the server announces is refused for good', async () => {
    const laboratory = await openSmtpLaboratory({ maxBytes: 2_000_000 });
    try {
      const transport = transportTo(laboratory, { login: null });
      const line = `${'x'.repeat(70)}\r\n`;
      const large = Buffer.from(`Subject: x\r\n\r\n${line.repeat(15_000)}`);
      expect(await transport.deliver({ ...MAIL, message: large })).toMatchObject({ outcome: 'accepted' });
      expect(laboratory.received[0]?.message.equals(large)).toBe(true);
      const tooLarge = Buffer.from(`Subject: x\r\n\r\n${line.repeat(40_000)}`);
      expect(await transport.deliver({ ...MAIL, message: tooLarge })).toMatchObject({
        outcome: 'refused',
        code: null,
        permanent: true,
      });
    } finally {
      await laboratory.close();
    }
  });

  test('goes over a connection that is kept, at most so many at once', async () => {
    const laboratory = laboratoryOf('starttls');
    const transport = transportTo(laboratory);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => transport.deliver(MAIL)));
    expect(outcomes.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(laboratory.received).toHaveLength(20);
    expect(laboratory.connections()).toBeLessThanOrEqual(2);
  });

  test('goes over a new connection where the server has ended the kept one, and is given once', async () => {
    const laboratory = laboratoryOf('starttls');
    const transport = transportTo(laboratory);
    await transport.deliver(MAIL);
    laboratory.dropConnections();
    expect(await transport.deliver(MAIL)).toMatchObject({ outcome: 'accepted' });
    expect([laboratory.received.length, laboratory.connections()]).toEqual([2, 2]);
  });
});

describe('what a server does to a message', () => {
  const refused = (code: number | null, permanent: boolean): unknown =>
    expect.objectContaining({ outcome: 'refused', code, permanent });
  test.each<[string, MessageFault, unknown]>([
    ['4xx to the sender', { at: 'mail', code: 451 }, refused(451, false)],
    ['5xx to the sender, which is about us', { at: 'mail', code: 550 }, refused(550, false)],
    ['4xx to the recipient', { at: 'rcpt', code: 450 }, refused(450, false)],
    ['5xx to the recipient', { at: 'rcpt', code: 550 }, refused(550, true)],
    ['421 to the recipient', { at: 'rcpt', code: 421 }, refused(421, false)],
    ['4xx to the message', { at: 'data', code: 452 }, refused(452, false)],
    ['5xx to the message', { at: 'data', code: 554 }, refused(554, true)],
    ['no answer to the sender', { at: 'mail', hang: true }, refused(null, false)],
    ['no answer to the recipient', { at: 'rcpt', hang: true }, refused(null, false)],
    ['no answer to the message', { at: 'data', hang: true }, expect.objectContaining({ outcome: 'unknown' })],
    ['the end of the connection after the message', 'drop-after-data', expect.objectContaining({ outcome: 'unknown' })],
    ['a slow answer', { slowMs: 300 }, expect.objectContaining({ outcome: 'accepted' })],
    ['an answer that is too slow', { slowMs: 2500 }, expect.objectContaining({ outcome: 'unknown' })],
  ])('%s', async (_what, fault, outcome) => {
    const laboratory = laboratoryOf('starttls');
    const transport = transportTo(laboratory, { limits: SHORT });
    laboratory.planMessages(inTurn(fault));
    expect(await transport.deliver(MAIL)).toEqual(outcome);
    // It comes through all the same the next time.
    expect(await transport.deliver(MAIL)).toMatchObject({ outcome: 'accepted' });
  });

  test('the end of the connection in the middle of a long message: it cannot have arrived', async () => {
    const laboratory = laboratoryOf('starttls');
    laboratory.planMessages(inTurn<MessageFault>('drop-in-data'));
    const long = Buffer.from(`Subject: x\r\n\r\n${`${'y'.repeat(70)}\r\n`.repeat(300_000)}`);
    const outcome = await transportTo(laboratory, { limits: SHORT }).deliver({ ...MAIL, message: long });
    expect(outcome).toMatchObject({ outcome: 'refused', code: null, permanent: false });
    expect(laboratory.received).toEqual([]);
  });
});

describe('a server that takes no message at all refuses for now', () => {
  test.each<[string, ConnectionFault, number | null]>([
    ['by ending the connection', 'refuse', null],
    ['by saying nothing', 'hang', null],
    ['by its greeting', { code: 554, text: 'no service for you' }, 554],
    ['by closing down', { code: 421 }, 421],
  ])('%s', async (_how, fault, code) => {
    const laboratory = laboratoryOf('starttls');
    laboratory.planConnections(inTurn(fault));
    const outcome = await transportTo(laboratory, { limits: SHORT }).deliver(MAIL);
    expect(outcome).toMatchObject({ outcome: 'refused', code, permanent: false });
    expect(laboratory.received).toEqual([]);
  });

  test('by not listening, or by having no address', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      listener.once('listening', resolve);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => {
      listener.close(resolve);
    });
    const laboratory = laboratoryOf('starttls');
    const refused = { outcome: 'refused', code: null, permanent: false };
    expect(await transportTo(laboratory, { port }).deliver(MAIL)).toMatchObject(refused);
    const nowhere = transportTo(laboratory, { host: 'mx.cert.example', resolveHost: () => Promise.resolve([]) });
    expect(await nowhere.deliver(MAIL)).toMatchObject(refused);
    const silent = transportTo(laboratory, {
      resolveHost: () => new Promise(() => undefined),
      limits: { phaseTimeoutMs: 50, dataTimeoutMs: 50 },
    });
    expect(await silent.deliver(MAIL)).toMatchObject(refused);
  });

  test('by being somebody else: a certificate for another name, or of another authority', async () => {
    const other = await openSmtpLaboratory({ certifiedNames: ['other.example'], certifiedAddresses: [] });
    try {
      const refused = {
        outcome: 'refused',
        code: null,
        permanent: false,
        response: expect.stringMatching(/prove|TLS|cert/),
      };
      expect(await transportTo(other, { login: null }).deliver(MAIL)).toMatchObject(refused);
      const stranger = transportTo(laboratoryOf('tls'), { security: 'tls', ca: null });
      expect(await stranger.deliver(MAIL)).toMatchObject(refused);
      expect(other.received).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('by having no TLS where it is demanded: nothing is sent in the clear, no login either', async () => {
    const laboratory = laboratoryOf('none');
    const outcome = await transportTo(laboratory, { security: 'starttls', limits: SHORT }).deliver(MAIL);
    expect(outcome).toMatchObject({ outcome: 'refused', permanent: false });
    expect(laboratory.messages()).toBe(0);
  });

  test('by refusing the login; the password is in no outcome', async () => {
    const laboratory = laboratoryOf('starttls');
    const login = { user: 'desk', password: 'a wrong password' };
    const outcome = await transportTo(laboratory, { login }).deliver(MAIL);
    expect(outcome).toMatchObject({ outcome: 'refused', code: 535, permanent: false });
    expect(JSON.stringify(outcome)).not.toContain(login.password);
  });
});

test('a server that repeats what it was sent gives no password away', async () => {
  const echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 echo\r\n');
    socket.on('data', (chunk: Buffer) => {
      const line = chunk.toString().trim();
      socket.write(line.startsWith('EHLO') ? '250-echo\r\n250 AUTH PLAIN\r\n' : `535 what is ${line}?\r\n`);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    echo.once('listening', resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = echo.address() as AddressInfo;
  const outcome = await transportTo(laboratoryOf('none'), { port, security: 'none' }).deliver(MAIL);
  expect(outcome).toMatchObject({ outcome: 'refused', code: 535, response: '535 what is AUTH PLAIN (secret)?' });
  echo.close();
});

describe('the guard refuses before any connection', () => {
  async function refusal(mail: Partial<OutgoingMail>, changes: Partial<SmtpOptions> = {}): Promise<unknown> {
    const laboratory = laboratoryOf('starttls');
    const before = laboratory.connections();
    const outcome: unknown = await transportTo(laboratory, changes)
      .deliver({ ...MAIL, ...mail })
      .catch((error: unknown) => error);
    expect(laboratory.connections()).toBe(before);
    return outcome;
  }
  const refusedProblem = (says: string): unknown =>
    expect.objectContaining({
      problem: expect.objectContaining({ code: 'refused', message: expect.stringContaining(says) }),
    });

  test('mail of a drill to a name outside the lab, and mail of any other operation to one inside', async () => {
    for (const to of ['abuse@provider.net', 'abuse@example.com', 'abuse@one.example.net', 'abuse@xexample.org']) {
      expect(await refusal({ to })).toEqual(refusedProblem('a drill mails to names under'));
    }
    for (const to of [
      'abuse@one.example',
      'a@b.test',
      'a@b.c.invalid',
      'a@mail.localhost',
      'a@ONE.EXAMPLE',
      'a@example.com',
      'a@printer.local',
    ]) {
      expect(await refusal({ to, drill: false })).toEqual(refusedProblem('no mail goes to'));
    }
  });

  test('mail of a drill to a server that is not this machine, under whatever name', async () => {
    for (const addresses of [['192.0.2.25'], ['127.0.0.1', '192.0.2.25'], ['2001:db8::25'], ['10.0.0.25']]) {
      const answer = await refusal({}, { resolveHost: () => Promise.resolve(addresses) });
      expect(answer).toEqual(refusedProblem('a drill mails to this machine alone'));
    }
    expect(await refusal({}, { host: '198.51.100.25' })).toEqual(refusedProblem('a drill mails to this machine alone'));
  });

  test('plain text to another machine', async () => {
    const answer = await refusal(
      { drill: false, to: 'abuse@provider.net' },
      { security: 'none', resolveHost: () => Promise.resolve(['192.0.2.25']) },
    );
    expect(answer).toEqual(refusedProblem('mail.smtp.security is none'));
  });

  test('mail while the switch is off', async () => {
    const answer = await refusal({}, { outgoing: createSwitchboard({ ...SWITCHED_ON, send: false }) });
    expect(answer).toEqual(expect.objectContaining({ problem: expect.objectContaining({ code: 'switched-off' }) }));
  });

  test('a sender or recipient that is no plain mailbox', async () => {
    expect(await refusal({ to: 'a@one.example>\r\nRCPT TO:<b@two.example' })).toEqual(
      refusedProblem('no mail goes to'),
    );
    expect(await refusal({ from: '"a@evil x"@cert.example' })).toEqual(refusedProblem('may send no mail'));
  });

  test('and connects to the address that was checked, whatever the name says a moment later', async () => {
    const laboratory = laboratoryOf('starttls');
    let asked = 0;
    const transport = transportTo(laboratory, {
      resolveHost: () => Promise.resolve(asked++ === 0 ? ['127.0.0.1'] : ['192.0.2.25']),
    });
    expect(await transport.deliver(MAIL)).toMatchObject({ outcome: 'accepted' });
    expect(asked).toBe(1);
  });
});

test("what is somebody else's by the time its turn comes is given to nobody", async () => {
  const laboratory = laboratoryOf('starttls');
  laboratory.reset();
  laboratory.planMessages(() => ({ slowMs: 200 }));
  const transport = transportTo(laboratory, { connections: 1 });
  const lost = new AbortController();
  const outcomes = [transport.deliver(MAIL), transport.deliver({ ...MAIL, lost: lost.signal })];
  lost.abort();
  expect(await Promise.all(outcomes)).toMatchObject([
    { outcome: 'accepted' },
    { outcome: 'refused', code: null, permanent: false },
  ]);
  expect(laboratory.messages()).toBe(1);
});

test('close ends what is under way, and what comes later is refused for now', async () => {
  const laboratory = laboratoryOf('starttls');
  laboratory.planMessages(() => ({ at: 'data', hang: true }));
  const transport = transportTo(laboratory, { connections: 1 });
  const outcomes: Promise<MailOutcome>[] = [transport.deliver(MAIL), transport.deliver(MAIL)];
  while (laboratory.messages() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await transport.close();
  const [first, second] = await Promise.all(outcomes);
  expect(['unknown', 'refused']).toContain(first?.outcome);
  expect(second).toMatchObject({ outcome: 'refused', permanent: false });
  expect(await transport.deliver(MAIL)).toMatchObject({ outcome: 'refused', response: 'the program is ending' });
});
