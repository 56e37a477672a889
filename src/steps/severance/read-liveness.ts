import { refang } from '../../domain/defang.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import { LOOK_OUTCOMES } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import { problem } from '../../domain/problem.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { InputFile } from '../../ports/input-files.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** What somebody else says is alive, in place of our verdicts. */
export interface GivenLiveness {
  readonly file: string;
  /** By the id that the server has in the operation, whether that tracks it or not. */
  readonly outcomes: ReadonlyMap<string, LookOutcome>;
  readonly rows: number;
  readonly rejected: readonly {
    readonly file: string;
    readonly line: number;
    readonly value: string;
    readonly reason: string;
  }[];
}

/**
 * Reads a list of liveness: UTF-8, a row `host[,port],live|dark|inconclusive`, hosts defanged or not, empty lines and lines
 * with # left out, a header too. A server with several ports is alive where one is, else inconclusive where one is: what
 * severance asks is whether a bot that walks its list is answered. Bad rows are given back with their line, the rest goes on.
 */
export async function readLiveness(file: InputFile, operationId: string): Promise<GivenLiveness> {
  const outcomes = new Map<string, LookOutcome>();
  const rejected: { file: string; line: number; value: string; reason: string }[] = [];
  let rows = 0;
  for (const [index, line] of (await textOf(file)).split(/\r\n|\n|\r/).entries()) {
    const value = line.trim();
    if (value === '' || value.startsWith('#')) continue;
    const fields = value.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1').trim());
    if (rows === 0 && /^(host|server|ip|address)$/i.test(fields[0] ?? '')) continue;
    rows += 1;
    const row = readRow(fields, operationId);
    if (row.ok) outcomes.set(row.value.serverId, worse(outcomes.get(row.value.serverId), row.value.outcome));
    else rejected.push({ file: file.name, line: index + 1, value, reason: row.problem });
  }
  if (outcomes.size === 0) {
    throw problem('input', `${file.name}: no row says of a server whether it is alive`, 'Write one a line: 192.0.2.11,443,live');
  }
  return { file: file.name, outcomes, rows, rejected };
} // prettier-ignore

function readRow(
  fields: readonly string[],
  operationId: string,
): Result<{ readonly serverId: string; readonly outcome: LookOutcome }, string> {
  if (fields.length < 2 || fields.length > 3) return failure('not host[,port],outcome');
  const [host = '', port = ''] = fields;
  const said = (fields.at(-1) ?? '').toLowerCase();
  const outcome = LOOK_OUTCOMES.find((one) => one === said);
  if (outcome === undefined) return failure(`the outcome is not one of ${LOOK_OUTCOMES.join(', ')}`);
  const indicator = parseIndicator(refang(host));
  if (!indicator.ok) return failure(indicator.problem);
  if (fields.length === 3 && port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return failure('the port is not a number from 1 to 65535');
  }
  return success({
    serverId: derivedId('server', operationId, indicator.value.hostType, indicator.value.host),
    outcome,
  });
}

/** The one that stands in the way of "severed" first. */
const ORDER: readonly LookOutcome[] = ['c2-live', 'live', 'inconclusive', 'answers-other', 'dark'];

function worse(before: LookOutcome | undefined, now: LookOutcome): LookOutcome {
  return before !== undefined && ORDER.indexOf(before) < ORDER.indexOf(now) ? before : now;
}

async function textOf(file: InputFile): Promise<string> {
  if (file.sizeBytes > MAX_BYTES) throw tooLarge(file);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of file.chunks()) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw tooLarge(file);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw problem('input', `${file.name} is not UTF-8`, 'Save it as UTF-8 and give it again', cause);
  }
}

function tooLarge({ name }: InputFile): Error {
  return problem('input', `${name} is larger than 64 MiB`, 'Leave out what the operation does not track');
}
