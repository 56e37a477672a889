import { join } from 'node:path';
import { Command, Option } from 'commander';
import { makeFolder, writeWholeFile } from '../../app.ts';
import { exportMessages } from '../../flow/messages.ts';
import type { ExportedMessages } from '../../flow/messages.ts';
import { originOf, signCheckpoint } from '../../ledger/checkpoint.ts';
import { exportLedger } from '../../ledger/export.ts';
import { formatVerifierKey } from '../../ledger/note.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeLines, safeText } from '../terminal.ts';
import { oneChunk } from './authority-shared.ts';
import { assertContinues } from './ledger-shared.ts';
import { addCommonOptions, shellWord, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface ExportOptions extends CommonOptions {
  readonly messages?: string;
}

export function exportCommand(face: Face): Command {
  return addCommonOptions(new Command('export'))
    .summary('write the whole ledger, with the rows it commits to, into a file')
    .description(
      'Writes the whole ledger as lines of canonical JSON. The file can be audited on its own, by anybody. ' +
        'Keep the checkpoint that is printed somewhere else: with it an audit also finds a ledger that was rewritten.',
    )
    .argument('<file>', 'where to, or - for standard output')
    .addOption(
      new Option('--messages <dir>', 'also write what the ledger names by hash: mail out and in, drafts, orders'),
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle ledger export ledger.jsonl', 'Writes the ledger into a file, whole or not at all.'],
          ['dismantle ledger export - | gzip > ledger.jsonl.gz', 'Hands it to another program.'],
          [
            'dismantle ledger export ledger.jsonl --json | jq -r .checkpoint > checkpoint',
            'Keeps the checkpoint for later audits.',
          ],
          [
            'dismantle ledger export ledger.jsonl --messages mail',
            'Adds the messages themselves, and a list for sha256sum -c.',
          ],
        ],
        exits: ['1    A message that the ledger names is missing or is another one; the rest is written.'],
      }),
    )
    .action(async (file: string, options: ExportOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        await app.introduceLedgerKey(world);
        await world.store.read(async (transaction) => {
          const reader = transaction.ledgerReader();
          const head = await reader.head();
          const signer = await app.openLedgerKey(transaction);
          await assertContinues(app, head.entries);
          const chunks = exportLedger(reader, signer);
          if (file === '-') {
            for await (const chunk of chunks) await face.terminal.outBytes(chunk);
            const beside = await writeMessages(transaction, options.messages);
            // Standard output is the ledger's.
            if (beside !== null) face.terminal.err(messagesText(beside));
            return;
          }
          await writeWholeFile(file, chunks);
          const messages = await writeMessages(transaction, options.messages);
          const { entries, rows, root, organisation } = head;
          const checkpoint = signCheckpoint({ origin: originOf(organisation), size: entries, root }, signer);
          await app.keepCheckpoint(checkpoint);
          const verifierKey = formatVerifierKey(signer);
          const written = { file, entries, rows, root, verifierKey, checkpoint };
          if (options.json === true) printJson(face.terminal, messages === null ? written : { ...written, messages });
          else {
            face.terminal.out(
              `${safeText(file)}: ${entries} entries, ${rows} rows\n  root ${root}\n  key  ${verifierKey}\n` +
                `Check it with: dismantle audit ${safeText(file)}\n${messages === null ? '' : messagesText(messages)}\n` +
                `Its checkpoint; kept elsewhere, it proves a later export to continue this one (audit --checkpoint):\n\n` +
                safeLines(checkpoint),
            );
          }
        });
      });
    });
}

type WrittenMessages = ExportedMessages & { readonly folder: string };

/** For the owner's eyes: they name victims, and orders may be under seal. */
async function writeMessages(
  transaction: ReadTransaction,
  folder: string | undefined,
): Promise<WrittenMessages | null> {
  if (folder === undefined) return null;
  await makeFolder(folder);
  const exported = await exportMessages(transaction, (name, bytes) =>
    writeWholeFile(join(folder, name), oneChunk(bytes)),
  );
  if (exported.damaged.length > 0) process.exitCode = 1;
  return { folder, ...exported };
}

function messagesText({ folder, messages, documents, methodTables, erased, damaged }: WrittenMessages): string {
  const tables =
    methodTables === 0 ? '' : `, ${methodTables} ${methodTables === 1 ? 'file' : 'files'} of method tables`;
  const gone = erased === 0 ? '' : `; what ${erased} erased entries named is gone`;
  const bad = damaged.map((sha256) => `  missing, or not what the ledger names: ${sha256}\n`);
  return (
    `${safeText(folder)}: ${messages} messages, ${documents} ${documents === 1 ? 'copy of an order' : 'copies of orders'}${tables}${gone}\n${bad.join('')}` +
    `Check them with: (cd ${shellWord(folder)} && sha256sum -c SHA256SUMS)\n`
  );
}
