import type { AuthorityInForce, Method, MethodFacts } from '../domain/method.ts';
import type { CaseState } from '../domain/case.ts';
import type { Rejection } from '../domain/import-outcome.ts';
import type { Instant } from '../domain/instant.ts';
import type { LastLook } from '../domain/look.ts';
import type { NoticeState } from '../domain/notice.ts';
import type { Operation } from '../domain/operation.ts';
import type { Provider, ProviderType, Trust } from '../domain/provider.ts';
import type { Assessment } from '../domain/assessment.ts';
import type { AutnumRegistration, Registration } from '../domain/registration.ts';
import type { BatchRow, ListHit, LocationRow, RegistrationRow, WithdrawalRow } from '../domain/rows.ts';
import type { MatchingProbe } from '../domain/fingerprint.ts';
import type { KindCorrection, StatedKind } from '../domain/stated-kind.ts';
import type { ServerAttestation, Statement } from '../domain/statement.ts';
import type { Endpoint, HostType, ServerKind } from '../domain/server.ts';
import type { ProofReader, RowPlace } from '../ledger/build-proof.ts';
import type { KeptEntry, LedgerReader } from '../ledger/export.ts';
import type { KeyChain } from '../ledger/key-chain.ts';
import type { LedgerTip } from '../ledger/signed-act.ts';
import type { JsonValue } from '../ledger/canonical.ts';
import type { ApprovalReads, ListRelease } from './approvals.ts';
import type { AuthorityReads } from './authorities.ts';
import type { CandidateReads } from './candidates.ts';
import type { ClockReads } from './clock-facts.ts';
import type { CollectionReads, CollectionWrites } from './collections.ts';
import type { ContributionReads, ContributionWrites } from './contributions.ts';
import type { MethodTableReads } from './method-tables.ts';
import type { MailReads } from './correspondence.ts';
import type { DeconflictionReads } from './deconfliction.ts';
import type { DoorRecordReads } from './door.ts';
import type { DispatchReads } from './dispatches.ts';
import type { FigureReads } from './figure-facts.ts';
import type { GivingReads } from './giving.ts';
import type { EvidenceReads } from './evidence.ts';
import type { AccessReads, DoorReads, PartnerReads } from './access.ts';
import type { AssignmentReads } from './assignments.ts';
import type { PeopleReads } from './people.ts';
import type { VerdictReads } from './verdicts.ts';
import type { WatchReads } from './watching.ts';
import type { SeveranceReads } from './severance.ts';
import type { SignInReads, SignInWrites } from './sign-in.ts';
import type { FeedSourceReads, FeedSourceWrites } from './sources.ts';
import type { StrikeReads } from './strikes.ts';
import type { WebhookReads, WebhookWrites } from './webhooks.ts';
import type { WorkReads, WorkWrites } from './work.ts';
import type {
  CaseView,
  ConfigurationView,
  ImportView,
  NoticeView,
  OperationFigures,
  ProviderView,
  ServerView,
  SightingView,
} from './views.ts';

/** Everything below is seen by one organisation alone; the store is opened for it. */
export interface Store {
  /** Reads one consistent moment. */
  read<Value>(work: (transaction: ReadTransaction) => Promise<Value>): Promise<Value>;
  /**
   * Reads what the ledger held at a past moment: the state that its entries recorded up to then make, and the rows that they commit
   * to. What has been erased since is missing. Takes as long as replaying those entries, and changes nothing.
   */
  asOf<Value>(moment: Instant, work: (transaction: ReadTransaction) => Promise<Value>): Promise<Value>;
  /** All or nothing; committed and on disk when the promise resolves. */
  write<Value>(work: (transaction: WriteTransaction) => Promise<Value>): Promise<Value>;
  /**
   * Reads on behalf of a partner, one consistent moment. PostgreSQL itself shows what the partner may see and nothing else,
   * whatever the query asks.
   */
  readAsPartner<Value>(partner: string, work: (reads: PartnerReads) => Promise<Value>): Promise<Value>;
  /** The same for whoever stands at the door of one notice. */
  readAtDoor<Value>(noticeId: string, work: (reads: DoorReads) => Promise<Value>): Promise<Value>;
  /**
   * Does work that nobody else in the world does under the same key, across processes and machines; `null` at once where somebody
   * is at it. Whoever dies lets go of it. `lost` is aborted when the lock is lost while the work goes on (the database went away):
   * somebody else may begin from then on.
   */
  exclusively<Value>(
    key: string,
    work: (lost: AbortSignal) => Promise<Value>,
  ): Promise<{ readonly value: Value } | null>;
  close(): Promise<void>;
}

