// How values that queries answer with are written in SQL.

/** "2020-10-12T00:00:00.000Z", as `isoInstant` writes it. */
export function isoText(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/**
 * Milliseconds since 1970, as domain's Instant. Moments are stored by the millisecond: a double holds them, and is had sooner than a
 * numeric.
 */
export function instant(expression: string): string {
  return `(date_part('epoch', ${expression}) * 1000)::bigint`;
}

/** An aggregate of objects as JSON text, [] where there are none. As jsonb each would be taken apart and sorted first. */
export function list(what: string, from: string, order = ''): string {
  return `(select coalesce(json_agg(${what}${order === '' ? '' : ` order by ${order}`}), '[]') ${from})`;
}
