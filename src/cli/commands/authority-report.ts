import { Command } from 'commander';
import { authorityPaper, authorityReport } from '../../flow/papers.ts';
import { helpText } from '../help-text.ts';
import { addPaperOptions, asOfMoment, formatOf, writePaper } from '../paper-output.ts';
import type { PaperOptions } from '../paper-output.ts';
import { addOperation } from './authority-shared.ts';
import type { OperationOptions } from './authority-shared.ts';
import { chosenOperation, withApp } from './shared.ts';
import type { Face } from './shared.ts';

type ReportOptions = OperationOptions & PaperOptions;

const NOTES = `It says what was ordered, on whom it was served and what proves that, which servers
are disabled and since when, and which are not and why. Decision support, not legal
advice: counsel files it. Hosts are defanged; addresses of devices are withheld in
every format but json, unless they are asked for.`;

export function authorityReportCommand(face: Face): Command {
  return addPaperOptions(addOperation(new Command('report')))
    .summary('report to the court: what was ordered, served, done, and what was not')
    .description('Writes a status report on one authority as of a moment, ready to be filed.')
    .argument('<reference>', 'the authority')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle authority report court-order-1 --out status.docx', 'Writes it for counsel to file.'],
          ['dismantle authority report court-order-1 --as-of 2026-11-24T09:00Z', 'Shows it as it stood then.'],
        ],
      }),
    )
    .action(async (reference: string, { out, ...options }: ReportOptions) => {
      const wanted: PaperOptions = out === undefined ? options : { ...options, out };
      formatOf(wanted);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const name = await chosenOperation(world, options.operation);
        const report = await authorityReport(world, name, reference, {
          asOf: asOfMoment(wanted, app),
          staleDays: app.settings.severance.staleDays,
        });
        await writePaper(app, face.terminal, wanted, report, () =>
          Promise.resolve(
            authorityPaper(report, {
              organisation: app.settings.organisation.name ?? '(organisation not set)',
              withDeviceAddresses: options.withDeviceAddresses ?? false,
            }),
          ),
        );
      });
    });
}
