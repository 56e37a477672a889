import type { Assessment } from './assessment.ts';
import type { EvidenceClass } from './evidence.ts';
import type { Method, MethodFacts } from './method.ts';
import type { Provider } from './provider.ts';
import type { Registration, AutnumRegistration } from './registration.ts';
import type { Observation } from './observation.ts';
import type { HostType, ServerKind } from './server.ts';
import type { Tlp } from './tlp.ts';
import type { VantageKind } from './vantage.ts';
import type { Finding, SignedLook } from './verdict.ts';

/**
 * The append-only rows behind batch entries of the ledger (docs/events.md). A batch entry commits to the Merkle root
 * over its rows, each as canonical JSON of exactly these fields. Moments are ISO 8601 UTC; null means not known.
 */
export type BatchRow =
  | SightingRow
  | WithdrawalRow
  | RejectionRow
  | ConfigurationRow
  | IdentificationRow
  | RegistrationRow
  | KindRow
  | ProviderRow
  | LocationRow
  | DecisionRow
  | ProbeRow;

export interface SightingRow {
  readonly type: 'sighting';
  /** The first line of the file that says this. */
  readonly line: number;
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly port: number | null;
  readonly scheme: string | null;
  readonly path: string | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly status: 'online' | 'offline' | null;
  /** What the source calls the malware: free text, raises nothing. */
  readonly label: string | null;
  /** Where the source says it: an id of its own, or the address of a report. */
  readonly reference: string | null;
  /** How the source has marked this very row; null leaves it to the import's marking. */
  readonly tlp: Tlp | null;
  /** The configuration that lists the server; null where the file holds none. */
  readonly configurationId: string | null;
  /** How the source knows; absent where it does not say: then it is a listing, or the configuration that it names. */
  readonly evidence?: EvidenceClass;
  /** What the source says that the host is; absent where it says nothing of it. */
  readonly statedKind?: ServerKind;
  /** A name by which the source knows this address; absent where it gives none. */
  readonly alsoNamed?: string;
}

/** A source takes back what it said before of a server, at this port and path where they are given, altogether where not. */
export interface WithdrawalRow {
  readonly type: 'withdrawal';
  /** Null where the source says nothing, but no longer lists it in a file that is all it lists. */
  readonly line: number | null;
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly port: number | null;
  readonly scheme: string | null;
  readonly path: string | null;
}

/** One distributed list of controllers that a file holds. */
export interface ConfigurationRow {
  readonly type: 'configuration';
  /** Where it begins. */
  readonly line: number;
  readonly configurationId: string;
  readonly version: string;
  /** The campaign tag; "" where it names none. */
  readonly tag: string;
  readonly collectedAt: string | null;
  /** How many controllers it lists, repeats and rejected ones included. */
  readonly entries: number;
  readonly accepted: number;
}

export interface RejectionRow {
  readonly type: 'rejection';
  readonly line: number;
  /** At most 300 characters of what stood there. */
  readonly value: string;
  readonly reason: string;
}

/** A list that names a server, and what that list does. */
export interface ListHit {
  readonly list: string;
  readonly version: string;
  readonly effect: 'never' | 'hold' | 'hostname-only' | 'note';
  /** The entry of the list that matched. */
  readonly entry: string;
  /** YYYY-MM-DD: the list's date, where something told it. Rows from before this was kept have no such key. */
  readonly date?: string;
}

export interface IdentificationRow {
  readonly type: 'identification';
  readonly caseId: string;
  readonly serverId: string;
  readonly outcome: 'identified' | 'held';
  /** List names, or `needs-corroboration`; empty exactly when identified. */
  readonly heldBy: readonly string[];
  /** The independence groups that sighted it, sorted; "" is the unnamed one. */
  readonly groups: readonly string[];
  /** People who vouched for an import that names it, sorted. */
  readonly attestedBy: readonly string[];
  /** False where no warning list has ever been held against it: then nobody knows whether it is protected ground. */
  readonly groundChecked: boolean;
  readonly listHits: readonly ListHit[];
  /** What counted at that moment; absent in rows of versions that did not weigh. */
  readonly assessment?: Assessment;
}

