import type { Method } from './method.ts';
import type { Provider } from './provider.ts';
import type { HostType } from './server.ts';
import type { Tlp } from './tlp.ts';

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
  | ProviderRow
  | LocationRow
  | DecisionRow;

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
}

export interface DecisionRow {
  readonly type: 'decision';
  readonly caseId: string;
  readonly method: Method;
  readonly rowId: string;
  /** SHA-256 of the playbook file that decided. */
  readonly playbook: string;
  readonly providerKey: string | null;
  /** What still keeps the case from being notified, as stable codes ("no-provider", "no-contact", "attested-import-only"). */
  readonly missing: readonly string[];
}
