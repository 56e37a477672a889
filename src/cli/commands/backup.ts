import { Command } from 'commander';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

const NOTES = `It holds the keys that sign the ledger: keep it as safe as the data directory. Files
that settings name elsewhere (lists, passwords, keys of mail) are not in it. To restore,
copy it to where a data directory shall be, and run: dismantle audit. With DATABASE_URL,
backups are made where that database runs (docs/deploy.md).`;

export function backupCommand(face: Face): Command {
  return addCommonOptions(new Command('backup'))
    .summary('copy the data directory while it is in use')
    .description(
      'Copies the database, the keys and the settings of the data directory into a new folder, which a data directory can ' +
        'begin with. Nobody has to stop for it.',
    )
    .argument('<folder>', 'a folder that is not there yet')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle backup /backup/2026-11-29', 'Makes one.'],
          ['dismantle audit --data-dir /restored', 'Checks a copy of it, as a rehearsal.'],
        ],
        exits: ['1    The folder is there already, or the database is that of DATABASE_URL.'],
      }),
    )
    .action(async (folder: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const { checkpoint } = await app.backUp(folder);
        if (options.json === true) printJson(face.terminal, { folder, checkpoint });
        else face.terminal.out(`${safeText(folder)} holds what a data directory can begin with.\n`);
      });
    });
}
