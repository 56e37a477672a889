import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { findOperation, momentOf } from '../../flow.ts';
import {
  aimNotices,
  doneByHand,
  listOutgoing,
  oneLineOf,
  retryFailed,
  sendDue,
  speakerKey,
  textForForm,
} from '../../flow/sending.ts';
import type { DoneByHand, OutgoingView, SendSummary } from '../../flow/sending.ts';
import type { World } from '../../ports/world.ts';
import { clockSources } from './due.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { sendText } from '../send-text.ts';
import { addCommonOptions, addOfflineOption, chosenOperation, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface OperationOptions extends CommonOptions {
  readonly operation?: string;
}

interface SendOptions extends OperationOptions {
  readonly watch?: boolean;
}

const OPERATION = '--operation <name>';
const WHICH = 'which operation (needed where there are several)';
/** Between two looks at the queue of `send --watch`; an aim is met within it. */
const WATCH_PAUSE_MS = 1000;

export function sendCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('send')))
    .summary('send what has been approved, and what is due')
    .description(
      'Sends approved notices, copies for national CSIRTs, reminders and corrections through the mail server of the ' +
        'settings: at least once each, and never under two Message-IDs. Right before each attempt everything is asked ' +
        'again: approvals, arming, hands-off, deconfliction, age of evidence and of the last look, authority. What is ' +
        'unarmed stays, and is written to the folder ready of the output as it would leave.',
    )
    .addOption(new Option(OPERATION, WHICH))
    .addOption(new Option('--watch', 'go on: wait for aims, retries and what is approved meanwhile; Ctrl-C ends it'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle send', 'Sends what may go now, and says what keeps the rest.'],
          ['dismantle send --watch', 'Stays, so that an aim is met to the minute.'],
        ],
        exits: ['1    Something failed for good and needs a person, or the mail server is not set.'],
      }),
    )
    .action(async (options: SendOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const setup = await app.openSending(await findOperation(world, operation));
        const sources = await clockSources(app, world);
        let isFirst = true;
        do {
          const summary = await sendDue(world, setup, sources, isFirst);
          const isQuiet = options.watch === true && !isFirst && isNothing(summary);
          isFirst = false;
          if (!isQuiet) tell(face, summary, options, operation);
          if (options.watch !== true) {
            if (summary.failed > 0)
              throw problem(
                'refused',
                `${summary.failed} need a person: refused by everybody, or in doubt`,
                `See: dismantle outgoing --operation ${operation}`,
              );
            return;
          }
          await pause(face.signal);
        } while (!face.signal.aborted);
      });
    });
}

function isNothing({ queued, sent, briefed, retried, nextContact, failed }: SendSummary): boolean {
  return queued + sent + briefed + retried + nextContact + failed === 0;
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(WATCH_PAUSE_MS, undefined, { signal }).catch(() => {});
}

function tell(face: Face, summary: SendSummary, options: OperationOptions, operation: string): void {
  if (options.json === true) printJson(face.terminal, { operation, ...summary });
  else face.terminal.out(sendText(summary, operation, suggestedOptions(options)));
}

export function outgoingCommand(face: Face): Command {
  return addCommonOptions(new Command('outgoing'))
    .summary('list what has left, waits to leave, or failed to')
    .description('Every message of an operation: notices, copies, reminders, corrections, calls; with its last answer.')
    .addOption(new Option(OPERATION, WHICH))
    .addOption(new Option('--retry <reference>', 'try what failed of this notice again, from the first contact'))
    .addOption(new Option('--as <person>', 'who says it; goes into the ledger'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle outgoing', 'Lists them.'],
          ["dismantle outgoing --retry DSM-7K3Q9F --as 'Ada Example'", 'Queues what failed anew.'],
        ],
        exits: ['1    There is no such notice or operation, or it failed.'],
      }),
    )
    .action(async (options: OperationOptions & { readonly retry?: string; readonly as?: string }) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await findOperation(world, await chosenOperation(world, options.operation));
        if (options.retry !== undefined) {
          if (options.as === undefined) throw problem('usage', '--retry needs --as', "Example: --as 'Ada Example'");
          const count = await retryFailed(world, operation, options.retry, await speakerKey(world, options.as));
          if (options.json === true) printJson(face.terminal, { operation: operation.name, queued: count });
          else
            face.terminal.out(
              `${count} queued anew. Next: dismantle send --operation ${operation.name}${suggestedOptions(options)}\n`,
            );
          return;
        }
        const views = await listOutgoing(world, operation);
        if (options.json === true) printJson(face.terminal, views);
        else if (views.length === 0) face.terminal.out('Nothing has left, and nothing waits to.\n');
        else face.terminal.out(table(views, COLUMNS, face.terminal.style));
      });
    });
}

const COLUMNS: readonly Column<OutgoingView>[] = [
  { title: 'notice', value: ({ reference }) => reference },
  { title: 'what', value: ({ channel, kind }) => (channel === 'mail' ? kind : `${kind} (${channel})`) },
  { title: 'state', value: ({ state }) => (state === 'attempted' ? 'in doubt' : state) },
  { title: 'to', max: 40, value: ({ to }) => to },
  { title: 'tries', right: true, value: ({ attempts }) => attempts },
  { title: 'when', max: 30, value: ({ sentAt, nextAt }) => sentAt ?? (nextAt === null ? null : `next ${nextAt}`) },
  { title: 'last answer', max: 60, value: ({ response }) => response },
];

interface AimOptions extends OperationOptions {
  readonly as: string;
  readonly until?: string;
  readonly clear?: boolean;
}

