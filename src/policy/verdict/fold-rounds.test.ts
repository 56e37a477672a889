import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAlive } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import { QUORUM } from '../../domain/verdict.ts';
import type { Finding, JudgedRound, Quorum, QuorumVantage, ServerVerdict } from '../../domain/verdict.ts';
import { foldRound, inOrder, NO_VERDICT } from './fold-rounds.ts';
import { confirmedByTwin } from '../../../test/support/quorum-twin.ts';

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-11-25T00:00:00Z');

const VANTAGES: Readonly<Record<string, QuorumVantage>> = {
  B: { name: 'berlin', network: 'AS64500', country: 'DE' },
  P: { name: 'potsdam', network: 'AS64500', country: 'DE' },
  M: { name: 'munich', network: 'AS64503', country: 'DE' },
  O: { name: 'oslo', network: 'AS64501', country: 'NO' },
  Q: { name: 'quito', network: 'AS64502', country: 'EC' },
  N: { name: 'nowhere', network: null, country: null },
};

const FOUND: Readonly<Record<string, readonly [LookOutcome, Finding]>> = {
  dark: ['dark', 'closed'],
  live: ['live', 'same-service'],
  match: ['c2-live', 'matches-fingerprint'],
  other: ['answers-other', 'other-certificate'],
  failed: ['inconclusive', 'vantage-failed'],
  broken: ['inconclusive', 'changed-behaviour'],
};

/** "3 BO dark" is a round in hour 3 in which both found it dark; "3 B dark O live" one in which they differ; "hand" by a person. */
function round(text: string): JudgedRound {
  const [hour = '0', ...words] = text.trim().split(' ');
  const isByHand = words[0] === 'hand';
  const at = BEGIN + Number(hour) * HOUR;
  const pairs = isByHand ? words.slice(1) : words;
  const looks = pairs.flatMap((names, index) => {
    if (index % 2 === 1) return [];
    const [outcome, finding] = FOUND[pairs[index + 1] ?? ''] ?? ['inconclusive', 'vantage-failed'];
    return names.split('').map((name) => ({
      vantage: VANTAGES[name] ?? { name, network: null, country: null },
      port: 443, at, outcome, finding: isByHand ? null : finding,
    })); // prettier-ignore
  });
  return { at, isByHand, looks };
}

function fold(rounds: readonly JudgedRound[], quorum: Quorum = QUORUM): ServerVerdict | null {
  return rounds.reduce((state, each) => foldRound(state, each, quorum), NO_VERDICT).verdict;
}

/** "dark 1 confirmed 7, alive 0": hours. */
function told(...rounds: readonly string[]): string {
  const verdict = fold(inOrder(rounds.map(round)));
  if (verdict === null) return 'none';
  const hour = (moment: number | null): string => (moment === null ? '-' : String((moment - BEGIN) / HOUR));
  const dark = verdict.darkAt === null ? '' : ` ${hour(verdict.darkAt)} confirmed ${hour(verdict.confirmedAt)}`;
  return `${verdict.verdict}${dark}, alive ${hour(verdict.lastLiveAt)}`;
}

