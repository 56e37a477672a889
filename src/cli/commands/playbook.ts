import { Command, Option } from 'commander';
import type { App, MethodTableFile } from '../../app.ts';
import type { MethodFacts } from '../../domain/method.ts';
import { NEUTRAL_FACTS } from '../../domain/method-example.ts';
import { METHOD_INPUT_VALUES } from '../../domain/method-table.ts';
import { problem } from '../../domain/problem.ts';
import { checkMethodTable, explainMethod, tryExamples } from '../../flow.ts';
import { approvedTable, isTableHash } from '../../flow/proposed-tables.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { factsWords, otherRowLines, plainFact, rowLines } from '../method-text.ts';
import { proposedTableText } from '../proposed-table-text.ts';
import { checkText, shownRowText, testText } from '../playbook-text.ts';
import { table as tableText } from '../table.ts';
import { playbookApprovalCommands, shownProposal } from './playbook-approval.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

/** With a file none of these opens the database; without one they ask it which table is in force, where there is one. */
export function playbookCommand(face: Face): Command {
  const playbook = new Command('playbook').summary('check, test, read and change the method table');
  playbook.description(
    'The method table says which lawful way each server goes. These commands prove what it promises, hold it against ' +
      "counsel's own examples, show its rows, and put another one in force: one person proposes it, and counsel approves it.",
  );
  playbook.addHelpText(
    'after',
    helpText({ examples: [['dismantle playbook check', 'Proves the table in force sound, or lists what is wrong.']] }),
  );
  const reading = [checkCommand(face), testCommand(face), showCommand(face), decideCommand(face)];
  for (const command of [...reading, ...playbookApprovalCommands(face)]) playbook.addCommand(command);
  return playbook;
}

function checkCommand(face: Face): Command {
  return addCommonOptions(new Command('check'))
    .summary('prove that the table has a row for every case and breaks no rule')
    .description(
      'Tries every combination of facts. Finds those that no row takes, rows that can never decide, rows without law ' +
        'or citation, rows that name a text that does not exist, and rows that break a rule which no table may break: ' +
        'mail to a bulletproof provider before an order, an order where none is in force, victims cut off, and so on.',
    )
    .argument('[file]', 'the method table, DMN (default: the one in force)')
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle playbook check', 'Checks the table in force.'],
          ['dismantle playbook check mine.dmn', 'Checks one that counsel has edited, before it is used.'],
          ["dismantle playbook check --json | jq '.findings[].rowId'", 'Lists the rows at fault for a script.'],
        ],
        exits: ['0    The table is sound.', '1    There are findings, or the file is no method table.'],
      }),
    )
    .action(async (file: string | undefined, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const opened = await openTable(app, file ?? null);
        const report = checkMethodTable(opened.table, opened.templates);
        const { name, sha256 } = opened.table;
        if (options.json === true) printJson(face.terminal, { file: opened.file, name, sha256, ...report });
        else face.terminal.out(checkText(report, opened.file, sha256, face.terminal.style));
        if (!report.sound) process.exitCode = 1;
      });
    });
}

function testCommand(face: Face): Command {
  return addPlaybookOption(addCommonOptions(new Command('test')))
    .summary("hold counsel's own examples against the table")
    .description(
      'Decides each example of a YAML file and compares: facts in, and what the table has to say of them. A failing ' +
        'example is shown with the row that decided and why the expected one did not apply, cell by cell.',
    )
    .argument('<file>', 'the examples, YAML')
    .addHelpText(
      'after',
      helpText({
        notes: `A file of examples:

  examples:
    - name: A rented server in Brazil
      facts: { country: BR, kind: dedicated }
      expect: { method: abuse-notice, asks: [preserve, null-route], approvals: 2 }

Facts that an example leaves out are those of an ordinary case:
  ${factsWords(NEUTRAL_FACTS, plainFact).replace(/, (ground|trust)/g, ',\n  $1')}`,
        examples: [
          ['dismantle playbook test examples/counsel/examples.yaml', 'Tests the table in force.'],
          ['dismantle playbook test ours.yaml --playbook mine.dmn', 'Tests another one.'],
        ],
        exits: [
          '0    Every example passes.',
          '1    An example fails, or the file of --playbook is no method table.',
          '2    The command line or the file of examples is wrong; nothing was tested.',
        ],
      }),
    )
    .action(async (file: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const examples = await app.openExamples(file);
        const opened = await openTable(app);
        const tried = tryExamples(opened.table, examples);
        const passed = tried.every((example) => example.passed);
        if (options.json === true) {
          const { sha256 } = opened.table;
          printJson(face.terminal, { file, playbook: opened.file, sha256, passed, examples: tried });
        } else face.terminal.out(testText(tried, file, opened.file, face.terminal.style));
        if (!passed) process.exitCode = 1;
      });
    });
}