export interface ImportRecord {
  readonly importId: string;
  readonly file: string;
  readonly format: string;
  readonly sha256: string;
  readonly source: string;
  /** "" is the one unnamed independence group. */
  readonly group: string;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly repeated: number;
  /** Rows whose date could not be read. */
  readonly undated: number;
  /** Whether its source has had nothing imported since. */
  readonly isLatestOfSource: boolean;
  /** Who has vouched for it, with what words. */
  readonly attestations: readonly { readonly person: string; readonly reason: string }[];
}

/** What *identify* judges a server by, and what was last said of it. */
export interface IdentifyFacts {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  /** What its sources say and have not taken back, folded: of a server named a thousand times, the newest 500. */
  readonly statements: readonly Statement[];
  /** Names by which sources with a record know the address: protected ground is asked about them, too. At most 100. */
  readonly names: readonly string[];
  /** People's words on this server. */
  readonly attestations: readonly ServerAttestation[];
  /** People who vouched for a whole import that names it, sorted. */
  readonly attestedImports: readonly string[];
  /** Entries of lists that people have released it from; none where absent. */
  readonly releases?: readonly ListRelease[];
  /** Our own newest look that matched a fingerprint which still stands; null or absent where none did. */
  readonly probe?: MatchingProbe | null;
  /** Only what was said of it from then on counts; null or absent: all of it does. */
  readonly heardFrom?: Instant | null;
  /** Null before the first judgement. */
  readonly current: {
    readonly caseId: string;
    readonly state: CaseState;
    readonly heldBy: readonly string[];
    readonly groups: readonly string[];
    readonly attestedBy: readonly string[];
    readonly groundChecked: boolean;
    readonly listHits: readonly ListHit[];
    /** Null in judgements of versions that did not weigh. */
    readonly assessment: Assessment | null;
  } | null;
}

export interface LocateFacts {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  /** All null before the first locating. */
  readonly current: LocationRow;
  /** What its kind is judged by, besides where it stands. */
  readonly ports: readonly number[];
  readonly names: readonly string[];
  readonly listHits: readonly ListHit[];
  readonly statedKinds: readonly StatedKind[];
  readonly kindCorrection: KindCorrection | null;
  readonly currentKind: { readonly kind: ServerKind; readonly reasons: readonly string[] };
}

/** The newest answer of a registry to one question. */
export interface KnownAnswer {
  /** An address, or "AS" with a number. */
  readonly asked: string;
  readonly outcome: RegistrationRow['outcome'];
  readonly reason: string | null;
  readonly registration: Registration | AutnumRegistration | null;
  readonly url: string | null;
  readonly fetchedAt: Instant;
}

/** What people have said of providers, the last word of each kind. */
export interface ProviderWords {
  /** By the key of the provider. */
  readonly corrections: ReadonlyMap<string, ProviderCorrection>;
  /** From a provider's key to the one that it is a part of. */
  readonly merges: ReadonlyMap<string, string>;
  /** "first second" where the first of the two is asked first. */
  readonly preferences: ReadonlySet<string>;
}

/** What a person has said that a provider is: fields that are absent stay as they are found. */
export interface ProviderCorrection {
  readonly name?: string;
  readonly country?: string;
  readonly type?: ProviderType;
  readonly trust?: Trust;
  /** `no`: the desk closes repeats unread, so that none are sent. */
  readonly reminders?: 'yes' | 'no';
}

