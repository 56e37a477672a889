import { Command, Option } from 'commander';
import { passkeysOf, removePasskey } from '../../flow/sign-in.ts';
import type { PasskeyRecord } from '../../ports/people.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const NOTES = `A passkey signs in the browser what an SSH key signs here: one is as good as the other. A
person adds passkeys in the browser, and signs for each with a key that is on record;
nobody adds one for somebody else.`;

export function passkeyCommand(face: Face): Command {
  const passkey = new Command('passkey').summary('what people sign in with, and sign with in the browser');
  passkey.description('Lists passkeys, and takes them off the record.');
  passkey.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle passkey list', 'Lists them.']] }));
  for (const command of [listCommand, removeCommand]) passkey.addCommand(command(face));
  return passkey;
}

const COLUMNS: readonly Column<PasskeyRecord>[] = [
  { title: 'person', max: 30, value: ({ person }) => safeText(person) },
  { title: 'called', max: 30, value: ({ name }) => safeText(name) },
  { title: 'key', max: 60, value: ({ fingerprint }) => fingerprint },
  { title: 'good for', max: 60, value: ({ publicKey }) => safeText(publicKey.split(' ')[2] ?? '') },
  { title: 'since', value: ({ addedAt }) => addedAt.slice(0, 10) },
  { title: 'until', value: ({ removedAt }) => removedAt?.slice(0, 10) ?? null },
];

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list passkeys')
    .description('Lists the passkeys on record. --all lists those that were taken off as well.')
    .addOption(new Option('--all', 'those that were taken off as well'))
    .addHelpText('after', helpText({ examples: [['dismantle passkey list', "Lists everybody's."]] }))
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const all = await passkeysOf(await app.openWorld());
        const passkeys = all.filter(({ removedAt }) => options.all === true || removedAt === null);
        if (options.json === true) printJson(face.terminal, passkeys);
        else if (passkeys.length === 0) face.terminal.err('No passkey is on record.\n');
        else face.terminal.out(table(passkeys, COLUMNS, face.terminal.style));
      });
    });
}

function removeCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('remove')))
    .summary('take a passkey off the record')
    .description(
      'From now on it signs nothing and signs nobody in. Its person signs for it, or an admin; one key stays.',
    )
    .argument('<name>', 'whose it is')
    .argument('<passkey>', 'its fingerprint, or what it is called')
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle passkey remove 'Ben Example' blue --as 'Ada Example' --reason lost", 'Takes it off; Ada signs.'],
        ],
      }),
    )
    .action(async (of: string, passkey: string, options: CommonOptions & SignerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { of, passkey, person: options.as, reason: options.reason };
        const person = await removePasskey(await app.openWorld(), signingOf(app, options), words);
        if (options.json === true) printJson(face.terminal, { person, passkey, removed: true });
        else face.terminal.out(`${safeText(passkey)} is no passkey of ${safeText(of)} any more.\n`);
      });
    });
}
