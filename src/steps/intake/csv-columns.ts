import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';

/** What a column of a CSV can mean to us. */
export const COLUMN_MEANINGS = [
  'server',
  'port',
  'first_seen',
  'last_seen',
  'status',
  'malware',
  'reference',
  'change',
  'version',
  'tag',
  'collected_at',
  'evidence',
  'kind',
  'name',
] as const;
export type ColumnMeaning = (typeof COLUMN_MEANINGS)[number];

/** Which column (from 0) holds what. `server` is always there. */
export type ColumnMap = Readonly<Partial<Record<ColumnMeaning, number>>> & { readonly server: number };

/** Header names taken without being told, most telling first. Compared in lower case with `_` for blanks and dashes. */
const GUESSES: Readonly<Record<ColumnMeaning, readonly string[]>> = {
  // Destinations first: in flow records the source is the victim.
  server: [
    'server', 'c2_server', 'c2', 'c2_ip', 'cc_ip', 'dst_ip', 'dest_ip', 'destination_ip', 'destination.ip', 'dst_host',
    'destination.fqdn', 'ip_port', 'ip:port', 'ip_address', 'ipaddress', 'ip', 'address', 'hostname', 'host', 'domain',
    'fqdn', 'url', 'srv', 'controller', 'indicator', 'ioc_value', 'ioc', 'observable', 'value',
  ],
  port: [
    'c2_port', 'cc_port', 'dst_port', 'dest_port', 'destination_port', 'destination.port', 'port',
  ],
  first_seen: ['first_seen_utc', 'first_seen', 'firstseen', 'first_seen_at', 'seen_at', 'observed_at', 'time.source'],
  last_seen: ['last_seen_utc', 'last_seen', 'last_online', 'lastseen', 'last_seen_at'],
  status: ['c2_status', 'status'],
  malware: ['malware', 'malware_family', 'malware_printable', 'malware.name', 'family'],
  reference: ['reference', 'references', 'event_description.url', 'link'],
  change: ['change'],
  // Only beside a tag do they name a configuration (isConfigurationHeader).
  version: [],
  tag: [],
  collected_at: [],
  evidence: ['evidence', 'evidence_class'],
  kind: ['kind', 'server_kind'],
  // Never guessed from "hostname" and the like: those may be the server itself. What is no host name in it says nothing.
  name: ['also_named', 'name'],
}; // prettier-ignore

/** The columns of a list of configurations: a version, a campaign tag, when it was collected, and a controller a row. */
const CONFIGURATION_GUESSES: Readonly<Partial<Record<ColumnMeaning, readonly string[]>>> = {
  version: ['version', 'ver'],
  tag: ['gtag', 'tag', 'campaign'],
  collected_at: ['collected_at', 'collected', 'date'],
};

/** Whether each row of such a CSV is one controller of a configuration. */
export function isConfigurationHeader(header: readonly string[]): boolean {
  const names = header.map(columnName);
  const has = (meaning: ColumnMeaning): boolean =>
    CONFIGURATION_GUESSES[meaning]?.some((name) => names.includes(name)) ?? false;
  return has('version') && has('tag') && guessColumns(header) !== null;
}

/** Feodo Tracker's own columns, whatever has re-saved them: then the dates are known to be written year first. */
export function isFeodoHeader(header: readonly string[]): boolean {
  const names = new Set(header.map(columnName));
  return ['first_seen_utc', 'dst_ip', 'dst_port', 'last_online', 'malware'].every((name) => names.has(name));
}

