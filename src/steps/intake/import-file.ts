import { derivedId } from '../../domain/derived-id.ts';
import { assertGoesOn, problem } from '../../domain/problem.ts';
import type { ImportOutcome } from '../../domain/import-outcome.ts';
import type { Operation } from '../../domain/operation.ts';
import type { BatchRow } from '../../domain/rows.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { ImportRecord, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { readCsvRows } from './csv-format.ts';
import { detectFormat } from './detect-format.ts';
import { SightingFold } from './fold.ts';
import type { Format, RawRow } from './format.ts';
import type { ImportOptions } from './import-options.ts';
import { readListRows, readMaltrailRows } from './list-format.ts';
import { normaliseRow, rejectedValue } from './normalise.ts';
import { readLines } from './read-lines.ts';

const ROWS_A_CHUNK = 5000;
const REJECTIONS_RETURNED = 1000;

const NOTHING_READ = { fold: new SightingFold(), accepted: 0, rejected: 0 };

/** Imports one file whole or not at all: rows, rejections, ledger entry and attestation in one transaction. */
export async function importFile(
  world: World,
  operation: Operation,
  input: InputFile,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const known = await world.store.read((transaction) => transaction.findImport(operation.id, input.sha256));
  if (known !== null && !isNewAttestation(known, options)) {
    return world.store.read((transaction) => duplicateOutcome(transaction, input, known));
  }
  // Columns belong to a CSV: whoever names them has said what the file is.
  const format = options.format ?? (options.mapping === null ? formatOf(input) : 'csv');
  const { fold, accepted, rejected } =
    known === null ? await readFile(world, operation, input, format, options) : NOTHING_READ;
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const meanwhile = await transaction.findImport(operation.id, input.sha256);
    if (meanwhile !== null) {
      // The same bytes again change nothing; a new attestation for them is a new fact and is kept.
      if (isNewAttestation(meanwhile, options))
        await attest(world, transaction, meanwhile.importId, options.attestation);
      return duplicateOutcome(transaction, input, meanwhile);
    }
    if (known !== null) throw new Error(`the import of ${input.name} vanished while it was attested`);
    const importId = world.ids.uuid();
    const batch = await transaction.openBatch('import', operation.id, importId);
    let chunk: BatchRow[] = [];
    for (const row of fold.rows()) {
      chunk.push(row);
      if (chunk.length < ROWS_A_CHUNK) continue;
      assertGoesOn(world.signal);
      await batch.add(chunk);
      world.progress.step(`writing ${input.name}`, batch.count);
      chunk = [];
    }
    await batch.add(chunk);
    assertGoesOn(world.signal);
    const { name: file, sha256 } = input;
    const { group } = options;
    await batch.finish({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'import.recorded',
      subject: importId,
      body: {
        schema: 1,
        operation: operation.id,
        file,
        format,
        sha256,
        group,
        counts: { rows: accepted + rejected, accepted, rejected },
      },
    });
    await attest(world, transaction, importId, options.attestation);
    const rejections = await transaction.rejections(importId, REJECTIONS_RETURNED);
    return {
      file,
      format,
      sha256,
      rows: accepted + rejected,
      accepted,
      rejected,
      duplicate: false,
      group,
      rejections,
      importId,
    };
  });
}

/** The format that the content tells; throws an `input` problem where it tells none that we read. */
export function formatOf(input: InputFile): Format {
  const detected = detectFormat(input.head);
  if (detected.ok) return detected.value;
  throw problem('input', `${input.name}: ${detected.problem}`, 'Say what it is with --format csv, maltrail or list');
}

function rowsOf(format: Format, input: InputFile, options: ImportOptions): AsyncIterable<RawRow> {
  const lines = readLines(input.chunks());
  if (format === 'csv') return readCsvRows(lines, input.name, options.mapping);
  return format === 'maltrail' ? readMaltrailRows(lines) : readListRows(lines);
}

async function readFile(
  world: World,
  operation: Operation,
  input: InputFile,
  format: Format,
  options: ImportOptions,
): Promise<{ fold: SightingFold; accepted: number; rejected: number }> {
  const fold = new SightingFold();
  const now = world.clock.now();
  let accepted = 0;
  let rejected = 0;
  for await (const raw of rowsOf(format, input, options)) {
    if ((accepted + rejected) % ROWS_A_CHUNK === 0) {
      assertGoesOn(world.signal);
      world.progress.step(`reading ${input.name}`, accepted + rejected);
    }
    const row = normaliseRow(raw, operation.drill, now);
    if (row.ok) {
      accepted += 1;
      fold.add(row.value, ({ hostType, host }) => derivedId('server', operation.id, hostType, host));
    } else {
      rejected += 1;
      fold.reject({ type: 'rejection', line: raw.line, value: rejectedValue(raw.value), reason: row.problem });
    }
  }
  return { fold, accepted, rejected };
}

function isNewAttestation({ attestations }: ImportRecord, { attestation }: ImportOptions): boolean {
  if (attestation === null) return false;
  return !attestations.some(({ person, reason }) => person === attestation.person && reason === attestation.reason);
}

async function duplicateOutcome(
  transaction: Pick<WriteTransaction, 'rejections'>,
  input: InputFile,
  known: ImportRecord,
): Promise<ImportOutcome> {
  const rejections = await transaction.rejections(known.importId, REJECTIONS_RETURNED);
  const { importId, format, sha256, rows, accepted, rejected, group } = known;
  return { importId, file: input.name, format, sha256, rows, accepted, rejected, duplicate: true, group, rejections };
}

async function attest(
  world: World,
  transaction: WriteTransaction,
  importId: string,
  attestation: ImportOptions['attestation'],
): Promise<void> {
  if (attestation === null) return;
  await transaction.append({
    actor: world.actor,
    recordedAt: world.clock.now(),
    kind: 'import.attested',
    subject: importId,
    body: { schema: 1, import: importId, person: attestation.person, reason: attestation.reason },
  });
}
