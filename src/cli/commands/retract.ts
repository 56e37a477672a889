import { Command, Option } from 'commander';
import { retract } from '../../flow/clock.ts';
import type { Retraction } from '../../flow/clock.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import { safeText } from '../terminal.ts';
import { clockSources } from './due.ts';
import { addCommonOptions, chosenOperation, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface RetractOptions extends CommonOptions, SignerOptions {
  readonly operation?: string;
}

const NOTES = `One signature is enough: harm is being done meanwhile. What has not left stops at once.
Everybody whom a notice, a reminder or a copy about the server may have reached gets a
correction in its thread, with the request to restore; it goes even where the arming
has run out, and to nobody else. The reason stays in the ledger: it is told to nobody.
The other servers of a notice stand. The clock on it is one hour: dismantle due.`;

export function retractCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('retract')))
    .summary('take back what was wrong, everywhere that it went')
    .description('Takes one server back: stops what has not left, and corrects everybody who was told.')
    .argument('<server>', 'a host, host:port, URL, server id or case id; defanged or not')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ["dismantle retract 192.0.2.11 --as 'Ada Example' --reason 'the resolver of a customer'", 'Takes one back.'],
        ],
      }),
    )
    .action(async (target: string, options: RetractOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const request = { name: options.as, target, reason: options.reason };
        const done = await retract(world, signingOf(app, options), await clockSources(app, world), operation, request);
        if (options.json === true) printJson(face.terminal, { operation, ...done });
        else face.terminal.out(retractedText(done, operation, suggestedOptions(options)));
      });
    });
}

function retractedText(
  { host, earlierCase, notices, corrections, stopped }: Retraction,
  operation: string,
  options: string,
): string {
  const lines = [`${shownHost(host)} is taken back.`];
  if (stopped > 0)
    lines.push(`  ${stopped} ${stopped === 1 ? 'message' : 'messages'} stopped that had not left for certain`);
  if (corrections === 0) lines.push('  Nobody had been told of it, so nobody has to be corrected.');
  else {
    lines.push(
      `  ${corrections} ${corrections === 1 ? 'correction is' : 'corrections are'} queued, for ${notices.map(safeText).join(', ')}`,
      `Next: dismantle send --operation ${operation}${options}, now; then dismantle due, until all are delivered`,
    );
  }
  if (earlierCase !== null) {
    lines.push(
      '  It had come back, and its case before stands. If that was wrong as well:',
      `  dismantle retract ${earlierCase} --operation ${operation}${options} --as … --reason …`,
    );
  }
  return `${lines.join('\n')}\n`;
}
