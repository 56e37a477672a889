/** One line of a CSV (RFC 4180, CRLF). */
export function csvRow(values: readonly (string | number | null)[]): string {
  return `${values.map((value) => csvField(value === null ? '' : String(value))).join(',')}\r\n`;
}

/**
 * A spreadsheet takes a field that begins with = + - @ (or a tab or line end before one) for a formula, quoted or not,
 * some their full-width forms too; an apostrophe in front makes it text.
 */
function csvField(value: string): string {
  const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
