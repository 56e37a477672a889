import { Command } from 'commander';
import { helpText } from '../help-text.ts';
import { mailCheckCommand, mailKeysCommand } from './mail-keys.ts';
import type { Face } from './shared.ts';

export function mailCommand(face: Face): Command {
  const mail = new Command('mail').summary('look at mail: its settings, its keys');
  mail.description('Says how notices are sent and what receivers verify them by. None of it sends anything.');
  mail.addHelpText(
    'after',
    helpText({
      examples: [
        ['dismantle mail check', 'Looks at the settings of mail, without a connection.'],
        ['dismantle mail keys', 'Prints what has to be published.'],
      ],
    }),
  );
  for (const command of [mailCheckCommand(face), mailKeysCommand(face)]) mail.addCommand(command);
  return mail;
}
