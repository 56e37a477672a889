import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import type { Address } from '../../src/domain/address.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { createCertificateAuthority } from '../support/certificates.ts';
import { LOOPBACK, openRegistryLaboratory, prefixes, sendJson } from '../support/registry-laboratory.ts';
import type { Handler, RegistryLaboratory } from '../support/registry-laboratory.ts';

/*
 * The RDAP client against a real HTTPS server on loopback. The real answers are in rdap-real-answers.test.ts.
 */

let laboratory: RegistryLaboratory;
const never = new AbortController().signal;

beforeAll(async () => {
  laboratory = await openRegistryLaboratory();
});
beforeEach(() => {
  laboratory.answerWith((_request, response) => sendJson(response, NETWORK));
});
afterAll(() => laboratory.close());

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

const ASKED = address('192.0.2.7');
const NETWORK = {
  objectClassName: 'ip network',
  handle: '192.0.2.0 - 192.0.2.255',
  startAddress: '192.0.2.0',
  endAddress: '192.0.2.255',
  country: 'NL',
  port43: 'whois.ripe.net',
  entities: [
    {
      handle: 'AB1',
      roles: ['abuse'],
      vcardArray: [
        'vcard',
        [
          ['fn', {}, 'text', 'Abuse'],
          ['email', { type: 'abuse' }, 'text', 'abuse@hoster.example'],
        ],
      ],
    },
  ],
};

describe('an answer', () => {
  test('comes with its evidence: what was asked, who answered from which address, when, and the very bytes', async () => {
    const body = JSON.stringify(NETWORK, null, 2);
    laboratory.answerWith((_request, response) => sendJson(response, body));
    const { registry, clock } = laboratory.client();
    const answer = await registry.network(ASKED, never);
    expect(answer).toMatchObject({
      outcome: 'answered',
      registration: { registry: 'ripe', country: 'NL', abuse: [{ email: 'abuse@hoster.example' }] },
      evidence: {
        url: `${laboratory.base('ripe')}ip/192.0.2.7`,
        finalUrl: `${laboratory.base('ripe')}ip/192.0.2.7`,
        redirects: [],
        status: 200,
        fetchedAt: clock.now(),
        sha256: createHash('sha256').update(body).digest('hex'),
        body,
        complete: true,
        peerAddress: '127.0.0.1',
      },
    });
  });

  test('IPv6 addresses and AS numbers are asked for in the forms of RFC 9082', async () => {
    laboratory.answerWith((request, response) =>
      sendJson(
        response,
        request.url?.startsWith('/autnum/') === true
          ? { objectClassName: 'autnum', handle: 'AS64500', startAutnum: 64500, endAutnum: 64500, name: 'HOSTER' }
          : { ...NETWORK, startAddress: '2001:db8::', endAddress: '2001:db8::ffff' },
      ),
    );
    const { registry } = laboratory.client();
    expect((await registry.network(address('2001:DB8:0::7'), never)).outcome).toBe('answered');
    expect(await registry.autnum(64500, never)).toMatchObject({
      outcome: 'answered',
      registration: { asn: 64500, name: 'HOSTER', abuse: [] },
    });
    expect(laboratory.requests).toEqual(['arin.rdap.test/ip/2001:db8::7', 'afrinic.rdap.test/autnum/64500']);
  });

  test('serves its neighbours in one small network, and no larger one’s: that may be let in parts', async () => {
    const { registry } = laboratory.client();
    const both = await Promise.all([registry.network(ASKED, never), registry.network(address('192.0.2.200'), never)]);
    expect(both.map(({ outcome }) => outcome)).toEqual(['answered', 'answered']);
    expect(laboratory.requests).toHaveLength(1);

    const large = { ...NETWORK, startAddress: '198.18.0.0', endAddress: '198.19.255.255' };
    laboratory.answerWith((_request, response) => sendJson(response, large));
    for (const text of ['198.18.5.1', '198.18.5.2', '198.18.5.1']) await registry.network(address(text), never);
    expect(laboratory.requests).toHaveLength(2);
  });

  test('is kept for a day, and what failed is not kept at all', async () => {
    const { registry, clock } = laboratory.client();
    await registry.network(ASKED, never);
    clock.advance(23 * 3_600_000);
    await registry.network(ASKED, never);
    expect(laboratory.requests).toHaveLength(1);
    clock.advance(2 * 3_600_000);
    laboratory.answerWith((_request, response) => sendJson(response, '{'));
    expect((await registry.network(ASKED, never)).outcome).toBe('failed');
    laboratory.answerWith((_request, response) => sendJson(response, NETWORK));
    expect((await registry.network(ASKED, never)).outcome).toBe('answered');
  });
});

