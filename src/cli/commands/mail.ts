import { Command, Option } from 'commander';
import { REPLY_CLASSES } from '../../domain/reply.ts';
import { problem } from '../../domain/problem.ts';
import { listMail, sayOfMail, showMail } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { mailListText, mailText, shownId } from '../mail-text.ts';
import { safeText } from '../terminal.ts';
import { mailCheckCommand, mailKeysCommand } from './mail-keys.ts';
import { mailFetchCommand, mailImportCommand } from './mail-take.ts';
import { addCommonOptions, addSpeaker, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

/** The group of everything about mail; other parts add their commands to it. */
export function mailCommand(face: Face): Command {
  return new Command('mail')
    .summary('take replies in, see them, say what they are; check how mail goes out')
    .description(
      'Replies come in from a mailbox or from files. Each is kept as it came, placed with the notice that it answers, and ' +
        'taken for one of eight classes, with reasons. A reply never changes the verdict on a server. ' +
        'How notices go out is checked here too, and what receivers verify them by is printed.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle mail list --unplaced', 'Lists what a person has to place.'],
          ['dismantle mail check', 'Looks at the settings of mail, without a connection.'],
          ['dismantle mail keys', 'Prints what has to be published.'],
        ],
      }),
    )
    .addCommand(mailImportCommand(face))
    .addCommand(mailFetchCommand(face))
    .addCommand(mailListCommand(face))
    .addCommand(mailShowCommand(face))
    .addCommand(mailPlaceCommand(face))
    .addCommand(mailClassCommand(face))
    .addCommand(mailCheckCommand(face))
    .addCommand(mailKeysCommand(face));
}

interface ListOptions extends CommonOptions {
  readonly unplaced?: boolean;
  readonly limit: string;
}

function mailListCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list received messages, the newest first')
    .description(
      'Lists received messages. With --unplaced those that wait for a person: no notice found, or a sender unknown.',
    )
    .addOption(new Option('--unplaced', 'only what a person has to place or confirm'))
    .addOption(new Option('--limit <n>', 'at most so many').default('200'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle mail list', 'Lists what has come in.'],
          ['dismantle mail list --unplaced --json', 'Gives what waits for a person to a script.'],
        ],
      }),
    )
    .action(async (options: ListOptions) => {
      const limit = /^\d{1,6}$/.test(options.limit) ? Number(options.limit) : 0;
      if (limit < 1) throw problem('usage', '--limit is no number', 'Example: --limit 50');
      await withApp(face, options, async (app) => {
        const mails = await listMail(await app.openWorld(), options.unplaced === true, limit);
        if (options.json === true) printJson(face.terminal, mails);
        else face.terminal.out(mailListText(mails, options.unplaced === true, face.terminal.style));
      });
    });
}

function mailShowCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary('show one message: its words made harmless, what it is taken for and why')
    .description(
      'Shows the words of a message as plain text: no markup, no links, hidden characters written out. Attachments are ' +
        'listed by name and SHA-256 and never opened.',
    )
    .argument('<id>', 'the id that dismantle mail list shows, or the beginning of it')
    .addHelpText('after', helpText({ examples: [['dismantle mail show 3f9a21c07b44', 'Shows one message.']] }))
    .action(async (id: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const { reader } = await app.openMailSources();
        const shown = await showMail(await app.openWorld(), reader, id);
        if (options.json === true) printJson(face.terminal, { ...shown.mail, message: shown.facts });
        else face.terminal.out(mailText(shown, face.terminal.style));
      });
    });
}

type SayOptions = CommonOptions & SpeakerOptions;

function mailPlaceCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('place')))
    .summary('say which notice a message answers, or confirm its place')
    .description(
      'Records that a message belongs to a notice, and confirms its sender for that conversation. What follows from its ' +
        'class follows then. "none" takes it out of every conversation.',
    )
    .argument('<id>', 'the id that dismantle mail list shows, or the beginning of it')
    .argument('<notice>', 'the reference of a notice, or none')
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle mail place 3f9a21c0 DSM-7K3Q9FXC --as 'Ada Example' --reason 'their help desk'", 'Places it.'],
          ["dismantle mail place 3f9a21c0 none --as 'Ada Example' --reason 'spam'", 'Puts it aside.'],
        ],
      }),
    )
    .action(async (id: string, notice: string, options: SayOptions) => {
      await say(face, options, id, { class: null, notice });
    });
}

function mailClassCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('class')))
    .summary('say what a message is')
    .description('Records what a person takes a message for, which goes before what the program took it for.')
    .argument('<id>', 'the id that dismantle mail list shows, or the beginning of it')
    .argument('<class>', REPLY_CLASSES.join(', '))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle mail class 3f9a21c0 contest --as Ada --reason 'says it is their customer'", 'Corrects it.'],
        ],
      }),
    )
    .action(async (id: string, word: string, options: SayOptions) => {
      const wanted = REPLY_CLASSES.find((each) => each === word);
      if (wanted === undefined) throw problem('usage', `"${word}" is none of ${REPLY_CLASSES.join(', ')}`);
      await say(face, options, id, { class: wanted, notice: null });
    });
}

async function say(
  face: Face,
  options: SayOptions,
  id: string,
  words: Pick<Parameters<typeof sayOfMail>[2], 'class' | 'notice'>,
): Promise<void> {
  await withApp(face, options, async (app) => {
    const mail = await sayOfMail(await app.openWorld(), id, { ...words, by: options.as, reason: options.reason });
    if (options.json === true) {
      printJson(face.terminal, mail);
      return;
    }
    const place = mail.reference === null ? 'belongs to no notice' : `belongs to ${mail.reference}`;
    face.terminal.out(
      `Message ${shownId(mail)} ${place} and is taken for ${mail.class}, says ${safeText(mail.byPerson ?? '')}.\n` +
        `Next: dismantle mail list --unplaced${suggestedOptions(options)}\n`,
    );
  });
}
