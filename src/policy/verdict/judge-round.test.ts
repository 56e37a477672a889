import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LookOutcome } from '../../domain/look.ts';
import type { Finding, JudgedLook, JudgedRound } from '../../domain/verdict.ts';
import { judgeRound } from './judge-round.ts';

const AT = 1_800_000_000_000;

const FINDINGS: Readonly<Record<string, readonly [LookOutcome, Finding]>> = {
  match: ['c2-live', 'matches-fingerprint'],
  live: ['live', 'same-service'],
  other: ['answers-other', 'other-certificate'],
  dark: ['dark', 'closed'],
  silent: ['dark', 'silent'],
  failed: ['inconclusive', 'vantage-failed'],
  broken: ['inconclusive', 'changed-behaviour'],
  nothing: ['inconclusive', 'nothing-to-look-at'],
};

/** "A443 dark" is what vantage A found at port 443; later looks a second later each. */
function round(...looks: readonly string[]): JudgedRound {
  return { at: AT, isByHand: false, looks: looks.map((text, index) => lookOf(text, AT + index * 1000)) };
}

function lookOf(text: string, at: number): JudgedLook {
  const [where = '', what = ''] = text.split(' ');
  const [outcome, finding] = FINDINGS[what] ?? ['inconclusive', 'vantage-failed'];
  const name = where.slice(0, 1);
  return { vantage: { name, network: `AS${name}`, country: name }, port: Number(where.slice(1)), at, outcome, finding };
}

const told = (...looks: readonly string[]): string => {
  const { outcome, finding, darkFrom } = judgeRound(round(...looks));
  return [outcome, finding, ...darkFrom.map(({ name }) => name)].join(' ');
};

describe('a round', () => {
  test.each([
    ['dark from everywhere', ['A443 dark', 'B443 silent'], 'dark closed A B'],
    ['alive from one vantage', ['A443 dark', 'B443 live'], 'live same-service'],
    ['alive at one port', ['A443 dark', 'A447 live', 'B443 dark'], 'live same-service'],
    ['a match goes before a plain answer', ['A443 live', 'B443 match'], 'c2-live matches-fingerprint'],
    ['alive goes before something else', ['A443 other', 'B443 live'], 'live same-service'],
    ['something else goes before dark', ['A443 dark', 'B443 other'], 'answers-other other-certificate'],
    ['one vantage failed, which says nothing', ['A443 failed', 'B443 dark'], 'dark closed B'],
    ['a vantage that saw one port alone does not count', ['A443 dark', 'A447 failed', 'B443 dark', 'B447 dark'], 'dark closed B'],
    ['nobody saw all of it', ['A443 dark', 'A447 failed', 'B443 failed', 'B447 dark'], 'inconclusive vantage-failed'],
    ['takes connections somewhere, and does not serve', ['A443 broken', 'B443 dark'], 'inconclusive changed-behaviour'],
    ['what cannot be looked at says nothing', ['A1 nothing', 'A443 dark'], 'dark closed A'],
    ['nothing that can be looked at', ['A1 nothing'], 'inconclusive nothing-to-look-at'],
    ['no look at all', [], 'inconclusive '],
  ] as const)('%s', (_what, looks, expected) => {
    expect(told(...looks)).toBe(expected);
  }); // prettier-ignore

  test('tells of the moment of its first dark look, or of its last live one', () => {
    expect(judgeRound(round('A443 failed', 'B443 dark', 'B447 dark')).at).toBe(AT + 1000);
    expect(judgeRound(round('A443 live', 'B443 live', 'B447 dark')).at).toBe(AT + 1000);
  });

  test('says the same whatever the order of its looks', () => {
    const looks = fc.array(
      fc.tuple(fc.constantFrom('A', 'B', 'C'), fc.constantFrom(443, 447), fc.constantFrom(...Object.keys(FINDINGS)), fc.nat(2)),
      { maxLength: 8 },
    ); // prettier-ignore
    fc.assert(
      fc.property(looks, fc.nat(), (drawn, seed) => {
        const own = drawn.map(([name, port, what, second]) => lookOf(`${name}${port} ${what}`, AT + second * 1000));
        const turned = [...own.slice(seed % (own.length + 1)), ...own.slice(0, seed % (own.length + 1))].toReversed();
        const names = (looked: readonly JudgedLook[]) => {
          const { darkFrom, ...rest } = judgeRound({ at: AT, isByHand: false, looks: looked });
          return { ...rest, darkFrom: darkFrom.map(({ name }) => name).toSorted() };
        };
        expect(names(turned)).toEqual(names(own));
      }),
    );
  });
});
