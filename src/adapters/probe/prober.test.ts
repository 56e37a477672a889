import { createHash, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createCertificateAuthority, selfSigned } from '../../../test/support/certificates.ts';
import { openLab } from '../../../test/support/lab-servers.ts';
import { IMPATIENT, lookAt, seenOf, targetAt, testProber } from '../../../test/support/probing.ts';

const lab = await openLab();
const prober = testProber();
const impatient = testProber({ limits: IMPATIENT });
afterAll(() => lab.close());

const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a look', () => {
  test('keeps what a TLS and HTTP server shows of itself', async () => {
    const identity = await lab.identity('c2.example', ['c2.example', 'panel.example']);
    const body = `<html><title> Sign\n in </title>${'x'.repeat(100)}`;
    const server = await lab.server({
      does: 'tls',
      identity,
      site: { status: 403, headers: { Server: 'nginx/1.14', 'X-Odd': 'ä' }, body },
    });
    const taken = await lookAt(prober, targetAt(server, { path: '/gate.php?id=1' }));
    const seen = seenOf(taken);
    const certificate = new X509Certificate(identity.cert);
    expect(taken).toMatchObject({ port: server.port, address: server.address, signed: null });
    expect(taken.certificates).toEqual([new Uint8Array(certificate.raw)]);
    expect(seen.tcp).toMatchObject({ outcome: 'connected', error: null });
    expect(seen.tls).toMatchObject({
      outcome: 'handshake',
      protocol: 'TLSv1.3',
      alpn: 'http/1.1',
      chain: [
        {
          sha256: hex(certificate.raw),
          publicKeySha256: hex(certificate.publicKey.export({ type: 'spki', format: 'der' })),
          subject: 'CN=c2.example',
          issuer: 'CN=c2.example',
          names: ['c2.example', 'panel.example'],
          serial: certificate.serialNumber,
          notBefore: certificate.validFromDate.toISOString(),
          notAfter: certificate.validToDate.toISOString(),
        },
      ],
    });
    expect(seen.http).toMatchObject({
      outcome: 'answered',
      over: 'tls',
      path: '/gate.php',
      status: 403,
      bodySha256: hex(Buffer.from(body)),
      bodyBytes: body.length,
      bodyTruncated: false,
      title: 'Sign in',
      location: null,
      error: null,
    });
    expect(seen.http?.headers).toEqual(expect.arrayContaining([['server', 'nginx/1.14']]));
    expect(seen.resolved).toBeNull();
  });

  test('sends one connection, one plain request, no query, and the product’s plain name', async () => {
    const server = await lab.server({ does: 'tls', identity: await lab.identity() });
    await lookAt(prober, targetAt(server, { scheme: 'https', path: '/a b/ä?secret=1#x' }));
    expect(server.connections()).toBe(1);
    expect(server.requests).toEqual([
      `GET /a%20b/%C3%A4 HTTP/1.1\nHost: ${server.address}:${server.port}\nUser-Agent: dismantle\nAccept: */*\nConnection: close`,
    ]);
  });

  test('sends a ClientHello without a server name to an address, and the very bytes that docs/probing.md shows', async () => {
    const heard: Buffer[] = [];
    const server = await lab.server({
      does: 'serve',
      serve(socket) {
        socket.on('data', (chunk: Buffer) => heard.push(chunk));
        socket.setTimeout(200, () => socket.end());
      },
    });
    await lookAt(prober, targetAt(server));
    const [hello = Buffer.alloc(0)] = heard;
    expect(hello[0]).toBe(0x16);
    expect(hello[5]).toBe(1);
    expect(extensionsOf(hello)).not.toContain(0);
    expect(extensionsOf(hello)).toContain(16);
  });

  test('looks by plain HTTP where TLS does not come about, on a connection of its own', async () => {
    const server = await lab.server({
      does: 'http',
      site: { headers: { Location: 'http://127.66.200.1:1/x' }, status: 302, body: '' },
    });
    const { tls, http } = seenOf(await lookAt(prober, targetAt(server)));
    expect(tls?.outcome).toBe('not-tls');
    expect(http).toMatchObject({
      outcome: 'answered',
      over: 'tcp',
      status: 302,
      location: 'http://127.66.200.1:1/x',
      bodySha256: null,
    });
    expect(server.connections()).toBe(2);
  });

  test('tries no TLS where a source said http, and no plain HTTP where it said https', async () => {
    const server = await lab.server({ does: 'http' });
    const plain = seenOf(await lookAt(prober, targetAt(server, { scheme: 'http' })));
    expect([plain.tls, plain.http?.outcome, server.connections()]).toEqual([null, 'answered', 1]);
    const secure = seenOf(await lookAt(prober, targetAt(server, { scheme: 'https' })));
    expect([secure.tls?.outcome, secure.http, server.connections()]).toEqual(['not-tls', null, 2]);
  });

  test('follows no redirect: a listener at its target stays silent', async () => {
    const trap = await lab.server({ does: 'http' });
    const redirect = { status: 301, headers: { location: `http://${trap.address}:${trap.port}/` } };
    const server = await lab.server({
      does: 'http',
      site: { ...redirect, body: `<meta http-equiv=refresh content="0;url=http://${trap.address}:${trap.port}/">` },
    });
    const { http } = seenOf(await lookAt(prober, targetAt(server)));
    expect(http?.location).toBe(`http://${trap.address}:${trap.port}/`);
    server.become({ does: 'tls', identity: await lab.identity(), site: redirect });
    expect(seenOf(await lookAt(prober, targetAt(server))).http?.status).toBe(301);
    expect(trap.connections()).toBe(0);
  });

  test.each([
    ['closes', { does: 'close' }, 'closed', 'closed'],
    ['resets', { does: 'reset' }, 'reset', 'reset'],
    ['hangs', { does: 'hang' }, 'timed-out', 'timed-out'],
    ['talks another protocol', { does: 'say', bytes: 'SSH-2.0-OpenSSH_8.2\r\n' }, 'not-tls', 'not-http'],
    ['talks and hangs', { does: 'say', bytes: '220 mx.example ESMTP\r\n', after: 'hang' }, 'not-tls', 'not-http'],
    [
      'says garbage',
      { does: 'say', bytes: new Uint8Array(4000).map((_, index) => (index * 7919) % 251) },
      'not-tls',
      'not-http',
    ],
    ['sends a TLS alert', { does: 'say', bytes: Uint8Array.of(0x15, 3, 1, 0, 2, 2, 40) }, 'refused', 'not-http'],
  ] as const)('tells a server that %s', async (_what, behaviour, tls, http) => {
    const server = await lab.server(behaviour);
    const seen = seenOf(await lookAt(behaviour.does === 'hang' ? impatient : prober, targetAt(server)));
    // A reset may be there before the connection is seen to be up.
    if (seen.tcp.outcome === 'reset') expect(behaviour.does).toBe('reset');
    else expect([seen.tcp.outcome, seen.tls?.outcome, seen.http?.outcome]).toEqual(['connected', tls, http]);
  });

  test('keeps how a server that speaks another protocol greets', async () => {
    const server = await lab.server({ does: 'say', bytes: 'SSH-2.0-OpenSSH_8.2\r\n' });
    expect(seenOf(await lookAt(prober, targetAt(server))).http?.error).toBe('not HTTP: "SSH-2.0-OpenSSH_8.2"');
  });

  test('tells a closed port from one that is silent', async () => {
    const closed = seenOf(await lookAt(prober, targetAt(await lab.closedPort())));
    expect(closed).toMatchObject({ tcp: { outcome: 'refused', error: 'ECONNREFUSED' }, tls: null, http: null });
    const silent = seenOf(await lookAt(impatient, targetAt(await lab.silentServer())));
    expect(silent).toMatchObject({ tcp: { outcome: 'timed-out', error: 'ETIMEDOUT' }, tls: null, http: null });
  });

  test('sees a server stop, come back, renew its certificate, change it and be re-let', async () => {
    const first = await selfSigned({ commonName: 'c2.example' });
    const server = await lab.server({ does: 'tls', identity: first });
    const now = async (): Promise<string[]> => {
      const { tcp, tls, http } = seenOf(await lookAt(prober, targetAt(server)));
      const [leaf] = tls?.chain ?? [];
      return [tcp.outcome, leaf?.sha256 ?? '-', leaf?.publicKeySha256 ?? '-', http?.title ?? '-'];
    };
    const before = await now();
    expect(await now()).toEqual(before);
    await server.stop();
    expect(await now()).toEqual(['refused', '-', '-', '-']);
    await server.start();
    expect(await now()).toEqual(before);
    server.become({ does: 'tls', identity: await selfSigned({ commonName: 'c2.example', keyOf: first }) });
    const renewed = await now();
    expect(renewed[1]).not.toBe(before[1]);
    expect(renewed[2]).toBe(before[2]);
    server.become({ does: 'tls', identity: await lab.identity() });
    expect((await now())[2]).not.toBe(before[2]);
    server.become({ does: 'http', site: { body: '<title>Shoes</title>' } });
    expect(await now()).toEqual(['connected', '-', '-', 'Shoes']);
  });

  test('sees a server that lets one source address in only', async () => {
    const allowed = lab.address();
    const server = await lab.server({ does: 'tls', identity: await lab.identity(), onlyFrom: [allowed] });
    const inside = seenOf(await lookAt(testProber({ sourceAddress: allowed }), targetAt(server)));
    expect(inside.tls?.outcome).toBe('handshake');
    expect(server.sources).toEqual([allowed]);
    const outside = seenOf(await lookAt(prober, targetAt(server)));
    expect(outside.tls?.outcome ?? outside.tcp.outcome).toBe('reset');
  });

  test.each([
    ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }, 'p256', 'TLSv1'],
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }, 'p256', 'TLSv1.1'],
    ['a key of 1,024 bits', { maxVersion: 'TLSv1.2', ciphers: 'ALL:@SECLEVEL=0' }, 'rsa-1024', 'TLSv1.2'],
    ['key exchange by RSA', { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:@SECLEVEL=0' }, 'rsa-1024', 'TLSv1.2'],
  ] as const)('still looks at old TLS: %s', async (_what, tls, key, protocol) => {
    const server = await lab.server({
      does: 'tls',
      identity: await selfSigned({ commonName: 'old.example', key }),
      tls,
    });
    const seen = seenOf(await lookAt(prober, targetAt(server)));
    expect(seen.tls).toMatchObject({ outcome: 'handshake', protocol, chain: [{ subject: 'CN=old.example' }] });
    expect(seen.http?.status).toBe(200);
  });

  test('takes a certificate that has long run out, and one with thousands of names', async () => {
    const expired = await selfSigned({
      commonName: 'c2.example',
      validFrom: new Date('2001-02-03T04:05:06Z'),
      validDays: 10,
    });
    const server = await lab.server({ does: 'tls', identity: expired });
    expect(seenOf(await lookAt(prober, targetAt(server))).tls?.chain[0]?.notAfter).toBe('2001-02-13T04:05:06.000Z');
    server.become({ does: 'tls', identity: await selfSigned({ commonName: 'c2.example', paddingBytes: 60_000 }) });
    const [leaf] = seenOf(await lookAt(prober, targetAt(server))).tls?.chain ?? [];
    expect(leaf?.names.length).toBeGreaterThan(40);
    expect(leaf?.names.every((name) => name.endsWith('.example'))).toBe(true);
  });

  test('keeps the whole chain, the leaf first, each certificate byte by byte', async () => {
    const authority = await createCertificateAuthority();
    const { key, cert } = await authority.issue(['c2.example']);
    const server = await lab.server({ does: 'tls', identity: { key, cert: cert + authority.cert } });
    const taken = await lookAt(prober, targetAt(server));
    const ders = [cert, authority.cert].map((pem) => new Uint8Array(new X509Certificate(pem).raw));
    expect(taken.certificates).toEqual(ders);
    expect(seenOf(taken).tls?.chain.map(({ sha256, issuer }) => [sha256, issuer])).toEqual(
      ders.map((der) => [hex(der), 'CN=Example Root']),
    );
  });

  test('takes a server that wants a certificate of us as one that shows its own', async () => {
    const server = await lab.server({
      does: 'serve',
      serve(socket) {
        const secure = new TLSSocket(socket, {
          isServer: true,
          secureContext: createSecureContext(identity),
          requestCert: true,
          rejectUnauthorized: true,
        });
        secure.on('error', () => undefined);
        secure.once('secure', () => secure.destroy());
      },
    });
    const identity = await lab.identity();
    const seen = seenOf(await lookAt(prober, targetAt(server)));
    expect([seen.tls?.outcome, seen.tls?.chain.length]).toEqual(['handshake', 1]);
  });

  test('lets itself not be fed a chain of a megabyte', async () => {
    const identity = await lab.identity();
    const large = await selfSigned({ commonName: 'large.example', paddingBytes: 60_000 });
    const server = await lab.server({
      does: 'tls',
      identity: { key: identity.key, cert: identity.cert + large.cert.repeat(16) },
    });
    const taken = await lookAt(prober, targetAt(server));
    expect(seenOf(taken).tls).toMatchObject({ outcome: 'refused', error: 'ERR_SSL_EXCESSIVE_MESSAGE_SIZE' });
    expect(taken.certificates).toEqual([]);
  });

  test('looks at no host without a port and at no name that only another system resolves', async () => {
    const base = { address: '127.66.0.1', port: 443 };
    const failure = async (more: object): Promise<unknown> => (await lookAt(prober, targetAt(base, more))).result;
    const nothing = { failure: 'nothing-to-look-at', message: expect.any(String) };
    expect(await failure({ port: null })).toEqual(nothing);
    expect(await failure({ port: 0 })).toEqual(nothing);
    expect(await failure({ port: 65_536 })).toEqual(nothing);
    expect(await failure({ hostType: 'onion', host: `${'a'.repeat(56)}.onion` })).toEqual(nothing);
    expect(await failure({ hostType: 'blockchain-name', host: 'c2.bit' })).toEqual(nothing);
  });

  test('ends at once when it is stopped, as a look that says nothing', async () => {
    const server = await lab.server({ does: 'hang' });
    const controller = new AbortController();
    const look = prober.look(targetAt(server), true, controller.signal);
    while (server.connections() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    expect((await look).result).toEqual({ failure: 'vantage-failed', message: 'the look was stopped' });
  });
});

