import { Command, InvalidArgumentError, Option } from 'commander';
import { writeWholeFile } from '../../app.ts';
import type { App } from '../../app.ts';
import { defang } from '../../domain/defang.ts';
import { problem } from '../../domain/problem.ts';
import { findOperation } from '../../flow.ts';
import { WITHHOLDABLE, evidenceServer, writeEvidence } from '../../flow/evidence.ts';
import type { EvidenceBundle, Withholdable } from '../../flow/evidence.ts';
import type { EvidenceServer } from '../../ports/evidence.ts';
import type { World } from '../../ports/world.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeLines, safeText } from '../terminal.ts';
import { assertContinues } from './ledger-shared.ts';
import { addCommonOptions, chosenOperation, shellWord, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface EvidenceOptions extends CommonOptions {
  readonly operation?: string;
  readonly withhold: readonly Withholdable[];
}

export function evidenceCommand(face: Face): Command {
  return addCommonOptions(new Command('evidence'))
    .summary('write all evidence about a case or an operation into one file for a court')
    .description(
      'Writes a ZIP with everything that the ledger holds about an operation, or about one server and its cases: what ' +
        'sources said, what registries answered, decisions, notices as they were sent, approvals with their signatures, ' +
        'replies, looks, verdicts, each with a proof that leads to a signed checkpoint; an index that tells it in order; and ' +
        'the program that checks all of it with nothing but Node. WHAT is the name of an operation, the id of a case, or a server.',
    )
    .argument('<what>', 'an operation, the id of a case, or a host, defanged or not')
    .addOption(new Option('--out <file>', 'where to, a name that ends in .zip').makeOptionMandatory())
    .addOption(
      new Option('--operation <name>', 'which operation a case or server is of (needed where there are several)'),
    )
    .addOption(
      new Option('--withhold <what>', `what to keep back, by commas: ${WITHHOLDABLE.join(', ')}`)
        .argParser(parseWithhold)
        .default([], 'nothing'),
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle evidence 192.0.2.11 --out case.zip', 'Writes the evidence about one server and its cases.'],
          [
            'dismantle evidence first-look --out all.zip --withhold personal,sealed',
            'Keeps back what is personal or sealed.',
          ],
          ['dismantle audit case.zip', 'Checks it; so does node audit/dismantle-audit.js . inside.'],
        ],
        exits: ['1    There is no such thing, or a message that the ledger names is missing.'],
      }),
    )
    .action(async (what: string, { out, ...options }: EvidenceOptions & { readonly out: string }) => {
      if (!/\.zip$/i.test(out)) {
        throw problem('usage', `--out ${out}: the evidence is a ZIP`, 'Give a name that ends in .zip');
      }
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const { operation, isWhole } = await operationOf(world, what, options.operation);
        await app.introduceLedgerKey(world);
        const { server, bundle } = await write(app, world, out, async (transaction, writer, program) => {
          const found = isWhole ? null : await evidenceServer(transaction, operation, what);
          const signer = await app.openLedgerKey(transaction);
          await assertContinues(app, (await transaction.ledgerHead()).entries);
          const request = { operation, server: found, withhold: options.withhold, now: world.clock.now() };
          return { server: found, bundle: await writeEvidence(transaction, signer, request, writer, program) };
        });
        await app.keepCheckpoint(bundle.checkpoint);
        if (bundle.missing.length > 0) process.exitCode = 1;
        if (options.json === true) {
          const about = { operation: operation.name, server: server?.serverId ?? null, cases: server?.cases ?? [] };
          printJson(face.terminal, { file: out, about, withhold: options.withhold, ...bundle });
        } else face.terminal.out(writtenText(out, operation.name, server, bundle));
      });
    });
}

type Work<Value> = (
  transaction: Parameters<typeof writeEvidence>[0],
  writer: Parameters<typeof writeEvidence>[3],
  program: Parameters<typeof writeEvidence>[4],
) => Promise<Value>;

/** The file is written while it is made, and is there whole or not at all. */
async function write<Value>(app: App, world: World, out: string, work: Work<Value>): Promise<Value> {
  const { writer, program } = await app.openEvidence();
  const file = writeWholeFile(out, writer.chunks());
  // A disk that is full stops whoever waits to write the next file.
  file.catch((error: unknown) => writer.fail(error instanceof Error ? error : new Error(String(error))));
  try {
    const value = await world.store.read((transaction) => work(transaction, writer, program));
    writer.end();
    await file;
    return value;
  } catch (error) {
    writer.fail(error instanceof Error ? error : new Error(String(error)));
    await file.catch(() => undefined);
    throw error;
  }
}

/** An operation goes before a host of the same name. */
async function operationOf(
  world: World,
  what: string,
  named: string | undefined,
): Promise<{ operation: Awaited<ReturnType<typeof findOperation>>; isWhole: boolean }> {
  const whole = named === undefined ? await world.store.read((transaction) => transaction.findOperation(what)) : null;
  if (whole !== null) return { operation: whole, isWhole: true };
  return { operation: await findOperation(world, await chosenOperation(world, named)), isWhole: false };
}

function parseWithhold(text: string): readonly Withholdable[] {
  const words = text.split(',').map((word) => word.trim());
  const chosen = WITHHOLDABLE.filter((word) => words.includes(word));
  const unknown = words.find((word) => !chosen.some((known) => known === word));
  if (unknown === undefined) return chosen;
  throw new InvalidArgumentError(`"${unknown}" is nothing that can be kept back; known: ${WITHHOLDABLE.join(', ')}`);
}

function writtenText(out: string, operation: string, server: EvidenceServer | null, bundle: EvidenceBundle): string {
  const about =
    server === null ? `operation ${safeText(operation)}` : `${defang(server.host)} in operation ${safeText(operation)}`;
  const { checkpoint, entries, erased, files, ledgerEntries, missing, root, rows, verifierKey, withheld } = bundle;
  const bad = missing.map((file) => `  missing, or not what the ledger names: ${file}\n`).join('');
  return (
    `${safeText(out)}: ${about}, ${entries} of ${ledgerEntries} entries, ${rows} rows, ${files} files\n` +
    `  kept back ${withheld}, erased ${erased}\n${bad}  root ${root}\n  key  ${verifierKey}\n` +
    `Check it with: dismantle audit ${shellWord(out)}, or unpacked: node audit/dismantle-audit.js . --key KEY\n` +
    `Hand the key over by another way than the file. Its checkpoint:\n\n${safeLines(checkpoint)}`
  );
}
