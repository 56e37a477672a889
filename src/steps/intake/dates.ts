import type { Instant } from '../../domain/instant.ts';
import { dayOf, isSane, momentOf, openDate, readWrittenDate, tidyDate } from './written-dates.ts';
import type { OpenDate } from './written-dates.ts';

/** How a file writes the dates that do not say it themselves. Two-digit years are 20yy; `-` may stand for `/`. */
export const DATE_FORMS = ['yy/mm/dd', 'dd/mm/yy', 'mm/dd/yy', 'dd/mm/yyyy', 'mm/dd/yyyy', 'excel'] as const;
export type DateForm = (typeof DATE_FORMS)[number];

type LearnableForm = Exclude<DateForm, 'excel'>;
/** Serial numbers of spreadsheets are left out: any column of numbers would look like one. */
const LEARNABLE: readonly LearnableForm[] = ['yy/mm/dd', 'dd/mm/yy', 'mm/dd/yy', 'dd/mm/yyyy', 'mm/dd/yyyy'];

export interface DateReader {
  /** What was told or learnt; null where it was not needed or cannot be known. */
  readonly form: DateForm | null;
  /** The forms between which only the user can choose; empty where there is nothing to choose. */
  readonly ambiguous: readonly DateForm[];
  /** The moment that a value names; null where it names none, or where it would be a guess. */
  read(text: string): Instant | null;
}

/**
 * Learns from a column's first values how its dates are written. Each value rules out the forms under which it is no
 * real date, or before 2000, or more than a day after `now`. What no form fits rules out none. One form must be left:
 * if several are, or values contradict each other, no value that needs the form is read.
 *
 * @param samples of one column, or of several that the same program wrote
 * @param told the form that the user states; then nothing is learnt
 */
export function createDateReader(samples: readonly string[], now: Instant, told: DateForm | null): DateReader {
  const { form, ambiguous } = told === null ? learn(samples, now) : { form: told, ambiguous: [] };
  // Rows next to each other mostly say the same day, and many feeds write nothing finer.
  let lastText = '';
  let last: Instant | null = null;
  return {
    form,
    ambiguous,
    read(text) {
      if (text !== lastText) {
        last = readOne(text);
        lastText = text;
      }
      return last;
    },
  };

  function readOne(text: string): Instant | null {
    const tidy = tidyDate(text);
    if (form === 'excel') return readSerial(tidy, now) ?? readWrittenDate(tidy, now);
    // Tried first, since most values of such a column are; a month's name between makes it either.
    const open = form === null ? null : openDate(tidy);
    if (form === null || open === null) return readWrittenDate(tidy, now);
    return readAs(form, open, now) ?? (open.isMonthNamed ? readWrittenDate(tidy, now) : null);
  }
}

function learn(samples: readonly string[], now: Instant): Pick<DateReader, 'form' | 'ambiguous'> {
  let left = LEARNABLE;
  const possible = new Set<LearnableForm>();
  for (const sample of samples) {
    const tidy = tidyDate(sample);
    const open = readWrittenDate(tidy, now) === null ? openDate(tidy) : null;
    if (open === null) continue;
    const fitting = LEARNABLE.filter((form) => readAs(form, open, now) !== null);
    if (fitting.length === 0) continue;
    left = left.filter((form) => fitting.includes(form));
    for (const form of fitting) possible.add(form);
  }
  const [only] = left;
  if (only !== undefined && left.length === 1) return { form: only, ambiguous: [] };
  // Where values contradict each other, whatever fits one of them is the choice.
  const choice = left.length > 0 ? left : LEARNABLE;
  return { form: null, ambiguous: choice.filter((form) => possible.has(form)) };
}

/** The day that a form makes of three numbers; null where the form writes them otherwise, or there is no such day. */
const DAY_AS: Readonly<Record<LearnableForm, (open: OpenDate) => Instant | null>> = {
  'yy/mm/dd': ({ left, middle, right, leftDigits, rightDigits }) =>
    leftDigits === 2 && rightDigits <= 2 ? dayOf(CENTURY + left, middle, right) : null,
  'dd/mm/yy': ({ left, middle, right, rightDigits }) =>
    rightDigits === 2 ? dayOf(CENTURY + right, middle, left) : null,
  'mm/dd/yy': ({ left, middle, right, rightDigits, isMonthNamed }) =>
    rightDigits === 2 && !isMonthNamed ? dayOf(CENTURY + right, left, middle) : null,
  'dd/mm/yyyy': ({ left, middle, right, rightDigits }) => (rightDigits === 4 ? dayOf(right, middle, left) : null),
  'mm/dd/yyyy': ({ left, middle, right, rightDigits, isMonthNamed }) =>
    rightDigits === 4 && !isMonthNamed ? dayOf(right, left, middle) : null,
};

/** Of two-digit years. */
const CENTURY = 2000;

function readAs(form: LearnableForm, open: OpenDate, now: Instant): Instant | null {
  const instant = momentOf(DAY_AS[form](open), open.timeMs);
  return instant !== null && isSane(instant, now) ? instant : null;
}

/** 1899-12-30, day 0 of a spreadsheet's serial numbers from March 1900 on. */
const SERIAL_EPOCH: Instant = Date.UTC(1899, 11, 30);
const DAY_SECONDS = 86_400;

/** "44213.3125", or with the decimal comma of half of the world's spreadsheets. */
function readSerial(text: string, now: Instant): Instant | null {
  if (!/^\d{5,6}(?:[.,]\d{1,15})?$/.test(text)) return null;
  const days = Number(text.replace(',', '.'));
  // To the second: what is beyond it is what binary fractions leave over.
  const instant = SERIAL_EPOCH + Math.round(days * DAY_SECONDS) * 1000;
  return isSane(instant, now) ? instant : null;
}