export interface DecideFacts {
  readonly caseId: string;
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly state: CaseState;
  readonly groundChecked: boolean;
  readonly listHits: readonly ListHit[];
  readonly assessment: Assessment | null;
  /** Some source has not marked it as for us alone (TLP:RED, TLP:AMBER+STRICT), or a person of ours vouches for it. */
  readonly mayBeTold: boolean;
  /** Some source knows the address by a name. */
  readonly isNamed: boolean;
  /** Of a domain: names below it are servers of their own. Then others have names there, too, until somebody says otherwise. */
  readonly hasNamesBelow?: boolean;
  readonly country: string | null;
  readonly provider: Provider | null;
  /** Where origin AS and registrant differ and nobody has said whom to ask first. */
  readonly otherProvider: string | null;
  /** The national CSIRT of the provider's country, else of the server's; null where none is known. */
  readonly csirt: Provider | null;
  /** Of the authority that covers it; the store knows none, policy/authority-coverage.ts says. */
  readonly authority: AuthorityInForce;
  /** Which one that is; absent where none covers it. */
  readonly authorityId?: string;
  /** The newest look at it that told anything; null where nobody has looked. */
  readonly look: LastLook | null;
  /** Others who may be at work on it have been asked, and the round is complete. */
  readonly deconflicted: boolean;
  /** Who has said "hands off", while that holds: the word that holds longest. */
  readonly handsOff: { readonly party: string; readonly until: Instant } | null;
  /** Which partner sees to it; null: none. */
  readonly partner: string | null;
  /** Null before the first decision. */
  readonly current: {
    readonly method: Method;
    readonly rowId: string;
    readonly playbook: string;
    readonly providerKey: string | null;
    /** Null in decisions of versions that did not keep them. */
    readonly facts: MethodFacts | null;
    readonly missing: readonly string[];
    /** The authority that covered it then. */
    readonly authorityId?: string | null;
  } | null;
}

/** Whose server was looked at, on record before when. */
export interface LookAsked {
  readonly caseId: string;
  readonly before: Instant;
  /** Of no other port's look is anything told; null: of each. */
  readonly ports: readonly number[] | null;
}

/** A look of ours as it is told to others. */
export interface LookBefore extends Pick<LastLook, 'at' | 'outcome'> {
  /** The ports at which the server was found so, ascending. */
  readonly ports: readonly number[];
}

/** One decided case with a provider: what a notice's item is made of. */
export interface NoticeCase {
  readonly caseId: string;
  /** `decided` where it stands in no draft yet, or was decided anew since. */
  readonly state: CaseState;
  readonly providerKey: string;
  readonly method: Method;
  readonly rowId: string;
  readonly missing: readonly string[];
  /** The authority that its decision rests on; absent or null where none covers it. */
  readonly authorityId?: string | null;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  /** Names by which sources know the address, at most 10. */
  readonly names?: readonly string[];
  readonly endpoints: readonly Endpoint[];
  /** How many more there are. */
  readonly endpointsBeyond?: number;
  readonly sightings: readonly {
    readonly group: string;
    readonly port: number | null;
    /** What the source calls the malware. */
    readonly label: string | null;
    /** When it was said first. */
    readonly importedAt: string;
    /** When it was said last; when it was said first where nothing is given. */
    readonly saidAt?: string;
    readonly firstSeen: string | null;
    readonly lastSeen: string | null;
    readonly status: 'online' | 'offline' | null;
    /** Its class (EVIDENCE_CLASSES), with the configuration's version behind it: "configuration 1000512". A listing where nothing is said. */
    readonly evidence?: string | null;
    /** A person of our organisation attested it. */
    readonly own?: boolean;
  }[];
}

/** One way in to a server as a source lists it. */
export type Listed = Pick<WithdrawalRow, 'serverId' | 'hostType' | 'host' | 'port' | 'scheme' | 'path'>;

