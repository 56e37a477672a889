import { Command, Option } from 'commander';
import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import { DEFAULT_MINUTES, FEED_KINDS, LEAST_MINUTES, MOST_MINUTES } from '../../domain/feed-source.ts';
import type { FeedKind, FeedWords } from '../../domain/feed-source.ts';
import { problem } from '../../domain/problem.ts';
import { RELIABILITIES } from '../../domain/reliability.ts';
import { TLP_LABELS } from '../../domain/tlp.ts';
import { DATE_FORMS, FORMATS } from '../../flow.ts';
import {
  addSource,
  pauseSource,
  pollSource,
  pollSources,
  removeSource,
  resumeSource,
  sourcesOf,
} from '../../flow/sources.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { polledText, sourcesText, sourceText } from '../source-text.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addOfflineOption, addSpeaker, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const NOTES = `A source is a place that a feed is fetched from again and again. Each time is an import
of its name, with the group, reliability and TLP that a person has signed for. Nothing
is fetched while traffic.fetch is off, and nothing from addresses that are not public,
whatever a name or a redirect says (fetch.allow has exceptions). What has been read is
not read again: ETags of files, timestamps of MISP events, the place in a collection.
Passwords and keys stand in files that fetch.credentials names, never in a URL.
A snapshot that leaves out much of what it listed is read, and what it leaves out stays
said until a person who has seen the figures accepts that (fetch.removalsPercent).`;

export function sourceCommand(face: Face): Command {
  const source = new Command('source').summary('places that feeds are fetched from again and again');
  source.description('Puts sources on record, lists them with how they go, fetches from them, and ends it.');
  source.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle source list', 'Lists them.']] }));
  const commands = [addCommand, listCommand, pollCommand, pauseCommand, resumeCommand, removeCommand];
  for (const command of commands) source.addCommand(command(face));
  return source;
}

interface AddOptions extends CommonOptions, SignerOptions {
  readonly operation: string;
  readonly kind: FeedKind;
  readonly url: string;
  readonly collection?: string;
  readonly credential?: string;
  readonly every: string;
  readonly format?: string;
  readonly map?: string;
  readonly dates?: string;
  readonly group?: string;
  readonly reliability?: string;
  readonly tlp?: string;
  readonly evidence?: string;
  readonly snapshot?: boolean;
}

function addCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('add')))
    .summary('put a source on record; an analyst or an admin signs')
    .description('Puts a source of an operation on record. From then on workers fetch from it at its interval.')
    .argument('<name>', 'what it is called; its imports name it as their source')
    .addOption(new Option('--operation <name>', 'the operation that it is for').makeOptionMandatory())
    .addOption(new Option('--kind <kind>', 'what it is').choices(FEED_KINDS).makeOptionMandatory())
    .addOption(
      new Option(
        '--url <url>',
        'taxii: discovery, API root or collection; misp: the folder of the feed; url: a file',
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--collection <name>', 'taxii: its id, alias or title (default: the only one)'))
    .addOption(new Option('--credential <name>', 'one of fetch.credentials in the settings'))
    .addOption(
      new Option('--every <minutes>', `how often, ${LEAST_MINUTES} to ${MOST_MINUTES}`).default(
        String(DEFAULT_MINUTES),
      ),
    )
    .addOption(new Option('--format <format>', 'url: what the file is (default: told by content)').choices(FORMATS))
    .addOption(new Option('--map <mapping>', 'url: columns of a CSV: server=COLUMN,port=COLUMN,…'))
    .addOption(
      new Option('--dates <form>', 'url: how dates are written that do not tell it themselves').choices(DATE_FORMS),
    )
    .addOption(new Option('--group <name>', 'its independence group; without it, the one unnamed group'))
    .addOption(
      new Option('--reliability <letter>', 'how reliable it is, A to F').choices(RELIABILITIES).argParser(String),
    )
    .addOption(
      new Option('--tlp <label>', 'how it marks what it gives (TLP 2.0)').choices(TLP_LABELS).argParser(String),
    )
    .addOption(
      new Option('--evidence <class>', 'how it knows (default: a listing)').choices(EVIDENCE_CLASSES).argParser(String),
    )
    .addOption(new Option('--snapshot', 'url: each file is all that it lists then; what it lists no more is withdrawn'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            'dismantle source add c2 --kind url --url URL --operation lab --as Ada --reason MoU',
            'A file, every hour, of the one unnamed group.',
          ],
          [
            'dismantle source add misp --kind misp --url URL --every 15 --credential misp …',
            'A MISP feed, with a credential of the settings.',
          ],
          [
            'dismantle source add cert --kind taxii --url URL --collection C2 --group cert …',
            'A collection of a TAXII 2.1 server, found by discovery.',
          ],
        ],
      }),
    )
    .action(async (name: string, options: AddOptions) => {
      if (!/^\d{1,6}$/.test(options.every))
        throw problem('usage', `--every "${options.every}" is no number of minutes`);
      await withApp(face, options, async (app) => {
        const added = await addSource(await app.openWorld(), signingOf(app, options), options.operation, {
          name,
          kind: options.kind,
          url: options.url,
          collection: options.collection ?? null,
          credential: options.credential ?? null,
          everyMinutes: Number(options.every),
          words: wordsOf(options),
          reason: options.reason,
          by: options.as,
        });
        if (options.json === true) printJson(face.terminal, added);
        else face.terminal.out(sourceText(added));
      });
    });
}

