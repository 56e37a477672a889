import type { Gates } from './domain/gates.ts';
import type { ImportOutcome } from './domain/import-outcome.ts';
import { NO_LOOKUPS } from './domain/lookups.ts';
import type { Lookups } from './domain/lookups.ts';
import type { Capacity, MethodFacts, MethodRow } from './domain/method.ts';
import type { MethodTable } from './domain/method-table.ts';
import type { Operation } from './domain/operation.ts';
import type { Instant } from './domain/instant.ts';
import { speakerOf } from './domain/person.ts';
import { problem, ProblemError } from './domain/problem.ts';
import type { ServerKind } from './domain/server.ts';
import type { ListHit } from './domain/rows.ts';
import type { WarningList } from './domain/warning-list.ts';
import { prepareAuthorities } from './policy/authority-coverage.ts';
import { explainMethod } from './policy/method-table/explain-method.ts';
import { decideMethod } from './policy/method-table/decide-method.ts';
import type { Effect } from './policy/list-effects.ts';
import { BUILT_IN } from './policy/built-in-lists.ts';
import { explainHit } from './policy/explain-hits.ts';
import type { ExplainedHit } from './policy/explain-hits.ts';
import { answerGround } from './policy/ground-answer.ts';
import type { GroundAnswer } from './policy/ground-answer.ts';
import type { StaleDays } from './policy/list-age.ts';
import { listInForce, withoutExpired } from './policy/lists-in-force.ts';
import type { ListInForce } from './policy/lists-in-force.ts';
import { createProtectedGround } from './policy/protected-ground.ts';
import type { ProtectedGround } from './policy/protected-ground.ts';
import type { InputFile } from './ports/input-files.ts';
import type { Arming, PersonRecord } from './ports/people.ts';
import type { ReceivedMail } from './ports/correspondence.ts';
import type { RawMessage } from './ports/mailbox.ts';
import type { Registry } from './ports/registry.ts';
import type { Signing } from './ports/signing.ts';
import type { ReadTransaction } from './ports/store.ts';
import type { World } from './ports/world.ts';
import { coveredServer, methodFactsOf, needsNotice } from './steps/decide/decide-case.ts';
import { assertInForce } from './steps/decide/assert-in-force.ts';
import { decideCases } from './steps/decide/decide-cases.ts';
import { attestServer, attestation, hostOf, withdrawAttestation } from './steps/identify/attest-server.ts';
import type { AttestationWords } from './steps/identify/attest-server.ts';
import { identifyServers } from './steps/identify/identify-servers.ts';
import type { GroundCheck } from './steps/identify/identify-servers.ts';
import { importFile } from './steps/intake/import-file.ts';
import { oneLine } from './steps/intake/import-options.ts';
import type { ImportOptions } from './steps/intake/import-options.ts';
import { assertReadable } from './steps/intake/read-rows.ts';
import { writeRejects } from './steps/intake/write-rejects.ts';
import { openOperation } from './steps/intake/open-operation.ts';
import type { OperationRequest } from './steps/intake/open-operation.ts';
import { lookUpRegistrations } from './steps/locate/look-up-registrations.ts';
import { correctKind } from './steps/locate/correct-kind.ts';
import { readProviderRecord } from './steps/locate/provider-record.ts';
import type { ProviderRecord } from './steps/locate/provider-record.ts';
import type { ProviderSpeaker } from './steps/locate/say-of-provider.ts';
import { locateServers } from './steps/locate/locate-servers.ts';
import type { LocateSources } from './steps/locate/locate-servers.ts';
import { draftNotices } from './steps/notify/draft-notices.ts';
import type { NoticeSetup } from './steps/notify/draft-notices.ts';
import { lintMessage } from './steps/notify/lint-notice.ts';
import { lintStoredNotices } from './steps/notify/lint-stored.ts';
import type { NoticeLint } from './steps/notify/lint-stored.ts';
import { actSigned } from './steps/people/act-signed.ts';
import { arming, disarmOperation, isInForce } from './steps/people/arm-operation.ts';
import { personRemoval } from './steps/people/remove-person.ts';
import { receiveMail } from './steps/correspond/receive-mail.ts';
import type { MailSources as ReceiveSources, Received } from './steps/correspond/receive-mail.ts';
import { reclassifyMail } from './steps/correspond/reclassify.ts';
import type { MailWords } from './steps/correspond/reclassify.ts';
import { dispatchBounced } from './steps/send/bounce.ts';
import { eraseEntries } from './steps/retain/erase-entries.ts';
import { planByRetention, planBySequence } from './steps/retain/plan-erasure.ts';
import type { PlannedErasure, Retention } from './steps/retain/plan-erasure.ts';
import { explainServer } from './steps/report/explain-server.ts';
import type { Explanation as ServerExplanation } from './steps/report/explain-server.ts';
import { summariseIntake, summariseRun } from './steps/report/summary.ts';
import type { ImportSummary, IntakeSummary, RunSummary } from './steps/report/summary.ts';