describe('hand-worked', () => {
  test.each([
    ['three rounds over six hours by two vantages apart', ['0 BO live', '1 BO dark', '4 BO dark', '7 BO dark'], 'dark 1 confirmed 7, alive 0'],
    ['five hours and 59 minutes are too few', ['1 BO dark', '4 BO dark', '6.9 BO dark'], 'dark 1 confirmed -, alive -'],
    ['two rounds are too few', ['1 BO dark', '9 BO dark'], 'dark 1 confirmed -, alive -'],
    ['a third round a moment later is enough', ['1 BO dark', '9 BO dark', '9.01 BO dark'], 'dark 1 confirmed 9.01, alive -'],
    ['one vantage alone confirms nothing, ever', ['1 B dark', '4 B dark', '7 B dark', '900 B dark'], 'dark 1 confirmed -, alive -'],
    ['two of one network confirm nothing', ['1 BP dark', '4 BP dark', '7 BP dark', '10 BP dark'], 'dark 1 confirmed -, alive -'],
    ['two of one country confirm nothing', ['1 BM dark', '4 BM dark', '7 BM dark', '10 BM dark'], 'dark 1 confirmed -, alive -'],
    ['one whose place nobody knows confirms nothing', ['1 BN dark', '4 BN dark', '7 BN dark'], 'dark 1 confirmed -, alive -'],
    ['a second vantage that comes later: its rounds are counted', ['1 B dark', '2 BO dark', '5 BO dark', '7 BO dark', '8 BO dark'], 'dark 1 confirmed 8, alive -'],
    ['a vantage that fails in between', ['1 BO dark', '3 B dark O failed', '4 BO dark', '7 BO dark'], 'dark 1 confirmed 7, alive -'],
    ['pairs that differ do not add up', ['1 BO dark', '4 BQ dark', '7 OQ dark'], 'dark 1 confirmed -, alive -'],
    ['an inconclusive round neither breaks nor counts', ['1 BO dark', '4 BO failed', '7 BO dark', '8 BO dark'], 'dark 1 confirmed 8, alive -'],
    ['one live look breaks the run', ['1 BO dark', '4 BO dark', '5 B dark O live', '7 BO dark'], 'dark 7 confirmed -, alive 5'],
    ['a match breaks it as well', ['1 BO dark', '4 BO dark', '5 O match', '7 BO dark'], 'dark 7 confirmed -, alive 5'],
    ['something else breaks it', ['1 BO dark', '4 BO dark', '5 O other', '7 BO dark'], 'dark 7 confirmed -, alive -'],
    ['something else at the end', ['0 B live', '1 BO dark', '5 O other'], 'answers-other, alive 0'],
    ['the interval is that of the last live and the first dark look', ['0 B live', '0.5 B live', '2 B dark'], 'dark 2 confirmed -, alive 0.5'],
    ['a word by hand begins no run: the first look of our own does', ['1 hand B dark', '2 BO dark', '5 BO dark', '8 BO dark'], 'dark 2 confirmed 8, alive -'],
    ['a word by hand beside our own looks adds nothing', ['1 BO dark', '2 hand B dark', '4 BO dark', '7 BO dark'], 'dark 1 confirmed 7, alive -'],
    ['what takes connections again ends a run', ['1 BO dark', '4 BO dark', '5 B broken O dark', '7 BO dark'], 'dark 7 confirmed -, alive -'],
    ['words by hand confirm nothing', ['1 hand BO dark', '4 hand BO dark', '8 hand BO dark'], 'dark 1 confirmed -, alive -'],
    ['a word by hand breaks a run', ['1 BO dark', '4 BO dark', '5 hand B live', '7 BO dark'], 'dark 7 confirmed -, alive 5'],
    ['of one moment the word that finds it alive counts', ['1 hand B live', '1 hand O dark'], 'live, alive 1'],
    ['confirmed stays confirmed', ['1 BO dark', '4 BO dark', '7 BO dark', '9 BO dark', '10 BO failed'], 'dark 1 confirmed 7, alive -'],
    ['and comes back', ['1 BO dark', '4 BO dark', '7 BO dark', '9 O live'], 'live, alive 9'],
    ['nothing but failures', ['1 BO failed', '2 B failed'], 'inconclusive, alive -'],
    ['takes connections and does not serve: nothing new', ['0 B live', '1 B broken O dark'], 'live, alive 0'],
  ] as const)('%s', (_what, rounds, expected) => {
    expect(told(...rounds)).toBe(expected);
  }); // prettier-ignore

  test('a stricter quorum of three vantages', () => {
    const strict = { vantages: 3, rounds: 3, hours: 6 };
    const of = (names: string) =>
      fold(
        [1, 4, 7].map((hour) => round(`${hour} ${names} dark`)),
        strict,
      )?.confirmedAt;
    expect(of('BO')).toBeNull();
    expect(of('BPO')).toBeNull();
    expect(of('BOQ')).toBe(BEGIN + 7 * HOUR);
  });
});

