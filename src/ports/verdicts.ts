import type { CaseState, Settlement } from '../domain/case.ts';
import type { Instant } from '../domain/instant.ts';
import type { Observation } from '../domain/observation.ts';
import type { HostType } from '../domain/server.ts';
import type { JudgedLook, ServerVerdict } from '../domain/verdict.ts';

/** What further rounds of one server are held against. */
export interface VerdictFacts {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  /** Null before the first look. */
  readonly verdict: ServerVerdict | null;
  /** The newest look on record that told anything, else the newest; null: there is none. */
  readonly newestAt: Instant | null;
  /** The newest episode; null: nobody has judged it yet. */
  readonly newestCase: {
    readonly caseId: string;
    readonly episode: number;
    readonly state: CaseState;
    readonly settledAs: Settlement | null;
  } | null;
  /** Since when it is confirmed dark and has not come back; null where it is not. */
  readonly confirmedDarkAt: Instant | null;
  /** When the first notice that names it left. */
  readonly firstNoticeAt: Instant | null;
}

/** What an endpoint answered with when it was first found alive, or what a person has accepted since. */
export interface ServiceBaseline {
  readonly serverId: string;
  readonly port: number;
  readonly seen: Observation;
  readonly at: Instant;
  readonly acceptedBy: string | null;
}

/** A judged look as it stands on record. */
export interface RecordedLook extends JudgedLook {
  readonly serverId: string;
  /** Null: a person wrote it down. */
  readonly round: Instant | null;
  readonly how: string;
  readonly person: string;
  readonly address: string | null;
}

export interface VerdictReads {
  verdictFacts(operationId: string, serverIds: readonly string[]): Promise<readonly VerdictFacts[]>;
  serviceBaselines(serverIds: readonly string[]): Promise<readonly ServiceBaseline[]>;
  /** Looks at these servers, the oldest first; those since a moment of each where it names one. */
  recordedLooks(
    servers: readonly { readonly serverId: string; readonly since: Instant | null }[],
  ): Promise<readonly RecordedLook[]>;
  /** The newest look at each endpoint of a server from each vantage, by port and vantage. */
  newestLooks(serverId: string): Promise<readonly RecordedLook[]>;
  /** The newest machine look at an endpoint that saw a service; null where none did. */
  newestService(serverId: string, port: number): Promise<{ readonly seen: Observation; readonly at: Instant } | null>;
}
