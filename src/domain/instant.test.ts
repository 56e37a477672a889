import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoInstant, parseInstant, readableInstant } from './instant.ts';

test.each([
  ['2021-01-17', '2021-01-17T00:00:00.000Z'],
  ['2021/01/17', '2021-01-17T00:00:00.000Z'],
  ['2021-01-17 07:30:05', '2021-01-17T07:30:05.000Z'],
  ['2021-01-17T07:30', '2021-01-17T07:30:00.000Z'],
  ['2021-01-17T07:30:05.5Z', '2021-01-17T07:30:05.500Z'],
  ['2021-01-17T07:30:05.123456789Z', '2021-01-17T07:30:05.123Z'],
  ['2021-01-17 07:30:05 UTC', '2021-01-17T07:30:05.000Z'],
  ['2021-01-17T07:30:05+05:30', '2021-01-17T02:00:05.000Z'],
  ['2021-01-17T07:30:05-0800', '2021-01-17T15:30:05.000Z'],
  ['2020-12-31T23:30:00-01:00', '2021-01-01T00:30:00.000Z'],
  ['2020-02-29', '2020-02-29T00:00:00.000Z'],
  ['2000-02-29', '2000-02-29T00:00:00.000Z'],
  [' 2021-01-17 ', '2021-01-17T00:00:00.000Z'],
  ['1970-01-01', '1970-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
])('reads %s', (text, expected) => {
  const instant = parseInstant(text);
  expect(instant === null ? null : isoInstant(instant)).toBe(expected);
});

test.each([
  '', '21/01/17', '17/01/2021', '17.01.2021', '01/17/2021', '2021-1-7', '2021-13-01', '2021-00-01', '2021-01-00',
  '2021-01-32', '2021-02-29', '2021-02-31', '1900-02-29', '2100-02-29', '2021-04-31', '2021-01-17 24:00:00',
  '2021-01-17 24:00', '2021-01-17 23:60', '2021-01-17 23:59:60', '2021-01-17 7:30', '2021-01-17T07', '2021-01/17',
  '2021-01-17T07:30:05+15:00', '2021-01-17T07:30:05+05:60', '2021-01-17T07:30:05 CET', '2021-01-17Z', '20210117',
  '1610868605', '٢٠٢١-٠١-١٧', '２０２１-01-17', '2021-01-17\u0000', 'yesterday', '2021-01-17 07:30:05 or so',
])('takes "%s" for no moment rather than guess', (text) => {
  expect(parseInstant(text)).toBeNull();
}); // prettier-ignore

test.each([
  '0000-01-01',
  '0001-01-01T00:00:00Z',
  '1969-12-31',
  '1970-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
])('takes "%s" for "not known": no database or four-digit year holds it, or no source meant it', (text) => {
  expect(parseInstant(text)).toBeNull();
});

test('reads back every moment that it writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (instant) => {
      expect(parseInstant(isoInstant(instant))).toBe(instant);
    }),
    { numRuns: 500 },
  );
});

test('whatever is read has a four-digit year', () => {
  const digits = (max: number, width: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(width, '0'));
  const written = fc
    .tuple(
      digits(9999, 4),
      digits(13, 2),
      digits(32, 2),
      digits(25, 2),
      digits(61, 2),
      fc.constantFrom('+14:00', '-14:59', 'Z'),
    )
    .map(([year, month, day, hour, minute, zone]) => `${year}-${month}-${day}T${hour}:${minute}${zone}`);
  fc.assert(
    fc.property(written, (text) => {
      const instant = parseInstant(text);
      if (instant !== null) expect(isoInstant(instant)).toMatch(/^(19[7-9]|[2-9]\d\d)\d-/);
    }),
    { numRuns: 1000 },
  );
});

test('shows a moment to a person with its zone', () => {
  expect(readableInstant(Date.UTC(2026, 10, 23, 23, 30, 59))).toBe('2026-11-23 23:30 UTC');
});

test('a moment is written as Date writes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (instant) => {
      expect(isoInstant(instant)).toBe(new Date(instant).toISOString());
    }),
  );
});
