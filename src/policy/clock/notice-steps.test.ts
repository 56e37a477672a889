import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOCK_DEFAULTS, HOUR_MS } from '../../domain/clock.ts';
import type { ClockSettings } from '../../domain/clock.ts';
import type { LookOutcome } from '../../domain/look.ts';
import { mayGoByItself, noticeSteps } from './notice-steps.ts';
import type { ClockServer, LastAnswer, SentNotice } from './notice-steps.ts';

const SENT = Date.UTC(2026, 10, 23, 12);
const after = (hours: number): number => SENT + hours * HOUR_MS;

function server(change: Partial<ClockServer> = {}): ClockServer {
  return { serverId: 'server-1', state: 'open', look: null, ...change };
}

function looked(outcome: LookOutcome, hours = 1): ClockServer {
  return server({ look: { outcome, at: after(hours) } });
}

function sent(change: Partial<SentNotice> = {}): SentNotice {
  return {
    sentAt: SENT,
    deadlineHours: 12,
    servers: [server()],
    answer: null,
    wantsReminders: true,
    signedReminders: [12, 12],
    nextContactSigned: true,
    csirt: 'nobody',
    contacts: 1,
    followUps: [],
    ...change,
  };
}

const told = (notice: SentNotice, settings: ClockSettings = CLOCK_DEFAULTS): readonly string[] =>
  noticeSteps(notice, settings).map(
    ({ kind, automatic, dueAt, ordinal }) =>
      `${(dueAt - SENT) / HOUR_MS} h ${kind}${ordinal === 0 ? '' : ` ${ordinal}`}${automatic ? ' by itself' : ''}`,
  );

const LAST = ['48 h upstream', '72 h law-enforcement'];
const reminder = (at: number): SentNotice['followUps'][number] => ({ kind: 'reminder', at });

test('a question is answered by a call after it, and then the clock goes on; a call before it answers nothing', () => {
  const question: LastAnswer = { class: 'question', at: after(2) };
  const call = (at: number): SentNotice['followUps'][number] => ({ kind: 'telephone', at });
  expect(told(sent({ answer: question }))).toEqual(['2 h question', ...LAST]);
  expect(told(sent({ answer: question, followUps: [call(after(1))] }))).toEqual(['2 h question', ...LAST]);
  expect(told(sent({ answer: question, followUps: [call(after(3))] })).join()).toContain('reminder 1 by itself');
  const refusal: LastAnswer = { class: 'refusal', at: after(2) };
  expect(told(sent({ answer: refusal, followUps: [call(after(3))] }))).toEqual(LAST);
});

test('victims’ devices are cleaned by their access provider: nobody is asked above it, and no victim is referred', () => {
  expect(told(sent({ isCleaning: true }))).toEqual(['12 h reminder 1 by itself']);
});

