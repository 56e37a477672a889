import { CsvError, parse } from 'csv-parse/sync';
import { refang } from '../../domain/defang.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import { isoInstant, parseInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { LOOK_OUTCOMES, parseLookOutcome } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { InputFile } from '../../ports/input-files.ts';

/** A look as a person writes it down. */
export interface LookWords {
  readonly server: string;
  /** "" where it is part of the server, or the look was at the host as a whole. */
  readonly port: string;
  readonly at: string;
  readonly vantage: string;
  readonly outcome: string;
  readonly how: string;
}

export interface Look {
  /** As it was written, for finding the server. */
  readonly server: string;
  readonly port: number | null;
  readonly at: Instant;
  readonly vantage: string;
  readonly outcome: LookOutcome;
  readonly how: string;
}

/** A row of a file, or what was said on the command line (line 0). */
export interface LookLine {
  readonly line: number;
  /** As it stood there. */
  readonly value: string;
  readonly look: Result<Look, string>;
}

const DAY_MS = 86_400_000;
/** What is older says nothing of today, and is more likely a slip in the date. */
const MAX_AGE_DAYS = 30;
const MAX_VANTAGE = 100;
const MAX_HOW = 500;

/** Reads one look; the failure is a sentence for the report. */
export function readLook(words: LookWords, now: Instant): Result<Look, string> {
  const server = refang(words.server.trim());
  if (server === '') return failure('no server is named');
  const port = portOf(server, words.port.trim());
  if (!port.ok) return port;
  const outcome = parseLookOutcome(words.outcome);
  if (outcome === null) return failure(`the outcome is not one of ${LOOK_OUTCOMES.join(', ')}`);
  const at = parseInstant(words.at);
  if (at === null) return failure('the moment is not written year first, as in 2026-11-25T07:30Z');
  if (at > now) return failure(`the moment lies in the future (now it is ${isoInstant(now)})`);
  if (now - at > MAX_AGE_DAYS * DAY_MS) return failure(`the moment is more than ${MAX_AGE_DAYS} days past`);
  const vantage = plainText(words.vantage, MAX_VANTAGE);
  if (vantage === '') return failure('the vantage is empty: from where did you look?');
  const how = plainText(words.how, MAX_HOW);
  if (outcome === 'c2-live' && how === '') {
    return failure('c2-live says that it matched the botnet: "how" has to say what it matched');
  }
  return success({ server, port: port.value, at, vantage, outcome, how });
}

function portOf(server: string, text: string): Result<number | null, string> {
  const parsed = parseIndicator(server);
  const named = parsed.ok ? parsed.value.port : null;
  if (text === '') return success(named);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) return failure('the port is not a number from 1 to 65535');
  if (named !== null && named !== port) return failure(`two different ports, ${named} and ${port}`);
  return success(port);
}

const MAX_BYTES = 16 * 1024 * 1024;
const COLUMNS = ['server', 'port', 'at', 'vantage', 'outcome', 'how'] as const;
const NEEDED = ['server', 'at', 'vantage', 'outcome'] as const;

/** Reads a CSV with the header `server,port,at,vantage,outcome,how`, in any order; a bad row costs nobody but itself. */
export async function readLooks(file: InputFile, now: Instant): Promise<readonly LookLine[]> {
  const lines = (await textOf(file)).split(/\r?\n/);
  const columns = new Map<string, number>();
  const looks: LookLine[] = [];
  for (const [index, value] of lines.entries()) {
    const line = index + 1;
    if (value.trim() === '' || value.startsWith('#')) continue;
    const fields = fieldsOf(value);
    if (columns.size === 0) {
      for (const [place, name] of readHeader(file, fields ?? []).entries()) columns.set(name, place);
      continue;
    }
    const field = (name: (typeof COLUMNS)[number]): string => fields?.[columns.get(name) ?? -1] ?? '';
    const look =
      fields === null
        ? failure('a quotation mark that is not closed on its line')
        : readLook(
            {
              server: field('server'),
              port: field('port'),
              at: field('at'),
              vantage: field('vantage'),
              outcome: field('outcome'),
              how: field('how'),
            },
            now,
          );
    looks.push({ line, value: plainText(value, 300), look });
  }
  if (columns.size === 0) readHeader(file, []);
  return looks;
}

function readHeader({ name }: InputFile, fields: readonly string[]): readonly string[] {
  const header = fields.map((field) => field.trim().toLowerCase());
  const missing = NEEDED.filter((column) => !header.includes(column));
  if (missing.length === 0) return header;
  throw problem(
    'input',
    `${name}: the header line has no column ${missing.join(', ')}`,
    `The first line is to be: ${COLUMNS.join(',')}`,
  );
}

function fieldsOf(line: string): readonly string[] | null {
  try {
    const rows: string[][] = parse(line, { relax_column_count: true, trim: true });
    return rows[0] ?? [];
  } catch (cause) {
    if (cause instanceof CsvError) return null;
    throw cause;
  }
}

async function textOf(file: InputFile): Promise<string> {
  if (file.sizeBytes > MAX_BYTES) {
    throw problem('input', `${file.name}: larger than 16 MiB`, 'Divide it; each part needs the header line');
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.chunks()) chunks.push(chunk);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw problem('input', `${file.name}: is not UTF-8`, 'Save it as CSV in UTF-8', cause);
  }
}