/*
 *     intake ─► identify ─► locate ─► decide ─► notify ─► report
 *
 * The order of the steps. No step knows another; what one leaves in the store is what the next one finds there.
 */

/** Warning lists, Tor exits and own lists that the user gave, and what the settings say of them. */
export interface GivenLists {
  readonly lists: readonly WarningList[];
  readonly effects: Readonly<Record<string, Effect>>;
  readonly staleDays?: StaleDays;
}

/** What the steps consult besides the store: read by app.ts from files, never from the network. */
export interface Sources {
  /** Null where the user gave none: then nobody says whether a server stands on protected ground. */
  readonly warningLists: GivenLists | null;
  readonly locate: LocateSources;
  /** Null where lookups are not switched on: then nobody is asked, and what was answered before stands. */
  readonly registry: Registry | null;
  readonly methodTable: MethodTable;
  readonly capacity: Capacity;
  readonly gates: Gates;
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
  await world.store.read((transaction) => assertInForce(transaction, sources.methodTable.sha256));
  const { operation, summary } = await intake(world, request);
  const lookups = await workThrough(world, sources, operation);
  const lists = listsInForce(sources.warningLists, world.clock.now());
  return summariseRun(world, operation, summary, { lookups, lists });
}

/** The same over what is there, without a summary: for whoever does it often. */
export async function runAgain(world: World, sources: Sources, name: string): Promise<void> {
  await workThrough(world, sources, await findOperation(world, name));
}

async function workThrough(world: World, sources: Sources, operation: Operation): Promise<Lookups> {
  await identifyServers(world, operation, groundCheck(sources, world.clock.now()));
  const lookups = await lookUpRegistrations(world, operation, sources.locate, sources.registry);
  await locateServers(world, operation, sources.locate);
  await decideCases(world, operation, {
    capacity: sources.capacity,
    playbook: sources.methodTable.sha256,
    chooseMethod: (facts) => chosenRow(sources.methodTable, facts),
    gates: sources.gates,
  });
  await draftNotices(world, operation, { ...sources.notices, rows: mailingRows(sources.methodTable) });
  return lookups;
}

/** Names of sources that are given to what partners and desks say, and to nothing else: only they take their words back. */
const RESERVED_SOURCES = /^(?:partner:|door of )/i;

/** Refuses a name that whoever imports must not give to a source. */
export function assertOwnSource(source: string | undefined): void {
  if (source === undefined || !RESERVED_SOURCES.test(source.trim())) return;
  throw problem('refused', `"${source}" is the name of what a partner or a desk says`, 'Give the source another name');
}

/** Opens an operation that nothing has been imported into yet. Refuses one that there is. */
export async function beginOperation(world: World, request: OperationRequest): Promise<Operation> {
  const known = await world.store.read((transaction) => transaction.findOperation(request.name));
  if (known !== null)
    throw problem('refused', `there is an operation "${request.name}" already`, 'Choose another name');
  return openOperation(world, request);
}

/** The first step alone. */
export async function importOnly(world: World, request: RunRequest): Promise<ImportSummary> {
  const { operation, summary } = await intake(world, request);
  // Workers go on with it, where there are any.
  await world.store.write((transaction) =>
    transaction.askFor({ kind: 'run', subject: operation.id }, world.clock.now()),
  );
  const ledger = await world.store.read((transaction) => transaction.ledgerHead());
  return { operation: operation.name, intake: summary, ledger };
}

