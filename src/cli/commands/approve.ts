import { Command, Option } from 'commander';
import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { approve, APPROVAL_HOURS, MAX_APPROVAL_HOURS, review } from '../../flow/approvals.ts';
import type { Review } from '../../flow/approvals.ts';
import { askLine } from '../ask.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { reviewText } from '../review-text.ts';
import { safeText } from '../terminal.ts';
import { suggestedOptions, withApp } from './shared.ts';
import type { Face } from './shared.ts';
import { addNoticeOptions, reviewSources } from './review.ts';
import type { NoticeOptions } from './review.ts';
import { keyOption, signingOf } from './signer.ts';

interface ApproveOptions extends NoticeOptions {
  readonly as: string;
  readonly key?: string;
  readonly hours?: string;
  readonly yes?: boolean;
}

export function approveCommand(face: Face): Command {
  return addNoticeOptions(new Command('approve'))
    .summary('say yes to one notice, signed with your key')
    .description(
      'Shows the notice as dismantle review does, asks you to type its reference, and signs your yes with your OpenSSH key. ' +
        'The signature binds to the text, the servers, the recipients in their order, the order behind it and the aim; ' +
        'whatever of that changes voids it.',
    )
    .argument('<notice>', 'its reference (DSM-7K3Q9F), or the beginning of its id')
    .argument('[further...]', 'refused: each notice gets a look of its own')
    .addOption(new Option('--as <person>', 'who approves; an approver on record').makeOptionMandatory())
    .addOption(keyOption())
    .addOption(
      new Option('--hours <n>', `how long it stands (default: ${APPROVAL_HOURS}, at most ${MAX_APPROVAL_HOURS})`),
    )
    .addOption(new Option('--yes', 'you have looked at it: do not ask for the reference again'))
    .addHelpText(
      'after',
      helpText({
        notes: `Whoever vouched for a server of it, or for an import that names one, cannot
approve it. One command approves one notice, in drills as well: what is trained
is what will be done. An approval never outlives the order that it stands on.`,
        examples: [
          ["dismantle approve DSM-7K3Q9F --as 'Bo Example'", 'Shows it, asks, and signs.'],
          ["dismantle approve DSM-7K3Q9F --as 'Bo Example' --hours 12 --yes", 'Signs for twelve hours without asking.'],
          [
            "dismantle approve DSM-7K3Q9F --as 'Bo Example' --key ~/.ssh/work.pub",
            'Signs with the key that an agent holds.',
          ],
        ],
        exits: ['1    It may not be approved, or it failed; nothing was signed.'],
      }),
    )
    .action(async (name: string, further: readonly string[], options: ApproveOptions) => {
      if (further.length > 0)
        throw problem('usage', 'one notice at a time: each gets a look of its own', `First: dismantle review ${name}`);
      const hours = options.hours === undefined ? null : hoursOf(options.hours);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const sources = await reviewSources(face, app, world);
        const shown = await review(world, sources, name, options.operation ?? null);
        if (options.yes !== true) await confirm(face, shown, world.clock.now());
        const after = await approve(world, signingOf(app, options), sources, shown, { person: options.as, hours });
        if (options.json === true) printJson(face.terminal, after);
        else face.terminal.out(approvedText(after, options));
      });
    });
}

function hoursOf(text: string): number {
  const hours = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : null;
  if (hours !== null && hours <= MAX_APPROVAL_HOURS) return hours;
  throw problem('usage', `--hours is a whole number from 1 to ${MAX_APPROVAL_HOURS}, not "${text}"`);
}

/** A yes that nobody typed is none: without a terminal it takes --yes. */
async function confirm(face: Face, shown: Review, now: Instant): Promise<void> {
  const { reference } = shown.notice;
  face.terminal.err(`${reviewText(shown, now, face.terminal.errStyle)}\n`);
  const typed = await askLine(`Type ${reference} to approve it: `, face.signal);
  if (typed === null)
    throw problem(
      'usage',
      'nobody is at a terminal to confirm it',
      'Look at it with dismantle review, then give --yes',
    );
  if (typed.trim().toUpperCase() === reference.toUpperCase()) return;
  throw problem('refused', `that is not ${reference}; nothing was signed`, `Look again: dismantle review ${reference}`);
}

function approvedText({ notice, standing, refusals }: Review, options: ApproveOptions): string {
  const { reference, operation } = notice;
  const more = suggestedOptions(options);
  const head = `${safeText(options.as)} has approved ${reference}: ${standing.given.length} of ${standing.needed} approvals.\n`;
  if (standing.until === null) {
    const who =
      standing.mayApprove.length === 0 ? 'nobody else on record may' : standing.mayApprove.map(safeText).join(', ');
    return `${head}Still to approve: ${who}.\nNext: dismantle approve ${reference} --as NAME${more}\n`;
  }
  const kept = refusals.map(({ code }) => code);
  const what = kept.length === 0 ? 'Nothing keeps it from leaving.' : `What still keeps it: ${kept.join(', ')}.`;
  return `${head}It is approved until ${readableInstant(standing.until)}. ${what}\nNext: dismantle ${kept.length === 0 ? `send --operation ${operation}` : `review ${reference}`}${more}\n`;
}