/** What a registry answered, as it came, and what was read out of it. */
export interface RegistrationRow {
  readonly type: 'registration';
  /** An address, or "AS" with a number. */
  readonly asked: string;
  readonly outcome: 'answered' | 'not-found' | 'refused' | 'failed';
  /** A sentence why there is no answer; null where there is one. */
  readonly reason: string | null;
  readonly registration: Registration | AutnumRegistration | null;
  readonly url: string | null;
  /** Where redirects led. */
  readonly finalUrl: string | null;
  readonly status: number | null;
  readonly fetchedAt: string;
  /** Of the body's bytes, lower-case hex. */
  readonly sha256: string | null;
  readonly body: string | null;
}

/** What a server is from now on, and from which evidence. */
export interface KindRow {
  readonly type: 'kind';
  readonly serverId: string;
  readonly kind: ServerKind;
  /** A sentence for each piece of evidence; empty exactly when nothing is known. */
  readonly reasons: readonly string[];
}

/** A provider as it is known from now on. */
export interface ProviderRow {
  readonly type: 'provider';
  readonly provider: Provider;
}

export interface LocationRow {
  readonly type: 'location';
  readonly serverId: string;
  /** Null where no provider is known. */
  readonly providerKey: string | null;
  readonly asn: number | null;
  readonly holder: string | null;
  readonly country: string | null;
  readonly source: string | null;
  /** YYYY-MM-DD: the age of the data that says so. */
  readonly dataDate: string | null;
  /** Where origin AS and registrant differ, the one of the two that is not asked first. */
  readonly otherProvider?: string;
  /** The network as its registry has it; absent where no registry has been asked. */
  readonly network?: ServerNetwork;
}

/** The registered network around a server. */
export interface ServerNetwork {
  readonly registry: string;
  readonly handle: string;
  readonly name: string | null;
  /** Canonical addresses, inclusive. */
  readonly start: string;
  readonly end: string;
  readonly country: string | null;
  readonly registrant: string | null;
  /** How the two providers stood to each other, a sentence. */
  readonly relation: string;
}

export interface DecisionRow {
  readonly type: 'decision';
  readonly caseId: string;
  readonly method: Method;
  readonly rowId: string;
  /** SHA-256 of the playbook file that decided. */
  readonly playbook: string;
  readonly providerKey: string | null;
  /** What the table was asked with, so that anybody can ask it again; absent in rows of versions that did not say it. */
  readonly facts?: MethodFacts;
  /** What still keeps the case from being notified, as stable codes ("no-provider", "no-contact", "attested-import-only"). */
  readonly missing: readonly string[];
  /** The authority that covers the server; absent where none does. */
  readonly authorityId?: string;
}

/** One look at a server from one vantage. */
export interface ProbeRow {
  readonly type: 'probe';
  readonly serverId: string;
  /** Null: the host as a whole. */
  readonly port: number | null;
  readonly at: string;
  readonly vantage: string;
  readonly outcome: 'c2-live' | 'live' | 'answers-other' | 'dark' | 'inconclusive';
  /** What was done and what answered, in words. */
  readonly how: string;
  /** Who looked: a person, or "dismantle". */
  readonly person: string;
  /** When the round began that this look is of; this and what follows is absent in looks that a person wrote down. */
  readonly round?: string;
  readonly finding?: Finding;
  /** The vantage's. */
  readonly vantageKind?: VantageKind;
  /** "AS64500"; absent where nobody has said it. */
  readonly network?: string;
  readonly country?: string;
  /** The address that was connected to; absent where it came to none. */
  readonly address?: string;
  /** What was seen; absent where nothing of the server was. */
  readonly seen?: Observation;
  /** The fingerprint on file that it bears; absent where it bears none. */
  readonly fingerprintId?: string;
  readonly signed?: SignedLook;
}
