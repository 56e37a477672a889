import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import type { Instant } from '../../domain/instant.ts';
import { review, waiting } from '../../flow/approvals.ts';
import type { Review, ReviewSources } from '../../flow/approvals.ts';
import type { WaitingNotice } from '../../ports/approvals.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import type { World } from '../../ports/world.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { approvalState } from '../review/approval-lines.ts';
import { messageText, reviewText } from '../review-text.ts';
import { table } from '../table.ts';
import type { Style } from '../terminal.ts';
import { addCommonOptions, chosenOperation, suggestedOptions, tellWithoutEffect, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

export interface NoticeOptions extends CommonOptions {
  readonly operation?: string;
}

interface ReviewOptions extends NoticeOptions {
  readonly text?: boolean;
}

/** The options that say what notices are judged by. */
export function addNoticeOptions(command: Command): Command {
  return addCommonOptions(command)
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--texts <dir>', 'a folder of notice texts that go before ours, one by one'))
    .addOption(new Option('--playbook <file>', 'the method table, DMN (default: playbooks/default.dmn)'));
}

/** What a review consults, with what nobody heeds told. */
export async function reviewSources(face: Face, app: App, world: World): Promise<ReviewSources> {
  const sources = await app.openNoticeSources(await approvedTable(world));
  tellWithoutEffect(face, sources.withoutEffect);
  return { ...sources, gates: app.settings.gates };
}

export function reviewCommand(face: Face): Command {
  return addNoticeOptions(new Command('review'))
    .summary('show what waits for approval, or all about one notice on one screen')
    .description(
      'Without a notice, lists what waits, the most harmful first. With one, shows what is asked, of whom, on what ground, ' +
        'every server with its evidence, what else could be hit, who has approved and who may, and what keeps it. Nothing ' +
        'is changed.',
    )
    .argument('[notice]', 'its reference (DSM-7K3Q9F), or the beginning of its id')
    .addOption(new Option('--text', 'show the message itself as well, word for word'))
    .addHelpText(
      'after',
      helpText({
        notes: 'What nobody was asked about is shown as unknown, never left out. Hosts are defanged.',
        examples: [
          ['dismantle review', 'Lists what waits in the only operation.'],
          ['dismantle review DSM-7K3Q9F --text', 'Shows one notice, and the message that would go out.'],
          [
            'dismantle review DSM-7K3Q9F --json | jq ".refusals[].code"',
            'Gives what keeps it from leaving to a script.',
          ],
        ],
        exits: ['1    There is no such notice, or it failed.'],
      }),
    )
    .action(async (name: string | undefined, options: ReviewOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        if (name === undefined) {
          const operation = await chosenOperation(world, options.operation);
          const notices = await waiting(world, operation);
          if (options.json === true) printJson(face.terminal, notices);
          else
            face.terminal.out(waitingText(notices, world.clock.now(), suggestedOptions(options), face.terminal.style));
          return;
        }
        const shown = await review(world, await reviewSources(face, app, world), name, options.operation ?? null);
        if (options.json === true) printJson(face.terminal, shown);
        else face.terminal.out(shownReview(shown, world.clock.now(), options.text === true, face.terminal.style));
      });
    });
}

function shownReview(shown: Review, now: Instant, withText: boolean, style: Style): string {
  return `${reviewText(shown, now, style)}${withText ? messageText(shown, style) : ''}`;
}

function waitingText(notices: readonly WaitingNotice[], now: Instant, more: string, style: Style): string {
  const [first] = notices;
  if (first === undefined) return 'Nothing waits.\n';
  const rows = table(
    notices,
    [
      { title: 'reference', value: ({ reference }) => reference },
      { title: 'provider', max: 30, value: ({ provider }) => provider },
      { title: 'method', value: ({ method }) => method },
      { title: 'servers', right: true, value: ({ servers }) => servers },
      { title: 'in configs', right: true, value: ({ configurations }) => configurations },
      { title: 'to', max: 34, value: ({ contacts }) => contacts[0] ?? '(no mailbox)' },
      { title: 'stands', max: 40, value: (notice) => approvalState(notice, now) },
    ],
    style,
  );
  return `${rows}\nNext: dismantle review ${first.reference}${more}\n`;
}
