import { describe, expect, test } from 'vitest';
import { isoInstant } from '../domain/instant.ts';
import { parseSendingWindow, sendingWindowText } from '../domain/sending-window.ts';
import type { SendingWindow } from '../domain/sending-window.ts';
import { isOpen, nextOpening } from './sending-window.ts';

function windowOf(text: string): SendingWindow {
  const parsed = parseSendingWindow(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

const opening = (text: string, from: string): string => isoInstant(nextOpening(windowOf(text), Date.parse(from)));

describe('a window is read', () => {
  test('with its days, hours and zone', () => {
    expect(windowOf('Mon-Fri 08:00-18:00 Europe/Berlin')).toEqual({
      days: [1, 2, 3, 4, 5],
      fromMinute: 480,
      toMinute: 1080,
      zone: 'Europe/Berlin',
    });
    expect(windowOf('sun,Tue-wed 00:00-24:00 UTC')).toMatchObject({ days: [2, 3, 7], fromMinute: 0, toMinute: 1440 });
    expect(windowOf('Sat-Mon 09:30-12:00 Asia/Kathmandu').days).toEqual([1, 6, 7]);
    for (const text of ['Mon,Tue,Wed,Thu,Fri 08:00-18:00 Europe/Berlin', 'Sun 00:05-24:00 UTC']) {
      expect(sendingWindowText(windowOf(text))).toBe(text);
    }
  });

  test.each([
    ['', 'written like'],
    ['always', 'written like'],
    ['Mon-Fri 8-18 Europe/Berlin', 'written like'],
    ['Mon-Fri 08:00-18:00', 'written like'],
    ['Mon-Fri 08:00-18:00 +01:00', 'written like'],
    ['Mon-Fri 08:00-18:00 Europe/Berlin; rm', 'written like'],
    ['Mon-Fre 08:00-18:00 Europe/Berlin', 'days'],
    ['Mon-Wed-Fri 08:00-18:00 Europe/Berlin', 'days'],
    ['Mon,, 08:00-18:00 Europe/Berlin', 'days'],
    ['Mon-Fri 08:00-25:00 Europe/Berlin', 'hours'],
    ['Mon-Fri 08:75-18:00 Europe/Berlin', 'hours'],
    ['Mon-Fri 18:00-08:00 Europe/Berlin', 'ends before'],
    ['Mon-Fri 08:00-08:00 Europe/Berlin', 'ends before'],
    ['Mon-Fri 08:00-18:00 Europe/Atlantis', 'time zone'],
  ])('or refused: %j', (text, says) => {
    expect(parseSendingWindow(text)).toEqual({ ok: false, problem: expect.stringContaining(says) });
  });
});

describe('the next opening', () => {
  test.each([
    ['now, where it is open', 'Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-23T10:00:00.123Z', '2026-11-23T10:00:00.123Z'],
    ['later today', 'Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-23T06:59:59.999Z', '2026-11-23T07:00:00.000Z'],
    ['tomorrow, after its end', 'Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-23T17:00:00.000Z', '2026-11-24T07:00:00.000Z'],
    ['on Monday, at the weekend', 'Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-27T17:00:00.000Z', '2026-11-30T07:00:00.000Z'],
    ['by summer time', 'Mon-Fri 08:00-18:00 Europe/Berlin', '2027-03-26T18:00:00.000Z', '2027-03-29T06:00:00.000Z'],
    ['across the date line', 'Mon 08:00-10:00 Pacific/Auckland', '2026-11-22T12:00:00.000Z', '2026-11-22T19:00:00.000Z'],
    ['with a quarter of an hour', 'Mon-Sun 09:00-17:00 Asia/Kathmandu', '2026-11-23T00:00:00.000Z', '2026-11-23T03:15:00.000Z'],
    ['when the clock goes over its beginning', 'Sun 02:30-18:00 Europe/Berlin', '2027-03-27T12:00:00.000Z', '2027-03-28T01:00:00.000Z'],
    ['a week later, when the clock goes over all of it', 'Sun 02:10-02:50 Europe/Berlin', '2027-03-28T00:00:00.000Z', '2027-04-04T00:10:00.000Z'],
    ['the first of two, when the clock is put back', 'Sun 02:30-02:45 Europe/Berlin', '2026-10-24T12:00:00.000Z', '2026-10-25T00:30:00.000Z'],
    ['the second of two, after the first', 'Sun 02:30-02:45 Europe/Berlin', '2026-10-25T00:50:00.000Z', '2026-10-25T01:30:00.000Z'],
  ])('is %s', (_what, window, from, expected) => {
    expect(opening(window, from)).toBe(expected);
  }); // prettier-ignore

  test('is the first open minute, minute by minute through the changes of the clock of four zones', () => {
    const MINUTE_MS = 60_000;
    for (const [zone, change] of [
      ['Europe/Berlin', '2027-03-28T01:00:00Z'],
      ['America/New_York', '2026-11-01T06:00:00Z'],
      ['Australia/Lord_Howe', '2027-04-03T15:00:00Z'],
      ['America/Santiago', '2027-04-04T03:00:00Z'],
    ] as const) {
      for (const hours of ['00:00-00:30', '01:45-02:15', '02:10-02:50', '23:30-24:00']) {
        const window = windowOf(`Mon,Fri-Sun ${hours} ${zone}`);
        const from = Date.parse(change) - 1500 * MINUTE_MS;
        let next: number | null = null;
        // Backwards, so that the first open minute from each on is known.
        for (let minute = 3000; minute >= 0; minute -= 1) {
          const moment = from + minute * MINUTE_MS;
          if (isOpen(window, moment)) next = moment;
          if (next !== null && minute % 7 === 0) expect(isoInstant(nextOpening(window, moment))).toBe(isoInstant(next));
        }
        expect(next).not.toBeNull();
      }
    }
  });
});
