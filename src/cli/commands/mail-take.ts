import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import { takeMail } from '../../flow.ts';
import type { Received } from '../../flow.ts';
import type { RawMessage } from '../../ports/mailbox.ts';
import type { World } from '../../ports/world.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { receivedLine, takenText } from '../mail-text.ts';
import { addCommonOptions, addOfflineOption, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

export function mailImportCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('import')))
    .summary('take messages in from files, folders or standard input')
    .description(
      'Takes in messages (.eml), mboxes, folders of either, or standard input (-). A message that is here already is told ' +
        'and changes nothing. One that cannot be placed or read is kept and waits for a person.',
    )
    .argument('<file...>', 'messages, mboxes, folders, or -')
    .addHelpText(
      'after',
      helpText({
        notes: `DKIM and DMARC are checked where the switch traffic.lookup is on, by asking DNS;
otherwise the verdict is "not checked".`,
        examples: [
          ['dismantle mail import replies.mbox', 'Takes in a whole mbox.'],
          ['dismantle mail import Maildir/ one.eml', 'Takes in a Maildir and one message.'],
          ['dismantle mail import - < reply.eml', 'Takes in what a mail server pipes here.'],
        ],
      }),
    )
    .action(async (names: readonly string[], options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const { world, take, received } = await openTaking(app);
        for await (const message of app.mailFiles().messages(names)) {
          assertGoesOn(world.signal);
          await take(message);
        }
        tell(face, options, received);
      });
    });
}

interface FetchOptions extends CommonOptions {
  readonly watch?: boolean;
}

export function mailFetchCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('fetch')))
    .summary('take messages in from the mailbox of the settings (IMAP)')
    .description(
      'Takes in what waits in the folder mail.imap.folder and marks it there with the keyword $Dismantle; nothing is ' +
        'deleted or marked as read. With --watch it stays and takes each message as it arrives, until Ctrl-C.',
    )
    .addOption(new Option('--watch', 'stay connected and take messages as they arrive'))
    .addHelpText(
      'after',
      helpText({
        notes: `Needs the switch traffic.fetch, and mail.imap.host, .user and .passwordFile.`,
        examples: [
          ['dismantle mail fetch', 'Takes in what waits.'],
          ['dismantle mail fetch --watch', 'Stays, and reconnects where the connection is lost.'],
        ],
      }),
    )
    .action(async (options: FetchOptions) => {
      await withApp(face, options, async (app) => {
        const { world, take, received } = await openTaking(app);
        const mailbox = await app.openMailbox(world);
        if (options.watch === true) {
          await mailbox.watch(async (message) => {
            const one = await take(message);
            // Who stays for days wants to see each as it comes, and keeps no list of them.
            received.length = 0;
            if (options.json === true) face.terminal.out(`${JSON.stringify(one)}\n`);
            else face.terminal.out(receivedLine(one));
          }, world.signal);
          return;
        }
        for (let more = true; more;) {
          assertGoesOn(world.signal);
          ({ more } = await mailbox.takeNew(async (message) => {
            assertGoesOn(world.signal);
            await take(message);
          }));
        }
        tell(face, options, received);
      });
    });
}

interface Taking {
  readonly world: World;
  readonly received: Received[];
  readonly take: (message: RawMessage) => Promise<Received>;
}

async function openTaking(app: App): Promise<Taking> {
  const sources = await app.openMailSources();
  const world = await app.openWorld();
  const received: Received[] = [];
  return {
    world,
    received,
    async take(message) {
      const one = await takeMail(world, sources, message);
      received.push(one);
      world.progress.step('taking messages in', received.length);
      return one;
    },
  };
}

function tell(face: Face, options: CommonOptions, received: readonly Received[]): void {
  if (options.json === true) printJson(face.terminal, received);
  else face.terminal.out(takenText(received, suggestedOptions(options)));
}
