import { extname } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { writeWholeFile } from '../app.ts';
import type { App } from '../app.ts';
import { instantOf } from '../flow/deconflict.ts';
import type { Instant } from '../domain/instant.ts';
import { problem } from '../domain/problem.ts';
import type { PaperDocument } from '../ports/documents.ts';
import { oneChunk } from './commands/authority-shared.ts';
import { printJson } from './json.ts';
import { paperText } from './paper-text.ts';
import { safeText } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/* What every paper can be had as, and where it goes to. */

export const PAPER_FORMATS = ['text', 'md', 'html', 'json', 'pdf', 'docx'] as const;
export type PaperFormat = (typeof PAPER_FORMATS)[number];

export interface PaperOptions {
  readonly format?: PaperFormat;
  readonly asOf?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly withDeviceAddresses?: boolean;
}

export function addPaperOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', "how it is written (default: by --out's ending, else text)").choices(
        PAPER_FORMATS,
      ),
    )
    .addOption(new Option('--as-of <moment>', 'as it stood then, UTC, year first (default: now)'))
    .addOption(new Option('--out <file>', 'where it goes to; - for standard output (pdf and docx need it)'))
    .addOption(
      new Option(
        '--with-device-addresses',
        'write out addresses of devices, which are personal data (json always does)',
      ),
    );
}

/** The format asked for, or the one that the file's name says. */
export function formatOf({ format, out, json = false }: PaperOptions): PaperFormat {
  const ending = extname(out ?? '')
    .slice(1)
    .toLowerCase();
  const meant = ending === 'markdown' ? 'md' : ending === 'htm' ? 'html' : ending === 'txt' ? 'text' : ending;
  const chosen = format ?? (json ? 'json' : (PAPER_FORMATS.find((each) => each === meant) ?? 'text'));
  if (json && chosen !== 'json') {
    throw problem('usage', `--json and --format ${chosen} are two formats`, 'Give one of them');
  }
  if ((chosen === 'pdf' || chosen === 'docx') && out === undefined) {
    throw problem(
      'usage',
      `${chosen} is not for a terminal`,
      `Say where it goes to: --out report.${chosen}, or --out -`,
    );
  }
  return chosen;
}

/** The moment of --as-of; null where nobody has given one. What has not been yet cannot be reported. */
export function asOfMoment({ asOf }: PaperOptions, app: Pick<App, 'clock'>): Instant | null {
  if (asOf === undefined) return null;
  const at = instantOf(asOf, '--as-of');
  if (at > app.clock.now())
    throw problem('usage', `--as-of ${asOf} has not been yet`, 'Leave it out for a report as of now');
  return at;
}

/** Writes a paper, or the object behind it, to where it is wanted. */
export async function writePaper(
  app: App,
  terminal: Terminal,
  options: PaperOptions,
  result: unknown,
  paper: () => Promise<PaperDocument>,
): Promise<void> {
  const format = formatOf(options);
  const { out } = options;
  const toFile = out !== undefined && out !== '-';
  if (format === 'json' && !toFile) {
    printJson(terminal, result);
    return;
  }
  if (format === 'text' && !toFile) {
    terminal.out(paperText(await paper(), terminal.style));
    return;
  }
  const bytes = await bytesOf(app, format, result, paper);
  if (!toFile) {
    await terminal.outBytes(bytes);
    return;
  }
  await writeWholeFile(out, oneChunk(bytes));
  terminal.out(`Written: ${safeText(out)}\n`);
}

async function bytesOf(
  app: App,
  format: PaperFormat,
  result: unknown,
  paper: () => Promise<PaperDocument>,
): Promise<Uint8Array> {
  if (format === 'json') return Buffer.from(`${JSON.stringify(result, null, 2)}\n`);
  if (format === 'text') return Buffer.from(paperText(await paper(), PLAIN));
  const writers = await app.openReportWriters();
  return writers[format].write(await paper());
}

const same = (text: string): string => text;
const PLAIN = { bold: same, dim: same, red: same, green: same, yellow: same };
