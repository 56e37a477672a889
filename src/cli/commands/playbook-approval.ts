import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { changedRows } from '../../flow.ts';
import type { ChangedRow } from '../../flow.ts';
import {
  approveTable,
  approvedTable,
  proposedSource,
  proposedTable,
  proposedTables,
  proposeTable,
  rejectTable,
  testedAgainst,
  withdrawTable,
} from '../../flow/proposed-tables.ts';
import type { ProposedTableView } from '../../flow/proposed-tables.ts';
import type { World } from '../../ports/world.ts';
import { askLine } from '../ask.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { proposedTablesText, proposedTableText } from '../proposed-table-text.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { addSigner, keyOption, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const HASH = 'its SHA-256, or the first 8 characters or more';

/** What changes the method table in force: one proposes it, another one, counsel, approves it. */
export function playbookApprovalCommands(face: Face): readonly Command[] {
  return [listCommand(face), proposeCommand(face), approveCommand(face), rejectCommand(face), withdrawCommand(face)];
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list the tables that were proposed, and which one is in force')
    .description('Lists every method table that was proposed here, with who said what of it.')
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle playbook list', 'Lists them.'],
          [`dismantle playbook list --json | jq '.[] | select(.state == "waiting").sha256'`, 'Gives what waits.'],
        ],
      }),
    )
    .action(async (options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const tables = await proposedTables(await app.openWorld());
        if (options.json === true) printJson(face.terminal, tables);
        else face.terminal.out(proposedTablesText(tables, face.terminal.style));
      });
    });
}

interface ProposeOptions extends CommonOptions, SignerOptions {
  readonly examples?: string;
}

function proposeCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('propose')))
    .summary('put a method table before counsel, signed with your key')
    .description(
      'Records a method table, what it changes of the one in force, and the test cases that it passes. It decides nothing ' +
        'before a second person, who is counsel, has approved it. Refused where it would do harm, or where a test case fails.',
    )
    .argument('<file>', 'the method table, DMN')
    .addOption(new Option('--examples <file>', 'its test cases, YAML (default: those that come with the program)'))
    .addHelpText(
      'after',
      helpText({
        notes: `The file is read once and kept: what becomes of it later changes nothing.`,
        examples: [
          [
            "dismantle playbook propose mine.dmn --as 'Ada Example' --reason 'order of 3 March'",
            'Proposes a table that counsel has edited.',
          ],
        ],
        exits: ['1    It is no method table, does harm, fails a test case, or it failed.'],
      }),
    )
    .action(async (file: string, options: ProposeOptions) => {
      await withApp(face, options, async (app) => {
        const bytes = await bytesOf(file);
        const table = await app.readSafeTable(file, bytes);
        const isOurs = options.examples === undefined;
        const text = isOurs ? await app.openOwnExamples() : (await bytesOf(options.examples ?? '')).toString();
        const list = app.readExamples(options.examples ?? 'the test cases of the program', text);
        const world = await app.openWorld();
        const { table: inForce } = await app.openMethodTable(null, await approvedTable(world));
        const view = await proposeTable(
          world,
          signingOf(app, options),
          { table, bytes, inForce, examples: { list, text, isOurs } },
          { person: options.as, reason: options.reason },
        );
        if (options.json === true) {
          printJson(face.terminal, view);
          return;
        }
        face.terminal.out(
          `${proposedTableText(await shownProposal(app, world, view.sha256), face.terminal.style)}\n` +
            `It decides nothing before another person, who is counsel, approves it.\n` +
            `Next: dismantle playbook approve ${view.sha256.slice(0, 12)} --as NAME${suggestedOptions(options)}\n`,
        );
      });
    });
}

interface ApproveOptions extends CommonOptions {
  readonly as: string;
  readonly key?: string;
  readonly yes?: boolean;
}