function wordsOf({ format, map, dates, group, reliability, tlp, evidence, snapshot }: AddOptions): FeedWords {
  return {
    ...(format === undefined ? {} : { format }),
    ...(map === undefined ? {} : { map }),
    ...(dates === undefined ? {} : { dates }),
    ...(group === undefined ? {} : { group }),
    ...(reliability === undefined ? {} : { reliability }),
    ...(tlp === undefined ? {} : { tlp }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(snapshot === true ? { snapshot } : {}),
  };
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list sources, with how they go')
    .description('Lists the sources: when each was read, when it had news, when it is next, and what fails.')
    .addOption(new Option('--all', 'those that are none any more as well'))
    .addHelpText('after', helpText({ examples: [['dismantle source list', 'Lists them.']] }))
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const sources = await sourcesOf(await app.openWorld(), options.all === true);
        if (options.json === true) printJson(face.terminal, sources);
        else if (sources.length === 0)
          face.terminal.err('There is no source. Put one on record: dismantle source add NAME --help\n');
        else face.terminal.out(sourcesText(sources, app.clock.now(), face.terminal.style));
      });
    });
}

function pollCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('poll')))
    .summary('fetch from a source now, or from all of them')
    .description('Fetches now, due or not, what is new since the last time. Workers do this by themselves.')
    .argument('[name]', 'the source; all that do not rest where none is named')
    .addOption(new Option('--accept-removals', 'withdraw what its list was found to leave out, and no more'))
    .addOption(new Option('--as <person>', 'who accepts it; goes into the ledger'))
    .addOption(new Option('--reason <text>', 'why; goes into the ledger'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle source poll c2-list', 'Fetches from one.'],
          [
            'dismantle source poll c2-list --accept-removals --as Ada --reason "list was split"',
            'Withdraws what the list leaves out, as the poll before it has told.',
          ],
          ['dismantle source poll --json', 'Fetches from all, and gives the figures to a script.'],
        ],
        exits: [
          '0    All could be read, be there news or not.',
          '1    Some could not, or leave out what a person has to accept; the others were read.',
        ],
      }),
    )
    .action(async (name: string | undefined, options: PollOptions) => {
      const accepting = acceptingOf(name, options);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const fetching = await app.openFetching();
        const polled =
          name === undefined
            ? await pollSources(world, fetching)
            : [await pollSource(world, fetching, name, accepting)];
        if (options.json === true) printJson(face.terminal, polled);
        else if (polled.length === 0) face.terminal.err('There is nothing to fetch from: dismantle source list\n');
        else face.terminal.out(polled.map((each) => polledText(each, face.terminal.style)).join(''));
        if (polled.some(({ problem: failed, removalsHeld }) => failed !== null || removalsHeld !== null))
          process.exitCode = 1;
      });
    });
}

interface PollOptions extends CommonOptions, Partial<SpeakerOptions> {
  readonly acceptRemovals?: boolean;
}

/** Who accepts what is left out: of one source, which a person has looked at. */
function acceptingOf(
  name: string | undefined,
  { acceptRemovals, as: person, reason }: PollOptions,
): { readonly person: string; readonly reason: string } | null {
  if (acceptRemovals !== true) {
    if ((person ?? reason) !== undefined) throw problem('usage', '--as and --reason go with --accept-removals');
    return null;
  }
  if (name === undefined) throw problem('usage', '--accept-removals needs the name of a source');
  if (person === undefined || reason === undefined) {
    throw problem('usage', '--accept-removals goes into the ledger: say who with --as PERSON, and why with --reason');
  }
  return { person, reason };
}

function pauseCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('pause')))
    .summary('have a source rest')
    .description('From now on nothing is fetched from it, until somebody resumes it. No key is needed.')
    .argument('<name>', 'the source')
    .addHelpText(
      'after',
      helpText({ examples: [['dismantle source pause c2-list --as Ada --reason "wrong rows"', 'Has it rest.']] }),
    )
    .action(async (name: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const source = await pauseSource(await app.openWorld(), name, words);
        if (options.json === true) printJson(face.terminal, source);
        else face.terminal.out(`${safeText(source.name)} rests.\n`);
      });
    });
}

function resumeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('resume')))
    .summary('fetch from a source again that rested')
    .description('It is fetched from again as it was signed for, from where it was left.')
    .argument('<name>', 'the source')
    .addHelpText(
      'after',
      helpText({ examples: [['dismantle source resume c2-list --as Ada --reason mended', 'Goes on with it.']] }),
    )
    .action(async (name: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const source = await resumeSource(await app.openWorld(), name, words);
        if (options.json === true) printJson(face.terminal, source);
        else face.terminal.out(`${safeText(source.name)} is fetched from again.\n`);
      });
    });
}

function removeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('remove')))
    .summary('take a source off the record')
    .description(
      'Nothing is fetched from it any more. What it has said stays said; imports of the same name can take it back.',
    )
    .argument('<name>', 'the source')
    .addHelpText(
      'after',
      helpText({ examples: [['dismantle source remove c2-list --as Ada --reason ended', 'Ends it.']] }),
    )
    .action(async (name: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const source = await removeSource(await app.openWorld(), name, words);
        if (options.json === true) printJson(face.terminal, source);
        else face.terminal.out(`${safeText(source.name)} is no source any more.\n`);
      });
    });
}
