import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuardedHttp } from '../../src/adapters/guarded-http/guarded-http.ts';
import type { GuardedHttpOptions } from '../../src/adapters/guarded-http/guarded-http.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import type { FetchAnswer, FetchFailure, FetchRequest } from '../../src/ports/fetcher.ts';
import type { Result } from '../../src/domain/result.ts';
import { createCertificateAuthority } from '../support/certificates.ts';
import type { CertificateAuthority } from '../support/certificates.ts';
import { endless, openOddWeb } from '../support/odd-web.ts';
import type { OddWeb } from '../support/odd-web.ts';

/*
 * What is fetched from and posted to places that a person named: against real servers on loopback, which the settings have
 * to except before anything goes there.
 */

const ALL_OFF = { lookup: false, fetch: false, timestamp: false, probe: false, send: false };
const MIB = 1024 * 1024;
const never = new AbortController().signal;

let authority: CertificateAuthority;
let secure: OddWeb;
let other: OddWeb;
let plain: OddWeb;
let folder: string;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  const certificate = await authority.issue(['feed.test', 'hooks.test'], ['127.0.0.1']);
  [secure, other, plain] = await Promise.all([openOddWeb(certificate), openOddWeb(certificate), openOddWeb()]);
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-guarded-')));
});

afterAll(async () => {
  await Promise.all([secure, other, plain].map((web) => web.close()));
  rmSync(folder, { recursive: true, force: true });
});

function client(changes: Partial<GuardedHttpOptions> = {}) {
  return createGuardedHttp({
    outgoing: createSwitchboard({ ...ALL_OFF, fetch: true }),
    traffic: 'fetch',
    clock: { now: () => Date.parse('2026-11-29T09:00:00Z') },
    allow: ['127.0.0.1'],
    credentials: {},
    extraCa: authority.cert,
    times: { totalMs: 5000, idleMs: 2000 },
    sizes: { bytes: MIB, unpackedBytes: 4 * MIB },
    resolveHost: () => Promise.resolve(['127.0.0.1']),
    ...changes,
  });
}

function get(url: string, more: Partial<FetchRequest> = {}): FetchRequest {
  const nothing = { headers: {}, credential: null, body: null, take: null, maxBytes: null };
  return { method: 'GET', url, redirects: 3, ...nothing, ...more };
}

function reasonOf(result: Result<FetchAnswer, FetchFailure>): string {
  return result.ok ? `answered ${result.value.status}` : result.problem.reason;
}

const feed = (path = '/'): string => `https://feed.test:${secure.port}${path}`;