function approveCommand(face: Face): Command {
  return addCommonOptions(new Command('approve'))
    .summary('put a proposed table in force, signed with your key; counsel, and not who proposed it')
    .description(
      'Shows the table with what it changes of the one in force, asks you to type the beginning of its hash, and signs your ' +
        'yes. From that moment every decision here is by it, whatever the settings name.',
    )
    .argument('<hash>', HASH)
    .addOption(new Option('--as <person>', 'who approves; counsel on record').makeOptionMandatory())
    .addOption(keyOption())
    .addOption(new Option('--yes', 'you have looked at it: do not ask for its hash again'))
    .addHelpText(
      'after',
      helpText({
        notes: `Whoever proposed it cannot approve it. Where another table has come into force
since, it has to be proposed anew: what differs was shown against the former one.
Open cases are decided anew by the next run; what has left stays as it left.`,
        examples: [["dismantle playbook approve 3f9a1c07b2de --as 'Dee Example'", 'Shows it, asks, and signs.']],
        exits: ['1    It may not be approved, or it failed; nothing was signed.'],
      }),
    )
    .action(async (hash: string, options: ApproveOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const shown = await shownProposal(app, world, hash);
        if (options.yes !== true) await confirm(face, shown);
        const view = await approveTable(world, signingOf(app, options), shown.view.sha256, { person: options.as });
        if (options.json === true) printJson(face.terminal, view);
        else
          face.terminal.out(
            `${safeText(options.as)} has approved the method table ${view.number} (${view.sha256.slice(0, 12)}). It is in force.\n` +
              `Open cases are decided by it at the next run: dismantle run --operation NAME${suggestedOptions(options)}\n`,
          );
      });
    });
}

/** A yes that nobody typed is none: without a terminal it takes --yes. */
async function confirm(face: Face, shown: ShownProposal): Promise<void> {
  const short = shown.view.sha256.slice(0, 12);
  face.terminal.err(`${proposedTableText(shown, face.terminal.errStyle)}\n`);
  const typed = await askLine(`Type ${short} to approve it: `, face.signal);
  if (typed === null) {
    throw problem(
      'usage',
      'nobody is at a terminal to confirm it',
      `Look at it with dismantle playbook show ${short}, then give --yes`,
    );
  }
  if (typed.trim().toLowerCase() === short) return;
  throw problem('refused', `that is not ${short}; nothing was signed`, `Look again: dismantle playbook show ${short}`);
}

function rejectCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('reject')))
    .summary('say no to a proposed table, signed with your key')
    .description('Records that counsel or an approver says no to a method table that waits. It may be proposed again.')
    .argument('<hash>', HASH)
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle playbook reject 3f9a1c07b2de --as 'Dee Example' --reason 'Article 9 …'", 'Says no.']],
        exits: ['1    It does not wait, or it failed.'],
      }),
    )
    .action(async (hash: string, options: CommonOptions & SignerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const view = await rejectTable(await app.openWorld(), signingOf(app, options), hash, words);
        if (options.json === true) printJson(face.terminal, view);
        else face.terminal.out(`${safeText(options.as)} has rejected the method table ${view.number}.\n`);
      });
    });
}

function withdrawCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('withdraw')))
    .summary('take a table back: your own that waits, or as counsel the one in force')
    .description(
      'Takes back a table that you have proposed and that waits; or, as counsel, the one that is in force. Then the one that ' +
        'was approved before it is in force again, else that of the settings.',
    )
    .argument('<hash>', HASH)
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle playbook withdraw 3f9a1c07b2de --as 'Dee Example' --reason 'repealed'", 'Takes it back.'],
        ],
        exits: ['1    It is neither your own that waits nor in force, or it failed.'],
      }),
    )
    .action(async (hash: string, options: CommonOptions & SignerOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const words = { person: options.as, reason: options.reason };
        const view = await withdrawTable(world, signingOf(app, options), hash, words);
        if (options.json === true) {
          printJson(face.terminal, view);
          return;
        }
        const { file } = await app.openMethodTable(null, await approvedTable(world));
        const next = view.approvedAt === null ? '' : `In force now: ${safeText(file)}\n`;
        face.terminal.out(`${safeText(options.as)} has taken the method table ${view.number} back.\n${next}`);
      });
    });
}

export interface ShownProposal {
  readonly view: ProposedTableView;
  /** Against the table that is in force now. */
  readonly changes: readonly ChangedRow[];
  /** What the test cases that come with the program say of it now. */
  readonly ours: ReturnType<typeof testedAgainst>;
}

export async function shownProposal(app: App, world: World, hash: string): Promise<ShownProposal> {
  const view = await proposedTable(world, hash);
  const { table } = await app.readMethodTable('the proposed table', await proposedSource(world, hash));
  const { table: inForce } = await app.openMethodTable(null, await approvedTable(world));
  const ours = app.readExamples('the test cases of the program', await app.openOwnExamples());
  return { view, changes: changedRows(inForce, table), ours: testedAgainst(table, ours) };
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw problem('input', `${file} cannot be read`, 'Check the path and that you may read it', cause);
  }
}
