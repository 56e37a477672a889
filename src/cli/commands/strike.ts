import { Command, Option } from 'commander';
import { problem } from '../../domain/problem.ts';
import { STRATEGIES } from '../../domain/strike.ts';
import { instantOf } from '../../flow/deconflict.ts';
import {
  approveBriefings,
  approveHold,
  planStrike,
  releaseStrike,
  strategyOf,
  strikeNamed,
  strikes,
  writeStrikeBriefings,
} from '../../flow/strike.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import { helpText } from '../help-text.ts';
import {
  briefingsText,
  planText,
  shownBriefed,
  shownPlan,
  shownStrike,
  strikesText,
  strikeText,
} from '../strike-text.ts';
import { addOperation, inOperation, nextOptions } from './deconflict-shared.ts';
import type { RoundOptions } from './deconflict-shared.ts';
import type { Face } from './shared.ts';
import { addSigner, keyOption, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const NOTES = `A plan says whom to notify when, and holds nothing back by itself: everything rolls as
found. Two different people may hold its notices until their moments, one of them
counsel, each with a reason; for 24 hours at most. It ends by itself, or at once when
harm is imminent. Devices are never held, nor is anything that is found later. Whoever
may tell its customer is notified at the aim and not before.`;

const BRIEFING_NOTES = `A desk is told ahead whose trust is cooperative, which may not tell its customer, and
whose notice goes by mail. It is told when a notice comes and about how many
addresses; no address, no server, no evidence: a leak costs nothing. What has not
left when the hold ends, or is released, leaves no more.`;

export function strikeCommand(face: Face): Command {
  const strike = new Command('strike').summary('plan whom to notify when, and hold notices back for it');
  strike.description('Plans strikes: notices that leave together, or so that all servers go dark near one moment.');
  strike.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle strike plan', 'Plans, and predicts what comes of it.']] }),
  );
  for (const command of [planCommand, holdCommand, briefCommand, releaseCommand, showCommand, listCommand]) {
    strike.addCommand(command(face));
  }
  return strike;
}

interface PlanOptions extends RoundOptions {
  readonly strategy?: string;
  readonly aim?: string;
  readonly seed?: string;
  readonly as?: string;
}

function planCommand(face: Face): Command {
  return addOperation(new Command('plan'))
    .summary('say whom to notify when, and predict what comes of it')
    .description(
      'Plans the notices that wait: rolling (as found), simultaneous (all in one service hour; the default of a first ' +
        'wave) or converge (each so long before the aim that all go dark near it). All three are played out by ' +
        'simulation: exposure, victim-hours and the chance of no live server left, with the spread. The plan goes into ' +
        'the ledger and changes nothing.',
    )
    .addOption(new Option('--strategy <strategy>', 'which').choices(STRATEGIES))
    .addOption(new Option('--aim <moment>', 'UTC, year first, within a day (default: the service hour of most)'))
    .addOption(new Option('--seed <number>', 'of the simulation: the same seed gives the same figures'))
    .addOption(new Option('--as <person>', 'who plans; goes into the ledger'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle strike plan', 'Plans the first wave for the service hour of most desks.'],
          ['dismantle strike plan --strategy converge --aim 2026-11-30T14:00Z --seed 7', 'Aims for one moment.'],
        ],
        exits: ['1    No notice waits, or it failed.'],
      }),
    )
    .action(async (options: PlanOptions) => {
      await inOperation(face, options, async (app, world, operation) => {
        const { methodTable } = await app.openNoticeSources(await approvedTable(world));
        const planned = await planStrike(world, { methodTable, windows: app.settings.mail.windows }, operation, {
          ...(options.strategy === undefined ? {} : { strategy: strategyOf(options.strategy) }),
          aim: options.aim === undefined ? null : instantOf(options.aim, '--aim'),
          seed: options.seed === undefined ? null : seedOf(options.seed),
          as: options.as ?? null,
        });
        return {
          result: shownPlan(operation, planned),
          text: planText(planned, nextOptions(operation, options), face.terminal.style),
        };
      });
    });
}

function seedOf(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw problem('usage', `--seed "${text}" is no whole number`, 'Example: --seed 7');
}

interface HoldOptions extends RoundOptions, SignerOptions {
  readonly until?: string;
}

function holdCommand(face: Face): Command {
  return addSigner(addOperation(new Command('hold')))
    .summary("approve, signed, that a strike's notices are held back; two people have to")
    .description(
      'Signs over the hash of the plan that its notices wait for their moments. It holds once two different people have ' +
        'signed, one of them counsel, and ends at the aim, or at --until; a day after the first signature at the latest.',
    )
    .argument('<strike>', 'its number, or its id')
    .addOption(new Option('--until <moment>', 'when it ends by itself, UTC, year first (default: at the aim)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle strike hold 1 --as Cleo --reason 'all at once at 14:00'", 'Is one of two words.']],
        exits: ['1    It may not be held, or it failed.'],
      }),
    )
    .action(async (strike: string, options: HoldOptions) => {
      await inOperation(face, options, async (app, world, operation) => {
        const standing = await approveHold(world, signingOf(app, options), operation, {
          strike,
          person: options.as,
          reason: options.reason,
          until: options.until === undefined ? null : instantOf(options.until, '--until'),
        });
        const next = nextOptions(operation, options);
        return {
          result: shownStrike(standing),
          text: strikeText(standing, world.clock.now(), next, face.terminal.style),
        };
      });
    });
}