describe('where it goes', () => {
  test('nowhere while its switch is off: no connection is made', async () => {
    secure.answerWith((_q, response) => response.end('here'));
    const asked = client({ outgoing: createSwitchboard(ALL_OFF) }).exchange(get(feed()), never);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'switched-off', hint: /traffic\.fetch: true/ } });
    expect(secure.connections()).toBe(0);
  });

  test.each([
    ['loopback', '127.0.0.2', /loopback/],
    ['loopback of IPv6', '::1', /loopback/],
    ['loopback as IPv6', '::ffff:127.0.0.2', /loopback/],
    ['loopback in the old form of that', '::7f00:1', /outside the global unicast/],
    ['private space', '10.0.0.1', /private space/],
    ['private space of 12 bits', '172.16.0.1', /private space/],
    ['private space at home', '192.168.0.1', /private space/],
    ['link-local space, where clouds keep their keys', '169.254.169.254', /link-local/],
    ['carrier-grade NAT', '100.64.0.1', /carrier-grade NAT/],
    ['documentation', '192.0.2.1', /documentation/],
    ['multicast', '224.0.0.1', /multicast/],
    ['this network', '0.0.0.0', /this network/],
    ['translated private space', '64:ff9b::a00:1', /translation space/],
    ['local-use translation', '64:ff9b:1::a00:1', /translation space/],
    ['6to4', '2002:a00:1::', /6to4/],
    ['unique-local space', 'fd00:ec2::254', /unique local/],
    ['link-local space of IPv6', 'fe80::1', /link-local/],
    ['nothing that is an address', '10.1', /not four plain/],
  ])('not to a name that leads to %s, though another of its addresses may be asked', async (_what, address, reason) => {
    secure.answerWith((_q, response) => response.end('here'));
    const guarded = client({ resolveHost: () => Promise.resolve(['127.0.0.1', address]) });
    expect(reasonOf(await guarded.exchange(get(feed()), never))).toMatch(reason);
    expect(secure.connections()).toBe(0);
  });

  test.each([
    ['https://127.0.0.1/', /loopback/],
    ['https://0x7f000001/', /loopback/],
    ['https://2130706433/', /loopback/],
    ['https://0177.0.0.1/', /loopback/],
    ['https://127.1/', /loopback/],
    ['https://[::ffff:127.0.0.1]/', /loopback/],
    ['https://[::1]/', /loopback/],
    ['http://feed.test/', /not https/],
    ['file:///etc/passwd', /not https/],
    ['ftp://feed.test/', /not https/],
    ['https://user:word@feed.test/', /user name or password/],
    ['no URL', /no URL/],
  ])('not to %s', async (url, reason) => {
    expect(reasonOf(await client({ allow: [] }).exchange(get(url), never))).toMatch(reason);
  });

  test('to what the settings except: an address, a prefix, or a name; and to no more than that', async () => {
    secure.answerWith((_q, response) => response.end('here'));
    for (const allow of [['127.0.0.1'], ['127.0.0.0/8'], ['feed.test']]) {
      expect(reasonOf(await client({ allow }).exchange(get(feed()), never))).toBe('answered 200');
    }
    for (const allow of [[], ['127.0.0.2'], ['10.0.0.0/8'], ['other.test']]) {
      expect(reasonOf(await client({ allow }).exchange(get(feed()), never))).toMatch(/loopback/);
    }
  });

  test('an excepted name does not lead to where clouds keep their keys', async () => {
    const guarded = client({ allow: ['feed.test'], resolveHost: () => Promise.resolve(['169.254.169.254']) });
    expect(reasonOf(await guarded.exchange(get(feed()), never))).toMatch(/link-local/);
  });

  test('over plain http only to what is excepted by name or by its literal address', async () => {
    plain.answerWith((_q, response) => response.end('here'));
    const [byName, byAddress] = [`http://feed.test:${plain.port}/`, `http://127.0.0.1:${plain.port}/`];
    expect(reasonOf(await client({ allow: ['feed.test'] }).exchange(get(byName), never))).toBe('answered 200');
    expect(reasonOf(await client().exchange(get(byAddress), never))).toBe('answered 200');
    expect(reasonOf(await client().exchange(get(byName), never))).toMatch(/not https/);
  });

  test('to the address that was checked, whatever the name says a moment later', async () => {
    secure.answerWith((_q, response) => response.end('here'));
    let questions = 0;
    const guarded = client({
      allow: ['127.0.0.1'],
      resolveHost: () => Promise.resolve([questions++ === 0 ? '127.0.0.1' : '10.0.0.1']),
    });
    expect(reasonOf(await guarded.exchange(get(feed()), never))).toBe('answered 200');
    expect(questions).toBe(1);
    expect(reasonOf(await guarded.exchange(get(feed()), never))).toMatch(/private space/);
  });

  test('only to who proves by TLS to be that name', async () => {
    const unnamed = get(`https://elsewhere.test:${secure.port}/`);
    expect(reasonOf(await client().exchange(unnamed, never))).toMatch(/does not prove by TLS/);
    expect(reasonOf(await client({ extraCa: null }).exchange(get(feed()), never))).toMatch(/does not prove by TLS/);
  });
});

