import type { Assessment } from '../domain/assessment.ts';
import type { CaseState, Settlement } from '../domain/case.ts';
import type { LookOutcome } from '../domain/look.ts';
import type { Method } from '../domain/method.ts';
import type { NoticeState } from '../domain/notice.ts';
import type { Provider } from '../domain/provider.ts';
import type { GivenApproval } from './approvals.ts';
import type { ListHit, ServerNetwork } from '../domain/rows.ts';
import type { Endpoint, HostType, ServerKind } from '../domain/server.ts';
import type { Finding } from '../domain/verdict.ts';

/** What `dismantle servers` shows. */
export interface ServerView {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  /** A sentence for each piece of evidence that the kind rests on. */
  readonly kindReasons: readonly string[];
  /** What a person has said that it is, where no run has acted on it yet. */
  readonly kindToCome: ServerKind | null;
  readonly endpoints: readonly Endpoint[];
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly located: boolean;
  readonly providerKey: string | null;
  readonly provider: string | null;
  readonly asn: number | null;
  readonly holder: string | null;
  readonly country: string | null;
  readonly locationSource: string | null;
  readonly locationDate: string | null;
  /** Where origin AS and registrant differ, the one of the two that is not asked first. */
  readonly otherProviderKey: string | null;
  readonly otherProvider: string | null;
  /** The network as its registry has it; null where no registry was asked. */
  readonly network: ServerNetwork | null;
  readonly caseId: string | null;
  readonly state: CaseState | null;
  readonly heldBy: readonly string[];
  /** What was found by the newest look that told anything; null where nobody has looked. */
  readonly lastLook: LookOutcome | null;
  readonly lastLookAt: string | null;
  /** When a look last found it alive. */
  readonly lastLiveAt: string | null;
  /** By all rounds of looks; null before the first. */
  readonly verdict: LookOutcome | null;
  readonly finding: Finding | null;
  /** The first dark look of its dark run; it stays while it answers as something else. Null where it is not dark. */
  readonly darkAt: string | null;
  /** When the quorum was reached; null: not dark, or provisionally. */
  readonly confirmedAt: string | null;
  /** Who wants it left alone for longest, and until when, be that past or not; null where nobody does. */
  readonly handsOffBy: string | null;
  readonly handsOffUntil: string | null;
}

/** What `dismantle cases` and `dismantle explain` show. */
export interface CaseView {
  readonly caseId: string;
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly episode: number;
  readonly state: CaseState;
  readonly stateSince: string;
  readonly openedAt: string;
  readonly heldBy: readonly string[];
  readonly groups: readonly string[];
  readonly attestedBy: readonly string[];
  readonly groundChecked: boolean;
  readonly listHits: readonly ListHit[];
  /** What it was judged by at the last judgement; null in those of versions that did not weigh. */
  readonly assessment: Assessment | null;
  readonly country: string | null;
  readonly providerKey: string | null;
  readonly provider: string | null;
  readonly method: Method | null;
  readonly rowId: string | null;
  /** SHA-256 of the playbook that decided. */
  readonly playbook: string | null;
  readonly missing: readonly string[];
  readonly noticeId: string | null;
  /** When and why it was taken back; absent where it was not. */
  readonly retraction?: { readonly at: string; readonly reason: string } | null;
  /** When it was confirmed dark, settled or taken back; null while it is open. */
  readonly closedAt: string | null;
  /** What a person has said that its server is by now. */
  readonly settlement: { readonly as: Settlement; readonly reason: string } | null;
  /** The episode before; null for the first. */
  readonly previousCaseId: string | null;
  /** The server's: see ServerView. */
  readonly verdict: LookOutcome | null;
  readonly finding: Finding | null;
  readonly darkAt: string | null;
  readonly confirmedAt: string | null;
  /** What was found by the newest look that told anything; null where nobody has looked. */
  readonly lastLook: LookOutcome | null;
  readonly lastLookAt: string | null;
  /** Until when it is to be left alone, be that past or not; null where nobody has said so. */
  readonly handsOffUntil: string | null;
}

/** What `dismantle imports` shows: one file that was read, and who told it. */
export interface ImportView {
  readonly importId: string;
  /** The place of its entry in the ledger. */
  readonly sequence: number;
  readonly file: string;
  readonly format: string;
  readonly sha256: string;
  readonly source: string;
  readonly group: string;
  readonly reliability: string | null;
  readonly tlp: string | null;
  readonly snapshot: boolean;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly repeated: number;
  readonly attestedBy: readonly string[];
  readonly importedAt: string;
}

/** What `dismantle configurations` shows: one distributed list of controllers. */
export interface ConfigurationView {
  readonly configurationId: string;
  readonly version: string;
  readonly tag: string;
  readonly collectedAt: string | null;
  /** How many controllers it lists, repeats and rejected ones included. */
  readonly entries: number;
  readonly accepted: number;
  /** Distinct servers that it lists. */
  readonly servers: number;
  readonly sources: readonly string[];
}

/** What one source said of a server in one file, and whether it still says so. */
export interface SightingView {
  readonly source: string;
  readonly group: string;
  readonly reliability: string | null;
  readonly tlp: string | null;
  readonly file: string;
  readonly line: number;
  readonly port: number | null;
  readonly scheme: string | null;
  readonly path: string | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly status: 'online' | 'offline' | null;
  readonly label: string | null;
  readonly reference: string | null;
  /** Version and campaign tag of the configuration that lists it; null where none does. */
  readonly configuration: string | null;
  readonly importedAt: string;
  readonly withdrawn: boolean;
}

export interface ProviderView extends Provider {
  readonly servers: number;
  readonly notices: number;
}

export interface NoticeView {
  readonly noticeId: string;
  readonly providerKey: string;
  readonly provider: string;
  readonly country: string | null;
  readonly to: string | null;
  /** Where there is no mailbox: the provider takes notices through its form or interface, at its address. */
  readonly form: string | null;
  readonly method: Method;
  readonly rowId: string;
  /** How many different people have to approve. */
  readonly approvals: number;
  /** Approvals of its very text that were not taken back: an expired one is among them. */
  readonly given: readonly GivenApproval[];
  readonly items: number;
  readonly state: NoticeState;
  readonly missing: readonly string[];
  readonly reference: string;
  readonly messageId: string;
  readonly draftedAt: string;
  readonly hash: string;
  readonly fileName: string;
}

/** Counts over one operation. Servers are counted once, however many cases or endpoints they have. */
export interface OperationFigures {
  readonly servers: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Servers whose origin AS or provider is known. */
  readonly located: number;
  readonly held: number;
  /** A server that is held for several reasons counts under each. */
  readonly heldBy: Readonly<Record<string, number>>;
  readonly providers: number;
  readonly cases: number;
  readonly byState: Readonly<Record<string, number>>;
  /** Decided cases that stand in no notice though their method writes to somebody, by what they miss. */
  readonly notDrafted: Readonly<Record<string, number>>;
  /** Cases by the method decided for them. */
  readonly methods: Readonly<Record<string, number>>;
  /** Servers by list and effect, as the lists said at the last judgement. */
  readonly listHits: readonly { readonly list: string; readonly effect: string; readonly servers: number }[];
  /** False while at least one server has never been held against warning lists. */
  readonly groundChecked: boolean;
}
