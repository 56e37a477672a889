import { problem } from '../../domain/problem.ts';

/** What a column of a CSV can mean to us. */
export const COLUMN_MEANINGS = ['server', 'port', 'first_seen', 'last_seen', 'status', 'malware'] as const;
export type ColumnMeaning = (typeof COLUMN_MEANINGS)[number];

/** Which column (from 0) holds what. `server` is always there. */
export type ColumnMap = Readonly<Partial<Record<ColumnMeaning, number>>> & { readonly server: number };

/** Header names taken without being told, most telling first. Compared in lower case with `_` for blanks and dashes. */
const GUESSES: Readonly<Record<ColumnMeaning, readonly string[]>> = {
  server: [
    'server', 'c2_server', 'c2', 'dst_ip', 'c2_ip', 'dest_ip', 'destination_ip', 'ip_port', 'ip:port', 'ip_address',
    'ipaddress', 'ip', 'address', 'dst_host', 'hostname', 'host', 'domain', 'fqdn', 'url', 'indicator', 'ioc_value',
    'ioc', 'observable', 'value', 'source.ip', 'destination.ip',
  ],
  port: ['port', 'dst_port', 'c2_port', 'dest_port', 'destination_port', 'source.port', 'destination.port'],
  first_seen: ['first_seen_utc', 'first_seen', 'firstseen', 'first_seen_at', 'seen_at', 'observed_at', 'time.source'],
  last_seen: ['last_seen_utc', 'last_seen', 'last_online', 'lastseen', 'last_seen_at'],
  status: ['c2_status', 'status'],
  malware: ['malware', 'malware_family', 'malware_printable', 'malware.name', 'family'],
}; // prettier-ignore

export function columnName(raw: string): string {
  return raw
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/** The columns as far as they can be told from their names, or null when none can be the server. */
export function guessColumns(header: readonly string[]): ColumnMap | null {
  const names = header.map(columnName);
  const found: Partial<Record<ColumnMeaning, number>> = {};
  for (const meaning of COLUMN_MEANINGS) {
    const guess = GUESSES[meaning].find((name) => names.includes(name));
    if (guess !== undefined) found[meaning] = names.indexOf(guess);
  }
  const { server } = found;
  return server === undefined ? null : { ...found, server };
}

/** Parses `--map server=col,port=col`: a column is named by its header or by its number from 1. */
export function parseColumnMapping(text: string): ReadonlyMap<ColumnMeaning, string> {
  const mapping = new Map<ColumnMeaning, string>();
  for (const part of text.split(',')) {
    const [key = '', ...rest] = part.split('=');
    const meaning = COLUMN_MEANINGS.find((name) => name === key.trim());
    const column = rest.join('=').trim();
    if (meaning === undefined || column === '') {
      throw problem(
        'usage',
        `--map: "${part}" is not one of ${COLUMN_MEANINGS.map((name) => `${name}=COLUMN`).join(', ')}`,
        'Example: --map server=dst_ip,port=dst_port',
      );
    }
    mapping.set(meaning, column);
  }
  if (!mapping.has('server'))
    throw problem('usage', '--map needs server=COLUMN', 'Example: --map server=dst_ip,port=dst_port');
  return mapping;
}

/** Finds the told columns in a header; what is not told is guessed. */
export function applyMapping(
  header: readonly string[],
  mapping: ReadonlyMap<ColumnMeaning, string>,
  file: string,
): ColumnMap {
  const names = header.map(columnName);
  const found: Partial<Record<ColumnMeaning, number>> = { ...guessColumns(header) };
  for (const [meaning, column] of mapping) {
    const byNumber = /^[1-9]\d*$/.test(column) ? Number(column) - 1 : -1;
    const index = names.includes(columnName(column)) ? names.indexOf(columnName(column)) : byNumber;
    if (index < 0 || index >= header.length) {
      throw problem(
        'usage',
        `${file}: --map ${meaning}=${column}: there is no such column`,
        `Its columns are: ${header.join(', ')}`,
      );
    }
    found[meaning] = index;
  }
  const { server } = found;
  if (server === undefined) throw problem('usage', '--map needs server=COLUMN');
  return { ...found, server };
}
