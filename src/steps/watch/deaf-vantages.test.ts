import { expect, test } from 'vitest';
import type { TcpSeen } from '../../domain/observation.ts';
import type { LookTaken, Round } from '../../domain/verdict.ts';
import { DeafVantages } from './deaf-vantages.ts';

const T0 = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;

function look(vantage: string, outcome: TcpSeen['outcome']): LookTaken {
  return {
    port: 443,
    at: T0,
    vantage: { name: vantage, kind: 'direct', network: null, country: null, publicKey: null },
    address: null,
    result: { seen: { tcp: { outcome, ms: 1, error: null }, tls: null, http: null, resolved: null } },
    certificates: [],
    signed: null,
  };
}

const round = (serverId: string, looks: Readonly<Record<string, TcpSeen['outcome']>>, at = T0): Round => ({
  serverId,
  at,
  looks: Object.entries(looks).map(([name, outcome]) => look(name, outcome)),
});

/** "server vantage" of the looks that are taken for deaf. */
function deafened(rounds: readonly Round[]): readonly string[] {
  return rounds.flatMap(({ serverId, looks }) =>
    looks.flatMap(({ vantage, result }) =>
      'failure' in result && result.failure === 'vantage-deaf' ? [`${serverId} ${vantage.name}`] : [],
    ),
  );
}

const all = (): boolean => true;
const none = (): boolean => false;
const SILENT = ['a', 'b', 'c'].map((id) => round(id, { here: 'timed-out' }));

test('three servers that were alive fall silent at once: it is the vantage', () => {
  expect(deafened(new DeafVantages().judge(SILENT, all, 3))).toEqual(['a here', 'b here', 'c here']);
});

test('two are no sign, nor are three that were dark before', () => {
  expect(deafened(new DeafVantages().judge(SILENT.slice(0, 2), all, 3))).toEqual([]);
  expect(deafened(new DeafVantages().judge(SILENT, none, 3))).toEqual([]);
  expect(deafened(new DeafVantages().judge(SILENT, (id) => id === 'a', 5))).toEqual([]);
});

test('where only one is alive at all, that one and two others are a sign', () => {
  expect(deafened(new DeafVantages().judge(SILENT, (id) => id === 'a', 1))).toHaveLength(3);
});

test('whoever hears a refusal or a reset hears', () => {
  const rounds = [...SILENT, round('d', { here: 'refused' })];
  expect(deafened(new DeafVantages().judge(rounds, all, 4))).toEqual([]);
});

test('another vantage that hears nothing of the same servers either is believed, and so is this one', () => {
  const rounds = ['a', 'b', 'c'].map((id) => round(id, { here: 'timed-out', there: 'timed-out' }));
  expect(deafened(new DeafVantages().judge(rounds, all, 3))).toEqual([]);
});

test('another vantage that hears them tells that this one is deaf', () => {
  const rounds = ['a', 'b', 'c'].map((id) => round(id, { here: 'timed-out', there: 'connected' }));
  expect(deafened(new DeafVantages().judge(rounds, all, 3))).toEqual(['a here', 'b here', 'c here']);
});

test('it counts over passes, and the only vantage is believed after six hours', () => {
  const deaf = new DeafVantages();
  const single = (id: string, at: number): readonly string[] =>
    deafened(deaf.judge([round(id, { here: 'timed-out' }, at)], all, 3));
  expect(single('a', T0)).toEqual([]);
  expect(single('b', T0 + HOUR_MS)).toEqual([]);
  expect(single('c', T0 + 2 * HOUR_MS)).toEqual(['c here']);
  expect(single('a', T0 + 5 * HOUR_MS)).toEqual(['a here']);
  expect(single('b', T0 + 6 * HOUR_MS)).toEqual([]);
});
