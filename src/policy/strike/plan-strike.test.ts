import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TRUSTS } from '../../domain/provider.ts';
import { MAX_HOLD_HOURS, STRATEGIES } from '../../domain/strike.ts';
import type { Strategy, WaitingForStrike } from '../../domain/strike.ts';
import { planStrike } from './plan-strike.ts';
import { serviceHour } from './service-hour.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 9);

const rows = new Map([
  ['told', { customerTold: 'yes' as const }],
  ['open', { customerTold: 'may-be' as const }],
  ['quiet', { customerTold: 'no' as const }],
]);

function notice(more: Partial<WaitingForStrike> = {}): WaitingForStrike {
  return {
    noticeId: 'n1',
    reference: 'DSM-1',
    providerKey: 'book:Host',
    provider: 'Host',
    trust: 'cooperative',
    country: 'DE',
    method: 'abuse-notice',
    rowIds: ['open'],
    isApproved: true,
    halfwayAt: null,
    servers: [{ caseId: 'c1', isDevice: false, identifiedAt: NOW - HOUR_MS, isGone: false }],
    history: { finishedHours: [], ignored: 0 },
    ...more,
  };
}

const anyNotice = fc
  .record({
    noticeId: fc.uuid(),
    trust: fc.constantFrom(...TRUSTS),
    method: fc.constantFrom('abuse-notice', 'isp-remediation', 'court-order'),
    rowIds: fc.uniqueArray(fc.constantFrom('told', 'open', 'quiet', 'gone'), { maxLength: 3 }),
    isDevice: fc.boolean(),
    hours: fc.array(fc.double({ min: 0.01, max: 500, noNaN: true }), { maxLength: 6 }),
  })
  .map(({ isDevice, hours, ...more }) =>
    notice({
      ...more,
      reference: more.noticeId,
      servers: [{ caseId: more.noticeId, isDevice, identifiedAt: NOW, isGone: false }],
      history: { finishedHours: hours, ignored: 0 },
    }),
  );

const anyAim = fc.integer({ min: 1, max: MAX_HOLD_HOURS * HOUR_MS }).map((ms) => NOW + ms);

test('whatever waits and whatever the aim: whoever may tell its customer is not notified before it, devices wait for nobody', () => {
  fc.assert(
    fc.property(fc.array(anyNotice, { maxLength: 20 }), anyAim, fc.constantFrom(...STRATEGIES), (waiting, aim, strategy) => {
      const items = planStrike(waiting, { strategy, aim, now: NOW, rows, windows: {} });
      expect(items).toHaveLength(waiting.length);
      for (const { notifyAt, mayForward, isDevice, reasons } of items) {
        expect(notifyAt).toBeGreaterThanOrEqual(NOW);
        expect(notifyAt).toBeLessThanOrEqual(Math.min(aim, NOW + MAX_HOLD_HOURS * HOUR_MS));
        expect(reasons.length).toBeGreaterThan(0);
        if (isDevice || strategy === 'rolling') expect(notifyAt).toBe(NOW);
        else if (mayForward || strategy === 'simultaneous') expect(notifyAt).toBe(aim);
      }
    }),
  ); // prettier-ignore
});

function momentOf(strategy: Strategy, more: Partial<WaitingForStrike>): number {
  const aim = NOW + 10 * HOUR_MS;
  const [item] = planStrike([notice(more)], { strategy, aim, now: NOW, rows, windows: {} });
  return ((item?.notifyAt ?? 0) - NOW) / HOUR_MS;
}

test('to converge, a provider goes as long before the aim as its own record says, or its class where it has none', () => {
  expect(momentOf('converge', { history: { finishedHours: [2, 2, 2], ignored: 0 } })).toBeCloseTo(8);
  expect(momentOf('converge', { history: { finishedHours: [2, 2], ignored: 0 } })).toBeCloseTo(7);
  expect(momentOf('converge', { trust: 'unresponsive', rowIds: ['quiet'] })).toBe(0);
  expect(momentOf('converge', { history: { finishedHours: [90, 90, 90], ignored: 0 } })).toBe(0);
});

test.each([
  ['the method table says that the customer is told', { rowIds: ['told'] }, true],
  ['one of several rows says so', { rowIds: ['open', 'told'] }, true],
  ['the table leaves it to a desk that is not known to be cooperative', { trust: 'unknown' }, true],
  ['the table leaves it to a cooperative desk', {}, false],
  ['the table says that the customer is not told', { rowIds: ['quiet'], trust: 'unresponsive' }, false],
  ['the provider is bulletproof, whatever the table says', { rowIds: ['quiet'], trust: 'bulletproof' }, true],
  ['the table has its row no more', { rowIds: ['gone'] }, true],
] as const)('whether the customer may hear of it: %s', (_, more, mayForward) => {
  const [item] = planStrike([notice(more)], {
    strategy: 'converge',
    aim: NOW + HOUR_MS,
    now: NOW,
    rows,
    windows: {},
  });
  expect(item?.mayForward).toBe(mayForward);
});

test('the service hour is the earliest full hour within a day at which the desks of most servers are at work', () => {
  const office = { days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080, zone: 'Europe/Berlin' };
  const night = { days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 300, zone: 'America/New_York' };
  const at = (windows: Parameters<typeof serviceHour>[1], now = NOW): number =>
    serviceHour([notice(), notice({ country: 'US' }), notice({ country: 'DE' })], windows, now);
  expect(at({})).toBe(NOW + HOUR_MS);
  expect(at({ DE: office, US: night })).toBe(Date.UTC(2026, 10, 25, 7));
  // New York's is open from 05:00 to 10:00 UTC, Berlin's from 07:00: both are at eight.
  expect(at({ DE: office, US: night }, Date.UTC(2026, 10, 24, 6, 30))).toBe(Date.UTC(2026, 10, 24, 8));
});

test('a plan says what a person should know: a closed desk, a missing approval, a deadline half gone', () => {
  const office = { days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080, zone: 'Europe/Berlin' };
  const [item] = planStrike([notice({ isApproved: false, halfwayAt: NOW + HOUR_MS })], {
    strategy: 'simultaneous',
    aim: NOW + 12 * HOUR_MS,
    now: NOW,
    rows,
    windows: { default: office },
  });
  const said = item?.reasons.join('\n') ?? '';
  for (const words of ['not at work', 'not approved yet', 'half of the time']) expect(said).toContain(words);
});
