import { setImmediate as nextTurn } from 'node:timers/promises';
import { plainText } from '../../domain/plain-text.ts';
import { assertGoesOn, problem } from '../../domain/problem.ts';
import { areTooMany } from '../../domain/import-outcome.ts';
import type { ImportOutcome, Removals } from '../../domain/import-outcome.ts';
import type { Operation } from '../../domain/operation.ts';
import type { BatchRow } from '../../domain/rows.ts';
import { sourceKey } from '../../domain/source-key.ts';
import { groupKey } from '../../policy/corroboration.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { Batch, ImportRecord, ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import type { ImportOptions } from './import-options.ts';
import { AHEAD_MS } from './normalise.ts';
import { formatOf, readRows } from './read-rows.ts';
import { RowIntake } from './take-rows.ts';

/** So often the program turns to what the database has answered and still waits for. */
const ROWS_A_TURN = 200;
const REJECTIONS_RETURNED = 1000;
const NOTHING_UNDATED = { rows: 0, first: null };

/** Thrown to roll back what was written of a file that somebody else has imported meanwhile. */
class ImportedMeanwhile extends Error {}

/** What is written in the same transaction as an import; by itself, with null, where the import adds nothing. */
export type Alongside = (transaction: WriteTransaction, outcome: ImportOutcome | null) => Promise<void>;

const nothingElse: Alongside = () => Promise.resolve();

/** Imports one file whole or not at all: rows, rejections, ledger entry and attestation in one transaction. */
export async function importFile(
  world: World,
  operation: Operation,
  input: InputFile,
  options: ImportOptions,
  also: Alongside = nothingElse,
): Promise<ImportOutcome> {
  const source = options.source ?? ownSource(input.name);
  await assertOneGroup(world, operation, source, options);
  for (;;) {
    const known = await world.store.read((transaction) => knownOf(transaction, operation, input, source, options));
    if (known.told !== null && !isSaidAnew(known.told, options)) {
      if (also !== nothingElse) await world.store.write((transaction) => also(transaction, null));
      return importedBefore(world, operation, input, known.told, options);
    }
    try {
      return await world.store.write(async (transaction) => {
        const outcome = await importNow(world, transaction, operation, input, source, options);
        await also(transaction, outcome);
        return outcome;
      });
    } catch (cause) {
      if (!(cause instanceof ImportedMeanwhile)) throw cause;
    }
  }
}

/** One source told under two groups would corroborate itself. */
async function assertOneGroup(
  world: World,
  operation: Operation,
  source: string,
  options: ImportOptions,
): Promise<void> {
  if (options.source === null || options.group === '') return;
  const before = await world.store.read((transaction) => transaction.groupOfSource(operation.id, sourceKey(source)));
  if (before === null || before === '' || groupKey(before) === groupKey(options.group)) return;
  throw problem(
    'refused',
    `the source ${source} belongs to the group "${before}" in this operation, not to "${options.group}"`,
    `Leave --group out, or give the group's own name: --group "${before}"`,
  );
}

/** What is known of a file's bytes: who tells them counts where somebody says who does. */
async function knownOf(
  transaction: ReadTransaction,
  operation: Operation,
  input: InputFile,
  source: string,
  options: ImportOptions,
): Promise<{ readonly told: ImportRecord | null; readonly group: string | null }> {
  const any = await transaction.findImport(operation.id, input.sha256, null);
  const isNamed = options.source !== null && any !== null;
  return {
    told: isNamed ? await transaction.findImport(operation.id, input.sha256, sourceKey(source)) : any,
    group: any?.group ?? null,
  };
}

/**
 * The very same bytes of the same source add nothing. Unless they are all that it lists now, and it has listed something
 * else in between: then it has changed back; or a person accepts now what it leaves out. Or somebody says how dates are
 * written that could not be read before.
 */
function isSaidAnew(told: ImportRecord, options: ImportOptions): boolean {
  if (told.undated > 0 && options.dateForm !== null) return true;
  return options.snapshot && (!told.isLatestOfSource || (options.removals?.accepted ?? null) !== null);
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
      // Somebody may have vouched in the same words meanwhile.
      const { told } = await knownOf(transaction, operation, input, known.source, options);
      const latest = told ?? known;
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
  source: string,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const startedAt = world.clock.now();
  if (options.seen !== null && options.seen > startedAt + AHEAD_MS) {
    throw problem('usage', '--seen lies in the future', 'Say when the source saw it, year first: --seen 2026-11-20');
  }
  // Columns belong to a CSV: whoever names them has said what the file is.
  const format = options.format ?? (options.mapping === null ? formatOf(input) : 'csv');
  const importId = world.ids.uuid();
  const batch = await transaction.openBatch('import', operation.id, importId, startedAt);
  const intake = new RowIntake(
    operation,
    { drill: operation.drill, now: startedAt, seen: options.seen, evidence: options.evidence },
    world.random,
  );
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
  const known = await knownOf(transaction, operation, input, source, options);
  if (known.told !== null && !isSaidAnew(known.told, options)) throw new ImportedMeanwhile();
  // The same bytes stay in one group, whoever tells them, so that they never corroborate themselves.
  const group = known.group ?? options.group;
  if (options.snapshot && intake.counts().accepted === 0) {
    throw problem(
      'input',
      `${input.name}: a snapshot without one accepted row would withdraw all that ${source} has listed`,
      'Check that the file is whole; leave --snapshot out to record it as it is',
    );
  }
  const removalsHeld = options.snapshot ? await tooMuchLeftOut(batch, sourceKey(source), options) : null;
  const isWhole = options.snapshot && removalsHeld === null;
  const vanished = isWhole ? await withdrawWhatIsNotListed(batch, sourceKey(source)) : 0;
  assertGoesOn(world.signal);
  const counts = intake.counts();
  const { name: file, sha256 } = input;
  const { reliability, tlp, snapshot } = options;
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
      sourceKey: sourceKey(source),
      group,
      reliability,
      tlp,
      snapshot,
      counts: { ...counts, withdrawn, undated: undated.rows },
    },
  });
  await attest(world, transaction, importId, options.attestation);
  const rejections = await transaction.rejections(importId, REJECTIONS_RETURNED);
  const told = { importId, file, format, sha256, source, group };
  return { ...told, ...counts, withdrawn, removalsHeld, undated, duplicate: false, rejections };
}

/** A list that suddenly says little is as likely broken, or in other hands, as it is right. */
async function tooMuchLeftOut(batch: Batch, source: string, { removals }: ImportOptions): Promise<Removals | null> {
  if (removals === undefined) return null;
  let missing = 0;
  for await (const page of batch.noLongerListed(source)) missing += page.length;
  if (missing <= (removals.accepted ?? 0)) return null;
  const left = { missing, listed: await batch.listedBefore(source) };
  return areTooMany(left, removals.limit) ? left : null;
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
    removalsHeld: null,
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