describe('redirects', () => {
  const leadTo = (web: OddWeb, location: string): void =>
    web.answerWith((request, response) => {
      if (request.url === '/there') response.end('there');
      else response.writeHead(302, { location }).end();
    });

  test('are followed, each checked anew', async () => {
    leadTo(secure, '/there');
    const result = await client().exchange(get(feed()), never);
    expect(result).toMatchObject({ ok: true, value: { status: 200, url: feed('/there') } });
    for (const [location, reason] of [
      ['https://10.0.0.1/', /private space/],
      ['https://169.254.169.254/latest', /link-local/],
      [`http://127.0.0.1:${plain.port}/`, /without TLS/],
      ['https://feed.test:22/', /port 22/],
      ['file:///etc/passwd', /without TLS/],
      ['/', /in a circle/],
      ['https://[', /to nowhere/],
    ] as const) {
      leadTo(secure, location);
      expect(reasonOf(await client().exchange(get(feed()), never))).toMatch(reason);
    }
  });

  test('to a name that leads inside are refused before anything is asked there', async () => {
    leadTo(secure, `https://hooks.test:${secure.port}/there`);
    const guarded = client({
      resolveHost: (name) => Promise.resolve([name === 'feed.test' ? '127.0.0.1' : '192.168.1.1']),
    });
    expect(reasonOf(await guarded.exchange(get(feed()), never))).toMatch(/hooks\.test.*by redirect.*private space/);
    expect(secure.asked).toHaveLength(1);
  });

  test('lead to nothing that is excepted for another place than the one that was named', async () => {
    leadTo(secure, `https://hooks.test:${secure.port}/there`);
    const at = (allow: string[]) =>
      client({ allow, resolveHost: (name) => Promise.resolve([name === 'feed.test' ? '127.0.0.1' : '127.0.0.2']) });
    // Whoever names that other place may ask there; the first one may not have us ask.
    const there = get(`https://hooks.test:${secure.port}/there`);
    for (const allow of [
      ['127.0.0.1', 'hooks.test'],
      ['127.0.0.1', '127.0.0.2'],
      ['feed.test', 'hooks.test'],
    ]) {
      expect(reasonOf(await at(allow).exchange(there, never))).not.toMatch(/may not be asked/);
      secure.answerWith((_q, response) => response.writeHead(302, { location: there.url }).end());
      expect(reasonOf(await at(allow).exchange(get(feed()), never))).toMatch(/hooks\.test.*by redirect.*loopback/);
      expect(secure.asked).toHaveLength(1);
    }
    secure.answerWith((request, response) => {
      if (request.url === '/there') response.end('there');
      else response.writeHead(302, { location: there.url }).end();
    });
    const both = client({ allow: ['127.0.0.0/8'] });
    expect(reasonOf(await both.exchange(get(feed()), never))).toBe('answered 200');
  });

  test('end after as many as were asked for', async () => {
    let count = 0;
    secure.answerWith((_q, response) => response.writeHead(307, { location: `/${count++}` }).end());
    expect(reasonOf(await client().exchange(get(feed()), never))).toMatch(/more than 3 times/);
    expect(secure.asked).toHaveLength(4);
    expect(reasonOf(await client().exchange(get(feed(), { redirects: 0 }), never))).toMatch(/not followed/);
  });

  test('are not followed by a POST, which arrives as it was handed in', async () => {
    leadTo(secure, '/there');
    const post = get(feed('/hook'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature': 'of it' },
      body: Buffer.from('{"said":"ü"}'),
    });
    expect(reasonOf(await client().exchange(post, never))).toMatch(/not followed/);
    expect(secure.asked).toHaveLength(1);
    expect(secure.asked[0]).toMatchObject({ method: 'POST', path: '/hook', headers: { 'x-signature': 'of it' } });
    expect(secure.asked[0]?.body()).toBe('{"said":"ü"}');
  });
});

describe('credentials', () => {
  const headersFile = (text: string, mode = 0o600): string => {
    const file = join(folder, `${Math.random()}.headers`);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  const withKey = (file: string, hosts = [`feed.test:${secure.port}`]) =>
    client({ credentials: { key: { file, hosts } } });
  const secret = 'Bearer of-nobody-else';

  test('go to their hosts, and not with a redirect to another origin', async () => {
    const key = headersFile(`# of the feed\nAuthorization: ${secret}\n`);
    secure.answerWith((_q, response) =>
      response.writeHead(302, { location: `https://feed.test:${other.port}/` }).end(),
    );
    other.answerWith((_q, response) => response.end('here'));
    // The other port is one that a redirect may not lead to, unless it is the usual one.
    const guarded = withKey(key, [`feed.test:${secure.port}`, `feed.test:${other.port}`]);
    expect(reasonOf(await guarded.exchange(get(feed(), { credential: 'key' }), never))).toMatch(/the port/);
    expect(secure.asked[0]?.headers.authorization).toBe(secret);
    secure.answerWith((request, response) => {
      if (request.headers.host?.startsWith('feed') === true)
        response.writeHead(302, { location: `https://hooks.test:${secure.port}/` }).end();
      else response.end('here');
    });
    expect(reasonOf(await guarded.exchange(get(feed(), { credential: 'key' }), never))).toBe('answered 200');
    expect(secure.asked.map(({ headers }) => headers.authorization)).toEqual([secret, undefined]);
  });

  test.each<[string, () => ReturnType<typeof client>, RegExp]>([
    ['that nobody has set', () => client(), /no credential "key"/],
    ['for other hosts', () => withKey(headersFile('A: b'), ['misp.test']), /not for feed\.test/],
    ['in a file that others can read', () => withKey(headersFile('A: b', 0o644)), /others of this machine can read/],
    ['in no file', () => withKey(join(folder, 'none')), /cannot be read/],
    ['without a header', () => withKey(headersFile('\n')), /holds no header/],
    ['that would set the host', () => withKey(headersFile('Host: elsewhere.test')), /line 1 is no header/],
    ['with half a line', () => withKey(headersFile('Authorization')), /line 1 is no header/],
  ])('%s are a problem of the settings, and nothing is asked', async (_what, made, reason) => {
    secure.answerWith((_q, response) => response.end('here'));
    const asked = made().exchange(get(feed(), { credential: 'key' }), never);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'settings', message: reason } });
    expect(secure.connections()).toBe(0);
  });
});