export interface NoticeRecord {
  readonly noticeId: string;
  readonly providerKey: string;
  readonly method: Method;
  readonly messageId: string;
  readonly reference: string;
  readonly hash: string;
  readonly messageSha256: string;
  readonly fileName: string;
  readonly missing: readonly string[];
  readonly draftedAt: Instant;
  readonly state: NoticeState;
  readonly round: number;
  readonly authorityId: string | null;
  readonly sentAt: Instant | null;
  /** It has left, or may have and nobody can tell: what comes after it is another notice. */
  readonly isClosed: boolean;
  /** A message of it may have left: nothing in it may change until that is settled. */
  readonly isOnTheWay: boolean;
  /** Somebody has approved it as it stands, and has not taken that back. */
  readonly isApprovedByAny: boolean;
}

/** What the ledger names of kept bytes; each once. */
export interface NamedMessages {
  readonly named: readonly {
    readonly sha256: string;
    readonly type: 'message' | 'document' | 'method-table' | 'test-cases';
  }[];
  /** Entries that named something, and whose body is erased. */
  readonly erased: number;
}

export interface ReadTransaction
  extends
    PeopleReads,
    AccessReads,
    AssignmentReads,
    SignInReads,
    ApprovalReads,
    AuthorityReads,
    DeconflictionReads,
    ClockReads,
    MailReads,
    DispatchReads,
    DoorRecordReads,
    WatchReads,
    VerdictReads,
    CandidateReads,
    EvidenceReads,
    FigureReads,
    GivingReads,
    CollectionReads,
    ContributionReads,
    SeveranceReads,
    StrikeReads,
    FeedSourceReads,
    WebhookReads,
    MethodTableReads,
    WorkReads {
  findOperation(name: string): Promise<Operation | null>;
  operation(id: string): Promise<Operation | null>;
  operations(): Promise<readonly Operation[]>;
  /** The newest import of these bytes; with a source's key, the newest that this source has told. */
  findImport(operationId: string, sha256: string, sourceKey: string | null): Promise<ImportRecord | null>;
  /** The independence group of the newest import of a source; null where it has told nothing yet. */
  groupOfSource(operationId: string, sourceKey: string): Promise<string | null>;
  /** In the order of the file's lines. */
  rejections(importId: string, limit: number | null): Promise<readonly Rejection[]>;
  /** All servers of an operation in pages, sorted by host. */
  serversToJudge(operationId: string): AsyncIterable<readonly IdentifyFacts[]>;
  /** In the order of `serversToLocate`. Whether anybody else may be asked about them says `mayBeAskedAbout`. */
  serversToLookUp(operationId: string): AsyncIterable<readonly Pick<LocateFacts, 'serverId' | 'hostType' | 'host'>[]>;
  /** Of these servers, those that are identified or further, and no secret of their sources: others are to be told of nobody. */
  mayBeAskedAbout(operationId: string, serverIds: readonly string[]): Promise<ReadonlySet<string>>;
  serversToLocate(operationId: string): AsyncIterable<readonly LocateFacts[]>;
  /** Cases that are identified or further, as they stand at `now`. */
  casesToDecide(operationId: string, now: Instant): AsyncIterable<readonly DecideFacts[]>;
  /**
   * Cases decided for a provider by one of `rowIds` that miss none of `without`, sorted by provider, method and host; those of one
   * provider where its key is given.
   */
  casesToNotify(
    operationId: string,
    rowIds: readonly string[],
    without: readonly string[],
    providerKey?: string | null,
  ): Promise<readonly NoticeCase[]>;
  /**
   * For each of these cases, our newest look at its server that told anything and was on record before the moment that stands
   * beside it; an inconclusive one only where no other has told more. In their order; null where there was none. What was on record before a moment stays what it was.
   */
  looksBefore(asked: readonly LookAsked[]): Promise<readonly (LookBefore | null)[]>;
  provider(key: string): Promise<Provider | null>;
  /** Those of these keys that there are, by key. */
  providersOf(keys: readonly string[]): Promise<ReadonlyMap<string, Provider>>;
  /** Providers of this key, or of this name in any case. */
  findProviders(text: string): Promise<readonly Provider[]>;
  /** Keys of providers that people have corrected and no server stands at, with what they said of their trust. */
  idleCorrections(): Promise<readonly { readonly key: string; readonly trust: string | null }[]>;
  /** How many servers and drafted notices a provider has, over all operations. */
  providerCounts(key: string): Promise<{ readonly servers: number; readonly notices: number }>;
  /** Every newest answer of a registry that was read. */
  registryAnswers(): AsyncIterable<readonly KnownAnswer[]>;
  providerWords(): Promise<ProviderWords>;
  /** What one server is judged by; null where there is no such server. */
  statements(operationId: string, serverId: string): Promise<Omit<IdentifyFacts, 'current'> | null>;
  /** All of an operation, or those to one provider. */
  noticeRecords(operationId: string, providerKey?: string): Promise<readonly NoticeRecord[]>;
  noticeMessage(sha256: string): Promise<Uint8Array | null>;
  /** References of notices whose stored message is missing or is not the one that the ledger's entry names. */
  damagedMessages(): Promise<readonly string[]>;
  namedMessages(): Promise<NamedMessages>;
  servers(operationId: string): AsyncIterable<readonly ServerView[]>;
  cases(operationId: string): AsyncIterable<readonly CaseView[]>;
  server(operationId: string, serverId: string): Promise<ServerView | null>;
  /** The server's last episode. */
  caseOf(serverId: string): Promise<CaseView | null>;
  providers(operationId: string): Promise<readonly ProviderView[]>;
  /** All of an operation, or those with these references, in any case. */
  notices(operationId: string, references?: readonly string[]): Promise<readonly NoticeView[]>;
  /** What the notices of an operation are called, and to whom they go. */
  noticeNames(operationId: string): Promise<readonly Pick<NoticeView, 'noticeId' | 'reference' | 'provider'>[]>;
  imports(operationId: string): Promise<readonly ImportView[]>;
  configurations(operationId: string): Promise<readonly ConfigurationView[]>;
  /** What the sources say of one server, the latest word first, at most `limit`. */
  sightings(serverId: string, limit: number): Promise<readonly SightingView[]>;
  /** Entries of these kinds that still have their body, the oldest first; recorded before a moment where one is given. */
  erasable(kinds: readonly string[], before: Instant | null): Promise<readonly ErasableEntry[]>;
  /** Drafts of notices that hold a server which nothing but these imports names. */
  noticesOnlyAbout(importSequences: readonly number[]): Promise<readonly ErasableEntry[]>;
  figures(operationId: string): Promise<OperationFigures>;
  ledgerHead(): Promise<{ readonly entries: number; readonly root: string }>;
  /** When the last entry was recorded: no later one is recorded before it, whatever the clock says. Null in an empty ledger. */
  ledgerTime(): Promise<Instant | null>;
  /** The newest entry; null where there is none. */
  ledgerTip(): Promise<(LedgerTip & { readonly recordedAt: Instant }) | null>;
  ledgerReader(): LedgerReader;
  /** Entries after a sequence, with what lies beside them; at most `limit`. */
  entriesAfter(sequence: number, limit: number): Promise<readonly KeptEntry[]>;
  /** The same without bodies: that something happened, and what it was about. */
  entryHeads(sequence: number, limit: number): Promise<readonly EntryHead[]>;
  /** The keys that the ledger names, as far as its entries can be followed. */
  keyChain(): Promise<KeyChain>;
  proofs(): ProofQueries;
}