/** Mostly dark, from most vantages: rounds that differ more never come to a quorum. */
const what = fc.oneof(
  { weight: 40, arbitrary: fc.constant('dark') },
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 4, arbitrary: fc.constant('failed') },
  { weight: 1, arbitrary: fc.constantFrom('live', 'other', 'broken') },
);
const rounds = fc
  .array(
    fc.record({
      after: fc.constantFrom(0.25, 1, 2, 3, 6),
      isByHand: fc.constantFrom(false, false, false, true),
      found: fc.array(what, { minLength: 6, maxLength: 6 }),
    }),
    { maxLength: 14 },
  )
  .map((drawn) => {
    let hour = 0;
    return drawn.map(({ after, isByHand, found }) => {
      hour += after;
      const words = found.flatMap((each, index) => (each === '' ? [] : [`${'BPMOQN'[index] ?? 'N'} ${each}`]));
      return round(`${hour} ${isByHand ? 'hand ' : ''}${words.join(' ')}`);
    });
  });

const quorums = fc.record({
  vantages: fc.constantFrom(2, 2, 3),
  rounds: fc.constantFrom(3, 4),
  hours: fc.constantFrom(6, 8),
});

describe('of whatever rounds', () => {
  test('the moment of the confirmation is that of the brute-force twin', () => {
    let confirmed = 0;
    fc.assert(
      fc.property(rounds, quorums, (drawn, quorum) => {
        const verdict = fold(drawn, quorum);
        const twin = confirmedByTwin(drawn, quorum);
        expect(verdict?.confirmedAt ?? null).toBe(twin);
        if (twin !== null) confirmed += 1;
      }),
      { numRuns: 2000 },
    );
    // The property would hold of rounds that never confirm anything.
    expect(confirmed).toBeGreaterThan(50);
  });

  test('nothing is confirmed without two networks and two countries that found it dark', () => {
    fc.assert(
      fc.property(rounds, (drawn) => {
        const verdict = fold(drawn);
        if (verdict === null || verdict.confirmedAt === null) return;
        const { darkAt, confirmedAt } = verdict;
        const looks = drawn.flatMap((each) => (each.isByHand ? [] : each.looks));
        const dark = looks.filter(({ outcome, at }) => outcome === 'dark' && at >= (darkAt ?? 0) && at <= confirmedAt);
        for (const of of ['network', 'country'] as const) {
          expect(new Set(dark.map(({ vantage }) => vantage[of]).filter((each) => each !== null)).size).toBeGreaterThan(1);
        }
        expect(confirmedAt - (darkAt ?? Infinity)).toBeGreaterThanOrEqual(6 * HOUR);
      }),
    );
  }); // prettier-ignore

  test('no look finds it alive or as something else after it went dark', () => {
    fc.assert(
      fc.property(rounds, (drawn) => {
        const { darkAt = null, lastLiveAt = null } = fold(drawn) ?? {};
        if (darkAt === null) return;
        const later = drawn.flatMap(({ looks }) => looks).filter(({ at }) => at > darkAt);
        expect(later.filter(({ outcome }) => isAlive(outcome) || outcome === 'answers-other')).toEqual([]);
        if (lastLiveAt !== null) expect(lastLiveAt).toBeLessThanOrEqual(darkAt);
      }),
    );
  });

  test('folding in pieces is folding at once, and no order of recording changes it', () => {
    fc.assert(
      fc.property(rounds, fc.nat(14), fc.nat(14), (drawn, cut, turn) => {
        const whole = fold(drawn);
        const first = drawn.slice(0, cut).reduce((state, each) => foldRound(state, each, QUORUM), NO_VERDICT);
        expect(drawn.slice(cut).reduce((state, each) => foldRound(state, each, QUORUM), first).verdict).toEqual(whole);
        const turned = [...drawn.slice(turn), ...drawn.slice(0, turn)].toReversed();
        expect(fold(inOrder(turned))).toEqual(fold(inOrder(drawn)));
      }),
    );
  });
});
