import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { PARTY_ANSWERS } from '../../domain/deconfliction.ts';
import { problem } from '../../domain/problem.ts';
import {
  answerDeconfliction,
  answerHandsOff,
  askForDeconfliction,
  deconflictionStatus,
  instantOf,
  partyKindOf,
  skipDeconfliction,
} from '../../flow/deconflict.ts';
import type { World } from '../../ports/world.ts';
import { helpText } from '../help-text.ts';
import { safeText } from '../terminal.ts';
import { addOperation, inOperation, kindOption, nextOptions, NOTES } from './deconflict-shared.ts';
import type { RoundOptions } from './deconflict-shared.ts';
import { shellWord } from './shared.ts';
import type { Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface AskOptions extends RoundOptions {
  readonly party: string;
  readonly kind: string;
  readonly channel: string;
  readonly at?: string;
  readonly as?: string;
}

export function askCommand(face: Face): Command {
  return addOperation(new Command('ask'))
    .summary('record that a party was asked')
    .description(
      'Records whom you asked about a round, when, and by what channel. From then on the answer is waited for.',
    )
    .argument('<round>', 'its number, or its id')
    .requiredOption('--party <name>', 'whom you asked')
    .addOption(kindOption().makeOptionMandatory())
    .requiredOption('--channel <text>', 'how: a mailbox, a telephone number, a portal')
    .addOption(new Option('--at <moment>', 'when, UTC, year first (default: now)'))
    .addOption(new Option('--as <person>', 'who asked (needed once people are on record)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            'dismantle deconflict ask 1 --party Police --kind law-enforcement --channel mail --as Ada',
            'Records a question.',
          ],
        ],
      }),
    )
    .action(async (round: string, options: AskOptions) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const words = {
          round,
          party: options.party,
          partyKind: partyKindOf(options.kind),
          channel: options.channel,
          at: options.at === undefined ? null : instantOf(options.at, '--at'),
          as: options.as ?? null,
        };
        const number = await askForDeconfliction(world, operation, words);
        const next = `dismantle deconflict answer ${number} --party ${shellWord(options.party)} --answer clear|no-answer|hands-off`;
        return {
          result: { operation, round: number, party: options.party, partyKind: words.partyKind },
          text: `${safeText(options.party)} is on record as asked in round ${number}.\nNext: ${next}${nextOptions(operation, options)}\n`,
        };
      });
    });
}

interface AnswerOptions extends RoundOptions, SignerOptions {
  readonly party: string;
  readonly answer: string;
  readonly at?: string;
  readonly servers?: string;
  readonly until?: string;
  readonly restClear?: boolean;
}

export function answerCommand(face: Face): Command {
  return addSigner(addOperation(new Command('answer')))
    .summary('record what a party answered, signed')
    .description(
      'Records the answer of a party for a round. "no-answer" is taken a day after the question at the earliest ' +
        '(deconfliction.waitHours). "hands-off" blocks the servers named, at once; with --rest-clear the party is clear ' +
        'for all others, else that is still waited for.',
    )
    .argument('<round>', 'its number, or its id')
    .requiredOption('--party <name>', 'who answered')
    .addOption(new Option('--answer <answer>', 'what').choices([...PARTY_ANSWERS, 'hands-off']).makeOptionMandatory())
    .addOption(new Option('--at <moment>', 'when, UTC, year first (default: now)'))
    .addOption(new Option('--servers <list>', 'with hands-off: which servers, with commas between'))
    .addOption(new Option('--until <moment>', 'with hands-off: until when'))
    .addOption(new Option('--rest-clear', 'with hands-off: clear for all other servers of the round'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            "dismantle deconflict answer 1 --party Police --answer clear --as Ada --reason 'mail'",
            'Records, signed, that nothing speaks against going on.',
          ],
          [
            "dismantle deconflict answer 1 --party Police --answer hands-off --servers 192.0.2.11 \\\n    --until 2026-12-24 --rest-clear --as Ada --reason 'call of 9:40'",
            'Blocks one server, and is clear for the others.',
          ],
        ],
      }),
    )
    .action(async (round: string, options: AnswerOptions) => {
      assertAnswer(options);
      await inOperation(face, options, async (app, world, operation) => {
        await recordAnswer(app, world, operation, round, options);
        return {
          result: { operation, round, party: options.party, answer: options.answer },
          text: `The answer of ${safeText(options.party)} is on record.\nNext: dismantle deconflict status${nextOptions(operation, options)}\n`,
        };
      });
    });
}

function assertAnswer({ answer, servers, until, restClear, at }: AnswerOptions): void {
  const isHandsOff = answer === 'hands-off';
  if (isHandsOff && (servers === undefined || until === undefined)) {
    throw problem('usage', 'hands-off needs --servers and --until', 'Example: --servers 192.0.2.11 --until 2026-12-24');
  }
  if (!isHandsOff && (servers !== undefined || until !== undefined || restClear === true)) {
    throw problem('usage', '--servers, --until and --rest-clear go with --answer hands-off');
  }
  if (answer === 'no-answer' && at !== undefined) {
    throw problem(
      'usage',
      'silence has no moment of its own',
      'Leave --at out: it counts from when the party was asked',
    );
  }
}

async function recordAnswer(
  app: App,
  world: World,
  operation: string,
  round: string,
  options: AnswerOptions,
): Promise<void> {
  const { party, as, reason } = options;
  const at = options.at === undefined ? null : instantOf(options.at, '--at');
  const words = { round, party, at, as, reason };
  const answer = PARTY_ANSWERS.find((each) => each === options.answer);
  if (answer !== undefined) {
    const { waitHours } = app.settings.deconfliction;
    await answerDeconfliction(world, signingOf(app, options), operation, { ...words, answer }, waitHours);
    return;
  }
  const servers = (options.servers ?? '').split(/[\s,]+/).filter((text) => text !== '');
  const until = instantOf(options.until ?? '', '--until');
  const signing = options.restClear === true ? signingOf(app, options) : null;
  await answerHandsOff(world, signing, operation, words, { servers, until });
}

export function skipCommand(face: Face): Command {
  return addSigner(addOperation(new Command('skip')))
    .summary('say, signed, why a kind of party is not asked; two people have to')
    .description(
      'Records why a kind of party is passed over in a round. It counts once two different people have signed.',
    )
    .argument('<round>', 'its number, or its id')
    .addOption(kindOption().makeOptionMandatory())
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            "dismantle deconflict skip 1 --kind sinkhole-operator --as Bo --reason 'none is known'",
            'Says why; a second person has to say so, too.',
          ],
        ],
      }),
    )
    .action(async (round: string, options: RoundOptions & SignerOptions & { readonly kind: string }) => {
      await inOperation(face, options, async (app, world, operation) => {
        const partyKind = partyKindOf(options.kind);
        const { as, reason } = options;
        await skipDeconfliction(world, signingOf(app, options), operation, { round, partyKind, as, reason });
        const [status] = await deconflictionStatus(world, operation, round);
        const isEnough = status?.standing.kinds.find(({ kind }) => kind === partyKind)?.state === 'skipped';
        return {
          result: { operation, round, partyKind, isSkipped: isEnough },
          text: isEnough
            ? `${partyKind} is skipped in this round: two people have signed.\n`
            : `${safeText(as)} skips ${partyKind}. It counts once a second person says so, too.\n`,
        };
      });
    });
}