/** An entry as a live view is told of it. */
export interface EntryHead {
  readonly sequence: number;
  readonly recordedAt: string;
  readonly actor: string;
  readonly kind: string;
  readonly subject: string;
}

/** Where rows stand that somebody wants proved, and what the proof is built from. */
export interface ProofQueries extends ProofReader {
  /** Rows of an operation's imports by file and line. The file may be named without its folders; `files` counts those. */
  rowsOfLine(
    operationId: string,
    file: string,
    line: number,
  ): Promise<{ readonly files: number; readonly places: readonly RowPlace[] }>;
  /** Rows of imports that name a server, at most `limit`. */
  rowsOfServer(serverId: string, limit: number): Promise<readonly RowPlace[]>;
}

/** The batches of the ledger, each committing to rows of its own. */
export type BatchKind = 'import' | 'identify' | 'lookup' | 'locate' | 'decide' | 'probe';

export interface EntryDraft {
  readonly actor: string;
  readonly recordedAt: Instant;
  /** One of docs/events.md. */
  readonly kind: string;
  readonly subject: string;
  readonly body: { readonly schema: number; readonly [key: string]: JsonValue };
}

/** An entry that may be erased, or goes with one that is. */
export interface ErasableEntry {
  readonly sequence: number;
  readonly kind: string;
  readonly subject: string;
  readonly recordedAt: string;
  /** What it is about, for a person: the file of an import, the reference of a notice. */
  readonly about: string;
  /** Rows that go with it. */
  readonly rows: number;
  /** How many of them took something back, which then stands again. */
  readonly withdrawn: number;
  /** It is an import that tells of a server of a notice that has left, or is about to. */
  readonly isEvidence: boolean;
}