export function columnName(raw: string): string {
  return raw
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/** The columns as far as they can be told from their names, or null when none can be the server. */
export function guessColumns(header: readonly string[]): ColumnMap | null {
  const found = guesses(header);
  const { server } = found;
  return server === undefined ? null : { ...found, server };
}

function guesses(header: readonly string[]): Partial<Record<ColumnMeaning, number>> {
  const names = header.map(columnName);
  const found: Partial<Record<ColumnMeaning, number>> = {};
  const hasConfigurations = ['version', 'ver'].some((name) => names.includes(name)) && names.some(isTag);
  for (const meaning of COLUMN_MEANINGS) {
    const known = (hasConfigurations ? CONFIGURATION_GUESSES[meaning] : undefined) ?? GUESSES[meaning];
    const guess = known.find((name) => names.includes(name));
    if (guess !== undefined) found[meaning] = names.indexOf(guess);
  }
  return found;
}

function isTag(name: string): boolean {
  return CONFIGURATION_GUESSES.tag?.includes(name) ?? false;
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
    if (mapping.has(meaning)) {
      throw problem('usage', `--map names ${meaning} twice`, 'One column can be the ' + meaning);
    }
    mapping.set(meaning, column);
  }
  if (!mapping.has('server'))
    throw problem('usage', '--map needs server=COLUMN', 'Example: --map server=dst_ip,port=dst_port');
  return mapping;
}

/** Finds the columns in a header: as told, and guessed where nothing is told. Throws where that is not clear. */
export function findColumns(
  header: readonly string[],
  mapping: ReadonlyMap<ColumnMeaning, string>,
  file: string,
): ColumnMap {
  const names = header.map(columnName);
  if (!mapping.has('server')) refuseTwoSides(names, header, file);
  const found: Partial<Record<ColumnMeaning, number>> = guesses(header);
  for (const [meaning, column] of mapping) {
    const index = names.indexOf(columnName(column));
    const told = index >= 0 ? index : (columnNumber(column) ?? 0) - 1;
    if (told < 0 || told >= header.length) {
      throw problem('usage', `${file}: --map ${meaning}=${column}: there is no such column`, columnsHint(header));
    }
    found[meaning] = told;
  }
  for (const meaning of COLUMN_MEANINGS) {
    const index = found[meaning];
    if (index === undefined) continue;
    const name = names[index] ?? '';
    const isNumbered = columnNumber(mapping.get(meaning) ?? '') === index + 1;
    if (isNumbered || names.indexOf(name) === names.lastIndexOf(name)) continue;
    throw problem(
      'input',
      `${file}: two columns are called "${shownName(name)}", and either could be the ${meaning}`,
      `Say which by its number from 1: --map server=${(found.server ?? index) + 1}${meaning === 'server' ? '' : `,${meaning}=${index + 1}`}`,
    );
  }
  const { server } = found;
  if (server === undefined) {
    throw problem(
      'input',
      `${file}: none of its columns is known to name the server`,
      `${columnsHint(header)}. Say which one does, for example --map server=dst_ip,port=dst_port, or --map server=1 by number`,
    );
  }
  return { ...found, server };
}

/** The number from 1 that a column is called by, or null where it is called by its name. */
export function columnNumber(column: string): number | null {
  return /^[1-9]\d{0,4}$/.test(column) ? Number(column) : null;
}

/**
 * IntelMQ's events have a source and a destination, and which of them is the C2 depends on what the event is: of a
 * "c2-server" the source, of an "infected-system" the destination. The wrong one is a victim.
 */
function refuseTwoSides(names: readonly string[], header: readonly string[], file: string): void {
  const has = (side: string): boolean =>
    [`${side}.ip`, `${side}.fqdn`, `${side}.url`].some((name) => names.includes(name));
  if (!has('source') || !has('destination')) return;
  throw problem(
    'input',
    `${file}: it has a source and a destination, and either could be the server`,
    `${columnsHint(header)}. Say which, for example --map server=source.ip,port=source.port for events of the type c2-server`,
  );
}

const COLUMNS_SHOWN = 30;

/** Headers come from anywhere, and hints go to terminals. */
function columnsHint(header: readonly string[]): string {
  const shown = header.slice(0, COLUMNS_SHOWN).map(shownName);
  const rest = header.length - shown.length;
  return `Its columns are: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function shownName(name: string): string {
  return plainText(name, 40);
}