describe('the clock of a notice that nobody answers', () => {
  test.each<[string, Partial<SentNotice>, Partial<ClockSettings>, readonly string[]]>([
    ['reminds at the deadline that the notice asked for', {}, {}, ['12 h reminder 1 by itself', ...LAST]],
    ['reminds after the hours that were signed, whatever was set since', { signedReminders: [24, 6] }, { reminderHours: 1 }, ['24 h reminder 1 by itself', ...LAST]],
    ['counts each from the one before', { signedReminders: [24, 6], followUps: [reminder(after(24))] }, {}, ['30 h reminder 2 by itself', ...LAST]],
    ['counts the second from when the first has left', { followUps: [reminder(after(15))] }, {}, ['27 h reminder 2 by itself', ...LAST]],
    [
      'goes to the next contact a day after the last reminder',
      { followUps: [reminder(after(12)), reminder(after(24))], contacts: 2 },
      {},
      ['48 h next-contact 1 by itself', ...LAST],
    ],
    [
      'has the provider telephoned where no contact is left',
      { followUps: [reminder(after(12)), reminder(after(24))] },
      {},
      ['48 h telephone', ...LAST],
    ],
    [
      'telephones after the last contact',
      { followUps: [reminder(after(12)), reminder(after(24)), { kind: 'next-contact', at: after(48) }], contacts: 2 },
      {},
      ['48 h upstream', '72 h telephone', '72 h law-enforcement'],
    ],
    ['reminds nobody who closes repeats unread', { wantsReminders: false, contacts: 2 }, {}, ['36 h next-contact 1 by itself', ...LAST]],
    ['sends no reminder that nobody has signed', { signedReminders: [] }, {}, ['36 h telephone', ...LAST]],
    ['waits as long as was set where none is signed', { signedReminders: [], deadlineHours: null }, {}, ['48 h telephone', ...LAST].toSorted()],
    ['writes to nobody else without a signed letter', { wantsReminders: false, contacts: 2, nextContactSigned: false }, {}, ['36 h telephone', ...LAST]],
    ['tells the national CSIRT at once', { csirt: 'mailbox' }, {}, ['0 h csirt-copy by itself', '12 h reminder 1 by itself', ...LAST]],
    ['has it told by hand where it has no mailbox', { csirt: 'by-hand' }, {}, ['0 h csirt-copy', '12 h reminder 1 by itself', ...LAST]],
    [
      'tells it once',
      { csirt: 'mailbox', followUps: [{ kind: 'csirt-copy', at: SENT }] },
      {},
      ['12 h reminder 1 by itself', ...LAST],
    ],
    [
      'does not repeat what people have done',
      { followUps: [{ kind: 'upstream', at: after(50) }, { kind: 'law-enforcement', at: after(80) }] },
      {},
      ['12 h reminder 1 by itself'],
    ],
  ])('%s', (_, change, settings, expected) => {
    expect(told(sent(change), { ...CLOCK_DEFAULTS, ...settings })).toEqual(expected);
  }); // prettier-ignore
});

describe('an answer', () => {
  const answered = (kind: LastAnswer['class']): SentNotice => sent({ answer: { class: kind, at: after(5) } });
  test('that it is done gives the whole time anew: a look decides, not a word', () => {
    expect(told(answered('action-claimed'))).toEqual(['17 h reminder 1 by itself', ...LAST]);
  });
  test('that it has come in changes no deadline', () => {
    expect(told(answered('acknowledgement'))).toEqual(['12 h reminder 1 by itself', ...LAST]);
  });
  test('that refuses ends the reminders and leaves the rest to people', () => {
    expect(told(answered('refusal'))).toEqual(['5 h refusal', ...LAST]);
  });
  test('that asks back waits for ours', () => {
    expect(told(answered('question'))).toEqual(['5 h question', ...LAST]);
  });
  test('that contests stops everything but the answer to it', () => {
    expect(told({ ...answered('contest'), csirt: 'mailbox' })).toEqual(['5 h contest']);
    expect(told(sent({ servers: [server(), server({ state: 'contested' })] }))).toHaveLength(1);
  });
});

describe('a look', () => {
  test('that finds all of them dark stops the clock, and a person has it confirmed', () => {
    expect(told(sent({ servers: [looked('dark'), looked('dark', 3)] }))).toEqual(['3 h looks-dark']);
  });
  test('that finds one of two dark lets the other be reminded of', () => {
    expect(told(sent({ servers: [looked('dark'), looked('live')] }))).toEqual(['12 h reminder 1 by itself', ...LAST]);
  });
  test('that finds something else stops reminders at once and goes to a person', () => {
    expect(told(sent({ servers: [looked('answers-other')] }))).toEqual(['1 h answers-other']);
    expect(told(sent({ servers: [looked('answers-other'), server()] }))).toEqual([
      '1 h answers-other',
      '12 h telephone',
      ...LAST,
    ]);
  });
});

test('a notice of which a server was taken back goes on by hand for the others', () => {
  expect(told(sent({ servers: [server({ state: 'retracted' }), server()], csirt: 'mailbox' }))).toEqual([
    '12 h telephone',
    ...LAST,
  ]);
  expect(told(sent({ servers: [server({ state: 'retracted' })] }))).toEqual([]);
});

