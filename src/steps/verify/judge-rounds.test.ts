import { expect, test } from 'vitest';
import type { VantageKind } from '../../domain/vantage.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import { judgeRounds } from './judge-rounds.ts';

const CLOSED = { tcp: { outcome: 'refused', ms: 1, error: 'ECONNREFUSED' }, tls: null, http: null } as const;
const BY_NAME = { ...CLOSED, resolved: { name: 'c2.example', addresses: ['127.66.0.1'] } };
const BY_ADDRESS = { ...CLOSED, resolved: null };

function countsFrom(kind: VantageKind, result: LookTaken['result']): boolean {
  const vantage = { name: 'far', kind, network: 'AS64500', country: 'DE', publicKey: null };
  const look = { port: 443, at: 1, vantage, address: null, result, certificates: [], signed: null };
  const { rows, judged } = judgeRounds([{ serverId: 'x', at: 1, looks: [look] }], {
    fingerprints: [],
    baselines: new Map(),
  });
  const from = judged.get('x')?.[0]?.looks[0]?.vantage;
  // What is read from the rows again says the same.
  expect(rows[0]?.network ?? null).toBe(from?.network ?? null);
  return from?.network === 'AS64500' && from.country === 'DE';
}

test('a proxy looks at a name by our own resolver, and counts for no quorum there', () => {
  for (const kind of ['socks5', 'http-connect'] as const) {
    expect(countsFrom(kind, { seen: BY_NAME })).toBe(false);
    expect(countsFrom(kind, { failure: 'no-address', message: 'no such name' })).toBe(false);
    expect(countsFrom(kind, { seen: BY_ADDRESS })).toBe(true);
  }
  for (const kind of ['direct', 'agent'] as const) expect(countsFrom(kind, { seen: BY_NAME })).toBe(true);
});