/** The figures of an operation as it stands, without importing anything. */
export async function report(world: World, name: string): Promise<RunSummary> {
  const lists = listsInForce(null, world.clock.now());
  const intake = summariseIntake([], null);
  return summariseRun(world, await findOperation(world, name), intake, { lookups: NO_LOOKUPS, lists });
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

/** Why a server stands where it stands, with what the lists that name it look like now. */
export interface Explanation extends ServerExplanation {
  readonly listHits: readonly ExplainedHit[];
}

/** Why one server stands where it stands. */
export async function explain(world: World, sources: Sources, name: string, server: string): Promise<Explanation> {
  const operation = await findOperation(world, name);
  const now = world.clock.now();
  const authorities = prepareAuthorities(
    await world.store.read((transaction) => transaction.authorities().list(operation.id)),
  );
  const explained = await explainServer(world, operation, server, {
    playbook: sources.methodTable.sha256,
    factsOf: (view, caseView, provider) =>
      methodFactsOf(
        {
          ...view,
          ...caseView,
          provider,
          authority: authorities.coverageOf(coveredServer({ ...view, provider }), now).fact,
        },
        sources.capacity,
      ),
    explain: (facts) => explainMethod(sources.methodTable, facts),
  });
  const { lists, staleDays } = allLists(sources.warningLists);
  const hits = explained.case?.listHits ?? [];
  return { ...explained, listHits: hits.map((hit) => explainHit(hit, lists, staleDays, world.clock.now())) };
}

/** Every list in force, the built-in ones first: what it does, how old it is, what of it does not protect. */
export function listsInForce(given: GivenLists | null, now: Instant): readonly ListInForce[] {
  const { lists, ...settings } = allLists(given);
  return lists.map((list) => listInForce(list, settings, now));
}

/** What the lists say of hosts, as a row of a feed would be asked about. */
export function checkGround(given: GivenLists | null, hosts: readonly string[], now: Instant): readonly GroundAnswer[] {
  const ground = protectedGround(given, now);
  return hosts.map((host) => answerGround(host, ground));
}

/**
 * A person's word on one server; the next run judges by it. Once anybody is on record the person signs it. Returns the
 * server's host.
 */
export async function attest(
  world: World,
  name: string,
  server: string,
  words: AttestationWords,
  signing?: Signing,
): Promise<string> {
  const operation = await findOperation(world, name);
  const said = spoken(words);
  const people = await world.store.read((transaction) => transaction.people());
  if (people.length === 0) await attestServer(world, operation, server, said);
  else if (signing === undefined) throw new Error('an attestation is signed once people are on record');
  else await actSigned(world, signing, attestation(world, operation, server, said));
  return hostOf(world, operation, server);
}

export async function unattest(world: World, name: string, server: string, words: ProviderSpeaker): Promise<string> {
  return withdrawAttestation(world, await findOperation(world, name), server, spoken(words));
}

/** What a person says that a server is; null has evidence decide again. */
export async function setKind(
  world: World,
  name: string,
  server: string,
  words: ProviderSpeaker & { readonly kind: ServerKind | null },
): Promise<string> {
  return correctKind(world, await findOperation(world, name), server, spoken(words));
}

/** Everybody who is or was on record, by key. */
export function peopleOf(world: World): Promise<readonly PersonRecord[]> {
  return world.store.read((transaction) => transaction.people());
}

/** Takes a person off the record; an admin signs for it. Returns the person's key. */
export async function removePerson(
  world: World,
  signing: Signing,
  name: string,
  words: ProviderSpeaker,
): Promise<string> {
  return (await actSigned(world, signing, personRemoval(name, spoken(words)))).subject;
}

/** Lets mail out for one operation until a moment; an admin signs for it. */
export async function arm(
  world: World,
  signing: Signing,
  name: string,
  words: ProviderSpeaker & { readonly until: Instant },
): Promise<ArmingView> {
  const operation = await findOperation(world, name);
  await actSigned(world, signing, arming(world, operation, spoken(words)));
  const [newest] = await armed(world, operation.name);
  if (newest === undefined) throw new Error('what was armed is not there');
  return newest;
}

export async function disarm(world: World, name: string, words: ProviderSpeaker): Promise<void> {
  await disarmOperation(world, await findOperation(world, name), spoken(words));
}

export interface ArmingView extends Arming {
  readonly inForce: boolean;
}

/** What was armed, the newest first; of one operation where one is named. */
export async function armed(world: World, name: string | null): Promise<readonly ArmingView[]> {
  const operation = name === null ? null : await findOperation(world, name);
  const now = world.clock.now();
  const armings = await world.store.read((transaction) => transaction.armings(operation?.id ?? null));
  return armings.map((each) => ({ ...each, inForce: isInForce(each, now) }));
}

/** What receiving mail needs; what follows from a bounce the flow knows itself. */
export type MailSources = Omit<ReceiveSources, 'onBounce'>;

/** Takes one message in; what comes back of ours turns to the next contact. */
export function takeMail(world: World, sources: MailSources, message: RawMessage): Promise<Received> {
  return receiveMail(world, { ...sources, onBounce: dispatchBounced }, message);
}

/** Says what a message is and where it belongs. */
export async function sayOfMail(world: World, id: string, words: MailWords): Promise<ReceivedMail> {
  const { person: by, reason } = spoken({ person: words.by, reason: words.reason });
  const people = await peopleOf(world);
  return reclassifyMail(world, id, { ...words, by: speakerOf(people, by), reason });
}

/** What is on record with one provider. */
export function shownProvider(world: World, name: string): Promise<ProviderRecord> {
  return world.store.read((transaction) => readProviderRecord(transaction, name));
}

/** Names and reasons go into the ledger as they are. */
export function spoken<Words extends ProviderSpeaker>(words: Words): Words {
  return { ...words, person: oneLine(words.person, '--as', 100), reason: oneLine(words.reason, '--reason', 1000) };
}

export async function findOperation(world: World, name: string): Promise<Operation> {
  return world.store.read((transaction) => operationNamed(transaction, name));
}

/** As `findOperation`, for whoever reads more in the same moment. */
export async function operationNamed(transaction: ReadTransaction, name: string): Promise<Operation> {
  const found = await transaction.findOperation(name);
  if (found !== null) return found;
  const known = await transaction.operations();
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
  // Without files a run goes on with what is there; a slip in the name must not open another operation.
  const known = files.length === 0 ? await findOperation(world, requested.name) : null;
  // A file that nobody can read must not leave an empty operation behind.
  for (const file of files) assertReadable(file, options);
  const operation = await openOperation(world, known === null ? requested : { ...requested, drill: known.drill });
  const outcomes: ImportOutcome[] = [];
  for (const file of files) outcomes.push(await importFile(world, operation, file, options));
  return { operation, summary: summariseIntake(outcomes, await writeRejects(world, operation, outcomes)) };
}

function groundCheck({ warningLists }: Sources, now: Instant): GroundCheck {
  const ground = protectedGround(warningLists, now);
  const { lists } = allLists(warningLists);
  return {
    lists: new Set(lists.map(({ folder }) => folder)),
    warningListsGiven: lists.some(({ origin }) => origin === 'warninglists'),
    inForce: listsInForce(warningLists, now),
    check: (server) =>
      ground.check(server).flatMap(({ list, version, effect, entry, date }): ListHit[] =>
        // Reserved space has been refused at intake, and is where drills live.
        effect === 'reserved' ? [] : [{ list, version, effect, entry, ...(date === null ? {} : { date }) }],
      ),
  };
}

function protectedGround(given: GivenLists | null, now: Instant): ProtectedGround {
  const { lists, effects } = allLists(given);
  return createProtectedGround(
    lists.map((list) => withoutExpired(list, now)),
    effects,
  );
}

/** What must never be touched is known without anybody's list. */
function allLists(given: GivenLists | null): Required<GivenLists> {
  return {
    lists: [...BUILT_IN, ...(given?.lists ?? [])],
    effects: given?.effects ?? {},
    staleDays: given?.staleDays ?? {},
  };
}

function chosenRow(table: MethodTable, facts: MethodFacts): MethodRow {
  const decided = decideMethod(table, facts);
  if (!decided.ok) throw new ProblemError(decided.problem);
  return decided.value;
}

/** The rows of the method table that write to somebody, by id. */
export function mailingRows(table: MethodTable): ReadonlyMap<string, MethodRow> {
  return new Map(table.rows.map(({ result }) => [result.id, result] as const).filter(([, row]) => needsNotice(row)));
}

export { listMail, showMail } from './steps/correspond/show-mail.ts';
export type { ShownMail } from './steps/correspond/show-mail.ts';
export type { Received } from './steps/correspond/receive-mail.ts';
export type { ReceivedMail } from './ports/correspondence.ts';
export { addPerson } from './steps/people/add-person.ts';
export type { NewPerson } from './steps/people/add-person.ts';
export { LONGEST_ARMING_DAYS } from './steps/people/arm-operation.ts';
export { correctProvider, mergeProviders, preferProvider, splitProvider } from './steps/locate/say-of-provider.ts';
export { evidenceOf, momentOf } from './steps/intake/import-options.ts';
export type { ChangedRow } from './policy/method-table/changed-rows.ts';
export { changedRows } from './policy/method-table/changed-rows.ts';
export { checkMethodTable } from './policy/method-table/check-method-table.ts';
export type { MethodTableReport } from './policy/method-table/check-method-table.ts';
export { explainMethod } from './policy/method-table/explain-method.ts';
export { tryExamples } from './policy/method-table/try-examples.ts';
export type { TriedExample } from './policy/method-table/try-examples.ts';
export { DATE_FORMS } from './steps/intake/dates.ts';
export { FORMATS } from './steps/intake/format.ts';
export { parseImportOptions } from './steps/intake/import-options.ts';
export type { ProviderRecord } from './steps/locate/provider-record.ts';
export type { GroundAnswer } from './policy/ground-answer.ts';
export type { ListInForce } from './policy/lists-in-force.ts';
export type { NoticeLint } from './steps/notify/lint-stored.ts';
export type { ImportSummary, IntakeSummary, RunSummary } from './steps/report/summary.ts';
export type { PlannedErasure } from './steps/retain/plan-erasure.ts';
