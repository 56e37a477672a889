import { parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import { parseInstant } from '../../domain/instant.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { OddEntry, WarningEntry, WarningList } from '../../domain/warning-list.ts';
import { datesIn, latest, listDate } from './list-date.ts';
import { readListFile, shown } from './list-file.ts';

/** What the lists of Tor exits are called, however many files there are. */
export const TOR_EXITS = 'tor-exits';

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINES = 500_000;
const MAX_ODD_KEPT = 100;

/**
 * Reads a list of Tor exits: one address a line, an exit list as TorDNSEL and CollecTor publish it (keyword lines
 * ExitNode, Published, LastStatus, ExitAddress), or Onionoo's details (JSON). A line that cannot be read is left out and
 * counted; a file of which more than a tenth cannot be read is something else, and is refused.
 */
export async function readTorExits(file: string): Promise<Result<WarningList>> {
  const read = await readListFile(file, MAX_BYTES);
  if (!read.ok) return refuse(file, read.problem);
  const { text, name, modified, fingerprint } = read.value;
  const parsed = text.trimStart().startsWith('{') ? parseOnionoo(text) : parseLines(text);
  if (!parsed.ok) return refuse(file, parsed.problem);
  const { entries, odd, oddCount, date } = parsed.value;
  if (entries.length === 0) return refuse(file, 'names no address');
  if (oddCount * 10 > entries.length + oddCount) {
    return refuse(file, `${oddCount} lines are no addresses, the first: "${odd[0]?.entry ?? ''}"`);
  }
  return success({
    folder: TOR_EXITS,
    title: `Tor exits (${shown(name)})`,
    version: fingerprint,
    type: 'cidr',
    origin: 'tor-exits',
    file,
    ...listDate({ content: date, fileName: name, modified }),
    entries,
    odd,
    oddCount,
  });
}

interface Exits extends Pick<WarningList, 'entries' | 'odd' | 'oddCount'> {
  /** YYYY-MM-DD: the newest moment that the file tells. */
  readonly date: string | null;
}

class Gathering {
  readonly entries: WarningEntry[] = [];
  readonly odd: OddEntry[] = [];
  readonly dates: string[] = [];
  oddCount = 0;

  address(text: string, line: number | null): void {
    const parsed = parseAddress(text);
    if (parsed.ok) this.entries.push(entryOf(text, parsed.value));
    else this.miss(text, parsed.problem, line);
  }

  miss(text: string, reason: string, line: number | null): void {
    this.oddCount++;
    if (this.odd.length >= MAX_ODD_KEPT) return;
    this.odd.push({ entry: shown(text), reason: line === null ? reason : `line ${line}: ${reason}` });
  }

  moment(text: string): void {
    if (parseInstant(text) !== null) this.dates.push(text.slice(0, 10));
  }

  get exits(): Exits {
    const { entries, odd, oddCount } = this;
    return { entries, odd, oddCount, date: latest(this.dates) };
  }
}

function entryOf(text: string, address: Address): WarningEntry {
  return { covers: 'prefix', text, prefix: { address, bits: address.version === 4 ? 32 : 128 } };
}

/** TorDNSEL's keywords that name no address; CollecTor puts "@type" and "Downloaded" before them. */
const KEYWORD = /^(?:ExitNode|Published|LastStatus|Downloaded|@type|@source)\b/;
/** "ExitAddress" SP address SP date SP time, in UTC. */
const EXIT_ADDRESS = /^ExitAddress\s+(\S+)(?:\s+(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}))?\s*$/;

function parseLines(text: string): Result<Exits, string> {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > MAX_LINES) return failure(`${lines.length} lines; at most ${MAX_LINES} are taken`);
  const found = new Gathering();
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('#') || line.startsWith(';')) {
      found.dates.push(...datesIn(line));
      continue;
    }
    if (KEYWORD.test(line)) {
      if (line.startsWith('Downloaded')) found.moment(line.slice('Downloaded'.length).trim());
      continue;
    }
    const [, address, at] = EXIT_ADDRESS.exec(line) ?? [];
    if (at !== undefined) found.moment(at);
    found.address(address ?? line.replace(/\s*[#;].*$/, ''), index + 1);
  }
  return success(found.exits);
}

/** Onionoo's "details" document: exits are the relays with that flag, and whatever addresses they were seen to leave by. */
function parseOnionoo(text: string): Result<Exits, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    return failure(`is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const { relays, relays_published: published } = fieldsOf(parsed);
  if (!Array.isArray(relays)) return failure('is JSON, but has no "relays": only Onionoo’s details are taken');
  if (relays.length > MAX_LINES) return failure(`${relays.length} relays; at most ${MAX_LINES} are taken`);
  const found = new Gathering();
  if (typeof published === 'string') found.moment(published);
  for (const relay of relays) {
    const { flags, or_addresses: reachedAt, exit_addresses: leavesBy } = fieldsOf(relay);
    const isExit = Array.isArray(flags) && flags.includes('Exit');
    for (const address of texts(leavesBy)) found.address(address, null);
    if (isExit) for (const address of texts(reachedAt)) found.address(withoutPort(address), null);
  }
  return success(found.exits);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** "192.0.2.1:9001", "[2001:db8::1]:9001". */
function withoutPort(address: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/:\d+$/, '');
}

function refuse(file: string, reason: string): Result<never> {
  return failure({
    code: 'input',
    message: `${file}: ${reason}.`,
    hint: 'A list of Tor exits has one address a line, or is TorDNSEL’s or CollecTor’s exit list, or Onionoo’s details.',
  });
}
