import { Command, Option } from 'commander';
import { copyNoticeTexts, readBytes } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { lintMessageBytes, lintNotices } from '../../flow.ts';
import type { NoticeLint } from '../../flow.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { lintText } from '../lint-text.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, chosenOperation, tellWithoutEffect, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

const MAX_MESSAGE_BYTES = 50_000_000;

interface LintOptions extends CommonOptions {
  readonly operation?: string;
}

export function noticesLintCommand(face: Face): Command {
  return addCommonOptions(new Command('lint'))
    .summary('check drafts against what each format and law demands')
    .description(
      'Checks drafted notices: mail structure, X-ARF, the two-minute rule, asks that fit the kind of server, and what ' +
        'the law behind the method wants stated. Names what is wrong, what is missing, and by which rule. Nothing is ' +
        'changed. A message file is judged by its bytes alone, without a database.',
    )
    .argument(
      '[what...]',
      'references of drafts, or message files (*.eml); all drafts of the operation where none is named',
    )
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--texts <dir>', 'a folder of notice texts that go before ours, one by one'))
    .addOption(new Option('--playbook <file>', 'the method table, DMN (default: playbooks/default.dmn)'))
    .addHelpText(
      'after',
      helpText({
        notes: `An error keeps a notice from going out as it is; a warning does not. What is
missing only a person or a later step can supply, an approval for example.`,
        examples: [
          ['dismantle notices lint', 'Checks every draft of the only operation.'],
          ['dismantle notices lint DSM-7K3Q9F --operation examplebot', 'Checks one draft.'],
          ['dismantle notices lint draft.eml', 'Checks a message file, whoever wrote it.'],
          ['dismantle notices lint --json | jq ".[].findings[].rule"', 'Gives the rules that were broken to a script.'],
        ],
        exits: [
          '0    No error was found; there may be warnings, and statements still missing.',
          '1    An error was found, or it failed.',
        ],
      }),
    )
    .action(async (what: readonly string[], options: LintOptions) => {
      const files = what.filter(isFile);
      const references = what.filter((word) => !isFile(word));
      const lints: NoticeLint[] = [];
      for (const file of files) lints.push({ ...lintMessageBytes(file, await wholeFile(file)) });
      if (files.length === 0 || references.length > 0) {
        await withApp(face, options, async (app) => {
          const world = await app.openWorld();
          const sources = await app.openNoticeSources(await approvedTable(world));
          tellWithoutEffect(face, sources.withoutEffect);
          const operation = await chosenOperation(world, options.operation);
          lints.push(...(await lintNotices(world, sources, operation, references)));
        });
      }
      if (options.json === true) printJson(face.terminal, lints);
      else face.terminal.out(lintText(lints, face.terminal.style));
      if (lints.some(({ findings }) => findings.some(({ severity }) => severity === 'error'))) process.exitCode = 1;
    });
}

/** References are short words; a message file has a suffix or stands in a folder. */
function isFile(word: string): boolean {
  return /\.eml$/i.test(word) || /[\\/]/.test(word);
}

async function wholeFile(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of readBytes(path)) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_MESSAGE_BYTES)
      throw problem('input', `${path}: larger than 50 MB; this is no notice`, 'Check the path');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface TextsOptions extends CommonOptions {
  readonly copy?: string;
}

export function noticesTextsCommand(face: Face): Command {
  return addCommonOptions(new Command('texts'))
    .summary('list which notice text comes from where, or copy ours to begin with')
    .description(
      'Lists the texts that notices are made of, by language, and whether each is ours or your own. With --copy it ' +
        'writes ours into a folder, where you may change them and leave out the rest. A file that is there stays as it is.',
    )
    .addOption(new Option('--texts <dir>', 'a folder of notice texts that go before ours, one by one'))
    .addOption(new Option('--playbook <file>', 'the method table, DMN (default: playbooks/default.dmn)'))
    .addOption(new Option('--copy <dir>', 'write our texts there, never over a file that is there'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle notices texts', 'Lists every text, and where it comes from.'],
          ['dismantle notices texts --copy texts', 'Writes ours into texts/en and texts/de.'],
          ['dismantle notices texts --texts texts', 'Checks a folder of your own before it is put into the settings.'],
        ],
        exits: ['1    A text is wrong; standard error names its file and line.'],
      }),
    )
    .action(async (options: TextsOptions) => {
      if (options.copy !== undefined) {
        const copied = await copyNoticeTexts(options.copy);
        if (options.json === true) printJson(face.terminal, copied);
        else {
          face.terminal.out(`${copied.written.length} texts written below ${safeText(options.copy)}\n`);
          for (const path of copied.left) face.terminal.out(`  left as it is: ${safeText(path)}\n`);
          face.terminal.out(
            `Use them with: dismantle run … --texts ${safeText(options.copy)}, or the setting notices.texts\n`,
          );
        }
        return;
      }
      await withApp(face, options, async (app) => {
        const { files, withoutEffect } = await app.openNoticeSources(null);
        tellWithoutEffect(face, withoutEffect);
        const inForce = new Map(files.map((entry) => [`${entry.language}/${entry.name}`, entry]));
        const rows = [...inForce.values()]
          .map(({ language, name, origin, file }) => ({ language, name, origin, file }))
          .toSorted((one, other) => (`${one.language}/${one.name}` < `${other.language}/${other.name}` ? -1 : 1));
        if (options.json === true) printJson(face.terminal, rows);
        else
          face.terminal.out(
            table(
              rows,
              [
                { title: 'language', value: ({ language }) => language },
                { title: 'text', value: ({ name }) => name },
                { title: 'from', max: 80, value: ({ origin, file }) => (origin === 'ours' ? 'ours' : file) },
              ],
              face.terminal.style,
            ),
          );
      });
    });
}