describe('an error', () => {
  test.each([
    [404, 'not-found'],
    [400, 'failed'],
    [401, 'refused'],
    [403, 'refused'],
    [500, 'failed'],
    [501, 'failed'],
    [204, 'failed'],
    [206, 'failed'],
  ])('of the status %i is the outcome %s, with the title that the registry gives', async (status, outcome) => {
    laboratory.answerWith((_request, response) =>
      sendJson(response, { errorCode: status, title: 'No such thing\u0007', description: ['here'] }, status),
    );
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome, evidence: { status, complete: true } });
    expect(answer.reason).toContain(`status ${status}`);
    if (status !== 204) expect(answer.reason).toContain('(No such thing, here)');
    expect(laboratory.requests).toHaveLength(1);
  });
});

describe('a wrong answer fails in words, and is kept as evidence', () => {
  const json = { 'content-type': 'application/rdap+json' };
  test.each<[what: string, handler: Handler, reason: RegExp]>([
    [
      'about another network',
      (_q, r) => sendJson(r, { ...NETWORK, startAddress: '192.0.2.64', endAddress: '192.0.2.127' }),
      /where 192\.0\.2\.7 is not/,
    ],
    ['about a domain', (_q, r) => sendJson(r, { objectClassName: 'domain' }), /about "domain"/],
    ['of garbage', (_q, r) => sendJson(r, '{"startAddress": "192.0.2.0", '), /not JSON/],
    ['of nothing', (_q, r) => sendJson(r, ''), /not JSON/],
    ['of bytes that are no text', (_q, r) => r.writeHead(200, json).end(Buffer.of(0xff, 0xfe, 0x00)), /not JSON/],
    ['of HTML', (_q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), /not of the type/],
    ['without a type', (_q, r) => r.writeHead(200).end(JSON.stringify(NETWORK)), /not of the type/],
    ['nested without end', (_q, r) => sendJson(r, '['.repeat(200_000)), /not JSON/],
    [
      'of entities by the hundred thousand',
      (_q, r) =>
        sendJson(r, `{"startAddress":"192.0.2.0","endAddress":"192.0.2.255","entities":[${'{},'.repeat(100_000)}{}]}`),
      /more than 500 entities/,
    ],
  ])('one %s', async (_what, handler, reason) => {
    laboratory.answerWith(handler);
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'failed', evidence: { status: 200, complete: true } });
    expect(answer.reason).toMatch(reason);
  });

  test('one that is compressed is not unpacked: 64 KiB of gzip hold 64 MiB', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    laboratory.answerWith((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb);
    });
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'failed', evidence: { complete: true } });
    expect(answer.reason).toContain('compressed');
  });

  test.each<[what: string, handler: Handler]>([
    [
      'is too long by its own word',
      (_q, r) => r.writeHead(200, { ...json, 'content-length': 10_000_000 }).write(Buffer.alloc(1024 * 1024, 32)),
    ],
    ['never ends', (_q, r) => endless(r.writeHead(200, json))],
  ])('one that %s is left at 512 KiB', async (_what, handler) => {
    laboratory.answerWith(handler);
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer.reason).toContain('longer than 512 KiB');
    expect(answer).toMatchObject({ outcome: 'failed', evidence: { complete: false } });
    expect(answer.evidence?.body.length).toBe(512 * 1024);
    expect(laboratory.requests).toHaveLength(1);
  });

  test('one with a header of 20 KiB', async () => {
    laboratory.answerWith((_request, response) =>
      response.writeHead(200, { ...json, 'x-long': 'x'.repeat(20_000) }).end('{}'),
    );
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'failed', evidence: null });
    expect(answer.reason).toContain('header is longer than 16 KiB');
  });

  function endless(response: Parameters<Handler>[1]): void {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16 * 1024, 32)));
    };
    response.on('drain', more);
    more();
  }
});

