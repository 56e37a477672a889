/** One line of a CSV (RFC 4180, CRLF). */
export function csvRow(values: readonly (string | number | null)[]): string {
  return `${values.map((value) => csvField(value === null ? '' : String(value))).join(',')}\r\n`;
}

/**
 * A spreadsheet takes a field that begins with = + - @ (or a tab or line end before one) for a formula, quoted or not,
 * some their full-width forms too; an apostrophe in front makes it text. Where the decimal sign is a comma, a
 * spreadsheet splits at semicolons instead, and one that is asked to splits at tabs: then a field begins in the middle
 * of ours, and our quotation marks count for nothing.
 */
const FORMULA = /^(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])|(?=[=+\-@\uff1d\uff0b\uff0d\uff20])(?<=[;\t\r\n][\s"]*)/g;

function csvField(value: string): string {
  const safe = value.replaceAll(FORMULA, "'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
