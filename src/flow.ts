import type { ImportOutcome } from './domain/import-outcome.ts';
import type { Capacity, MethodFacts, MethodRow } from './domain/method.ts';
import type { MethodTable } from './domain/method-table.ts';
import type { Operation } from './domain/operation.ts';
import { problem, ProblemError } from './domain/problem.ts';
import type { ListHit } from './domain/rows.ts';
import type { WarningList } from './domain/warning-list.ts';
import { explainMethod } from './policy/method-table/explain-method.ts';
import { decideMethod } from './policy/method-table/decide-method.ts';
import type { Effect } from './policy/list-effects.ts';
import { createProtectedGround } from './policy/protected-ground.ts';
import type { InputFile } from './ports/input-files.ts';
import type { World } from './ports/world.ts';
import { methodFactsOf, needsNotice } from './steps/decide/decide-case.ts';
import { decideCases } from './steps/decide/decide-cases.ts';
import { identifyServers } from './steps/identify/identify-servers.ts';
import type { GroundCheck } from './steps/identify/identify-servers.ts';
import { importFile } from './steps/intake/import-file.ts';
import { oneLine } from './steps/intake/import-options.ts';
import type { ImportOptions } from './steps/intake/import-options.ts';
import { formatOf } from './steps/intake/read-rows.ts';
import { writeRejects } from './steps/intake/write-rejects.ts';
import { openOperation } from './steps/intake/open-operation.ts';
import type { OperationRequest } from './steps/intake/open-operation.ts';
import { locateServers } from './steps/locate/locate-servers.ts';
import type { LocateSources } from './steps/locate/locate-servers.ts';
import { draftNotices } from './steps/notify/draft-notices.ts';
import type { NoticeSetup } from './steps/notify/draft-notices.ts';
import { lintMessage } from './steps/notify/lint-notice.ts';
import { lintStoredNotices } from './steps/notify/lint-stored.ts';
import type { NoticeLint } from './steps/notify/lint-stored.ts';
import { eraseEntries } from './steps/retain/erase-entries.ts';
import { planByRetention, planBySequence } from './steps/retain/plan-erasure.ts';
import type { PlannedErasure, Retention } from './steps/retain/plan-erasure.ts';
import { explainServer } from './steps/report/explain-server.ts';
import type { Explanation } from './steps/report/explain-server.ts';
import { summariseIntake, summariseRun } from './steps/report/summary.ts';
import type { ImportSummary, IntakeSummary, RunSummary } from './steps/report/summary.ts';

/*
 *     intake ─► identify ─► locate ─► decide ─► notify ─► report
 *
 * The order of the steps. No step knows another; what one leaves in the store is what the next one finds there.
 */

/** What the steps consult besides the store: read by app.ts from files, never from the network. */
export interface Sources {
  /** Null where the user named no folder: then nobody says whether a server stands on protected ground. */
  readonly warningLists: {
    readonly lists: readonly WarningList[];
    readonly effects: Readonly<Record<string, Effect>>;
  } | null;
  readonly locate: LocateSources;
  readonly methodTable: MethodTable;
  readonly capacity: Capacity;
  readonly notices: Omit<NoticeSetup, 'rows'>;
  /** Texts of the user's own that nothing uses, a sentence each: to be told. */
  readonly withoutEffect?: readonly string[];
}

export interface RunRequest {
  readonly operation: OperationRequest;
  readonly files: readonly InputFile[];
  readonly options: ImportOptions;
}

/** Rows to notices ready to be approved. Each step commits whole; a run that was cut short is finished by the next. */
export async function run(world: World, sources: Sources, request: RunRequest): Promise<RunSummary> {
  const { operation, summary } = await intake(world, request);
  await identifyServers(world, operation, groundCheck(sources));
  await locateServers(world, operation, sources.locate);
  await decideCases(world, operation, sources.capacity, {
    sha256: sources.methodTable.sha256,
    chooseMethod: (facts) => chosenRow(sources.methodTable, facts),
  });
  await draftNotices(world, operation, { ...sources.notices, rows: mailingRows(sources.methodTable) });
  return summariseRun(world, operation, summary);
}

/** The first step alone. */
export async function importOnly(world: World, request: RunRequest): Promise<ImportSummary> {
  const { operation, summary } = await intake(world, request);
  const ledger = await world.store.read((transaction) => transaction.ledgerHead());
  return { operation: operation.name, intake: summary, ledger };
}