describe('a connection that breaks', () => {
  test('once is tried again once', async () => {
    let count = 0;
    laboratory.answerWith((_request, response) => {
      count += 1;
      if (count === 1) response.destroy();
      else sendJson(response, NETWORK);
    });
    expect((await laboratory.client().registry.network(ASKED, never)).outcome).toBe('answered');
    expect(laboratory.requests).toHaveLength(2);
  });

  test('is tried again at another of the addresses that the name has', async () => {
    const { registry } = laboratory.client({
      laboratory: {
        allowedNetworks: [...LOOPBACK, ...prefixes('192.0.2.0/24')],
        // Nobody listens at the first.
        resolveHost: () => Promise.resolve(['127.66.0.1', '127.0.0.1']),
        extraCa: laboratory.authority.cert,
      },
    });
    expect(await registry.network(ASKED, never)).toMatchObject({
      outcome: 'answered',
      evidence: { peerAddress: '127.0.0.1' },
    });
  });

  test('again and again is a failure after two requests', async () => {
    laboratory.answerWith((_request, response) => response.destroy());
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'failed', evidence: null });
    expect(laboratory.requests).toHaveLength(2);
  });

  test('in the middle of an answer leaves the half as evidence, and no registration', async () => {
    const body = JSON.stringify(NETWORK);
    laboratory.answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/rdap+json', 'content-length': body.length + 10 });
      response.write(body, () => response.destroy());
    });
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'failed', evidence: { complete: false, body } });
    expect(answer.reason).toContain('broke in the middle');
  });

  test.each<[what: string, handler: Handler]>([
    ['says nothing', () => undefined],
    [
      'drips a byte every 20 ms',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/rdap+json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('is left when the server %s for too long', async (_what, handler) => {
    laboratory.answerWith(handler);
    const limits = { connectTimeoutMs: 5000, totalTimeoutMs: 1500 };
    const answer = await laboratory.client({ limits }).registry.network(ASKED, never);
    expect(answer.outcome).toBe('failed');
    expect(answer.reason).toContain('no whole answer within 1.5 s');
    expect(laboratory.requests).toHaveLength(2);
  });

  test('to where nobody listens names whom it asked', async () => {
    const bootstrapFolder = laboratory.bootstrap('nobody', {
      ipv4: [[['192.0.2.0/24'], ['https://ripe.rdap.test:1/']]],
      ipv6: [],
      asn: [],
    });
    const answer = await laboratory.client({ bootstrapFolder }).registry.network(ASKED, never);
    expect(answer).toMatchObject({
      outcome: 'failed',
      reason: 'ripe.rdap.test:1: the connection failed (ECONNREFUSED)',
    });
  });
});

describe('the signal', () => {
  test.each<[when: string, handler: (stop: () => void) => Handler]>([
    ['before the answer', (stop) => () => stop()],
    [
      'in the middle of the answer',
      (stop) => (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/rdap+json' });
        response.write('{', () => setTimeout(stop, 20));
      },
    ],
  ])('is heard %s', async (_when, handler) => {
    const interruption = new AbortController();
    laboratory.answerWith(handler(() => interruption.abort()));
    await expect(laboratory.client().registry.network(ASKED, interruption.signal)).rejects.toMatchObject({
      problem: { code: 'interrupted' },
    });
    expect(laboratory.requests).toHaveLength(1);
  });

  test('is heard during a pause, and lets the next one through', async () => {
    const interruption = new AbortController();
    laboratory.answerWith((_request, response) => response.writeHead(429, { 'retry-after': '60' }).end());
    const { registry } = laboratory.client({
      sleep: (_milliseconds, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('woken')));
          interruption.abort();
        }),
    });
    await expect(registry.network(ASKED, interruption.signal)).rejects.toMatchObject({
      problem: { code: 'interrupted' },
    });
    laboratory.answerWith((_request, response) =>
      sendJson(response, { ...NETWORK, startAddress: '198.18.0.0', endAddress: '198.18.0.255' }),
    );
    expect((await registry.network(address('198.18.0.1'), never)).outcome).toBe('answered');
  });

  test('that was aborted before asks nobody', async () => {
    await expect(laboratory.client().registry.network(ASKED, AbortSignal.abort())).rejects.toMatchObject({
      problem: { code: 'interrupted' },
    });
    expect(laboratory.connections()).toBe(0);
  });
});