export function aimCommand(face: Face): Command {
  return addCommonOptions(new Command('aim'))
    .summary('say when the notices of an operation are to leave')
    .description(
      'Sets one moment before which no notice that is still to be sent leaves, so that all of a strike leave together. ' +
        'The aim is part of what is approved: the next run drafts the notices with it, and approvals given before are void.',
    )
    .argument('[moment]', 'year first, UTC where no zone is given: 2026-11-30T14:00Z')
    .addOption(new Option('--until <moment>', 'not after this moment either'))
    .addOption(new Option('--clear', 'take the aim back: notices leave as soon as they may'))
    .addOption(new Option('--as <person>', 'who says it; goes into the ledger').makeOptionMandatory())
    .addOption(new Option(OPERATION, WHICH))
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle aim 2026-11-30T14:00Z --as 'Ada Example'", 'All leave within a minute of 14:00 UTC.']],
        exits: ['1    There is no such operation, or it failed.'],
      }),
    )
    .action(async (moment: string | undefined, options: AimOptions) => {
      if ((moment === undefined) !== (options.clear === true)) {
        throw problem('usage', 'give a moment, or --clear', 'Example: dismantle aim 2026-11-30T14:00Z');
      }
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await findOperation(world, await chosenOperation(world, options.operation));
        const aim = {
          notBefore: moment === undefined ? null : momentOf(moment, 'the aim'),
          notAfter: options.until === undefined ? null : momentOf(options.until, '--until'),
        };
        await aimNotices(world, operation, await speakerKey(world, options.as), aim);
        if (options.json === true) printJson(face.terminal, { operation: operation.name, ...aim });
        else
          face.terminal.out(
            `Aimed. Next: dismantle run --operation ${operation.name}${suggestedOptions(options)}, then have the notices approved.\n`,
          );
      });
    });
}

interface FormOptions extends OperationOptions {
  readonly as?: string;
  readonly ticket?: string;
  readonly note?: string;
}

export function formCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('form')))
    .summary("carry a notice to a provider's form, and record that it was")
    .description(
      "Prints an approved notice's text for the provider's own form, with the address of the form. With --ticket or --note " +
        'it records that a person has submitted it, which counts as sent. The text is handed out under the same rules as ' +
        'mail; what a person has done is recorded in any case.',
    )
    .argument('<reference>', 'the notice: DSM-7K3Q9F')
    .addOption(new Option('--as <person>', 'who submitted it; goes into the ledger'))
    .addOption(new Option('--ticket <text>', "the provider's receipt or ticket number"))
    .addOption(new Option('--note <text>', 'what else is to be known of it'))
    .addOption(new Option(OPERATION, WHICH))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle form DSM-7K3Q9F', 'Prints what to paste, and where.'],
          ["dismantle form DSM-7K3Q9F --as 'Ada Example' --ticket 20261130-17", 'Records that it is done.'],
        ],
        exits: ['1    Nothing of it waits for a person, or a rule keeps it.'],
      }),
    )
    .action(async (reference: string, options: FormOptions) => {
      await withApp(face, options, async (app) => {
        const { world, setup, operation } = await opened(app, options.operation);
        if (options.ticket === undefined && options.note === undefined) {
          const { dispatch, notice, text } = await textForForm(world, setup, reference);
          if (options.json === true)
            printJson(face.terminal, { reference: notice.reference, form: dispatch.contacts[0], text });
          else
            face.terminal.out(
              `Form of ${safeText(notice.provider)}: ${safeText(dispatch.contacts[0] ?? '')}\n\n${text}\n`,
            );
          return;
        }
        await record(face, world, setup, operation, reference, options, 'form');
      });
    });
}

export function phoneCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('phone')))
    .summary('write down a telephone call about a notice')
    .description('Records a call about a notice that was sent: with whom, what was said. It goes into the ledger.')
    .argument('<reference>', 'the notice: DSM-7K3Q9F')
    .addOption(new Option('--as <person>', 'who telephoned; goes into the ledger').makeOptionMandatory())
    .addOption(new Option('--note <text>', 'with whom, and what was said').makeOptionMandatory())
    .addOption(new Option('--ticket <text>', 'a ticket number that was given'))
    .addOption(new Option(OPERATION, WHICH))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle phone DSM-7K3Q9F --as 'Ada Example' --note 'night desk: looks at it'", 'Records a call.'],
        ],
        exits: ['1    The notice has not been sent, or there is none.'],
      }),
    )
    .action(async (reference: string, options: FormOptions) => {
      await withApp(face, options, async (app) => {
        const { world, setup, operation } = await opened(app, options.operation);
        await record(face, world, setup, operation, reference, options, 'phone');
      });
    });
}

type Setup = Awaited<ReturnType<App['openSending']>>;

async function opened(app: App, name: string | undefined): Promise<{ world: World; setup: Setup; operation: string }> {
  const world = await app.openWorld();
  const operation = await chosenOperation(world, name);
  return { world, operation, setup: await app.openSending(await findOperation(world, operation)) };
}

async function record(
  face: Face,
  world: World,
  setup: Setup,
  operation: string,
  reference: string,
  options: FormOptions,
  channel: DoneByHand['channel'],
): Promise<void> {
  if (options.as === undefined) throw problem('usage', '--ticket and --note need --as', "Example: --as 'Ada Example'");
  await doneByHand(world, setup, reference, {
    channel,
    ticket: options.ticket === undefined ? null : oneLineOf(options.ticket, '--ticket', 200),
    note: options.note === undefined ? '' : oneLineOf(options.note, '--note', 1000),
    by: await speakerKey(world, options.as),
  });
  if (options.json === true) printJson(face.terminal, { operation, reference, channel });
  else face.terminal.out(`Recorded. See: dismantle outgoing --operation ${operation}${suggestedOptions(options)}\n`);
}
