import { expect, test } from 'vitest';
import type { Endpoint } from '../../domain/server.ts';
import type { WatchedServer } from '../../ports/watching.ts';
import type { Prober } from '../../ports/prober.ts';
import { judgeLook } from '../../policy/verdict/judge-look.ts';
import { judgeRound } from '../../policy/verdict/judge-round.ts';
import { takeRound, targetsOf } from './take-round.ts';

function server(hostType: WatchedServer['hostType'], endpoints: readonly Endpoint[]): WatchedServer {
  return {
    serverId: 'x',
    hostType,
    host: '127.66.1.1',
    providerKey: null,
    state: 'identified',
    isProtected: false,
    isHandsOff: false,
    notifiedAt: null,
    closedAt: null,
    endpoints,
    endpointsBeyond: 0,
    lastRoundAt: null,
    verdict: null,
  };
}

const ways = (hostType: WatchedServer['hostType'], endpoints: readonly Endpoint[]): readonly string[] =>
  targetsOf(server(hostType, endpoints)).map(({ port, scheme, path }) => `${port} ${scheme} ${path}`);

test('a bare port beside a URL on it is not looked at twice, a host without a port and a name of another system not at all', () => {
  const bare = { port: 443, scheme: null, path: null };
  const url = { port: 443, scheme: 'https', path: '/gate.php?id=7#top' };
  expect(ways('address', [bare, url, { port: null, scheme: null, path: null }])).toEqual(['443 https /gate.php']);
  expect(ways('address', [{ port: 22, scheme: 'ssh', path: null }, bare])).toEqual(['22 null null', '443 null null']);
  expect(ways('onion', [bare])).toEqual([]);
  expect(ways('blockchain-name', [bare])).toEqual([]);
});

test('what stands behind the question mark of a URL makes no further endpoint', () => {
  const paths = ['/a?x=1', '/a?x=2', '/a', '/b'];
  expect(
    ways(
      'domain',
      paths.map((path) => ({ port: 80, scheme: 'http', path })),
    ),
  ).toEqual(['80 http /a', '80 http /b']);
});

test('an http URL that somebody plants takes no look at TLS away', () => {
  const bare = { port: 443, scheme: null, path: null };
  const planted = { port: 443, scheme: 'http', path: '/x' };
  expect(ways('address', [planted, bare])).toEqual(['443 http /x', '443 null null']);
});

test('a server of which endpoints were left out is never dark', async () => {
  const vantage = { name: 'here', kind: 'direct', network: null, country: null, publicKey: null } as const;
  const closed = {
    tcp: { outcome: 'refused', ms: 1, error: 'ECONNREFUSED' },
    tls: null,
    http: null,
    resolved: null,
  } as const;
  const prober: Prober = {
    vantage,
    look: ({ port }) =>
      Promise.resolve({
        port, at: 1, vantage, address: '127.66.1.1', result: { seen: closed }, certificates: [], signed: null,
      }),
    close: () => Promise.resolve(),
  }; // prettier-ignore
  const around = { probers: [prober], drill: true, pause: () => Promise.resolve(), perSecond: 9 };
  const targets = targetsOf(server('address', [{ port: 443, scheme: null, path: null }]));
  const outcome = async (leftOut: number) => {
    const { at, looks } = await takeRound(around, targets, 1, new AbortController().signal, leftOut);
    const known = { fingerprints: [], baseline: null, path: null };
    const judged = looks.map((look) => ({ ...look, ...judgeLook(look, known) }));
    return judgeRound({ at, isByHand: false, looks: judged }).outcome;
  };
  expect(await outcome(0)).toBe('dark');
  expect(await outcome(1)).toBe('inconclusive');
});