describe('limits', () => {
  const answerWith = (write: (response: ServerResponse) => void): void =>
    secure.answerWith((_q, response) => write(response));

  test('of size hold for what comes and for what it unpacks to', async () => {
    answerWith((response) => endless(response.writeHead(200)));
    expect(reasonOf(await client().exchange(get(feed()), never))).toMatch(/longer than 1 MiB$/);
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    expect(bomb.length).toBeLessThan(MIB);
    answerWith((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    let taken = 0;
    const take = (piece: Uint8Array) => Promise.resolve(void (taken += piece.length));
    expect(reasonOf(await client().exchange(get(feed(), { take }), never))).toMatch(/longer than 4 MiB unpacked/);
    expect(taken).toBe(4 * MIB);
    answerWith((response) => {
      const packing = createGzip({ level: 0 });
      packing.pipe(response.writeHead(200, { 'content-encoding': 'gzip' }));
      const more = (): void => void (response.destroyed || packing.write(Buffer.alloc(16 * 1024), more));
      more();
    });
    expect(reasonOf(await client().exchange(get(feed()), never))).toMatch(/longer than 1 MiB$/);
    expect(reasonOf(await client().exchange(get(feed(), { maxBytes: 2048 }), never))).toMatch(/longer than 2 KiB/);
  });

  test('of what is unpacked: a packed answer is unpacked once, and half of one is no answer', async () => {
    const packed = gzipSync('c2.example');
    answerWith((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed));
    const result = await client().exchange(get(feed()), never);
    expect(result.ok && Buffer.from(result.value.body).toString()).toBe('c2.example');
    expect(secure.asked[0]?.headers['accept-encoding']).toBe('gzip');
    answerWith((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed.subarray(0, 15)));
    expect(reasonOf(await client().exchange(get(feed()), never))).toMatch(/cannot be unpacked/);
    for (const encoding of ['br', 'gzip, gzip', 'deflate']) {
      answerWith((response) => response.writeHead(200, { 'content-encoding': encoding }).end(packed));
      expect(reasonOf(await client().exchange(get(feed()), never))).toMatch(/encoding that was not asked for/);
    }
  });

  test('of time hold for the whole, for silence, and for a trickle', async () => {
    const quick = client({ times: { totalMs: 600, idleMs: 200 } });
    answerWith(() => undefined);
    expect(reasonOf(await quick.exchange(get(feed()), never))).toMatch(/nothing came for 0\.2 s/);
    answerWith((response) => void response.writeHead(200).write('x'));
    expect(reasonOf(await quick.exchange(get(feed()), never))).toMatch(/nothing came for 0\.2 s/);
    answerWith((response) => {
      const trickle = setInterval(() => response.write('x'), 50);
      response.writeHead(200).on('close', () => clearInterval(trickle));
    });
    expect(reasonOf(await quick.exchange(get(feed()), never))).toMatch(/no whole answer within 0\.6 s/);
    const unresolved = client({
      times: { totalMs: 300, idleMs: 200 },
      resolveHost: () => new Promise(() => undefined),
    });
    expect(reasonOf(await unresolved.exchange(get(feed()), never))).toMatch(/does not resolve/);
  });

  test('of headers, and of half an answer', async () => {
    answerWith((response) => response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end('{}'));
    expect(reasonOf(await client().exchange(get(feed()), never))).toMatch(/header is longer than 16 KiB/);
    answerWith((response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => response.destroy(), 50);
    });
    const half = await client().exchange(get(feed()), never);
    expect(half).toMatchObject({ ok: false, problem: { reason: /broke in the middle/, mayPass: true } });
  });

  test('leave the words of a refusal, and how long to wait', async () => {
    answerWith((response) => endless(response.writeHead(429, { 'retry-after': '90' })));
    const result = await client().exchange(get(feed()), never);
    expect(result).toMatchObject({ ok: true, value: { status: 429, retryAfterMs: 90_000 } });
  });

  test('a person who stops it is heard at once', async () => {
    const stop = new AbortController();
    answerWith(() => setTimeout(() => stop.abort(), 20));
    await expect(client().exchange(get(feed()), stop.signal)).rejects.toMatchObject({
      problem: { code: 'interrupted' },
    });
  });

  test('what whoever takes the pieces runs into is theirs', async () => {
    answerWith((response) => response.end('here'));
    const take = () => Promise.reject(Object.assign(new Error('the disk is full'), { code: 'ENOSPC' }));
    await expect(client().exchange(get(feed(), { take }), never)).rejects.toThrow('the disk is full');
  });
});