function showCommand(face: Face): Command {
  return addPlaybookOption(addCommonOptions(new Command('show')))
    .summary('list the rows of the table, or show one in full, or a table that was proposed')
    .description('Lists the rows in the order in which they are asked: the first that takes the facts decides.')
    .argument('[row]', 'the id of one row; or the SHA-256 of a table that was proposed, or its beginning')
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle playbook show', 'Lists every row of the table in force.'],
          ['dismantle playbook show 3f9a1c07b2de', 'Shows a proposed table, and what it changes.'],
          ['dismantle playbook show br-abuse-notice', 'Shows one row in full: law, evidence, escalation, citation.'],
        ],
        exits: ['1    There is no such row, or the file is no method table.'],
      }),
    )
    .action(async (id: string | undefined, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        if (id !== undefined && isTableHash(id) && (await app.hasDatabase())) {
          const shown = await shownProposal(app, await app.openWorld(), id);
          if (options.json === true)
            printJson(face.terminal, { ...shown.view, differs: shown.changes, ours: shown.ours });
          else face.terminal.out(proposedTableText(shown, face.terminal.style));
          return;
        }
        const { file, table } = await openTable(app);
        const rows = table.rows.map(({ cells, result, explanation }) => ({
          ...result,
          explanation,
          where: table.columns.map((column, index) => ({ column, cell: cells[index] ?? '-' })),
        }));
        const { style } = face.terminal;
        if (id !== undefined) {
          const row = rows.find((each) => each.id === id);
          if (row === undefined) {
            throw problem('not-found', `${file} has no row "${id}"`, 'List them with: dismantle playbook show');
          }
          if (options.json === true) printJson(face.terminal, row);
          else face.terminal.out(shownRowText(row, row.explanation, row.where, style));
          return;
        }
        if (options.json === true) {
          printJson(face.terminal, rows);
          return;
        }
        face.terminal.out(
          tableText(
            rows,
            [
              { title: 'row', value: (row) => row.id },
              { title: 'method', value: ({ method }) => method },
              { title: 'addressee', value: ({ addressee }) => addressee },
              { title: 'asks', max: 40, value: ({ asks }) => asks.join(', ') },
              { title: 'approvals', right: true, value: ({ approvals }) => approvals },
              { title: 'hours', right: true, value: ({ deadlineHours }) => deadlineHours },
            ],
            style,
          ),
        );
      });
    });
}

/** The table in that file, or the one in force: of --playbook, else approved, else of the settings. */
async function openTable(app: App, file: string | null = null): Promise<MethodTableFile> {
  const isAsked = file === null && app.settings.playbook === app.inForce.settings.playbook && (await app.hasDatabase());
  return app.openMethodTable(file, isAsked ? await approvedTable(await app.openWorld()) : null);
}

type FactOptions = { readonly [Fact in keyof MethodFacts]?: string };