/** The figures of an operation as it stands, without importing anything. */
export async function report(world: World, name: string): Promise<RunSummary> {
  return summariseRun(world, await findOperation(world, name), summariseIntake([], null));
}

/** Judges the drafts of an operation, all or those of these references; nothing is changed. */
export async function lintNotices(
  world: World,
  sources: Pick<Sources, 'methodTable' | 'notices'>,
  name: string,
  references: readonly string[],
): Promise<readonly NoticeLint[]> {
  const operation = await findOperation(world, name);
  return lintStoredNotices(
    world,
    operation,
    { ...sources.notices, rows: mailingRows(sources.methodTable) },
    references,
  );
}

/** Judges a message file, whoever wrote it. */
export function lintMessageBytes(file: string, bytes: Uint8Array): NoticeLint {
  return { reference: null, provider: null, file, findings: lintMessage(bytes) };
}

/** What the settings say is past its time; nothing is changed. */
export async function plannedErasure(world: World, retention: Retention): Promise<readonly PlannedErasure[]> {
  return world.store.read((transaction) => planByRetention(transaction, retention, world.clock.now()));
}

/** Erases what is past its time, or the entries that a person names. */
export async function erase(
  world: World,
  what: { readonly retention: Retention } | { readonly sequences: readonly number[] },
  reason: string,
): Promise<readonly PlannedErasure[]> {
  return eraseEntries(world, oneLine(reason, '--reason', 1000), (transaction) =>
    'retention' in what
      ? planByRetention(transaction, what.retention, world.clock.now())
      : planBySequence(transaction, what.sequences),
  );
}

/** Why one server stands where it stands. */
export async function explain(world: World, sources: Sources, name: string, server: string): Promise<Explanation> {
  const operation = await findOperation(world, name);
  return explainServer(world, operation, server, {
    playbook: sources.methodTable.sha256,
    factsOf: (view, caseView, provider) =>
      methodFactsOf({ ...view, ...caseView, provider, authority: 'none' }, sources.capacity),
    explain: (facts) => explainMethod(sources.methodTable, facts),
  });
}

export async function findOperation(world: World, name: string): Promise<Operation> {
  const { found, known } = await world.store.read(async (transaction) => ({
    found: await transaction.findOperation(name),
    known: await transaction.operations(),
  }));
  if (found !== null) return found;
  const names = known.map((operation) => operation.name);
  throw problem(
    'not-found',
    `there is no operation "${name}" here`,
    names.length === 0 ? 'Begin one with: dismantle run FILE --operation NAME' : `Known ones: ${names.join(', ')}`,
  );
}

async function intake(
  world: World,
  { operation: requested, files, options }: RunRequest,
): Promise<{ operation: Operation; summary: IntakeSummary }> {
  // A file that nobody can read must not leave an empty operation behind.
  for (const file of files) if (options.format === null && options.mapping === null) formatOf(file);
  const operation = await openOperation(world, requested);
  const outcomes: ImportOutcome[] = [];
  for (const file of files) outcomes.push(await importFile(world, operation, file, options));
  return { operation, summary: summariseIntake(outcomes, await writeRejects(world, operation, outcomes)) };
}

function groundCheck({ warningLists }: Sources): GroundCheck | null {
  if (warningLists === null) return null;
  const ground = createProtectedGround(warningLists.lists, warningLists.effects);
  return {
    lists: new Set(warningLists.lists.map(({ folder }) => folder)),
    check: (server) =>
      ground.check(server).flatMap(({ list, version, effect, entry }): ListHit[] =>
        // Reserved space has been refused at intake, and is where drills live.
        effect === 'reserved' ? [] : [{ list, version, effect, entry }],
      ),
  };
}

function chosenRow(table: MethodTable, facts: MethodFacts): MethodRow {
  const decided = decideMethod(table, facts);
  if (!decided.ok) throw new ProblemError(decided.problem);
  return decided.value;
}

function mailingRows(table: MethodTable): ReadonlyMap<string, MethodRow> {
  return new Map(table.rows.map(({ result }) => [result.id, result] as const).filter(([, row]) => needsNotice(row)));
}

export { DATE_FORMS } from './steps/intake/dates.ts';
export { FORMATS } from './steps/intake/format.ts';
export { parseImportOptions } from './steps/intake/import-options.ts';
export type { NoticeLint } from './steps/notify/lint-stored.ts';
export type { Explanation } from './steps/report/explain-server.ts';
export type { ImportSummary, IntakeSummary, RunSummary } from './steps/report/summary.ts';
export type { PlannedErasure } from './steps/retain/plan-erasure.ts';
