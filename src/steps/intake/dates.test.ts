import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoInstant, parseInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { createDateReader, DATE_FORMS } from './dates.ts';
import type { DateForm } from './dates.ts';

const NOW: Instant = Date.UTC(2026, 10, 25, 12);

const iso = (instant: Instant | null): string | null => (instant === null ? null : isoInstant(instant));

function read(text: string, told: DateForm | null = null, samples: readonly string[] = []): string | null {
  return iso(createDateReader(samples, NOW, told).read(text));
}

describe('a date that says by itself what it means', () => {
  test.each([
    ['2021-01-17', '2021-01-17T00:00:00.000Z'],
    ['2021-01-17T07:30:05+05:30', '2021-01-17T02:00:05.000Z'],
    ['2021-01-17 07:30:05 UTC', '2021-01-17T07:30:05.000Z'],
    ['2021-01-17 07:30:05,123', '2021-01-17T07:30:05.123Z'],
    ['17.01.2021 07:30:05.57', '2021-01-17T07:30:05.570Z'],
    ['17.01.2021 07:30 +14:00', '2021-01-16T17:30:00.000Z'],
    ['31.12.2020 23:30 -0930', '2021-01-01T09:00:00.000Z'],
    ['2021-01-17 07:30:05+00', '2021-01-17T07:30:05.000Z'],
    ['2021-01-17 07:30:05.25-03', '2021-01-17T10:30:05.250Z'],
    ['2021/1/7 7:30', '2021-01-07T07:30:00.000Z'],
    ['2021-1-17', '2021-01-17T00:00:00.000Z'],
    ['20210117', '2021-01-17T00:00:00.000Z'],
    ['20210117T073005Z', '2021-01-17T07:30:05.000Z'],
    ['20210117 0730', '2021-01-17T07:30:00.000Z'],
    ['20210117073005', '2021-01-17T07:30:05.000Z'],
    ['1610868605', '2021-01-17T07:30:05.000Z'],
    ['1610868605.25', '2021-01-17T07:30:05.250Z'],
    ['1610868605123', '2021-01-17T07:30:05.123Z'],
    ['17.01.2021', '2021-01-17T00:00:00.000Z'],
    ['1.2.2021 7:30', '2021-02-01T07:30:00.000Z'],
    ['01.02.2021 07:30:05', '2021-02-01T07:30:05.000Z'],
    ['1. 2. 2021', '2021-02-01T00:00:00.000Z'],
    ['17-Jan-2021', '2021-01-17T00:00:00.000Z'],
    ['17-JAN-2021 07:30', '2021-01-17T07:30:00.000Z'],
    ['17 January 2021', '2021-01-17T00:00:00.000Z'],
    ['2021-Jan-17', '2021-01-17T00:00:00.000Z'],
    ['Jan 17, 2021 07:30', '2021-01-17T07:30:00.000Z'],
    ['Jan 17 2021', '2021-01-17T00:00:00.000Z'],
    ['Sept. 1st, 2020', '2020-09-01T00:00:00.000Z'],
    ['Sunday, January 17, 2021 7:30:05 PM', '2021-01-17T19:30:05.000Z'],
    ['Jan 17, 2021, 12:30 a.m.', '2021-01-17T00:30:00.000Z'],
    ['Sun, 17 Jan 2021 07:30:05 GMT', '2021-01-17T07:30:05.000Z'],
    ['Sun, 17 Jan 2021 07:30:05 +0100 (CET)', '2021-01-17T06:30:05.000Z'],
    ['17 Jan 2021 07:30 -0000', '2021-01-17T07:30:00.000Z'],
    ['Sun, 17 Jan 2021 23:30:00 -0800', '2021-01-18T07:30:00.000Z'],
    ['Sunday, 17-Jan-21 07:30:05 GMT', '2021-01-17T07:30:05.000Z'],
    ['Sun Jan 17 07:30:05 2021', '2021-01-17T07:30:05.000Z'],
    ['Thu Jan  7 07:30:05 UTC 2021', '2021-01-07T07:30:05.000Z'],
    [' 17.01.2021 ', '2021-01-17T00:00:00.000Z'],
    ['Jan\u00a017,\u00a02021, 7:30\u202fPM', '2021-01-17T19:30:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toBe(expected);
    // A form of the column changes nothing about it.
    for (const form of DATE_FORMS) expect(read(text, form)).toBe(expected);
  });

  test.each([
    '', '-', 'n/a', 'yesterday', '0', '2021', '2021-01', '443', '44213.3125', '198.51.100.7', '31.02.2021', '32.01.2021',
    '17.13.2021', '17.00.2021', '00.01.2021', '17.01.1969', '17.01.21', '2021.01.17', '20211301', '19991231', '20261231', '20210230', '17012021', '01172021',
    '0946684799', '1795824001', '946684800000', '9999999999', '1795824001000', '161086860512', '0000000000', 'Jan 2021',
    '17 Foo 2021', '31 Feb 2021', 'Janu 17, 2021', 'Mon, 17 Jan 2021 07:30:05 GMT', 'Foo, 17 Jan 2021', '17-Jan-21',
    'Jan 17, 2021 13:30 PM', 'Jan 17, 2021 0:30 AM', 'Jan 17, 2021 24:00', 'Sun, 17 Jan 2021 07:30:05 EST', '17 Jan-2021',
    'Jan 17, 2021 07:30:60', '17.01.2021 07', '17.01.2021 07:30 +15', '17.01.2021 07:30 +0160', '01.01.1970 00:30 +01', '31.12.9999 23:30 -01', '17.01.2021 7:60', '17.01.2021 07:30 or so', '2021-01/17', '0001-01-01T00:00:00Z',
    '٢٠٢١-٠١-١٧', '2021-01-17\u0000', 'x'.repeat(100_000), `2021-01-17${' '.repeat(100_000)}`,
  ])('does not make one of %j', (text) => {
    expect(read(text)).toBeNull();
  }); // prettier-ignore
});

test('reads whatever parseInstant reads, to the same moment', () => {
  const number = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
  const date = fc
    .tuple(fc.integer({ min: 1900, max: 9999 }), fc.constantFrom('-', '/'), number(13), number(32))
    .map(([year, mark, month, day]) => [year, month, day].join(mark));
  const zone = fc.constantFrom('', 'Z', ' UTC', '+05:30', '-1400', ' +15:00', '+01:60', ' CET');
  const time = fc
    .tuple(fc.constantFrom('T', ' '), number(25), number(61), fc.constantFrom('', ':00', ':59', ':60', ':05.25'), zone)
    .map(([before, hour, minute, second, zone]) => `${before}${hour}:${minute}${second}${zone}`);
  const reader = createDateReader([], NOW, null);
  fc.assert(
    fc.property(date, fc.oneof(fc.constant(''), time), (day, hour) => {
      expect(reader.read(day + hour)).toBe(parseInstant(day + hour));
    }),
    { numRuns: 2000 },
  );
});

describe('a date that needs its column', () => {
  test.each<[string, DateForm, string]>([
    ['21/01/17 07:30', 'yy/mm/dd', '2021-01-17T07:30:00.000Z'],
    ['21-1-7', 'yy/mm/dd', '2021-01-07T00:00:00.000Z'],
    ['17/01/21', 'dd/mm/yy', '2021-01-17T00:00:00.000Z'],
    ['7-1-21 7:30:05', 'dd/mm/yy', '2021-01-07T07:30:05.000Z'],
    ['01/17/21 7:30 PM', 'mm/dd/yy', '2021-01-17T19:30:00.000Z'],
    ['17/01/2021 07:30:05', 'dd/mm/yyyy', '2021-01-17T07:30:05.000Z'],
    ['1/7/2021, 12:30:05 AM', 'mm/dd/yyyy', '2021-01-07T00:30:05.000Z'],
    ['17-Jan-21', 'dd/mm/yy', '2021-01-17T00:00:00.000Z'],
    ['21-Jan-17', 'yy/mm/dd', '2021-01-17T00:00:00.000Z'],
    ['44213.3125', 'excel', '2021-01-17T07:30:00.000Z'],
    ['44213,3125', 'excel', '2021-01-17T07:30:00.000Z'],
    ['44213', 'excel', '2021-01-17T00:00:00.000Z'],
    ['44213.3125578704', 'excel', '2021-01-17T07:30:05.000Z'],
  ])('reads %s where %s was told, and not by itself', (text, form, expected) => {
    expect(read(text, form)).toBe(expected);
    expect(read(text)).toBeNull();
  });

  test.each<[string, DateForm]>([
    ['21/13/17', 'yy/mm/dd'],
    ['21/00/17', 'yy/mm/dd'],
    ['21/01/00', 'yy/mm/dd'],
    ['21/02/29', 'yy/mm/dd'],
    ['30/11/26', 'yy/mm/dd'],
    ['27/11/26', 'dd/mm/yy'],
    ['01/17/21', 'dd/mm/yy'],
    ['17/01/2021', 'dd/mm/yy'],
    ['17/01/21', 'dd/mm/yyyy'],
    ['31/12/1999', 'dd/mm/yyyy'],
    ['17/01/2021 25:00', 'dd/mm/yyyy'],
    ['17/01-2021', 'dd/mm/yyyy'],
    ['Jan-17-21', 'mm/dd/yy'],
    ['17-Jan-21', 'mm/dd/yy'],
    ['17-Foo-21', 'dd/mm/yy'],
    ['36525', 'excel'],
    ['46353', 'excel'],
    ['1e5', 'excel'],
    ['-44213', 'excel'],
  ])('does not read %s where %s was told', (text, form) => {
    expect(read(text, form)).toBeNull();
  });

  test('may be up to a day ahead of the clock', () => {
    expect(read('26/11/26', 'dd/mm/yy')).toBe('2026-11-26T00:00:00.000Z');
  });
});

describe('a column', () => {
  const learnt = (...samples: readonly string[]): Pick<ReturnType<typeof createDateReader>, 'form' | 'ambiguous'> => {
    const { form, ambiguous } = createDateReader(samples, NOW, null);
    return { form, ambiguous };
  };

  test.each<[readonly string[], DateForm]>([
    [['21/01/17', '21/02/28'], 'yy/mm/dd'],
    [['17/01/21', '31/12/20'], 'dd/mm/yy'],
    [['01/17/21', '12/31/20'], 'mm/dd/yy'],
    [['05/06/2020', '17/01/2021'], 'dd/mm/yyyy'],
    [['5/6/2020 7:30 AM', '1/17/2021 7:30 AM'], 'mm/dd/yyyy'],
    // 2029 has not been, nor is there a 29th month.
    [['29/02/20', '30/01/20'], 'dd/mm/yy'],
    // Nor has 2027, nor December of this year.
    [['21/01/17', '21/01/27'], 'yy/mm/dd'],
    [['12/11/2026', '12/12/2025'], 'dd/mm/yyyy'],
    [['31-Jan-21'], 'dd/mm/yy'],
    // One digit cannot be a year.
    [['21/1/7'], 'yy/mm/dd'],
  ])('of %j has the one form that fits', (samples, form) => {
    expect(learnt(...samples)).toEqual({ form, ambiguous: [] });
  });

  test.each<[readonly string[], readonly DateForm[]]>([
    [['01/02/03'], ['yy/mm/dd', 'dd/mm/yy', 'mm/dd/yy']],
    [
      ['21/01/17', '21/03/18'],
      ['yy/mm/dd', 'dd/mm/yy'],
    ],
    [
      ['05/06/2020', '07/08/2020'],
      ['dd/mm/yyyy', 'mm/dd/yyyy'],
    ],
    [['17-Jan-21'], ['yy/mm/dd', 'dd/mm/yy']],
  ])('of %j leaves the choice to the user and reads none of it', (samples, ambiguous) => {
    expect(learnt(...samples)).toEqual({ form: null, ambiguous });
    for (const sample of samples) {
      expect(read(sample, null, samples)).toBeNull();
      for (const form of ambiguous) expect(read(sample, form, samples)).not.toBeNull();
    }
  });

  test('whose values contradict each other leaves the choice to the user', () => {
    expect(learnt('17/01/2021', '01/17/2021')).toEqual({ form: null, ambiguous: ['dd/mm/yyyy', 'mm/dd/yyyy'] });
    expect(learnt('17/01/2021', '17/01/21')).toMatchObject({
      form: null,
      ambiguous: expect.arrayContaining(['dd/mm/yyyy', 'dd/mm/yy']),
    });
  });

  test('needs no form where every date says what it means, or none is there', () => {
    expect(learnt()).toEqual({ form: null, ambiguous: [] });
    expect(learnt('2021-01-17', '17.01.2021', '1610868605', '', 'n/a', '44213.3125')).toEqual({
      form: null,
      ambiguous: [],
    });
  });

  test('learns nothing from values that are dates in no form', () => {
    expect(learnt('00/00/00', '99/99/99', '99/99/9999', 'n/a', '31/12/1999', '17/01/2021')).toEqual({
      form: 'dd/mm/yyyy',
      ambiguous: [],
    });
  });

  test('reads what it has learnt, and the dates between that need no form', () => {
    const reader = createDateReader(['01/02/2021', '17/01/2021'], NOW, null);
    expect(iso(reader.read('01/02/2021'))).toBe('2021-02-01T00:00:00.000Z');
    expect(iso(reader.read('2021-03-04'))).toBe('2021-03-04T00:00:00.000Z');
    expect(reader.read('01/17/2021')).toBeNull();
  });

  test('is not asked where the form was told', () => {
    const reader = createDateReader(['17/01/2021'], NOW, 'mm/dd/yyyy');
    expect(reader).toMatchObject({ form: 'mm/dd/yyyy', ambiguous: [] });
    expect(iso(reader.read('01/02/2021'))).toBe('2021-01-02T00:00:00.000Z');
  });

  const writeAs = (form: DateForm, date: Date): string => {
    const two = (number: number): string => String(number % 100).padStart(2, '0');
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (form === 'excel') return String(date.getTime() / 86_400_000 + 25_569);
    return form
      .replace('yyyy', String(year))
      .replace('yy', two(year))
      .replace('mm', two(month))
      .replace('dd', two(day));
  };
  const DAY_MS = 86_400_000;
  const days = fc
    .integer({ min: Date.UTC(2000, 0, 1) / DAY_MS, max: Math.floor(NOW / DAY_MS) })
    .map((day) => new Date(day * DAY_MS));

  test('reads back in every form what was written in it, when that is told', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DATE_FORMS), days, (form, date) => {
        expect(createDateReader([], NOW, form).read(writeAs(form, date))).toBe(date.getTime());
      }),
      { numRuns: 1000 },
    );
  });

  test('never learns a wrong form, and reads either what was meant or nothing', () => {
    const learnable = DATE_FORMS.filter((form) => form !== 'excel');
    fc.assert(
      fc.property(fc.constantFrom(...learnable), fc.array(days, { minLength: 1, maxLength: 8 }), (form, dates) => {
        const samples = dates.map((date) => writeAs(form, date));
        const reader = createDateReader(samples, NOW, null);
        if (reader.form === null) expect(reader.ambiguous).toContain(form);
        else expect(reader.form).toBe(form);
        for (const [index, date] of dates.entries()) {
          expect([null, date.getTime()]).toContain(reader.read(samples[index] ?? ''));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('answers for any text', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9/ .:TZAPM+-]{0,24}$/));
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 5 }), (samples) => {
        const reader = createDateReader(samples, NOW, null);
        for (const sample of samples) {
          const instant = reader.read(sample);
          expect(instant === null || (instant >= 0 && Number.isInteger(instant))).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the Feodo Tracker list that a spreadsheet saved', () => {
  const file = new URL('../../../../shared/data/feodo/ipblocklist-2021-03-21-reformatted.csv', import.meta.url);

  test.skipIf(!existsSync(file))(
    'writes year/month/day, and its own values say so (skipped without the shared data)',
    () => {
      const rows = readFileSync(file, 'utf8')
        .split(/\r?\n/)
        .slice(1)
        .map((line) => line.split(','))
        .filter((fields) => fields.length > 4 && fields[0]?.startsWith('#') !== true);
      const columns = [0, 4].map((column) => rows.map((fields) => fields[column] ?? ''));
      expect(rows.length).toBeGreaterThan(200);
      for (const samples of [...columns, columns.flat()]) {
        const reader = createDateReader(samples, NOW, null);
        expect(reader).toMatchObject({ form: 'yy/mm/dd', ambiguous: [] });
        for (const sample of samples) expect(iso(reader.read(sample))).toMatch(/^2021-0[123]-/);
      }
    },
  );
});