function decideCommand(face: Face): Command {
  const command = addPlaybookOption(addCommonOptions(new Command('decide')))
    .summary('say which row decides over facts that you make up, and why no other')
    .description(
      'Decides over made-up facts as a run would over a case. Facts that are left out are those of an ordinary hosting ' +
        'provider of no known country; the capacity is the one in the settings.',
    )
    .addOption(new Option('--country <code>', 'two letters of ISO 3166-1 (default: not known)'));
  for (const [flag, fact, meaning] of FACT_OPTIONS) {
    const option = new Option(`--${flag} <${flag}>`, meaning).choices([...METHOD_INPUT_VALUES[fact]]);
    command.addOption(option);
  }
  return command
    .addOption(new Option('--all-rows', 'give every row a line, with all cells that ruled it out'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle playbook decide --country BR --kind dedicated', 'Shows the row for a rented server in Brazil.'],
          ['dismantle playbook decide --country ID --contact none --all-rows', 'Says why no other row applies.'],
        ],
        exits: ['1    No row takes the facts, or the file is no method table.'],
      }),
    )
    .action(async (options: CommonOptions & FactOptions & { readonly allRows?: boolean }) => {
      await withApp(face, options, async (app) => {
        const facts = factsOf(options, app.settings.organisation.capacity);
        const { file, table } = await openTable(app);
        const { row, explanation, trace } = explainMethod(table, facts);
        if (row === null) process.exitCode = 1;
        if (options.json === true) {
          printJson(face.terminal, { playbook: file, sha256: table.sha256, facts, row, explanation, rows: trace });
          return;
        }
        const { style } = face.terminal;
        const lines = [
          ...(row === null
            ? [style.bold('No row takes these facts')]
            : [style.bold(`Method: ${row.method}`), ...rowLines(row, explanation)]),
          style.dim(`  facts      ${factsWords(facts, plainFact)}`),
          ...otherRowLines(trace, plainFact, style, { allRows: options.allRows === true }),
        ];
        face.terminal.out(`${lines.join('\n')}\n`);
      });
    });
}

const FACT_OPTIONS = [
  ['kind', 'kind', 'what the server is'],
  ['asset-type', 'assetType', 'what it is named by'],
  ['ground', 'ground', 'what protective lists allow to be asked'],
  ['provider-type', 'providerType', 'what the provider does'],
  ['trust', 'trust', 'what is known of the provider'],
  ['contact', 'contact', 'whether anybody knows where the provider takes reports'],
  ['authority', 'authority', 'the instrument in force over the server'],
  ['capacity', 'capacity', 'what we are in law'],
] as const satisfies readonly (readonly [string, Exclude<keyof MethodFacts, 'country'>, string])[];

function factsOf(options: FactOptions, capacity: MethodFacts['capacity']): MethodFacts {
  const { country } = options;
  if (country !== undefined && (!/^[A-Z]{2}$/.test(country) || ['UK', 'EL', 'EU', 'ZZ'].includes(country))) {
    throw problem(
      'usage',
      `"${country}" is no country of two capital letters (ISO 3166-1)`,
      'Write --country BR; the United Kingdom is GB, Greece is GR',
    );
  }
  return {
    capacity: wordOf(METHOD_INPUT_VALUES.capacity, options.capacity) ?? capacity,
    assetType: wordOf(METHOD_INPUT_VALUES.assetType, options.assetType) ?? NEUTRAL_FACTS.assetType,
    kind: wordOf(METHOD_INPUT_VALUES.kind, options.kind) ?? NEUTRAL_FACTS.kind,
    ground: wordOf(METHOD_INPUT_VALUES.ground, options.ground) ?? NEUTRAL_FACTS.ground,
    country: country ?? NEUTRAL_FACTS.country,
    providerType: wordOf(METHOD_INPUT_VALUES.providerType, options.providerType) ?? NEUTRAL_FACTS.providerType,
    trust: wordOf(METHOD_INPUT_VALUES.trust, options.trust) ?? NEUTRAL_FACTS.trust,
    authority: wordOf(METHOD_INPUT_VALUES.authority, options.authority) ?? NEUTRAL_FACTS.authority,
    contact: wordOf(METHOD_INPUT_VALUES.contact, options.contact) ?? NEUTRAL_FACTS.contact,
  };
}

/** Commander has refused every other word already. */
function wordOf<Word extends string>(words: readonly Word[], text: string | undefined): Word | undefined {
  return words.find((word) => word === text);
}

function addPlaybookOption(command: Command): Command {
  return command.addOption(new Option('--playbook <file>', 'the method table, DMN (default: the one in force)'));
}
