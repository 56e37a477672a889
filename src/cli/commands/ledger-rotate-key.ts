import { Command, Option } from 'commander';
import { problem } from '../../domain/problem.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface RotateOptions extends CommonOptions {
  readonly reason?: string;
  readonly lost?: boolean;
}

export function rotateKeyCommand(face: Face): Command {
  return addCommonOptions(new Command('rotate-key'))
    .summary('put a new signing key in the place of the old one, on record')
    .description(
      'Makes a new key for signing checkpoints and records it in the ledger, signed for by the old key, so that ' +
        'whoever knows the old key can follow. The old seed is kept beside the new one. Where the old key is gone, ' +
        '--lost records that nobody signs for the new one; every audit says so from then on.',
    )
    .addOption(new Option('--reason <text>', 'why, for the record').makeOptionMandatory())
    .addOption(new Option('--lost', 'the old key is gone for good, and no backup has it'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle ledger rotate-key --reason "yearly rotation"', 'Replaces the key; the old one signs for it.'],
          [
            'dismantle ledger rotate-key --lost --reason "disk of the old machine died"',
            'Names a new key where the old one is gone for good.',
          ],
        ],
      }),
    )
    .action(async (options: RotateOptions) => {
      const reason = reasonIn(options.reason ?? '');
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const rotated = await app.rotateLedgerKey(world, { reason, lost: options.lost === true });
        if (options.json === true) {
          printJson(face.terminal, rotated);
          return;
        }
        face.terminal.out(
          `The ledger's key is replaced${rotated.lost ? ', and the old one did not sign for it' : ''}.\n` +
            `  old ${rotated.previousKey}\n  new ${rotated.verifierKey}\n` +
            'Hand the new key to whoever audits the ledger, and back up keys/ledger-ed25519.seed of the data directory.\n',
        );
      });
    });
}

/** One line, since it is shown in reports. */
function reasonIn(text: string): string {
  const reason = text.trim();
  if (reason !== '' && reason.length <= 500 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(reason) && reason.isWellFormed())
    return reason;
  throw problem('usage', '--reason takes one line of at most 500 characters', 'Say why the key is replaced');
}
