import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { createDirectRoute } from '../../src/adapters/probe/direct-route.ts';
import { httpConnectDialogue } from '../../src/adapters/probe/http-connect.ts';
import { createProxyRoute } from '../../src/adapters/probe/proxy-route.ts';
import { socks5Dialogue } from '../../src/adapters/probe/socks5.ts';
import { ipv4Text } from '../../src/domain/address.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { probeScope } from '../../src/policy/probing/scope.ts';
import type { Prober, ProbeTarget } from '../../src/ports/prober.ts';
import { openLabNameServer } from '../support/lab-name-server.ts';
import type { LabNameServer } from '../support/lab-name-server.ts';
import { openLab } from '../support/lab-servers.ts';
import type { LabServer } from '../support/lab-servers.ts';
import { IMPATIENT, lookAt, PROBE_ON, seenOf, targetAt, testProber } from '../support/probing.ts';

/*
 * The scope guard against what operators of a botnet would do to turn our looks against somebody else, or ourselves.
 */

const lab = await openLab();
let names: LabNameServer;
/** On an address that neither a drill nor anything else may look at: whatever reaches it is a hole. */
let trap: LabServer;
let server: LabServer;
let prober: Prober;
const signal = new AbortController().signal;

beforeAll(async () => {
  names = await openLabNameServer();
  trap = await lab.server({ does: 'http' }, { address: '127.0.0.1' });
  server = await lab.server({ does: 'http' });
  prober = testProber({ resolver: names, limits: IMPATIENT });
});
afterAll(async () => {
  expect(trap.connections()).toBe(0);
  await names.close();
  await lab.close();
});

const named = (host: string, port: number): ProbeTarget => targetAt({ address: host, port }, { hostType: 'domain' });
const refused = { failure: 'not-allowed', message: expect.any(String) };

describe('addresses (SSRF by disguise: CVE-2021-29922, CVE-2021-28918, CVE-2020-28360)', () => {
  test.each([
    '127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.0.0.1.', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1',
    '64:ff9b::7f00:1', '2002:7f00:1::', '::1', '::', '0.0.0.0', 'localhost', '127.066.0.1', '127.66.0.1%lo', '[::ffff:127.66.0.1]',
    '::ffff:127.66.0.1', '0x7f.0x42.0.1', '127.66.1', '2001:0:7f42:1::', 'fe80::1%lo',
  ])('are looked at in plain form alone, in a drill and in earnest: %s', async (address) => {
    const target = targetAt({ address, port: trap.port });
    for (const drill of [true, false]) expect((await prober.look(target, drill, signal)).result).toEqual(refused);
    const routes = [
      createDirectRoute(probeScope, null),
      createProxyRoute(probeScope, { host: '127.0.0.1', port: trap.port, login: null }, socks5Dialogue(null)),
      createProxyRoute(probeScope, { host: '127.0.0.1', port: trap.port, login: null }, httpConnectDialogue(null)),
    ];
    // The same at the socket, whoever has let it through before.
    for (const route of routes) {
      const request = { address, port: trap.port, drill: true, timeoutMs: 1000, signal };
      expect(await route.connect(request)).toEqual({ notAllowed: expect.any(String) });
      expect(await route.connect({ ...request, drill: false })).toEqual({ notAllowed: expect.any(String) });
    }
  }); // prettier-ignore

  test('outside of the laboratory are none for a drill, and the laboratory is none in earnest', async () => {
    expect((await prober.look(targetAt({ address: ipv4Text(0x0808_0808), port: 53 }), true, signal)).result).toEqual(
      refused,
    );
    expect((await prober.look(targetAt(server), false, signal)).result).toEqual(refused);
    expect(server.connections()).toBe(0);
  });
});