test('nobody is asked while the switch is off', async () => {
  const outgoing = createSwitchboard({ lookup: false, fetch: true, timestamp: true, probe: true, send: true });
  const { registry } = laboratory.client({ outgoing });
  for (const asked of [registry.network(ASKED, never), registry.autnum(64500, never)]) {
    await expect(asked).rejects.toMatchObject({ problem: { code: 'switched-off' } });
  }
  expect(laboratory.connections()).toBe(0);
});

describe('a redirect', () => {
  const to = (location: string | undefined, status = 302): Handler => {
    return (_request, response) => response.writeHead(status, location === undefined ? {} : { location }).end();
  };

  test.each([301, 302, 303, 307, 308])(
    'of the status %i leads to another registry, and the way is kept',
    async (status) => {
      const target = `${laboratory.base('other')}registry/ip/192.0.2.7`;
      laboratory.answerWith((request, response) => {
        if (request.headers.host?.startsWith('other.') === true) sendJson(response, NETWORK);
        else to(target, status)(request, response);
      });
      expect(await laboratory.client().registry.network(ASKED, never)).toMatchObject({
        outcome: 'answered',
        evidence: { url: `${laboratory.base('ripe')}ip/192.0.2.7`, finalUrl: target, redirects: [target] },
      });
    },
  );

  test.each<[where: string, location: () => string | undefined, reason: RegExp]>([
    ['to itself', () => '/ip/192.0.2.7', /in a circle/],
    ['to itself by another fragment', () => '/ip/192.0.2.7#again', /in a circle/],
    ['to plain http', () => `http://other.rdap.test:${laboratory.port}/`, /http:\/\/ is not https/],
    ['to a file', () => 'file:///etc/passwd', /file:\/\/ is not https/],
    ['to loopback by address, in the spellings that URLs allow', () => 'https://0x0a000001/', /private space/],
    ['to private space', () => 'https://10.0.0.1/', /private space/],
    ['to private space in IPv6 clothes', () => 'https://[::ffff:10.0.0.1]/', /private space/],
    ['to the cloud’s metadata service', () => 'https://169.254.169.254/latest/meta-data/', /link-local/],
    ['to a name in private space', () => 'https://inside.rdap.test/', /resolves to 192\.168\.1\.1: .*private space/],
    ['with a password', () => 'https://me:secret@other.rdap.test/', /user name or password/],
    ['to another port', () => 'https://other.rdap.test:22/', /port 22/],
    ['to a name that is not there', () => 'https://nowhere.rdap.test/', /has no address/],
    ['to nonsense', () => 'https://[', /to nowhere/],
    ['without saying where', () => undefined, /to nowhere/],
  ])('%s is not followed', async (_where, location, reason) => {
    laboratory.answerWith((request, response) => to(location())(request, response));
    const { registry } = laboratory.client({
      laboratory: {
        allowedNetworks: prefixes('127.0.0.1/32', '192.0.2.0/24'),
        resolveHost: (name) =>
          Promise.resolve({ 'ripe.rdap.test': ['127.0.0.1'], 'inside.rdap.test': ['192.168.1.1'] }[name] ?? []),
        extraCa: laboratory.authority.cert,
      },
    });
    const answer = await registry.network(ASKED, never);
    expect(answer.outcome).toBe('failed');
    expect(answer.reason).toMatch(reason);
    expect(answer.evidence?.status).toBe(302);
    expect(laboratory.requests).toHaveLength(1);
  });

  test('is followed five times and no more', async () => {
    laboratory.answerWith((request, response) => to(`${request.url ?? ''}x`)(request, response));
    const answer = await laboratory.client().registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'failed', evidence: { status: 302 } });
    expect(laboratory.requests).toHaveLength(6);
  });

  test('there and back is a circle', async () => {
    laboratory.answerWith((request, response) =>
      to(`${laboratory.base(request.headers.host?.startsWith('ripe.') === true ? 'arin' : 'ripe')}ip/192.0.2.7`)(
        request,
        response,
      ),
    );
    expect((await laboratory.client().registry.network(ASKED, never)).reason).toContain('in a circle');
    expect(laboratory.requests).toHaveLength(2);
  });
});

