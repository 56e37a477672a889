import { setImmediate as nextTurn } from 'node:timers/promises';
import { plainText } from '../../domain/plain-text.ts';
import { assertGoesOn, problem } from '../../domain/problem.ts';
import type { ImportOutcome } from '../../domain/import-outcome.ts';
import type { Operation } from '../../domain/operation.ts';
import type { BatchRow } from '../../domain/rows.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { Batch, ImportRecord, ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import type { ImportOptions } from './import-options.ts';
import { formatOf, readRows } from './read-rows.ts';
import { RowIntake } from './take-rows.ts';

/** So often the program turns to what the database has answered and still waits for. */
const ROWS_A_TURN = 200;
const REJECTIONS_RETURNED = 1000;
const NOTHING_UNDATED = { rows: 0, first: null };

/** Thrown to roll back what was written of a file that somebody else has imported meanwhile. */
class ImportedMeanwhile extends Error {}

/** Imports one file whole or not at all: rows, rejections, ledger entry and attestation in one transaction. */
export async function importFile(
  world: World,
  operation: Operation,
  input: InputFile,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const source = options.source ?? ownSource(input.name);
  for (;;) {
    const known = await world.store.read((transaction) => transaction.findImport(operation.id, input.sha256));
    if (known !== null && !isSaidAnew(known, source, options))
      return importedBefore(world, operation, input, known, options);
    try {
      return await world.store.write((transaction) =>
        importNow(world, transaction, operation, input, { ...options, source, group: known?.group ?? options.group }),
      );
    } catch (cause) {
      if (!(cause instanceof ImportedMeanwhile)) throw cause;
    }
  }
}

/**
 * The very same bytes add nothing. Unless they are all that the source lists now, and it has listed something else in
 * between: then it has changed back. Or somebody now says how the dates are written that could not be read before.
 */
function isSaidAnew(known: ImportRecord, source: string, options: ImportOptions): boolean {
  if (known.undated > 0 && options.dateForm !== null) return true;
  return options.snapshot && !known.isLatestOfSource && known.source.toLowerCase() === source.toLowerCase();
}

/** The same bytes again change nothing; a new attestation for them is a new fact and is kept. */
async function importedBefore(
  world: World,
  operation: Operation,
  input: InputFile,
  known: ImportRecord,
  options: ImportOptions,
): Promise<ImportOutcome> {
  if (isNewAttestation(known, options)) {
    await world.store.write(async (transaction) => {
      await transaction.lockOperation(operation.id);
      const latest = (await transaction.findImport(operation.id, input.sha256)) ?? known;
      if (isNewAttestation(latest, options)) await attest(world, transaction, latest.importId, options.attestation);
    });
  }
  return world.store.read((transaction) => duplicateOutcome(transaction, input, known));
}

/**
 * Rows go into the database while the file is being read, and nobody waits for that: they are seen by nobody before the
 * end. The lock of the operation is taken for what follows from them alone.
 */
async function importNow(
  world: World,
  transaction: WriteTransaction,
  operation: Operation,
  input: InputFile,
  options: ImportOptions & { readonly source: string },
): Promise<ImportOutcome> {
  const startedAt = world.clock.now();
  // Columns belong to a CSV: whoever names them has said what the file is.
  const format = options.format ?? (options.mapping === null ? formatOf(input) : 'csv');
  const importId = world.ids.uuid();
  const batch = await transaction.openBatch('import', operation.id, importId, startedAt);
  const intake = new RowIntake(operation, { drill: operation.drill, now: startedAt, seen: options.seen }, world.random);
  let rows: BatchRow[] = [];
  let untilTurn = ROWS_A_TURN;
  for await (const block of readRows(input, format, options, startedAt)) {
    for (const raw of block) {
      const row = intake.take(raw);
      if (row !== null) rows.push(row);
      untilTurn -= 1;
      if (untilTurn > 0) continue;
      untilTurn = ROWS_A_TURN;
      await batch.add(rows);
      rows = [];
      await nextTurn();
      assertGoesOn(world.signal);
    }
    world.progress.step(`reading ${input.name}`, intake.rows);
  }
  await batch.add(rows);
  await batch.add(intake.configurations());
  assertGoesOn(world.signal);

  world.progress.step(`merging ${input.name}`);
  await transaction.lockOperation(operation.id);
  const meanwhile = await transaction.findImport(operation.id, input.sha256);
  if (meanwhile !== null && !isSaidAnew(meanwhile, options.source, options)) throw new ImportedMeanwhile();
  if (options.snapshot && intake.counts().accepted === 0) {
    throw problem(
      'input',
      `${input.name}: a snapshot without one accepted row would withdraw all that ${options.source} has listed`,
      'Check that the file is whole; leave --snapshot out to record it as it is',
    );
  }
  const vanished = options.snapshot ? await withdrawWhatIsNotListed(batch, options.source) : 0;
  assertGoesOn(world.signal);
  const counts = intake.counts();
  const { name: file, sha256 } = input;
  const { source, group, reliability, tlp, snapshot } = options;
  const withdrawn = counts.withdrawn + vanished;
  const undated = intake.undated();
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
      source,
      group,
      reliability,
      tlp,
      snapshot,
      counts: { ...counts, withdrawn, undated: undated.rows },
    },
  });
  await attest(world, transaction, importId, options.attestation);
  const rejections = await transaction.rejections(importId, REJECTIONS_RETURNED);
  return { importId, file, format, sha256, source, group, ...counts, withdrawn, undated, duplicate: false, rejections };
}

async function withdrawWhatIsNotListed(batch: Batch, source: string): Promise<number> {
  let count = 0;
  for await (const page of batch.noLongerListed(source)) {
    await batch.add(page.map((listed): BatchRow => ({ type: 'withdrawal', line: null, ...listed })));
    count += page.length;
  }
  return count;
}

/**
 * Where nobody says who tells it, the file speaks for itself, by the name that it was given by, folders included: two
 * partners' feed.csv must not take back each other's words.
 */
function ownSource(name: string): string {
  return plainText(name, 300);
}

function isNewAttestation({ attestations }: ImportRecord, { attestation }: ImportOptions): boolean {
  if (attestation === null) return false;
  return !attestations.some(({ person, reason }) => person === attestation.person && reason === attestation.reason);
}

async function duplicateOutcome(
  transaction: Pick<ReadTransaction, 'rejections'>,
  input: InputFile,
  known: ImportRecord,
): Promise<ImportOutcome> {
  const rejections = await transaction.rejections(known.importId, REJECTIONS_RETURNED);
  const { importId, format, sha256, rows, accepted, rejected, repeated, group, source } = known;
  return {
    importId,
    file: input.name,
    format,
    sha256,
    source,
    group,
    rows,
    accepted,
    rejected,
    repeated,
    withdrawn: 0,
    configurations: 0,
    undated: NOTHING_UNDATED,
    duplicate: true,
    rejections,
  };
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
