import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { writeWholeFile } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { transparency, transparencyCsv, transparencyPaper } from '../../flow/transparency.ts';
import { helpText } from '../help-text.ts';
import { asOfMoment, writePaper } from '../paper-output.ts';
import { safeText } from '../terminal.ts';
import { oneChunk } from './authority-shared.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

const FORMATS = ['text', 'html', 'csv', 'json'] as const;
type Format = (typeof FORMATS)[number];

interface TransparencyOptions extends CommonOptions {
  readonly year: string;
  readonly format?: Format;
  readonly asOf?: string;
  readonly out?: string;
  readonly nameOperations?: boolean;
  readonly nameProviders?: boolean;
}

const NOTES = `Counts alone: no server, no person, and no provider unless asked for. Counts of one or two
are withheld, with what would give them away; what we got wrong is told in full, and
stands where what went well stands. Drills are in no figure. Nothing is sent.`;

export function transparencyCommand(face: Face): Command {
  return addCommonOptions(new Command('transparency'))
    .summary('a yearly report for the public: counts, outcomes, mistakes')
    .description('Writes what an organisation can publish about a year of its notices.')
    .addOption(new Option('--year <YYYY>', 'which year, UTC').makeOptionMandatory())
    .addOption(
      new Option('--format <format>', "how it is written (default: by --out's ending, else text)").choices(FORMATS),
    )
    .addOption(new Option('--as-of <moment>', 'as it stood then, UTC, year first (default: now)'))
    .addOption(new Option('--out <file>', 'where it goes to'))
    .addOption(new Option('--name-operations', 'call operations by their names'))
    .addOption(new Option('--name-providers', 'say how many notices each provider got'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle transparency --year 2026 --out report.html', 'Writes the page to publish.'],
          ['dismantle transparency --year 2026 --format csv', 'Shows the same, one figure a line.'],
        ],
      }),
    )
    .action(async (options: TransparencyOptions) => {
      const year = yearOf(options.year);
      const format = formatOf(options);
      await withApp(face, options, async (app) => {
        const report = await transparency(await app.openWorld(), {
          year,
          asOf: asOfMoment(options.asOf === undefined ? {} : { asOf: options.asOf }, app),
          organisation: app.settings.organisation.name ?? '(organisation not set)',
          nameOperations: options.nameOperations ?? false,
          nameProviders: options.nameProviders ?? false,
        });
        const { out } = options;
        if (format !== 'csv') {
          const wanted = { format, ...(out === undefined ? {} : { out }) };
          await writePaper(app, face.terminal, wanted, report, () => Promise.resolve(transparencyPaper(report)));
          return;
        }
        const csv = Buffer.from(transparencyCsv(report));
        if (out === undefined || out === '-') {
          await face.terminal.outBytes(csv);
          return;
        }
        await writeWholeFile(out, oneChunk(csv));
        face.terminal.out(`Written: ${safeText(out)}\n`);
      });
    });
}

function yearOf(text: string): number {
  if (!/^20\d\d$/.test(text)) throw problem('usage', `--year "${text}" is no year`, 'Write it as 2026');
  return Number(text);
}

function formatOf({ format, out, json = false }: TransparencyOptions): Format {
  const ending = extname(out ?? '')
    .slice(1)
    .toLowerCase();
  const chosen = format ?? (json ? 'json' : (FORMATS.find((each) => each === ending) ?? 'text'));
  if (json && chosen !== 'json') {
    throw problem('usage', `--json and --format ${chosen} are two formats`, 'Give one of them');
  }
  return chosen;
}
