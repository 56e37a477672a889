import { Command, Option } from 'commander';
import type { Partner } from '../../domain/access.ts';
import { partnerNamed, partnersOf, removePartner, setPartner } from '../../flow/access.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const NOTES = `A partner is another organisation that works with yours: a CSIRT, a provider, an ISP. It
reads what the community may have, and what --for says besides. One that may contribute
sends sightings; they count like any source's: by reliability and independence group.`;

export function partnerCommand(face: Face): Command {
  const partner = new Command('partner').summary('organisations that work with yours, and what they may have');
  partner.description('Makes organisations partners, lists them, and ends it.');
  partner.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle partner list', 'Lists them.']] }));
  for (const command of [setCommand, listCommand, showCommand, removeCommand]) partner.addCommand(command(face));
  return partner;
}

interface SetOptions extends CommonOptions, SignerOptions {
  readonly name: string;
  readonly for?: readonly string[];
  readonly contributes?: boolean;
  readonly reliability?: string;
  readonly group?: string;
}

function setCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('set')))
    .summary('make an organisation a partner, or say anew what it may have; an admin signs')
    .description(
      'Says the whole of what a partner may have: what it had before and is not named again, it has no more.',
    )
    .argument('<partner>', 'its key: a short word, such as cert-de')
    .addOption(new Option('--name <name>', 'what it is called').makeOptionMandatory())
    .addOption(
      new Option('--for <recipient>', 'country:XX or provider:KEY; may be given several times').argParser(
        (word: string, before: readonly string[] | undefined) => [...(before ?? []), word],
      ),
    )
    .addOption(new Option('--contributes', 'it may contribute sightings'))
    .addOption(new Option('--reliability <letter>', 'of what it contributes, A to F'))
    .addOption(new Option('--group <name>', 'the independence group of what it contributes'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            'dismantle partner set cert-de --name CERT-DE --for country:DE --as Ada --reason MoU',
            'A national CSIRT has what stands in its country.',
          ],
        ],
      }),
    )
    .action(async (partner: string, options: SetOptions) => {
      await withApp(face, options, async (app) => {
        const set = await setPartner(await app.openWorld(), signingOf(app, options), {
          partner,
          name: options.name,
          recipients: options.for ?? [],
          mayContribute: options.contributes === true,
          reliability: options.reliability?.toUpperCase() ?? null,
          group: options.group ?? null,
          reason: options.reason,
          by: options.as,
        });
        if (options.json === true) printJson(face.terminal, set);
        else face.terminal.out(partnerText(set));
      });
    });
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list partners')
    .description('Lists the partners. --all lists those who are none any more as well.')
    .addOption(new Option('--all', 'those who are none any more as well'))
    .addHelpText('after', helpText({ examples: [['dismantle partner list', 'Lists them.']] }))
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const all = await partnersOf(await app.openWorld());
        const partners = options.all === true ? all : all.filter(({ removedAt }) => removedAt === null);
        if (options.json === true) printJson(face.terminal, partners);
        else if (partners.length === 0)
          face.terminal.err('There is no partner. An admin makes one: dismantle partner set KEY --help\n');
        else face.terminal.out(table(partners, COLUMNS, face.terminal.style));
      });
    });
}

const COLUMNS: readonly Column<Partner>[] = [
  { title: 'partner', value: ({ partner }) => safeText(partner) },
  { title: 'name', max: 40, value: ({ name }) => safeText(name) },
  { title: 'has', max: 50, value: ({ recipients }) => safeText(['community', ...recipients].join(', ')) },
  { title: 'contributes', value: ({ mayContribute }) => (mayContribute ? 'yes' : 'no') },
  { title: 'since', value: ({ setAt }) => setAt.slice(0, 10) },
  { title: 'until', value: ({ removedAt }) => removedAt?.slice(0, 10) ?? null },
];

function showCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary('show one partner')
    .description('Shows what one partner may have and contribute.')
    .argument('<partner>', 'its key')
    .addHelpText('after', helpText({ examples: [['dismantle partner show cert-de', 'Shows it.']] }))
    .action(async (key: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const partner = await partnerNamed(await app.openWorld(), key.trim().toLowerCase());
        if (options.json === true) printJson(face.terminal, partner);
        else face.terminal.out(partnerText(partner));
      });
    });
}

function partnerText({ partner, name, recipients, mayContribute, reliability, group, removedAt }: Partner): string {
  const contributes = mayContribute
    ? `contributes sightings (reliability ${reliability ?? 'not known'}, group ${group ?? 'none'})`
    : 'contributes nothing';
  return `${safeText(`${partner} (${name}) has ${['community', ...recipients].join(', ')}, and ${contributes}.`)}${removedAt === null ? '' : ` It is no partner since ${removedAt.slice(0, 10)}.`}\n`;
}

function removeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('remove')))
    .summary('end a partnership at once')
    .description(
      'From now on its tokens open nothing. Anybody on record may; no key is needed, since it lets nobody in.',
    )
    .argument('<partner>', 'its key')
    .addHelpText(
      'after',
      helpText({
        examples: [['dismantle partner remove cert-de --as Ada --reason ended', 'Ends it.']],
      }),
    )
    .action(async (key: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const removed = await removePartner(await app.openWorld(), key, { person: options.as, reason: options.reason });
        if (options.json === true) printJson(face.terminal, { partner: removed });
        else face.terminal.out(`${safeText(removed)} is no partner any more.\n`);
      });
    });
}
