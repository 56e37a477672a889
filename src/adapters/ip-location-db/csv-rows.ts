const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const QUOTE = 34;

/** A row of the data: an inclusive range, and the rest of the line as it stands there. */
export type RowHandler<Point> = (first: Point, last: Point, rest: string) => void;

/**
 * Reads "first,last,rest" lines with IPv4 addresses as decimal numbers, straight from the bytes: half a million rows
 * are read before every answer when there is no cache. Returns how many lines were not of that form.
 */
export function scanRowsV4(bytes: Buffer, row: RowHandler<number>): number {
  return scanLines(bytes, (start, firstComma, secondComma, end) => {
    const first = decimal(bytes, start, firstComma, 0xffff_ffff);
    const last = decimal(bytes, firstComma + 1, secondComma, 0xffff_ffff);
    if (first < 0 || last < first) return false;
    row(first, last, bytes.toString('utf8', secondComma + 1, end));
    return true;
  });
}

/** As scanRowsV4, with IPv6 addresses as decimal numbers of up to 39 digits. */
export function scanRowsV6(bytes: Buffer, row: RowHandler<bigint>): number {
  return scanLines(bytes, (start, firstComma, secondComma, end) => {
    const first = longDecimal(bytes, start, firstComma);
    const last = longDecimal(bytes, firstComma + 1, secondComma);
    if (first < 0n || last < first) return false;
    row(first, last, bytes.toString('utf8', secondComma + 1, end));
    return true;
  });
}

function scanLines(
  bytes: Buffer,
  line: (start: number, firstComma: number, secondComma: number, end: number) => boolean,
): number {
  let odd = 0;
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const next = newline < 0 ? bytes.length : newline + 1;
    let end = newline < 0 ? bytes.length : newline;
    if (end > start && bytes[end - 1] === CARRIAGE_RETURN) end--;
    if (end > start) {
      const firstComma = comma(bytes, start, end);
      const secondComma = comma(bytes, firstComma + 1, end);
      if (secondComma === end || !line(start, firstComma, secondComma, end)) odd++;
    }
    start = next;
  }
  return odd;
}

/** Position of the next comma, or `end`. */
function comma(bytes: Buffer, from: number, end: number): number {
  let position = from;
  while (position < end && bytes[position] !== COMMA) position++;
  return Math.min(position, end);
}

/** A plain decimal, or -1. */
function decimal(bytes: Buffer, start: number, end: number, max: number): number {
  if (end <= start || end - start > 10) return -1;
  let number = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0;
    if (byte < ZERO || byte > NINE) return -1;
    number = number * 10 + byte - ZERO;
  }
  return number > max ? -1 : number;
}

function longDecimal(bytes: Buffer, start: number, end: number): bigint {
  if (end <= start || end - start > 39) return -1n;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0;
    if (byte < ZERO || byte > NINE) return -1n;
  }
  const number = BigInt(bytes.toString('latin1', start, end));
  return number >> 128n === 0n ? number : -1n;
}

/** A CSV field without its quotes (RFC 4180 section 2, rules 5 to 7), and without blanks around it. */
export function unquoted(field: string): string {
  if (field.charCodeAt(0) !== QUOTE || field.length < 2 || !field.endsWith('"')) return field.trim();
  return field.slice(1, -1).replaceAll('""', '"').trim();
}
