import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PARTY_KINDS } from '../domain/deconfliction.ts';
import type { AskedParty, HandsOff, PartyKind, Round, SkipWord } from '../domain/deconfliction.ts';
import { handsOffInForce, isToBeAsked, roundStanding, serverDeconfliction, silentFrom } from './deconfliction.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-25T12:00:00Z');

const asked = (partyKind: PartyKind, answer: AskedParty['answer'], party = `a ${partyKind}`): AskedParty => ({
  party,
  partyKind,
  channel: 'mail',
  askedAt: NOW - 48 * HOUR_MS,
  answer,
  answeredAt: answer === null ? null : NOW - HOUR_MS,
});
const skip = (partyKind: PartyKind, person: string): SkipWord => ({ partyKind, person });

const [POLICE, CSIRT, OPERATOR] = PARTY_KINDS;
const ALL_CLEAR = PARTY_KINDS.map((kind) => asked(kind, 'clear'));

describe('a round', () => {
  test.each<[string, readonly AskedParty[], readonly SkipWord[], boolean, readonly string[]]>([
    ['where nobody was asked', [], [], false, ['nobody-asked', 'nobody-asked', 'nobody-asked']],
    ['where all are clear', ALL_CLEAR, [], true, ['answered', 'answered', 'answered']],
    ['where one stayed silent long enough', [...ALL_CLEAR.slice(1), asked(POLICE, 'no-answer')], [], true, ['answered', 'answered', 'answered']],
    ['where a kind was not asked', ALL_CLEAR.slice(1), [], false, ['nobody-asked', 'answered', 'answered']],
    ['where a second one of a kind is waited for', [...ALL_CLEAR, asked(CSIRT, null, 'another')], [], false, ['answered', 'waiting', 'answered']],
    ['where one person skipped a kind', ALL_CLEAR.slice(1), [skip(POLICE, 'ada')], false, ['nobody-asked', 'answered', 'answered']],
    ['where two people skipped a kind', ALL_CLEAR.slice(1), [skip(POLICE, 'ada'), skip(POLICE, 'bo')], true, ['skipped', 'answered', 'answered']],
    ['where one person skipped a kind twice', ALL_CLEAR.slice(1), [skip(POLICE, 'ada'), skip(POLICE, 'ada')], false, ['nobody-asked', 'answered', 'answered']],
    ['where two people skipped one kind each', ALL_CLEAR.slice(2), [skip(POLICE, 'ada'), skip(CSIRT, 'bo')], false, ['nobody-asked', 'nobody-asked', 'answered']],
    ['where two people skipped a kind that is waited for', [...ALL_CLEAR.slice(0, 2), asked(OPERATOR, null)], [skip(OPERATOR, 'ada'), skip(OPERATOR, 'bo')], true, ['answered', 'answered', 'skipped']],
  ])('%s', (_, parties, skips, isComplete, states) => {
    const standing = roundStanding({ parties, skips });
    expect(standing.isComplete).toBe(isComplete);
    expect(standing.kinds.map(({ state }) => state)).toEqual(states);
  }); // prettier-ignore

  test('says whom it waits for, and who has skipped a kind so far', () => {
    const { kinds } = roundStanding({
      parties: [asked(POLICE, null, 'Police Example'), asked(POLICE, 'clear', 'Europol Example')],
      skips: [skip(CSIRT, 'ada')],
    });
    expect(kinds[0]).toMatchObject({ state: 'waiting', waitingFor: ['Police Example'] });
    expect(kinds[1]).toMatchObject({ state: 'nobody-asked', skippedBy: ['ada'] });
  });

  test('is complete only where, of each kind, every party asked has answered or two people said why not', () => {
    const party = fc.record({
      party: fc.constantFrom('a', 'b', 'c'),
      partyKind: fc.constantFrom(...PARTY_KINDS),
      channel: fc.constant('mail'),
      askedAt: fc.constant(NOW),
      answer: fc.constantFrom('clear' as const, 'no-answer' as const, null),
      answeredAt: fc.constant(null),
    });
    const word = fc.record({
      partyKind: fc.constantFrom(...PARTY_KINDS),
      person: fc.constantFrom('ada', 'bo', 'cy'),
    });
    let complete = 0;
    fc.assert(
      fc.property(fc.array(party, { maxLength: 8 }), fc.array(word, { maxLength: 6 }), (parties, skips) => {
        const { isComplete } = roundStanding({ parties, skips });
        const isDone = (kind: PartyKind): boolean => {
          const ofKind = parties.filter(({ partyKind }) => partyKind === kind);
          const people = new Set(skips.filter(({ partyKind }) => partyKind === kind).map(({ person }) => person));
          return people.size > 1 || (ofKind.length > 0 && !ofKind.some(({ answer }) => answer === null));
        };
        complete += isComplete ? 1 : 0;
        expect(isComplete).toBe(PARTY_KINDS.every(isDone));
        // One more word or answer never undoes a complete round; one more question does.
        if (!isComplete) return;
        expect(roundStanding({ parties, skips: [...skips, skip(CSIRT, 'dee')] }).isComplete).toBe(true);
        const isSkipped =
          new Set(skips.filter((each) => each.partyKind === CSIRT).map(({ person }) => person)).size > 1;
        expect(roundStanding({ parties: [...parties, asked(CSIRT, null)], skips }).isComplete).toBe(isSkipped);
      }),
      { numRuns: 2000 },
    );
    expect(complete).toBeGreaterThan(20);
  });
});