describe('an answer without end', () => {
  const flood =
    (first: string, rest: string | Buffer) =>
    (socket: Socket): void => {
      socket.write(first);
      const more = (): void => {
        while (!socket.destroyed && socket.write(rest));
      };
      socket.on('drain', more);
      more();
    };
  const served = async (serve: (socket: Socket) => void, who = prober): ReturnType<typeof look> => look(serve, who);
  async function look(serve: (socket: Socket) => void, who = prober) {
    const server = await lab.server({ does: 'serve', serve });
    return seenOf(await lookAt(who, targetAt(server, { scheme: 'http' }))).http;
  }

  test('of a body is read to 64 KiB, with and without chunks or a length', async () => {
    const kib64 = hex(Buffer.alloc(65_536, 'x'));
    const block = Buffer.alloc(10_000, 'x');
    const cut = { outcome: 'answered', status: 200, bodyBytes: 65_536, bodyTruncated: true, bodySha256: kib64 };
    expect(await served(flood('HTTP/1.1 200 OK\r\n\r\n', block))).toMatchObject(cut);
    expect(await served(flood('HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n', block))).toMatchObject(cut);
    expect(
      await served(flood('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', `2710\r\n${block.toString()}\r\n`)),
    ).toMatchObject(cut);
  });

  test('of headers ends at 64 KiB, and keeps a hundred', async () => {
    const http = await served(flood('HTTP/1.1 200 OK\r\n', 'X-More: yes\r\n'.repeat(100)));
    expect(http).toMatchObject({ outcome: 'answered', status: 200, error: expect.stringContaining('no end') });
    expect(http?.headers).toHaveLength(100);
  });

  test('of one header line, of chunk sizes, of interim answers, of bytes that are nothing', async () => {
    expect(await served(flood('HTTP/1.1 200 OK\r\nX: ', 'y'.repeat(10_000)))).toMatchObject({
      status: 200,
      error: expect.stringContaining('no end'),
    });
    expect(
      await served(flood('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '0'.repeat(9999) + '1')),
    ).toMatchObject({ status: 200, error: 'its chunks are broken' });
    expect(await served(flood('', 'HTTP/1.1 100 Continue\r\n\r\n'))).toMatchObject({
      outcome: 'closed',
      error: expect.stringContaining('interim'),
    });
    expect(await served(flood('', Buffer.alloc(5000)))).toMatchObject({ outcome: 'not-http', status: null });
  });

  test('that drips in ends in time, with what came until then', async () => {
    const drip =
      (text: string) =>
      (socket: Socket): void => {
        let at = 0;
        const timer = setInterval(() => {
          if (socket.destroyed) clearInterval(timer);
          else socket.write(text[at++ % text.length] ?? 'x');
        }, 10);
      };
    const impatience = testProber({ limits: { connectTimeoutMs: 5000, exchangeTimeoutMs: 1000 } });
    expect(await served(drip('HTTP/1.1 200 OK\r\nServer: drip\r\nX-Y: z\r\nX-Y: z\r\n'), impatience)).toMatchObject({
      outcome: 'answered',
      status: 200,
      error: 'not done in time',
    });
    expect(await served(drip('H'), impatience)).toMatchObject({ outcome: 'not-http' });
    expect(
      await served((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'), impatience),
    ).toMatchObject({ outcome: 'answered', bodyBytes: 3, error: 'not done in time' });
  });

  test('that stops short keeps what it was', async () => {
    const says = (text: string) => (socket: Socket) => void socket.end(text);
    expect(await served(says('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'))).toMatchObject({
      status: 200,
      bodyBytes: 3,
      error: 'it closed before the end of its body',
    });
    expect(await served(says('HTTP/1.0 404 No\nServer: old\n\nno'))).toMatchObject({
      status: 404,
      headers: [['server', 'old']],
      bodyBytes: 2,
      error: null,
    });
    expect(await served(says('HTTP/1.1 2'))).toMatchObject({ outcome: 'not-http' });
    expect(await served(says('HTTP/1.1 200'))).toMatchObject({ outcome: 'answered', status: 200 });
    expect(await served(says('HTTP/1.1 999999 What\r\n\r\n'))).toMatchObject({ outcome: 'not-http' });
    expect(await served(says(''))).toMatchObject({ outcome: 'closed', error: 'closed without a word' });
    expect(await served(says('HTTP/1.1 200 OK\r\nA\u0000B: c\u0000d\u001b[31m\r\n: x\r\n\r\n'))).toMatchObject({
      status: 200,
      // What is between CR LF and a colon is a name, as far as it can be shown.
      headers: [['a b', 'c d [31m']],
    });
  });
});

/** The extension types of a ClientHello (RFC 8446 section 4.1.2). */
function extensionsOf(hello: Buffer): number[] {
  let at = 5 + 4 + 2 + 32;
  at += 1 + (hello[at] ?? 0);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + (hello[at] ?? 0);
  const end = at + 2 + hello.readUInt16BE(at);
  const types: number[] = [];
  for (at += 2; at < end; at += 4 + hello.readUInt16BE(at + 2)) types.push(hello.readUInt16BE(at));
  return types;
}