describe('the guard', () => {
  test.each<[what: string, addresses: readonly string[], reason: RegExp]>([
    ['loopback', ['127.0.0.1'], /loopback/],
    ['loopback of IPv6', ['::1'], /loopback/],
    ['the cloud’s metadata service', ['169.254.169.254'], /link-local/],
    ['private space in IPv6 clothes', ['::ffff:10.0.0.1'], /private space/],
    ['private space behind a translator', ['64:ff9b::a00:1'], /translation/],
    ['unique local space', ['fd00::1'], /unique local/],
    ['nothing', ['0.0.0.0'], /this network/],
    ['a public and a private address', ['192.0.2.1', '10.0.0.1'], /10\.0\.0\.1.*private space/],
    ['what is no address', ['localhost'], /not an IP address/],
  ])(
    'without the laboratory’s leave refuses a name that resolves to %s, and connects to nobody',
    async (_what, addresses, reason) => {
      const { registry } = laboratory.client({
        laboratory: {
          // Only what may be asked about; loopback is not among what may be connected to.
          allowedNetworks: prefixes('192.0.2.0/24'),
          resolveHost: () => Promise.resolve(addresses),
          extraCa: laboratory.authority.cert,
        },
      });
      const answer = await registry.network(ASKED, never);
      expect(answer).toMatchObject({ outcome: 'failed', evidence: null });
      expect(answer.reason).toMatch(reason);
      expect(laboratory.connections()).toBe(0);
    },
  );

  test('resolves once and connects to just that address: what the name says a moment later is not heard', async () => {
    let count = 0;
    const { registry } = laboratory.client({
      laboratory: {
        allowedNetworks: prefixes('127.0.0.1/32', '192.0.2.0/24'),
        // A name server that answers rightly to the check, and with the metadata service to the connection.
        resolveHost: () => Promise.resolve((count += 1) === 1 ? ['127.0.0.1'] : ['169.254.169.254']),
        extraCa: laboratory.authority.cert,
      },
    });
    expect(await registry.network(ASKED, never)).toMatchObject({
      outcome: 'answered',
      evidence: { peerAddress: '127.0.0.1' },
    });
    expect(count).toBe(1);
  });

  test('checks anew when a question is asked again', async () => {
    let count = 0;
    laboratory.answerWith((_request, response) => response.destroy());
    const { registry } = laboratory.client({
      laboratory: {
        allowedNetworks: prefixes('127.0.0.1/32', '192.0.2.0/24'),
        resolveHost: () => Promise.resolve((count += 1) === 1 ? ['127.0.0.1'] : ['169.254.169.254']),
        extraCa: laboratory.authority.cert,
      },
    });
    expect((await registry.network(ASKED, never)).reason).toContain('link-local');
    expect(laboratory.connections()).toBe(1);
  });

  test('asks no registry about reserved space', async () => {
    const { registry } = laboratory.client();
    expect(await registry.network(address('10.0.0.1'), never)).toMatchObject({ outcome: 'failed', evidence: null });
    expect(laboratory.connections()).toBe(0);
  });

  test('a name that does not resolve is tried twice, a resolver that hangs is left', async () => {
    let count = 0;
    const missing = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const failing = laboratory.client({
      laboratory: {
        allowedNetworks: prefixes('192.0.2.0/24'),
        resolveHost: () => ((count += 1), Promise.reject(missing)),
      },
    });
    expect((await failing.registry.network(ASKED, never)).reason).toContain('does not resolve');
    expect(count).toBe(2);
    const hanging = laboratory.client({
      limits: { connectTimeoutMs: 50, totalTimeoutMs: 10_000 },
      laboratory: { allowedNetworks: prefixes('192.0.2.0/24'), resolveHost: () => new Promise(() => undefined) },
    });
    expect((await hanging.registry.network(ASKED, never)).reason).toContain('does not resolve');
  });
});

