import { Command, Option } from 'commander';
import { readBytes, writeWholeFile } from '../../app.ts';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { auditExport } from '../../ledger/audit.ts';
import type { AuditReport } from '../../ledger/audit.ts';
import { originOf, signCheckpoint } from '../../ledger/checkpoint.ts';
import { exportLedger } from '../../ledger/export.ts';
import { formatVerifierKey } from '../../ledger/note.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeLines, safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

export function ledgerCommand(face: Face): Command {
  const ledger = new Command('ledger').summary('the tamper-evident record of everything decided and done');
  ledger.description(
    'The ledger is append-only and hash-chained; batches commit to their rows by a Merkle root (docs/events.md).',
  );
  ledger.addHelpText(
    'after',
    helpText({ examples: [['dismantle ledger export ledger.jsonl', 'Writes the whole ledger into a file.']] }),
  );
  ledger.addCommand(
    addCommonOptions(new Command('export'))
      .summary('write the whole ledger, with the rows it commits to, into a file')
      .description(
        'Writes the whole ledger as lines of canonical JSON. The file can be audited on its own, by anybody. ' +
          'Keep the checkpoint that is printed somewhere else: with it an audit also finds a ledger that was rewritten.',
      )
      .argument('<file>', 'where to, or - for standard output')
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
          ],
        }),
      )
      .action(async (file: string, options: CommonOptions) => {
        await withApp(face, options, async (app) => {
          const world = await app.openWorld();
          await world.store.read(async (transaction) => {
            const reader = transaction.ledgerReader();
            const head = await reader.head();
            const signer = await app.openLedgerKey(head.organisation);
            await assertContinues(app, head.entries);
            const chunks = exportLedger(reader, signer);
            if (file === '-') {
              for await (const chunk of chunks) await face.terminal.outBytes(chunk);
              return;
            }
            await writeWholeFile(file, chunks);
            const { entries, rows, root, organisation } = head;
            const checkpoint = signCheckpoint({ origin: originOf(organisation), size: entries, root }, signer);
            await app.keepCheckpoint(checkpoint);
            const verifierKey = formatVerifierKey(signer);
            if (options.json === true) printJson(face.terminal, { file, entries, rows, root, verifierKey, checkpoint });
            else {
              face.terminal.out(
                `${safeText(file)}: ${entries} entries, ${rows} rows\n  root ${root}\n  key  ${verifierKey}\n` +
                  `Check it with: dismantle audit ${safeText(file)}\n\n` +
                  `Its checkpoint; kept elsewhere, it proves a later export to continue this one (audit --checkpoint):\n\n` +
                  safeLines(checkpoint),
              );
            }
          });
        });
      }),
  );
  return ledger;
}

interface AuditOptions extends CommonOptions {
  readonly key?: string;
  readonly checkpoint?: string;
}

export function auditCommand(face: Face): Command {
  return addCommonOptions(new Command('audit'))
    .summary('is the ledger whole?')
    .description(
      'Audits an exported ledger from its bytes alone: no database is opened. Without a file it audits the ledger of ' +
        'the data directory. Names the first bad entry and what is wrong with it.',
    )
    .argument('[file]', 'an exported ledger, or - for standard input')
    .addOption(new Option('--key <key>', 'the verifier key that the organisation has handed over by another way'))
    .addOption(new Option('--checkpoint <file>', 'a checkpoint kept elsewhere: the ledger must continue it'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle audit ledger.jsonl', 'Audits a file; needs neither a database nor a data directory.'],
          [
            'dismantle audit ledger.jsonl --key "$KEY" --checkpoint kept.txt',
            'Also proves who signed it, and that it continues what was seen before.',
          ],
          ['zcat ledger.jsonl.gz | dismantle audit -', 'Audits what another program hands over.'],
          ['dismantle audit', "Audits the data directory's own ledger."],
        ],
        exits: [
          '0    The ledger is whole.',
          '1    It is not, or it cannot be read; standard output or error says why.',
        ],
      }),
    )
    .action(async (file: string | undefined, options: AuditOptions) => {
      const known = {
        ...(options.key === undefined ? {} : { knownKey: options.key }),
        ...(options.checkpoint === undefined ? {} : { knownCheckpoint: await textOf(readBytes(options.checkpoint)) }),
      };
      const report =
        file === undefined
          ? await withApp(face, options, async (app) => {
              const world = await app.openWorld();
              return world.store.read(async (transaction) => {
                const reader = transaction.ledgerReader();
                const signer = await app.openLedgerKey((await reader.head()).organisation);
                const last = options.checkpoint === undefined ? await app.lastCheckpoint() : null;
                const audited = await auditExport(exportLedger(reader, signer), {
                  ...known,
                  ...(last === null ? {} : { knownCheckpoint: last }),
                });
                const damaged = await transaction.damagedMessages();
                if (audited.ok && audited.header !== null) await app.keepCheckpoint(audited.header.checkpoint);
                return damaged.length === 0 ? audited : withDamage(audited, damaged);
              });
            })
          : await auditExport(file === '-' ? process.stdin : readBytes(file), known);
      if (options.json === true) printJson(face.terminal, report);
      else face.terminal.out(auditText(report, options, face.terminal.style));
      if (!report.ok) process.exitCode = 1;
    });
}

/** A ledger that is shorter than one that was signed here before has lost its end. */
async function assertContinues(app: App, entries: number): Promise<void> {
  const last = await app.lastCheckpoint();
  const signed = Number(last?.split('\n')[1] ?? 0);
  if (entries >= signed) return;
  throw problem(
    'database',
    `the ledger has ${entries} entries, and one of ${signed} was signed here before: its end is missing`,
    'Restore the database from a backup; dismantle audit tells more',
  );
}

function withDamage(report: AuditReport, damaged: readonly string[]): AuditReport {
  const findings = damaged.map((reference): AuditReport['findings'][number] => ({
    line: null,
    sequence: null,
    kind: 'commitment',
    message: `the stored message of notice ${reference} is not the one that the ledger names`,
  }));
  return { ...report, ok: false, findings: [...report.findings, ...findings] };
}

function auditText(report: AuditReport, { key, checkpoint }: AuditOptions, style: Style): string {
  const { entries, rows, erased, root, findings, header } = report;
  if (report.ok) {
    const lines = [
      `${style.green('The ledger is whole:')} ${entries} entries, ${rows} rows${erased === 0 ? '' : `, ${erased} erased`}, root ${root}`,
    ];
    if (key === undefined && checkpoint === undefined) {
      lines.push(
        `Signed by ${header?.verifierKey ?? '?'}; compare that key with one you were given by another way (--key).`,
      );
    }
    return `${lines.join('\n')}\n`;
  }
  const lines = [
    style.red(
      `The ledger is NOT whole: ${findings.length === 1 ? 'one thing is' : `${findings.length} things are`} wrong.`,
    ),
  ];
  for (const { line, sequence, kind, message } of findings.slice(0, 10)) {
    const where = [line === null ? '' : `line ${line}`, sequence === null ? '' : `entry ${sequence}`]
      .filter(Boolean)
      .join(', ');
    lines.push(`  ${where === '' ? '' : `${where}: `}${safeText(message)} (${kind})`);
  }
  return `${lines.join('\n')}\n`;
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}
