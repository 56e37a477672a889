import { Command, Option } from 'commander';
import { isBundle, openBundle, readBytes } from '../../app.ts';
import type { App } from '../../app.ts';
import { auditExport } from '../../ledger/audit.ts';
import type { AuditOptions, AuditReport } from '../../ledger/audit.ts';
import { auditBundle } from '../../ledger/audit-bundle.ts';
import type { BundleReport } from '../../ledger/audit-bundle.ts';
import { auditFile } from '../../ledger/audit-file.ts';
import type { FileReport } from '../../ledger/audit-file.ts';
import { bundleText } from '../../ledger/bundle-text.ts';
import { exportLedger } from '../../ledger/export.ts';
import { reportText } from '../../ledger/report-text.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { exportCommand } from './ledger-export.ts';
import { proveCommand } from './ledger-prove.ts';
import { rotateKeyCommand } from './ledger-rotate-key.ts';
import { textOf } from './ledger-shared.ts';
import { timestampCommand } from './ledger-timestamp.ts';
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
  ledger.addCommand(exportCommand(face));
  ledger.addCommand(proveCommand(face));
  ledger.addCommand(rotateKeyCommand(face));
  ledger.addCommand(timestampCommand(face));
  return ledger;
}

interface AuditCommandOptions extends CommonOptions {
  readonly key?: string;
  readonly checkpoint?: string;
}

export function auditCommand(face: Face): Command {
  return addCommonOptions(new Command('audit'))
    .summary('is the ledger whole?')
    .description(
      'Audits an exported ledger, a proof or a bundle of evidence from its bytes alone: no database is opened. Without a ' +
        'file it audits the ledger of the data directory, and whether the tables in the database follow from it. Names the first bad entry and what is wrong with it.',
    )
    .argument('[file]', 'an exported ledger, a proof, a bundle (ZIP or folder), or - for standard input')
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
          ['dismantle audit line17.json', 'Checks a proof (ledger prove) and says what it proves.'],
          ['dismantle audit case.zip', 'Checks a bundle of evidence (dismantle evidence).'],
          ['zcat ledger.jsonl.gz | dismantle audit -', 'Audits what another program hands over.'],
          ['dismantle audit', "Audits the data directory's own ledger."],
        ],
        exits: [
          '0    The ledger is whole.',
          '1    It is not, or it cannot be read; standard output or error says why.',
        ],
      }),
    )
    .action(async (file: string | undefined, options: AuditCommandOptions) => {
      const known = {
        ...(options.key === undefined ? {} : { knownKey: options.key }),
        ...(options.checkpoint === undefined ? {} : { knownCheckpoint: await textOf(readBytes(options.checkpoint)) }),
      };
      const audited: FileReport | { readonly what: 'evidence'; readonly report: BundleReport } =
        file !== undefined && isBundle(file)
          ? { what: 'evidence', report: await auditEvidence(file, known) }
          : file === undefined
            ? { what: 'ledger', report: await withApp(face, options, (app) => auditOwn(app, known)) }
            : await auditFile(file === '-' ? process.stdin : readBytes(file), known);
      if (options.json === true) printJson(face.terminal, { what: audited.what, ...audited.report });
      else {
        const { style } = face.terminal;
        const isAnchored = options.key !== undefined || options.checkpoint !== undefined;
        const { lead, rest, lines } =
          audited.what === 'evidence' ? bundleText(audited.report, isAnchored) : reportText(audited, isAnchored);
        const colour = audited.report.ok ? style.green(lead) : style.red(lead);
        face.terminal.out([`${colour}${rest}`, ...lines, ''].join('\n'));
      }
      if (!audited.report.ok) process.exitCode = 1;
    });
}

async function auditEvidence(file: string, known: AuditOptions): Promise<BundleReport> {
  const bundle = openBundle(file);
  try {
    return await auditBundle(bundle, known);
  } finally {
    bundle.close();
  }
}

/** Audits the ledger of the data directory, and the messages that it names. */
async function auditOwn(app: App, known: AuditOptions): Promise<AuditReport> {
  const world = await app.openWorld();
  const { audited, damaged } = await world.store.read(async (transaction) => {
    const signer = await app.openLedgerKey(transaction);
    const last = known.knownCheckpoint === undefined ? await app.lastCheckpoint() : null;
    return {
      audited: await auditExport(exportLedger(transaction.ledgerReader(), signer), {
        ...known,
        ...(last === null ? {} : { knownCheckpoint: last }),
      }),
      damaged: await transaction.damagedMessages(),
    };
  });
  const found = damaged.map((reference) =>
    finding('commitment', `the stored message of notice ${reference} is not the one that the ledger names`),
  );
  if (audited.ok && audited.header !== null) {
    // From a ledger that is damaged nothing can be told about the tables, and nothing is appended to it.
    world.progress.step('holding the tables against the ledger');
    const differences = await world.store.write((transaction) => transaction.stateDifferences());
    found.push(...differences.map((message) => finding('state', message)));
    await app.introduceLedgerKey(world);
    await app.keepCheckpoint(audited.header.checkpoint);
  }
  return found.length === 0 ? audited : { ...audited, ok: false, findings: [...audited.findings, ...found] };
}

type Finding = AuditReport['findings'][number];

function finding(kind: Finding['kind'], message: string): Finding {
  return { line: null, sequence: null, kind, message };
}