describe('TLS', () => {
  async function asked(names: readonly string[], validFrom?: Date, trusted = true): Promise<string> {
    let served = 0;
    const server = createServer(await laboratory.authority.issue(names, [], validFrom), (_request, response) => {
      served += 1;
      sendJson(response, NETWORK);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
    const { port } = server.address() as AddressInfo;
    const bootstrapFolder = laboratory.bootstrap('tls', {
      ipv4: [[['192.0.2.0/24'], [`https://ripe.rdap.test:${port}/`]]],
      ipv6: [],
      asn: [],
    });
    const { registry } = laboratory.client({
      bootstrapFolder,
      laboratory: {
        allowedNetworks: [...LOOPBACK, ...prefixes('192.0.2.0/24')],
        resolveHost: () => Promise.resolve(['127.0.0.1']),
        extraCa: trusted ? laboratory.authority.cert : (await createCertificateAuthority()).cert,
      },
    });
    const answer = await registry.network(ASKED, never);
    server.closeAllConnections();
    server.close();
    if (answer.outcome === 'answered') return 'answered';
    expect(served).toBe(0);
    return answer.reason;
  }

  test('the certificate must be for the name', async () => {
    expect(await asked(['ripe.rdap.test'])).toBe('answered');
    expect(await asked(['other.rdap.test'])).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('the certificate must be of an authority that is trusted, also where the environment says otherwise', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await asked(['ripe.rdap.test'], undefined, false)).toMatch(
        /does not prove by TLS .*\((UNABLE|SELF|CERT)_/,
      );
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  test('the certificate must be in force', async () => {
    expect(await asked(['ripe.rdap.test'], new Date(Date.now() - 30 * 86_400_000))).toContain('CERT_HAS_EXPIRED');
  });

  test('an address in a URL must be in the certificate', async () => {
    const literal = (host: string): string =>
      laboratory.bootstrap('literal', {
        ipv4: [[['192.0.2.0/24'], [`https://${host}:${laboratory.port}/`]]],
        ipv6: [],
        asn: [],
      });
    const right = laboratory.client({ bootstrapFolder: literal('127.0.0.1') });
    expect((await right.registry.network(ASKED, never)).outcome).toBe('answered');
  });
});

describe('a registry that is asked too often', () => {
  const throttles = (times: number, retryAfter: string | null): Handler => {
    let count = 0;
    return (_request, response) => {
      count += 1;
      if (count > times) sendJson(response, NETWORK);
      else response.writeHead(429, retryAfter === null ? {} : { 'retry-after': retryAfter }).end();
    };
  };

  test.each<[how: string, header: string | null, atLeastMs: number, atMostMs: number]>([
    ['in seconds', '7', 7000, 7000],
    ['as a date', 'Mon, 23 Nov 2026 12:00:20 GMT', 20_000, 20_000],
    ['as a date that is past', 'Sun, 06 Nov 1994 08:49:37 GMT', 1000, 1000],
    ['not at all', null, 30_000, 30_000],
    ['in nonsense', 'soon', 30_000, 30_000],
  ])('and says how long to wait %s is asked again then', async (_how, header, atLeastMs, atMostMs) => {
    laboratory.answerWith(throttles(1, header));
    const { registry, clock, reports } = laboratory.client();
    const began = clock.now();
    expect((await registry.network(ASKED, never)).outcome).toBe('answered');
    expect(clock.now() - began).toBeGreaterThanOrEqual(atLeastMs);
    expect(clock.now() - began).toBeLessThanOrEqual(atMostMs);
    expect(reports).toEqual([`ripe.rdap.test asks for a pause of ${atLeastMs / 1000} s`]);
  });

  test('503 is the same', async () => {
    let count = 0;
    laboratory.answerWith((_request, response) => {
      count += 1;
      if (count === 1) response.writeHead(503, { 'retry-after': '3' }).end();
      else sendJson(response, NETWORK);
    });
    const { registry, sleeps } = laboratory.client();
    expect((await registry.network(ASKED, never)).outcome).toBe('answered');
    expect(sleeps).toEqual([3000]);
  });

  test('so is LACNIC’s notice with the status 200', async () => {
    let count = 0;
    laboratory.answerWith((_request, response) => {
      count += 1;
      sendJson(
        response,
        count === 1
          ? { notices: [{ title: 'Rate Limit Notice', description: ['10 queries per 1 minutes'] }] }
          : NETWORK,
      );
    });
    expect((await laboratory.client().registry.network(ASKED, never)).outcome).toBe('answered');
    expect(laboratory.requests).toHaveLength(2);
  });

  test('and stays so refuses after three requests, and is then left alone for five minutes', async () => {
    laboratory.answerWith(throttles(1000, null));
    const { registry, clock } = laboratory.client();
    const answer = await registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'refused', evidence: { status: 429 } });
    expect(laboratory.requests).toHaveLength(3);
    const next = await registry.network(address('192.0.2.8'), never);
    expect(next).toMatchObject({ outcome: 'refused', evidence: null });
    expect(next.reason).toContain('left alone');
    expect(laboratory.requests).toHaveLength(3);
    clock.advance(300_000);
    laboratory.answerWith(throttles(0, null));
    expect((await registry.network(ASKED, never)).outcome).toBe('answered');
  });

  test('and wants an hour is not waited for, and others are still asked', async () => {
    laboratory.answerWith(throttles(1, '3600'));
    const { registry, sleeps, clock } = laboratory.client();
    expect((await registry.network(ASKED, never)).outcome).toBe('refused');
    expect(sleeps).toEqual([]);
    expect((await registry.network(address('192.0.2.8'), never)).outcome).toBe('refused');
    expect(laboratory.requests).toHaveLength(1);
    laboratory.answerWith((_request, response) =>
      sendJson(response, { ...NETWORK, startAddress: '198.18.0.0', endAddress: '198.18.0.255' }),
    );
    expect((await registry.network(address('198.18.0.1'), never)).outcome).toBe('answered');
    clock.advance(3_600_000);
    laboratory.answerWith(throttles(0, null));
    expect((await registry.network(ASKED, never)).outcome).toBe('answered');
  });

  test('with ten a minute sees no more than ten in any minute', async () => {
    const times: number[] = [];
    const { registry, clock } = laboratory.client({ requestsPerMinute: { 'lacnic.rdap.test': 10 } });
    laboratory.answerWith((request, response) => {
      times.push(clock.now());
      const asked = request.url?.slice('/ip/'.length) ?? '';
      sendJson(response, { ...NETWORK, startAddress: asked, endAddress: asked });
    });
    for (let last = 1; last <= 60; last++) await registry.network(address(`198.51.100.${last}`), never);
    expect(times).toHaveLength(60);
    for (const [index, time] of times.entries()) {
      expect(times.slice(index).filter((later) => later < time + 60_000).length).toBeLessThanOrEqual(10);
    }
    // And it is not much slower than it must be.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(60 * 7500);
  });
});

describe('whom to ask', () => {
  test('is told by the longest prefix', async () => {
    const bootstrapFolder = laboratory.bootstrap('longest', {
      ipv4: [
        [['192.0.0.0/8'], [laboratory.base('arin')]],
        [['192.0.2.0/25'], [laboratory.base('ripe')]],
        [['192.0.2.0/24', 'nonsense'], [laboratory.base('apnic')]],
      ],
      ipv6: [],
      asn: [],
    });
    const { registry } = laboratory.client({ bootstrapFolder });
    await registry.network(ASKED, never);
    expect(laboratory.requests).toEqual(['ripe.rdap.test/ip/192.0.2.7']);
  });

  test('https is chosen, a slash that is missing is added, and plain http alone is refused', async () => {
    const bootstrapFolder = laboratory.bootstrap('http', {
      ipv4: [
        [['192.0.2.0/24'], [`http://ripe.rdap.test:${laboratory.port}/registry`, `${laboratory.base('ripe')}registry`]],
      ],
      ipv6: [],
      asn: [],
    });
    await laboratory.client({ bootstrapFolder }).registry.network(ASKED, never);
    expect(laboratory.requests).toEqual(['ripe.rdap.test/registry/ip/192.0.2.7']);
    const plain = await laboratory.client().registry.network(address('203.0.113.1'), never);
    expect(plain).toMatchObject({ outcome: 'failed', evidence: null });
    expect(plain.reason).toContain('plain http only');
  });

  test('is not known for a number or address that IANA gave nobody', async () => {
    const { registry } = laboratory.client();
    expect((await registry.autnum(65_000, never)).reason).toContain('names no registry for AS65000');
  });

  test('a folder without the files says what is to be in it', async () => {
    const bootstrapFolder = join(laboratory.folder, 'empty');
    const answer = await laboratory.client({ bootstrapFolder }).registry.network(ASKED, never);
    expect(answer).toMatchObject({ outcome: 'failed', evidence: null });
    expect(answer.reason).toMatch(/lookup\.bootstrap .* ipv4\.json, ipv6\.json, asn\.json/);
  });

  describe('from IANA itself', () => {
    const ianaAnswers: Handler = (request, response) => {
      if (request.headers.host?.startsWith('iana.') !== true) {
        sendJson(response, NETWORK);
        return;
      }
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ version: '1.0', services: [[['192.0.2.0/24'], [laboratory.base('ripe')]]] }));
    };
    const client = (cache: string): ReturnType<RegistryLaboratory['client']> =>
      laboratory.client({
        bootstrapFolder: null,
        cacheDirectory: join(laboratory.folder, cache),
        laboratory: {
          allowedNetworks: [...LOOPBACK, ...prefixes('192.0.2.0/24')],
          resolveHost: () => Promise.resolve(['127.0.0.1']),
          extraCa: laboratory.authority.cert,
          ianaBase: laboratory.base('iana'),
        },
      });

    test('is fetched once, kept a day for the next run, then fetched anew', async () => {
      laboratory.answerWith(ianaAnswers);
      const asked = (): number => laboratory.requests.filter((text) => text === 'iana.rdap.test/ipv4.json').length;
      for (let run = 0; run < 2; run++)
        expect((await client('day').registry.network(ASKED, never)).outcome).toBe('answered');
      expect(asked()).toBe(1);
      const later = client('day');
      later.clock.advance(25 * 3_600_000);
      expect((await later.registry.network(ASKED, never)).outcome).toBe('answered');
      expect(asked()).toBe(2);
      expect(readdirSync(join(laboratory.folder, 'day'))).toEqual(['rdap-bootstrap-ipv4.json']);
    });

    test('serves from an old copy where IANA cannot be reached, and says so', async () => {
      laboratory.answerWith(ianaAnswers);
      await client('old').registry.network(ASKED, never);
      laboratory.answerWith((request, response) => {
        if (request.headers.host?.startsWith('iana.') === true) response.destroy();
        else sendJson(response, NETWORK);
      });
      const later = client('old');
      later.clock.advance(100 * 86_400_000);
      expect((await later.registry.network(ASKED, never)).outcome).toBe('answered');
      expect(later.reports.join()).toContain('using IANA’s ipv4.json of 2026-11-23 12:00 UTC');
    });

    test.each<[what: string, copy: string | null]>([
      ['there is no copy', null],
      ['the copy is damaged', '{"fetchedAt":"2026-11-23T12:00:00Z","body":"{'],
      ['the copy is of something else', '{"fetchedAt":7}'],
    ])('fails with what to do where IANA cannot be reached and %s', async (_what, copy) => {
      laboratory.answerWith((_request, response) => response.destroy());
      const name = `none-${createHash('sha256').update(String(copy)).digest('hex').slice(0, 8)}`;
      const { registry } = client(name);
      if (copy !== null) {
        const folder = join(laboratory.folder, name);
        mkdirSync(folder);
        writeFileSync(join(folder, 'rdap-bootstrap-ipv4.json'), copy);
      }
      const answer = await registry.network(ASKED, never);
      expect(answer).toMatchObject({ outcome: 'failed', evidence: null });
      expect(answer.reason).toMatch(/name it as lookup\.bootstrap/);
    });
  });
});
