import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { PROVIDER_TYPES, TRUSTS } from '../../domain/provider.ts';
import type { Provider } from '../../domain/provider.ts';
import { correctProvider, mergeProviders, preferProvider, shownProvider, splitProvider, spoken } from '../../flow.ts';
import type { ProviderRecord } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownText } from '../shown.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { addCommonOptions, addSpeaker, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

type SpokenOptions = CommonOptions & SpeakerOptions;

interface SetOptions extends SpokenOptions {
  readonly name?: string;
  readonly country?: string;
  readonly type?: string;
  readonly trust?: string;
  readonly reminders?: string;
}

const NOTES = `A provider is named by its key (dismantle providers --json) or by its name. What is
said of one goes into the ledger with who said it and why, and holds from the next
dismantle run on. Contacts belong into the provider book, which goes first.`;

export function providerCommand(face: Face): Command {
  const provider = new Command('provider').summary('what is known of one provider, and correcting it');
  provider.description('Shows and corrects who can switch servers off: contacts, trust, which providers are one.');
  provider.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle provider show as64496', 'Shows one.']] }),
  );
  provider.addCommand(showCommand(face));
  provider.addCommand(setCommand(face));
  provider.addCommand(mergeCommand(face));
  provider.addCommand(splitCommand(face));
  provider.addCommand(preferCommand(face));
  return provider;
}

function showCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary('show one provider with its contacts and its record')
    .description('Shows how a provider is reached, how each contact is known, and what is on record with it.')
    .argument('<provider>', 'its key, or its name')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [['dismantle provider show "Example Hosting" --json', 'Gives it to a script.']],
      }),
    )
    .action(async (name: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const record = await shownProvider(await app.openWorld(), name);
        if (options.json === true) printJson(face.terminal, record);
        else face.terminal.out(recordText(record, face.terminal.style));
      });
    });
}

function setCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('set')))
    .summary('correct what a provider is: trust, type, jurisdiction, name')
    .description('Records what a person knows better than book and registries. "-" takes a correction back.')
    .argument('<provider>', 'its key, or its name')
    .addOption(
      new Option('--trust <trust>', 'how it acts on notices; bulletproof: never mailed before an order').choices([
        ...TRUSTS,
        '-',
      ]),
    )
    .addOption(new Option('--type <type>', 'what it does').choices([...PROVIDER_TYPES, '-']))
    .addOption(new Option('--country <code>', 'its jurisdiction, ISO 3166-1 alpha-2'))
    .addOption(new Option('--name <name>', 'its name'))
    .addOption(
      new Option('--reminders <word>', 'no: its desk closes repeats unread, so none are sent').choices([
        'yes',
        'no',
        '-',
      ]),
    )
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            "dismantle provider set as64496 --trust bulletproof --as Ada --reason 'ignored 9 notices'",
            'Never mails it again without an order.',
          ],
          [
            "dismantle provider set as64496 --reminders no --as Ada --reason 'closes them unread'",
            'Sends it no reminder; the next contact is written to, or telephoned.',
          ],
        ],
      }),
    )
    .action(async (name: string, options: SetOptions) => {
      const fields = correctedFields(options);
      await speak(face, options, async (app, speaker) => {
        const { key } = await correctProvider(await app.openWorld(), name, fields, speaker);
        return { result: { provider: key, fields }, text: `${safeText(key)} is corrected.` };
      });
    });
}

function mergeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('merge')))
    .summary('say that one provider is a part of another')
    .description(
      'What is located at the first provider belongs to the second from the next run on: one notice for both.',
    )
    .argument('<provider>', 'the part: its key, or its name')
    .argument('<into>', 'the whole: its key, or its name')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ["dismantle provider merge as64497 as64496 --as Ada --reason 'one company register entry'", 'Makes two one.'],
        ],
      }),
    )
    .action(async (name: string, into: string, options: SpokenOptions) => {
      await speak(face, options, async (app, speaker) => {
        const [part, whole] = await mergeProviders(await app.openWorld(), name, into, speaker);
        return {
          result: { provider: part.key, into: whole.key },
          text: `${safeText(part.key)} is a part of ${safeText(whole.key)}.`,
        };
      });
    });
}

function splitCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('split')))
    .summary('take a merge back')
    .description('The provider stands for itself again from the next run on.')
    .argument('<provider>', 'the part: its key, or its name')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle provider split as64497 --as 'Ada Example' --reason 'sold'", 'Makes one two again.']],
      }),
    )
    .action(async (name: string, options: SpokenOptions) => {
      await speak(face, options, async (app, speaker) => {
        const { key } = await splitProvider(await app.openWorld(), name, speaker);
        return { result: { provider: key }, text: `${safeText(key)} stands for itself again.` };
      });
    });
}

function preferCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('prefer')))
    .summary('say whom to ask first where origin AS and registrant differ')
    .description(
      'In leased space one provider announces what is registered for another. This says which is asked first.',
    )
    .argument('<provider>', 'whom to ask first: its key, or its name')
    .requiredOption('--over <provider>', 'the other of the two: its key, or its name')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            'dismantle provider prefer org:ripe:ORG-EX1 --over as64496 --as Ada --reason contract',
            'Asks the registrant first.',
          ],
        ],
      }),
    )
    .action(async (name: string, options: SpokenOptions & { readonly over: string }) => {
      await speak(face, options, async (app, speaker) => {
        const [first, second] = await preferProvider(await app.openWorld(), name, options.over, speaker);
        return {
          result: { provider: first.key, over: second.key },
          text: `${safeText(first.key)} is asked before ${safeText(second.key)}.`,
        };
      });
    });
}

interface Spoken {
  readonly result: object;
  readonly text: string;
}

async function speak(
  face: Face,
  options: SpokenOptions,
  say: (app: App, speaker: { readonly person: string; readonly reason: string }) => Promise<Spoken>,
): Promise<void> {
  const speaker = spoken({ person: options.as, reason: options.reason });
  await withApp(face, options, async (app) => {
    const { result, text } = await say(app, speaker);
    if (options.json === true) printJson(face.terminal, result);
    else face.terminal.out(`${text}\nNext: dismantle run --operation NAME, which acts on it\n`);
  });
}

function correctedFields({ name, country, type, trust, reminders }: SetOptions): Parameters<typeof correctProvider>[2] {
  if (country !== undefined && country !== '-' && (!/^[A-Za-z]{2}$/.test(country) || /^(?:uk|eu)$/i.test(country))) {
    throw problem('usage', `--country "${country}" is not two letters of ISO 3166-1`, 'The United Kingdom is GB');
  }
  const fields = {
    ...(name === undefined ? {} : { name: name === '-' ? null : nameOf(name) }),
    ...(country === undefined ? {} : { country: country === '-' ? null : country.toUpperCase() }),
    ...(type === undefined ? {} : { type: PROVIDER_TYPES.find((each) => each === type) ?? null }),
    ...(trust === undefined ? {} : { trust: TRUSTS.find((each) => each === trust) ?? null }),
    ...(reminders === undefined
      ? {}
      : { reminders: (['yes', 'no'] as const).find((each) => each === reminders) ?? null }),
  };
  if (Object.keys(fields).length > 0) return fields;
  throw problem(
    'usage',
    'nothing is said of it',
    'Say what is to be corrected: --trust, --type, --country, --name or --reminders',
  );
}

function nameOf(text: string): string {
  const name = safeText(text).trim();
  if (name !== '' && name.length <= 200) return name;
  throw problem('usage', '--name must be one line of 1 to 200 characters');
}

/** What is on record with a provider, for a person. */
function recordText({ provider, partOf, parts, correction, servers, notices }: ProviderRecord, style: Style): string {
  return `${[
    style.bold(safeText(provider.name)),
    `  key           ${safeText(provider.key)}${partOf === null ? '' : `, a part of ${safeText(partOf)}`}`,
    ...parts.map((part) => `  part          ${safeText(part)}`),
    `  jurisdiction  ${provider.country ?? 'not known'}`,
    `  type          ${provider.type}`,
    `  trust         ${provider.trust}${provider.trust === 'bulletproof' ? ': never mailed before an order' : ''}`,
    `  known from    ${safeText(provider.source)}`,
    ...(correction === null ? [] : [`  corrected     ${safeText(correction)}`]),
    `  on record     ${servers} servers, ${notices} notices drafted`,
    '',
    style.bold('Contacts'),
    ...contactLines(provider, style),
  ].join('\n')}\n`;
}

function contactLines({ contact, channel, contacts = [] }: Provider, style: Style): string[] {
  if (contacts.length === 0) return [contact === null ? '  none known' : `  ${safeText(contact)} (${channel})`];
  const none = contact === null ? ['  no abuse contact is known; of what follows none is written to by itself'] : [];
  return [
    ...none,
    ...contacts.flatMap(({ mailbox, score, reasons, changedLately, where }) => [
      `  ${safeText(mailbox)}${mailbox === contact ? ', the one written to' : ''}: ${score} of 100${changedLately ? style.yellow(', changed lately') : ''}`,
      ...reasons.map((reason) => style.dim(`    ${safeText(reason)}`)),
      ...(where === '' ? [] : [style.dim(`    at ${shownText(where)}`)]),
    ]),
  ];
}
