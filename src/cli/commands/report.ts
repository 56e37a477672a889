import { Command, Option } from 'commander';
import { paperOfReport } from '../../flow/papers.ts';
import { operationReport } from '../../flow/report.ts';
import { helpText } from '../help-text.ts';
import { addPaperOptions, asOfMoment, formatOf, writePaper } from '../paper-output.ts';
import type { PaperOptions } from '../paper-output.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

type ReportOptions = CommonOptions & PaperOptions & { readonly operation?: string };

const NOTES = `Every figure leads to its definition and to the servers behind it. Hosts are defanged;
addresses of devices are withheld in every format but json, unless they are asked for.
The same figures give the same bytes. As of a past moment it is what it was then.`;

export function reportCommand(face: Face): Command {
  return addPaperOptions(addCommonOptions(new Command('report')))
    .summary('report on an operation: for a court, a journalist, a critic')
    .description(
      'Writes the figures of an operation with their definitions, what they do not claim, charts and the list of ' +
        'servers. dismantle status has how the work itself stands.',
    )
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle report', 'Shows it on the terminal.'],
          ['dismantle report --out report.pdf', 'Writes it for print.'],
          ['dismantle report --as-of 2026-10-20T12:00Z --out report.html', 'Writes what it was at that moment.'],
          ['dismantle report --json | jq .total', 'Hands the figures to a program.'],
        ],
      }),
    )
    .action(async ({ out, ...options }: ReportOptions) => {
      const wanted: PaperOptions = out === undefined ? options : { ...options, out };
      formatOf(wanted);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const name = await chosenOperation(world, options.operation);
        const report = await operationReport(world, name, {
          asOf: asOfMoment(wanted, app),
          staleDays: app.settings.severance.staleDays,
        });
        await writePaper(app, face.terminal, wanted, report, async () =>
          paperOfReport(report, {
            organisation: app.settings.organisation.name ?? '(organisation not set)',
            withDeviceAddresses: options.withDeviceAddresses ?? false,
            map: await app.openWorldMap(),
          }),
        );
      });
    });
}