describe('names (DNS rebinding)', () => {
  test('are resolved once for a look, and the address that was checked is the one connected to', async () => {
    names.set('rebound.example', { a: [server.address] }, { a: ['127.0.0.1'] });
    const before = names.asked.length;
    const taken = await lookAt(prober, named('rebound.example', server.port));
    // Two connections, TLS and plain HTTP, and yet one question for each family.
    expect(server.sources).toHaveLength(2);
    expect(names.asked.slice(before).sort()).toEqual(['A rebound.example', 'AAAA rebound.example']);
    expect(taken.address).toBe(server.address);
    expect(seenOf(taken).resolved).toEqual({ name: 'rebound.example', addresses: [server.address] });
    expect(server.requests.at(-1)).toContain(`Host: rebound.example:${server.port}`);
    expect((await lookAt(prober, named('rebound.example', trap.port))).result).toEqual(refused);
  });

  test.each([
    ['one address out of bounds among good ones', '127.0.0.1'],
    ['cloud metadata', '169.254.169.254'],
  ])('are refused for %s', async (_what, more) => {
    names.set('mixed.example', { a: [server.address, more] });
    const before = server.connections();
    expect((await lookAt(prober, named('mixed.example', server.port))).result).toEqual(refused);
    expect(server.connections()).toBe(before);
  });

  test.each(['::ffff:127.0.0.1', '::ffff:7f42:1', '64:ff9b::7f00:1', '::1', 'fe80::1', 'fd00::1'])(
    'are refused for the IPv6 address %s',
    async (address) => {
      names.set('six.example', { a: [server.address], aaaa: [address] });
      expect((await lookAt(prober, named('six.example', server.port))).result).toEqual(refused);
    },
  );

  test('with more addresses than anybody needs are refused', async () => {
    names.set('many.example', { a: Array.from({ length: 70 }, (_, index) => `127.66.250.${index + 1}`) });
    const { result } = await lookAt(prober, named('many.example', server.port));
    expect('failure' in result && ['not-allowed', 'not-resolved'].includes(result.failure)).toBe(true);
  });

  test('that are gone, empty, or not answered for are told apart', async () => {
    names.set('empty.example', {});
    names.set('broken.example', 'server-failure');
    names.set('refused.example', 'refused');
    names.set('half.example', 'server-failure');
    const failure = async (host: string): Promise<unknown> => {
      const { result } = await lookAt(prober, named(host, server.port));
      return 'failure' in result ? result.failure : 'seen';
    };
    expect(await failure('gone.example')).toBe('no-address');
    expect(await failure('empty.example')).toBe('no-address');
    expect(await failure('broken.example')).toBe('not-resolved');
    expect(await failure('refused.example')).toBe('not-resolved');
  });

  test('are looked at by each address in turn until one answers, and are dark only if all of them are', async () => {
    const closed = await lab.closedPort();
    const open = await lab.server({ does: 'http' }, { port: closed.port });
    names.set('several.example', { a: [closed.address, open.address] });
    const taken = await lookAt(prober, named('several.example', closed.port));
    expect([taken.address, seenOf(taken).tcp.outcome]).toEqual([open.address, 'connected']);
    await open.stop();
    expect(seenOf(await lookAt(prober, named('several.example', closed.port))).tcp.outcome).toBe('refused');
  });

  test('of a drill are asked of no name server outside of this machine', async () => {
    for (const resolver of [undefined, { host: '192.0.2.53', port: 53 }]) {
      const outside = testProber(resolver === undefined ? {} : { resolver });
      expect((await lookAt(outside, named('c2.example', 443))).result).toMatchObject({ failure: 'not-resolved' });
    }
  });

  test('are not resolved in earnest while traffic.lookup is off', async () => {
    const { result } = await prober.look(named('rebound.example', 443), false, signal);
    expect(result).toEqual({ failure: 'not-resolved', message: expect.stringContaining('traffic.lookup') });
  });

  test('go to a server with their server name, and never to a proxy', async () => {
    const identity = await lab.identity();
    const secure = await lab.server({ does: 'tls', identity });
    const proxy = await lab.socksProxy();
    names.set('sni.example', { a: [secure.address] });
    const route = createProxyRoute(
      probeScope,
      { host: proxy.address, port: proxy.port, login: null },
      socks5Dialogue(null),
    );
    const through = testProber({ route, resolver: names });
    const taken = await lookAt(through, named('sni.example', secure.port));
    expect(seenOf(taken).tls?.outcome).toBe('handshake');
    expect(proxy.asked).toEqual([`${secure.address}:${secure.port}`]);
    expect(secure.requests[0]).toContain('Host: sni.example');
  });
});

test('nothing is looked at while traffic.probe is off', async () => {
  const before = server.connections();
  const off = testProber({ parts: { outgoing: createSwitchboard({ ...PROBE_ON.switches(), probe: false }) } });
  await expect(off.look(targetAt(server), true, signal)).rejects.toThrow(ProblemError);
  expect(server.connections()).toBe(before);
});