/** A result of SQL that an adapter runs inside somebody else's transaction. */
export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface WriteTransaction
  extends
    ReadTransaction,
    CollectionWrites,
    ContributionWrites,
    SignInWrites,
    WorkWrites,
    FeedSourceWrites,
    WebhookWrites {
  /** For adapters that have to join in (the jobs of rule 1), never for steps: they do not speak SQL. */
  executeSql(sql: string, values: readonly unknown[]): Promise<SqlResult>;
  /** Waits until no other transaction changes this operation, and holds it to the end of this one. */
  lockOperation(operationId: string): Promise<void>;
  /**
   * The same without waiting: whatever this transaction asks after the call is answered under the lock. For whoever asks something
   * before anything else, the clock included: it may take minutes until the lock is held.
   */
  lockOperationAhead(operationId: string): Promise<void>;
  /**
   * Waits until no other transaction appends to the ledger, and keeps all others from it to the end of this one. On an
   * empty ledger it keeps off those only that ask for this lock, too.
   */
  lockLedger(): Promise<void>;
  /** Appends a single entry and carries its projection out. */
  append(draft: EntryDraft): Promise<void>;
  /** Begins a batch; nothing is in the ledger before `finish`. */
  openBatch(kind: BatchKind, operationId: string, batchId: string, startedAt: Instant): Promise<Batch>;
  /**
   * Removes body, salt, rows and message of entries that an `erasure` entry has named before, and makes all state anew
   * from what the ledger still says.
   */
  erase(sequences: readonly number[]): Promise<void>;
  /** What in the state tables does not follow from the ledger, in sentences; nobody can write meanwhile. */
  stateDifferences(): Promise<readonly string[]>;
  keepMessage(sha256: string, message: Uint8Array): Promise<void>;
  /** DER, by its SHA-256; what is kept already stays. */
  keepCertificates(certificates: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

export interface Batch {
  /** How many rows have been added. */
  readonly count: number;
  /** Rows get their places in the order in which they are added. */
  add(rows: readonly BatchRow[]): Promise<void>;
  /**
   * What the earlier imports of a source (by its key) named and this batch, its newest snapshot, does not, in pages. Rows that are added
   * while the pages are read do not change them.
   */
  noLongerListed(sourceKey: string): AsyncIterable<readonly Listed[]>;
  /** How much the earlier imports of a source name and it has not taken back. */
  listedBefore(sourceKey: string): Promise<number>;
  /** Appends the batch entry with the Merkle root over its rows, and carries its projection out. */
  finish(draft: EntryDraft): Promise<void>;
}
