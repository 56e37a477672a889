import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { due, duties, handover, setDuty } from '../../flow/clock.ts';
import type { ClockSources } from '../../flow/clock.ts';
import { isoInstant } from '../../domain/instant.ts';
import { instantOf } from '../../flow/deconflict.ts';
import { dueText, dutiesText, handoverText } from '../due-text.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import type { World } from '../../ports/world.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

interface OperationOptions extends CommonOptions {
  readonly operation?: string;
}

const OPERATION = '--operation <name>';
const WHICH = 'which operation (needed where there are several)';

/** What the clock is read with. */
export async function clockSources(app: App, world: World): Promise<ClockSources> {
  const { methodTable, notices } = await app.openNoticeSources(await approvedTable(world));
  return { methodTable, notices, clock: app.settings.clock, verify: app.settings.verify };
}

const DUE_NOTES = `Every identified server is held against the target (clock.targetHours, 3 hours from
its identification to its notice), every notice that has left against the playbook's
clock. The order: a retraction that runs, then harm to victims (in how many of the
newest configurations, alive or not, how many sightings), then what has least time
left. What says "goes by itself" is queued by dismantle send; all else is a person's.`;

export function dueCommand(face: Face): Command {
  return addCommonOptions(new Command('due'))
    .summary('list what is due, the most harmful to victims first')
    .description('Lists every deadline that runs: first notices, reminders, contests, retractions, authorities, arming.')
    .addOption(new Option(OPERATION, WHICH))
    .addOption(new Option('--all', 'all of them, not the first 40'))
    .addHelpText(
      'after',
      helpText({ notes: DUE_NOTES, examples: [['dismantle due', 'Says what to do first.'], ['dismantle due --json', 'Gives it to a script.']] }),
    )
    .action(async (options: OperationOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const found = await due(world, await clockSources(app, world), await chosenOperation(world, options.operation));
        if (options.json !== true) {
          face.terminal.out(dueText(found, face.terminal.style, options.all === true));
          return;
        }
        const steps = found.steps.map((step) => ({
          ...step,
          dueAt: isoInstant(step.dueAt),
          overdueSeconds: Math.max(0, Math.floor((found.at - step.dueAt) / 1000)),
        }));
        printJson(face.terminal, { operation: found.operation, at: isoInstant(found.at), steps });
      });
    }); // prettier-ignore
}

export function handoverCommand(face: Face): Command {
  return addCommonOptions(new Command('handover'))
    .summary('print what the next shift must know')
    .description('One page: who is on duty, what is armed, open contests, retractions, hands-offs, what went, came, is due.')
    .addOption(new Option(OPERATION, WHICH))
    .addHelpText('after', helpText({ examples: [['dismantle handover', 'Prints the page.']] }))
    .action(async (options: OperationOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const page = await handover(world, await clockSources(app, world), await chosenOperation(world, options.operation));
        if (options.json === true) printJson(face.terminal, { ...page, at: isoInstant(page.at), since: isoInstant(page.since) });
        else face.terminal.out(handoverText(page, face.terminal.style));
      });
    }); // prettier-ignore
}

export function dutyCommand(face: Face): Command {
  const duty = new Command('duty').summary('who is on duty, and when');
  duty.description('Keeps the roster: whom a hand-over goes to, and who is asked first.');
  duty.addHelpText('after', helpText({ examples: [['dismantle duty list', 'Lists who is on duty now and later.']] }));
  duty.addCommand(setCommand(face));
  duty.addCommand(listCommand(face));
  return duty;
}

interface SetOptions extends CommonOptions, Pick<SpeakerOptions, 'as'> {
  readonly from: string;
  readonly until: string;
}

function setCommand(face: Face): Command {
  return addCommonOptions(new Command('set'))
    .summary('put a person on duty')
    .description('Puts a person on the roster from one moment to another. Once people are on record, one of them.')
    .argument('<person>', 'who is on duty')
    .requiredOption('--from <moment>', 'from when, UTC, year first')
    .requiredOption('--until <moment>', 'until when, UTC, year first')
    .requiredOption('--as <person>', 'who says it; goes into the ledger')
    .addHelpText(
      'after',
      helpText({
        examples: [
          [
            'dismantle duty set Ada --from 2026-11-24T06:00Z --until 2026-11-24T14:00Z --as Bo',
            'Gives a shift to Ada.',
          ],
        ],
      }),
    )
    .action(async (person: string, options: SetOptions) => {
      const words = {
        person: safeText(person).trim(),
        from: instantOf(options.from, '--from'),
        until: instantOf(options.until, '--until'),
        by: safeText(options.as).trim(),
      };
      await withApp(face, options, async (app) => {
        const set = await setDuty(await app.openWorld(), words);
        const shown = { ...set, from: isoInstant(set.from), until: isoInstant(set.until) };
        if (options.json === true) printJson(face.terminal, shown);
        else face.terminal.out(dutiesText([set], app.clock.now()));
      });
    });
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list who is on duty now and later')
    .description('Lists the roster from now on, the earliest shift first.')
    .addHelpText('after', helpText({ examples: [['dismantle duty list --json', 'Gives it to a script.']] }))
    .action(async (options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const roster = await duties(await app.openWorld());
        if (options.json !== true) {
          face.terminal.out(dutiesText(roster, app.clock.now()));
          return;
        }
        const shown = roster.map((each) => ({ ...each, from: isoInstant(each.from), until: isoInstant(each.until) }));
        printJson(face.terminal, shown);
      });
    });
}
