import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isoInstant, parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { field } from '../../domain/rdap/answer-values.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { BOOTSTRAP_FILES, readBootstrapTable } from './bootstrap-table.ts';
import type { BootstrapFile, BootstrapTable } from './bootstrap-table.ts';
import type { GuardedClient } from './guarded-client.ts';

/** Tells which registry to ask. The problem says what to do about it. */
export interface BootstrapSource {
  table(file: BootstrapFile, signal: AbortSignal): Promise<Result<BootstrapTable, string>>;
}

const MAX_FILE_BYTES = 1024 * 1024;
const FRESH_MS = 24 * 60 * 60_000;
/** Where IANA cannot be reached, it is asked again after so long. */
const RETRY_MS = 10 * 60_000;

/** IANA's files in a folder that somebody keeps up to date: ipv4.json, ipv6.json, asn.json. */
export function bootstrapFolder(folder: string): BootstrapSource {
  const tables = new Map<BootstrapFile, Result<BootstrapTable, string>>();
  return {
    async table(file) {
      const known = tables.get(file);
      if (known !== undefined) return known;
      const path = join(folder, `${file}.json`);
      const text = await readSmallFile(path);
      const read = text === null ? failure('it cannot be read') : readBootstrapTable(text);
      const table = read.ok
        ? read
        : failure(`${path}: ${read.problem}; lookup.bootstrap is to name a folder with IANA’s ${namesOfFiles()}`);
      tables.set(file, table);
      return table;
    },
  };
}

export interface BootstrapFromIana {
  readonly client: GuardedClient;
  readonly clock: Clock;
  /** Where fetched files are kept for the next run. */
  readonly cacheDirectory: string;
  /** https://data.iana.org/rdap/ */
  readonly base: string;
  readonly report: (text: string) => void;
}

interface Kept {
  readonly fetchedAt: Instant;
  readonly table: BootstrapTable;
}

/** IANA's files, fetched when the copy at hand is a day old; an older copy serves where IANA cannot be reached. */
export function bootstrapFromIana({ client, clock, cacheDirectory, base, report }: BootstrapFromIana): BootstrapSource {
  const tables = new Map<BootstrapFile, Kept>();
  const failures = new Map<BootstrapFile, { readonly at: Instant; readonly problem: string }>();
  const underway = new Map<BootstrapFile, Promise<Result<BootstrapTable, string>>>();
  const isFresh = ({ fetchedAt }: Kept): boolean => {
    const age = clock.now() - fetchedAt;
    return age >= 0 && age < FRESH_MS;
  };
  async function find(file: BootstrapFile, signal: AbortSignal): Promise<Result<BootstrapTable, string>> {
    const failed = failures.get(file);
    // Asked again in a while, not for every address.
    if (failed !== undefined && clock.now() - failed.at < RETRY_MS) return failure(failed.problem);
    const path = join(cacheDirectory, `rdap-bootstrap-${file}.json`);
    const known = tables.get(file) ?? (await readCopy(path));
    if (known !== null && isFresh(known)) {
      tables.set(file, known);
      return success(known.table);
    }
    const fetched = await client.get(`${base}${file}.json`, 'application/json', signal);
    const { evidence } = fetched;
    const read = fetched.outcome === 'answered' ? readBootstrapTable(fetched.evidence.body) : failure(fetched.reason);
    if (read.ok && evidence !== null) {
      tables.set(file, { fetchedAt: evidence.fetchedAt, table: read.value });
      await keepCopy(path, cacheDirectory, evidence.fetchedAt, evidence.body, report);
      return read;
    }
    const problem = read.ok ? '' : read.problem;
    if (known === null) {
      const sentence =
        `IANA’s list of registries (${file}.json) cannot be had: ${problem}; ` +
        `put ${namesOfFiles()} into a folder and name it as lookup.bootstrap`;
      failures.set(file, { at: clock.now(), problem: sentence });
      return failure(sentence);
    }
    report(
      `using IANA’s ${file}.json of ${readableInstant(known.fetchedAt)}, since a newer one cannot be had: ${problem}`,
    );
    // Asked again in an hour, not for every address.
    tables.set(file, { ...known, fetchedAt: Math.max(known.fetchedAt, clock.now() - FRESH_MS + 3_600_000) });
    return success(known.table);
  }

  return {
    table(file, signal) {
      // Whoever asks while a file is on its way waits for that one.
      const waiting = underway.get(file);
      if (waiting !== undefined) return waiting;
      const mine = find(file, signal).finally(() => underway.delete(file));
      underway.set(file, mine);
      return mine;
    },
  };
}

function namesOfFiles(): string {
  return BOOTSTRAP_FILES.map((file) => `${file}.json`).join(', ');
}

/** The copy is as it came, in an envelope that says when. */
async function readCopy(path: string): Promise<Kept | null> {
  const text = await readSmallFile(path);
  if (text === null) return null;
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch {
    return null;
  }
  const fetchedAt = field(envelope, 'fetchedAt');
  const body = field(envelope, 'body');
  if (typeof fetchedAt !== 'string' || typeof body !== 'string') return null;
  const instant = parseInstant(fetchedAt);
  const table = readBootstrapTable(body);
  return instant === null || !table.ok ? null : { fetchedAt: instant, table: table.value };
}

/** Whole or not at all. A copy that cannot be kept is no reason to stop. */
async function keepCopy(
  path: string,
  directory: string,
  fetchedAt: Instant,
  body: string,
  report: (text: string) => void,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify({ fetchedAt: isoInstant(fetchedAt), body }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    report(`${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

async function readSmallFile(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) return null;
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