const servers = fc.array(
  fc.record({
    serverId: fc.uuid(),
    state: fc.constantFrom('open' as const, 'contested' as const, 'retracted' as const),
    look: fc.option(
      fc.record({
        outcome: fc.constantFrom<LookOutcome>('c2-live', 'live', 'answers-other', 'dark', 'inconclusive'),
        at: fc.integer({ min: SENT, max: after(200) }),
      }),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);
const followUps = fc.array(
  fc.record({
    kind: fc.constantFrom('csirt-copy' as const, 'reminder' as const, 'next-contact' as const, 'telephone' as const, 'upstream' as const),
    at: fc.integer({ min: SENT, max: after(200) }),
  }),
  { maxLength: 6 },
); // prettier-ignore
const notices: fc.Arbitrary<SentNotice> = fc.record({
  sentAt: fc.constant(SENT),
  deadlineHours: fc.option(fc.integer({ min: 1, max: 200 })),
  servers,
  answer: fc.option(
    fc.record({
      class: fc.constantFrom('acknowledgement' as const, 'action-claimed' as const, 'refusal' as const, 'question' as const, 'contest' as const),
      at: fc.integer({ min: SENT, max: after(200) }),
    }),
  ),
  wantsReminders: fc.boolean(),
  signedReminders: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 4 }),
  nextContactSigned: fc.boolean(),
  csirt: fc.constantFrom('mailbox' as const, 'by-hand' as const, 'nobody' as const),
  contacts: fc.integer({ min: 0, max: 4 }),
  followUps,
}); // prettier-ignore

describe('whatever has happened', () => {
  test('nothing goes by itself about a server that is contested, taken back or something else', () => {
    fc.assert(
      fc.property(notices, (notice) => {
        const automatic = noticeSteps(notice, CLOCK_DEFAULTS).filter((step) => step.automatic);
        const doubtful =
          notice.answer?.class === 'contest' ||
          notice.servers.some(({ state, look }) => state !== 'open' || look?.outcome === 'answers-other');
        expect(doubtful && automatic.length > 0).toBe(false);
        expect(mayGoByItself(notice)).toBe(!doubtful);
        if (notice.servers.every(({ look }) => look?.outcome === 'dark')) {
          expect(automatic.filter(({ kind }) => kind !== 'csirt-copy')).toEqual([]);
        }
        if (!notice.wantsReminders) expect(automatic.map(({ kind }) => kind)).not.toContain('reminder');
      }),
    );
  });

  test('no more goes than was planned and signed, one message at a time, and never before the one before it', () => {
    fc.assert(
      fc.property(notices, (notice) => {
        const steps = noticeSteps(notice, CLOCK_DEFAULTS);
        const reminders = notice.followUps.filter(({ kind }) => kind === 'reminder');
        const next = steps.filter(({ kind, automatic }) => automatic && kind !== 'csirt-copy');
        expect(next.length).toBeLessThan(2);
        for (const step of next) {
          expect(step.dueAt).toBeGreaterThan(Math.max(SENT, ...reminders.map(({ at }) => at)));
          if (step.kind === 'reminder') {
            expect(step.ordinal).toBe(reminders.length + 1);
            expect(step.ordinal).toBeLessThanOrEqual(
              Math.min(CLOCK_DEFAULTS.maxReminders, notice.signedReminders.length),
            );
          } else expect(step.ordinal).toBeLessThan(notice.contacts);
        }
        expect(steps.map(({ dueAt }) => dueAt)).toEqual(steps.map(({ dueAt }) => dueAt).toSorted((a, b) => a - b));
      }),
    );
  });

  test('upstream and police are never asked by themselves', () => {
    fc.assert(
      fc.property(notices, (notice) => {
        const people = noticeSteps(notice, CLOCK_DEFAULTS).filter(({ kind }) => kind === 'upstream' || kind === 'law-enforcement');
        expect(people.some(({ automatic }) => automatic)).toBe(false);
      }),
    ); // prettier-ignore
  });
});