test('a party counts as silent after a day, or after as long as the setting says, never sooner', () => {
  expect(silentFrom(NOW, 24)).toBe(NOW + 24 * HOUR_MS);
  expect(silentFrom(NOW, 72)).toBe(NOW + 72 * HOUR_MS);
  expect(silentFrom(NOW, 1)).toBe(NOW + 24 * HOUR_MS);
});

describe('one server', () => {
  const round = (number: number, openedHoursAgo: number, isComplete = true): Round => ({
    number,
    openedAt: NOW - openedHoursAgo * HOUR_MS,
    parties: isComplete ? ALL_CLEAR : [asked(POLICE, null, 'Police Example')],
    skips: [],
  });
  const handsOff = (untilHours: number, recordedHoursAgo = 100, liftedHoursAgo: number | null = null): HandsOff => ({
    party: 'Police Example',
    until: NOW + untilHours * HOUR_MS,
    recordedAt: NOW - recordedHoursAgo * HOUR_MS,
    liftedAt: liftedHoursAgo === null ? null : NOW - liftedHoursAgo * HOUR_MS,
  });

  test.each<[string, readonly Round[], readonly HandsOff[], string, boolean, boolean]>([
    ['that no round names has to be asked about', [], [], 'never-asked', false, true],
    ['of a complete round may be told', [round(1, 200)], [], 'deconflicted', false, false],
    ['of a round that waits may not, and is not asked about anew', [round(1, 200, false)], [], 'waiting', false, false],
    ['under a hands-off is blocked, and left alone until it ends', [round(1, 200)], [handsOff(72)], 'deconflicted', true, false],
    ['whose hands-off ends within two days is asked about again', [round(1, 200)], [handsOff(47)], 'deconflicted', true, true],
    ['whose hands-off has run out is in no earlier round any more', [round(1, 200)], [handsOff(-1)], 'ask-again', false, true],
    ['that was asked about again in time goes on when it runs out', [round(1, 200), round(2, 40)], [handsOff(-1)], 'deconflicted', false, false],
    ['that was asked about long before the end has to be again', [round(1, 200), round(2, 60)], [handsOff(-1)], 'ask-again', false, true],
    ['with a short hands-off needs a round after that word', [round(1, 20)], [handsOff(-1, 10)], 'ask-again', false, true],
    ['asked about again, and not answered for yet, waits', [round(1, 200), round(2, 40, false)], [handsOff(-1)], 'waiting', false, false],
    ['whose hands-off was lifted is where it was', [round(1, 200)], [handsOff(72, 100, 5)], 'deconflicted', false, false],
    ['whose hands-off was lifted after its end is not', [round(1, 200)], [handsOff(-10, 100, 5)], 'ask-again', false, true],
    ['never asked about and under a hands-off waits for its end', [], [handsOff(72)], 'never-asked', true, false],
  ])('%s', (_, rounds, handsOffs, state, isBlocked, isAsked) => {
    expect(serverDeconfliction({ rounds, handsOffs }, NOW).state).toBe(state);
    expect(handsOffInForce(handsOffs, NOW) !== null).toBe(isBlocked);
    expect(isToBeAsked({ rounds, handsOffs }, NOW)).toBe(isAsked);
  }); // prettier-ignore

  test('is blocked by the hands-off that lasts longest', () => {
    expect(handsOffInForce([handsOff(10), handsOff(90), handsOff(50)], NOW)?.until).toBe(NOW + 90 * HOUR_MS);
  });

  test('is never left between: whoever is not deconflicted, waits for nobody and is not blocked is asked about next', () => {
    const rounds = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 300 }), fc.boolean()).map(([ago, done]) => round(ago, ago, done)),
      { maxLength: 4 },
    );
    const words = fc.array(
      fc
        .tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 0, max: 300 }), fc.boolean())
        .map(([until, recorded, isLifted]) => handsOff(until, recorded, isLifted ? 1 : null)),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(rounds, words, (ofServer, handsOffs) => {
        const record = { rounds: ofServer, handsOffs };
        const { state } = serverDeconfliction(record, NOW);
        const isStuck = state === 'never-asked' || state === 'ask-again';
        if (isStuck && handsOffInForce(handsOffs, NOW) === null) expect(isToBeAsked(record, NOW)).toBe(true);
        // Once asked about, it is not asked about again at once.
        const after = { ...record, rounds: [...ofServer, round(9, 0, false)] };
        expect(isToBeAsked(after, NOW)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
