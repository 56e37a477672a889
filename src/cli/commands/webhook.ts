import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { removeWebhook, setWebhook, testWebhook, webhooksOf } from '../../flow/webhooks.ts';
import type { WebhookKeys } from '../../flow/webhooks.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { setWebhookText, testedText, webhooksText } from '../webhook-text.ts';
import { addCommonOptions, addOfflineOption, addSpeaker, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

const NOTES = `A provider that has a webhook is told over HTTPS, signed as Standard Webhooks has it,
when a notice to it was sent, corrected, taken back or withdrawn, and when a look that
was asked for at its door has a result. A message has the notice's reference and what
happened, no server, no person and no link: who wants more asks at the door. What is
not taken is tried again for a day. Nothing leaves while traffic.send is off, nothing
goes to addresses that are not public (fetch.allow has exceptions), and drills tell
this machine alone.`;

export function webhookCommand(face: Face): Command {
  const webhook = new Command('webhook').summary("tell providers' desks by machine that there is something");
  webhook.description("Puts on record where a provider's desk is told, shows how that goes, tests it, and ends it.");
  webhook.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle webhook list', 'Lists them.']] }));
  for (const command of [setCommand, listCommand, testCommand, removeCommand]) webhook.addCommand(command(face));
  return webhook;
}

function setCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('set')))
    .summary("have a provider's desk told at a place; shows its secret, once")
    .description(
      'Puts the webhook of a provider on record, in place of the one that it had. A new one has a new secret.',
    )
    .argument('<provider>', 'its key, as "dismantle providers" lists it')
    .argument('<url>', 'where to: https://desk.example/hooks/dismantle')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            'dismantle webhook set as64500 https://desk.example/hook --as Ada --reason "by mail"',
            'Has it told from now on.',
          ],
        ],
      }),
    )
    .action(async (provider: string, url: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const done = await setWebhook(await app.openWorld(), await keysOf(app), { ...words, provider, url });
        if (options.json === true) printJson(face.terminal, done);
        else face.terminal.out(setWebhookText(done));
      });
    });
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list webhooks, with what was told and what was given up')
    .description('Lists where providers are told, and of the newest 20 messages of each what failed.')
    .addOption(new Option('--all', 'those that are none any more as well'))
    .addHelpText('after', helpText({ examples: [['dismantle webhook list', 'Lists them.']] }))
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const webhooks = await webhooksOf(await app.openWorld(), options.all === true);
        if (options.json === true) printJson(face.terminal, webhooks);
        else if (webhooks.length === 0)
          face.terminal.err('There is no webhook. Put one on record: dismantle webhook set --help\n');
        else face.terminal.out(webhooksText(webhooks, face.terminal.style));
      });
    });
}

function testCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('test')))
    .summary("send a test to a provider's desk")
    .description('Sends a message of the type webhook.test, once, and says how it was answered.')
    .argument('<provider>', 'its key')
    .addHelpText(
      'after',
      helpText({
        examples: [['dismantle webhook test as64500', 'Sends one.']],
        exits: ['0    It was taken.', '1    It was not.'],
      }),
    )
    .action(async (provider: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const keys = await keysOf(app);
        const message = await testWebhook(await app.openWorld(), keys, () => app.openFetcher('send'), provider);
        if (options.json === true) printJson(face.terminal, message);
        else face.terminal.out(testedText(message, face.terminal.style));
        if (message.state !== 'delivered') process.exitCode = 1;
      });
    });
}

function removeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('remove')))
    .summary("tell a provider's desk nothing by machine any more")
    .description('Ends the webhook of a provider. What waited is told nobody.')
    .argument('<provider>', 'its key')
    .addHelpText(
      'after',
      helpText({ examples: [['dismantle webhook remove as64500 --as Ada --reason ended', 'Ends it.']] }),
    )
    .action(async (provider: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const webhook = await removeWebhook(await app.openWorld(), provider, words);
        if (options.json === true) printJson(face.terminal, webhook);
        else face.terminal.out(`${safeText(webhook.provider)} has no webhook any more.\n`);
      });
    });
}

async function keysOf(app: App): Promise<WebhookKeys> {
  return (await app.openDoor())?.key ?? null;
}
