import { Command, Option } from 'commander';
import { clear, reject, release, RELEASES_NEEDED, withdraw } from '../../flow/approvals.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, chosenOperation, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface ActOptions extends CommonOptions, SignerOptions {
  readonly operation?: string;
}

const NOTICE = 'its reference (DSM-7K3Q9F), or the beginning of its id';

const operationOption = (): Option =>
  new Option('--operation <name>', 'which operation (needed where there are several)');

export function takeBackCommands(face: Face): readonly Command[] {
  return [rejectCommand(face), withdrawCommand(face), releaseCommand(face), contactCommand(face)];
}

function rejectCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('reject')))
    .summary('say no to one notice, signed with your key')
    .description(
      'Records that an approver or counsel says no to a notice as it stands, and stops what of it has not left. A text that is ' +
        'drafted anew may be approved again.',
    )
    .argument('<notice>', NOTICE)
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle reject DSM-7K3Q9F --as 'Bo Example' --reason 'a shared host'", 'Says no.']],
        exits: ['1    It has left already, there is no such notice, or it failed.'],
      }),
    )
    .action(async (name: string, options: ActOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const words = { person: options.as, reason: options.reason };
        const notice = await reject(world, signingOf(app, options), name, options.operation ?? null, words);
        if (options.json === true) printJson(face.terminal, { ...notice, state: 'rejected', person: options.as });
        else
          face.terminal.out(`${safeText(options.as)} has rejected ${notice.reference}. It does not leave as it is.\n`);
      });
    });
}

function withdrawCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('withdraw')))
    .summary('take your own approval of a notice back')
    .description(
      'Records that an approver takes an approval back, and stops what has not left. A notice that has left is taken back with ' +
        'dismantle retract.',
    )
    .argument('<notice>', NOTICE)
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle withdraw DSM-7K3Q9F --as 'Bo Example' --reason 'found dark'", 'Takes it back.']],
        exits: ['1    There is no approval of yours, it has left already, or it failed.'],
      }),
    )
    .action(async (name: string, options: ActOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const words = { person: options.as, reason: options.reason };
        const notice = await withdraw(world, signingOf(app, options), name, options.operation ?? null, words);
        if (options.json === true) printJson(face.terminal, { ...notice, person: options.as });
        else face.terminal.out(`${safeText(options.as)} has taken the approval of ${notice.reference} back.\n`);
      });
    });
}

function releaseCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('release')))
    .summary('let a server go on that a list of protected ground holds')
    .description(
      `Records one of ${RELEASES_NEEDED} words, by different people, that a server goes on although lists hold it. It is about the ` +
        'entries that name it now; another entry holds it again. What is never touched nobody releases.',
    )
    .argument('<server>', 'a host, host:port, URL or server id; defanged or not')
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle release 192.0.2.11 --as Bo --reason 'the operator of the list agrees'", 'Says one word.'],
        ],
        exits: ['1    No list holds it, it is never touched, or it failed.'],
      }),
    )
    .action(async (server: string, options: ActOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const words = { person: options.as, reason: options.reason };
        const { host, people } = await release(world, signingOf(app, options), operation, server, words);
        const more = suggestedOptions(options);
        const next =
          people >= RELEASES_NEEDED
            ? `Next: dismantle run --operation ${operation}${more}`
            : `${people} of ${RELEASES_NEEDED} different people have said so. Next: another one says the same`;
        if (options.json === true) printJson(face.terminal, { operation, host, people, needed: RELEASES_NEEDED });
        else face.terminal.out(`${safeText(options.as)} lets ${shownHost(host)} go on.\n${next}\n`);
      });
    });
}

interface ClearOptions extends ActOptions {
  readonly mailbox: string;
}

function contactCommand(face: Face): Command {
  const contact = new Command('contact').summary("say that a mailbox is the provider's own");
  contact.description('What people have made sure of about the mailboxes that notices go to.');
  contact.addHelpText(
    'after',
    helpText({ examples: [['dismantle contact clear --help', 'Says how a mailbox is cleared.']] }),
  );
  contact.addCommand(
    addSigner(addCommonOptions(new Command('clear')))
      .summary('let a mailbox be written to that changed lately or differs from the registry')
      .description(
        "Records that a person has made sure that a mailbox is the provider's own: by telephone, or by an earlier " +
          'thread. Operators who see a notice coming change the contact first.',
      )
      .argument('<provider>', 'its name, key or AS number (AS64500)')
      .addOption(new Option('--mailbox <mailbox>', 'which of its mailboxes on record').makeOptionMandatory())
      .addHelpText(
        'after',
        helpText({
          examples: [
            [
              'dismantle contact clear as64496 --mailbox abuse@hoster.example --as Ada --reason called',
              'Clears one mailbox.',
            ],
          ],
          exits: ['1    There is no such provider or mailbox, or it failed.'],
        }),
      )
      .action(async (provider: string, options: ClearOptions) => {
        await withApp(face, options, async (app) => {
          const world = await app.openWorld();
          const words = { person: options.as, reason: options.reason };
          const key = await clear(world, signingOf(app, options), provider, options.mailbox, words);
          if (options.json === true)
            printJson(face.terminal, { provider: key, mailbox: options.mailbox, person: options.as });
          else
            face.terminal.out(
              `${safeText(options.as)} has cleared ${safeText(options.mailbox)} of ${safeText(key)}.\n`,
            );
        });
      }),
  );
  return contact;
}