interface BriefOptions extends RoundOptions {
  readonly as?: string;
  readonly reason?: string;
  readonly key?: string;
}

function briefCommand(face: Face): Command {
  return addOperation(new Command('brief'))
    .summary('tell trusted desks ahead of a held strike, under TLP:RED; two people have to approve it')
    .description(
      'Without --as: writes what each desk is told, shows it, and sends nothing. With --as and --reason: approves, signed, ' +
        'all that is written. Once two different people have, one of them counsel, dismantle send carries it out: while the ' +
        'strike is held and before its notice may leave, to the mailbox of the notice, once for each desk.',
    )
    .argument('<strike>', 'its number, or its id')
    .addOption(new Option('--as <person>', 'who approves it; goes into the ledger'))
    .addOption(new Option('--reason <text>', 'why; goes into the ledger'))
    .addOption(keyOption())
    .addHelpText(
      'after',
      helpText({
        notes: BRIEFING_NOTES,
        examples: [
          ['dismantle strike brief 1', 'Writes the briefings and shows them.'],
          ["dismantle strike brief 1 --as Cleo --reason 'a small desk'", 'Is one of two words.'],
        ],
        exits: ['1    The strike is not held, nobody is to be told, or it failed.'],
      }),
    )
    .action(async (strike: string, options: BriefOptions) => {
      const { as, reason } = options;
      if ((as === undefined) !== (reason === undefined)) {
        throw problem('usage', 'whoever approves says why: --as and --reason go together', "Example: --as Cleo --reason 'a small desk'"); // prettier-ignore
      }
      await inOperation(face, options, async (app, world, operation) => {
        const next = nextOptions(operation, options);
        if (as !== undefined && reason !== undefined) {
          const standing = await approveBriefings(world, signingOf(app, options), operation, { strike, person: as, reason });
          return { result: shownStrike(standing), text: strikeText(standing, world.clock.now(), next, face.terminal.style) };
        }
        const { notices } = await app.openNoticeSources(null);
        const sources = { ...notices, windows: app.settings.mail.windows };
        const written = await writeStrikeBriefings(world, sources, operation, { strike, as: null });
        return { result: shownBriefed(written), text: briefingsText(written, next, face.terminal.style) };
      }); // prettier-ignore
    });
}

interface ReleaseOptions extends RoundOptions {
  readonly as: string;
  readonly key?: string;
  readonly reason?: string;
  readonly harm?: string;
}

function releaseCommand(face: Face): Command {
  return addOperation(new Command('release'))
    .summary('let everything go at once that a strike holds back, signed')
    .description(
      'Ends a hold before its time: with --harm because somebody would be harmed by waiting, with --reason because of ' +
        'anything else. One person is enough. The notices leave as they were approved.',
    )
    .argument('<strike>', 'its number, or its id')
    .addOption(new Option('--harm <text>', 'whose harm is imminent, and why').conflicts('reason'))
    .addOption(new Option('--reason <text>', 'why else; goes into the ledger'))
    .addOption(new Option('--as <person>', 'who says it; goes into the ledger').makeOptionMandatory())
    .addOption(keyOption())
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle strike release 1 --as Erika --harm 'a hospital is being encrypted'", 'Lets all go.']],
        exits: ['1    It holds nothing, or it failed.'],
      }),
    )
    .action(async (strike: string, options: ReleaseOptions) => {
      const reason = options.harm ?? options.reason;
      if (reason === undefined) {
        throw problem('usage', 'say why: --harm or --reason', "Example: --harm 'a hospital is being encrypted'");
      }
      await inOperation(face, options, async (app, world, operation) => {
        const words = { strike, person: options.as, reason, isHarm: options.harm !== undefined };
        const standing = await releaseStrike(world, signingOf(app, options), operation, words);
        const next = nextOptions(operation, options);
        return {
          result: shownStrike(standing),
          text: strikeText(standing, world.clock.now(), next, face.terminal.style),
        };
      });
    });
}

function showCommand(face: Face): Command {
  return addOperation(new Command('show'))
    .summary('show a strike: who has approved it, and what it holds')
    .description('Shows one strike: its aim, the plan that was approved, by whom, until when, and what became of it.')
    .argument('<strike>', 'its number, or its id')
    .addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle strike show 1 --json', 'Gives it whole.']] }))
    .action(async (strike: string, options: RoundOptions) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const standing = await strikeNamed(world, operation, strike);
        const next = nextOptions(operation, options);
        return {
          result: shownStrike(standing),
          text: strikeText(standing, world.clock.now(), next, face.terminal.style),
        };
      });
    });
}

function listCommand(face: Face): Command {
  return addOperation(new Command('list'))
    .summary('list the strikes of an operation')
    .description('Lists every plan of an operation, and what people have made of it.')
    .addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle strike list', 'Lists them.']] }))
    .action(async (options: RoundOptions) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const found = await strikes(world, operation);
        return {
          result: found.map(shownStrike),
          text: strikesText(found, nextOptions(operation, options), face.terminal.style),
        };
      });
    });
}
