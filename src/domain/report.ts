import type { LookOutcome } from './look.ts';
import type { HostType, ServerKind } from './server.ts';
import type { Vantage } from './vantage.ts';
import type { Finding } from './verdict.ts';

/*
 * What `dismantle report` says: the object that --json prints, and that every other format is written from. The keys up to
 * `definitions` are a contract with scripts (README); further ones may come. Moments are ISO 8601 UTC; null: there is none.
 */

/** By Kaplan-Meier: `finished` ended, `censored` were still open at the moment of the report. */
export interface DurationFigures {
  /** Null where fewer than half have ended by any time (the curve stays above one half). */
  readonly medianMinutes: number | null;
  readonly p90Minutes: number | null;
  readonly fastestMinutes: number | null;
  readonly finished: number;
  readonly censored: number;
  /** The same with each duration at the end of its interval [last live, first dark] that makes it shortest. */
  readonly medianMinutesAtLeast: number | null;
  /** 95 %: where the bounds of the curve pass one half; null: open on that side. Absent where nobody has worked it out. */
  readonly medianMinutesBounds?: { readonly low: number | null; readonly high: number | null };
}

/** A step of a survival curve: from `minutes` on, this share has not ended yet. */
export interface CurveStep {
  readonly minutes: number;
  readonly share: number;
  readonly atRisk: number;
  readonly ended: number;
  readonly censored: number;
  /** 95 %, by Greenwood's variance; absent where nothing or everything has ended. */
  readonly shareLow?: number;
  readonly shareHigh?: number;
}

/** One server as the figures count it. */
export interface ServerFigure {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly isDevice: boolean;
  readonly country: string | null;
  readonly providerKey: string | null;
  readonly provider: string | null;
  /** Of the newest case. */
  readonly method: string | null;
  readonly group: 'initial' | 'added';
  readonly identifiedAt: string;
  /** When the first notice that names it left. */
  readonly notifiedAt: string | null;
  /** Null: nobody has looked. */
  readonly verdict: LookOutcome | null;
  readonly finding: Finding | null;
  readonly lastLiveAt: string | null;
  readonly darkAt: string | null;
  readonly confirmedAt: string | null;
  readonly isDisabled: boolean;
  readonly isProvisionallyDark: boolean;
  readonly isDarkUnprompted: boolean;
  readonly hasReturned: boolean;
  /** Retracted: left out of all counts. */
  readonly isWrong: boolean;
  /** "cleaned", "re-let", …: answers as something else, as a person has said. */
  readonly settledAs: string | null;
  readonly aliveHours: number;
  readonly caseIds: readonly string[];
}

export interface BreakdownRow {
  /** "DE", a provider's key, a method, a kind; "" where none is known. */
  readonly key: string;
  readonly name: string;
  readonly identified: number;
  readonly disabled: number;
  readonly live: number;
  readonly provisionallyDark: number;
  readonly notifyToDark: DurationFigures;
  readonly identifyToDark: DurationFigures;
  readonly caseIds: readonly string[];
}

export interface VantageFigure extends Omit<Vantage, 'publicKey' | 'kind'> {
  /** "person" where somebody wrote down what he saw. */
  readonly kind: Vantage['kind'] | 'person';
  readonly looks: number;
  readonly lastLookAt: string | null;
}

export interface SeveredFigure {
  readonly state: 'no' | 'none-observed-live' | 'unknown';
  /** Since when it has been so; null where that is not known. */
  readonly since: string | null;
  /** One sentence each: why. */
  readonly reasons: readonly string[];
  readonly coverage: {
    readonly configurations: number;
    readonly inCirculation: number;
    readonly newestConfiguration: {
      readonly version: string;
      readonly tag: string;
      readonly collectedAt: string | null;
    } | null;
    readonly daysSinceNewest: number | null;
    readonly sources: readonly string[];
    /** Entries of configurations in circulation that nobody could read. */
    readonly unreadableEntries: number;
    readonly listedServers: number;
    readonly live: number;
    readonly dark: number;
    readonly provisionallyDark: number;
    readonly answersOther: number;
    readonly inconclusive: number;
    /** Fallbacks that nobody can seize (.onion, blockchain names) in configurations in circulation, or told outside of any. */
    readonly fallbacks: number;
    readonly gaps: readonly string[];
  };
}

/** One tracker's word on what is online, beside our own (a source whose rows say online or offline). */
export interface OutsideCount {
  readonly source: string;
  readonly asOf: string | null;
  readonly online: number;
  readonly offline: number;
  readonly ours: { readonly live: number; readonly dark: number; readonly other: number };
  readonly differences: readonly {
    readonly host: string;
    readonly theirs: 'online' | 'offline';
    readonly ours: LookOutcome | 'not-looked';
    readonly lastLookAt: string | null;
  }[];
}

export interface OperationReport {
  readonly operation: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly asOf: string;
  readonly ledger: { readonly entries: number; readonly root: string };
  readonly openedAt: string;
  /** Its first service of a notice or an order; null while there is none: then every server counts as initial. */
  readonly baselineAt: string | null;
  readonly vantages: readonly VantageFigure[];
  /** No two vantages in different networks and countries have looked: nothing can be confirmed. */
  readonly isSingleVantage: boolean;
  readonly initial: {
    readonly identified: number;
    readonly disabled: number;
    readonly devices: { readonly identified: number; readonly disabled: number };
  };
  readonly added: {
    readonly identified: number;
    readonly disabled: number;
    readonly devices: { readonly identified: number; readonly disabled: number };
  };
  readonly total: {
    readonly identified: number;
    readonly disabled: number;
    /** One decimal; 0 where nothing is identified. */
    readonly percent: number;
    readonly provisionallyDark: number;
    readonly darkUnprompted: number;
    readonly returned: number;
    readonly clearedAsWrong: number;
    readonly live: number;
    readonly answersOther: number;
    readonly settledOtherwise: number;
    readonly inconclusive: number;
    readonly notLookedAt: number;
    /** Held from the first day on: not identified, and in no other number. */
    readonly held: number;
    /** Of those identified: held since, for a list or a person has named them. */
    readonly heldSince?: number;
  };
  readonly identifyToNotify: DurationFigures;
  readonly notifyToDark: DurationFigures;
  readonly identifyToDark: DurationFigures;
  /** The same for devices alone, which the three above leave out. */
  readonly devicesIdentifyToDark: DurationFigures;
  readonly exposure: {
    /** Null before the first target was dark. */
    readonly minutes: number | null;
    readonly open: boolean;
    readonly targets: number;
    readonly firstDarkAt: string | null;
    readonly lastDarkAt: string | null;
  };
  readonly victimHours: number;
  /** With every span ended at last live, and at first dark. */
  readonly victimHoursInterval: { readonly low: number; readonly high: number };
  readonly severed: SeveredFigure;
  readonly operators: {
    readonly replacementsPerDay: number | null;
    readonly firstDarkToFirstReplacementMinutes: number | null;
    readonly lifeOfReplacement: DurationFigures;
    readonly configurationsPerDay: { readonly before: number | null; readonly after: number | null };
    readonly activeTags: { readonly before: readonly string[]; readonly after: readonly string[] };
    readonly sharedWithOtherBotnets: readonly { readonly host: string; readonly operations: readonly string[] }[];
  };
  readonly liveNotInLatestConfiguration: readonly string[];
  readonly liveByCountry: Readonly<Record<string, number>>;
  /** Notices that left, or may have, and named a server that was wrong. */
  readonly wrongNotices: number;
  readonly wrong: {
    readonly servers: number;
    readonly longestStandingMinutes: number | null;
    readonly medianStandingMinutes: number | null;
    readonly list: readonly {
      readonly caseId: string;
      readonly host: string;
      readonly notices: readonly string[];
      readonly sentAt: string | null;
      readonly retractedAt: string;
      readonly standingMinutes: number | null;
      readonly correctionsDelivered: number;
      readonly corrections: number;
    }[];
  };
  readonly definitions: Readonly<Record<string, string>>;
  readonly byCountry: readonly BreakdownRow[];
  readonly byProvider: readonly BreakdownRow[];
  readonly byMethod: readonly BreakdownRow[];
  readonly byKind: readonly BreakdownRow[];
  readonly curves: {
    readonly identifyToNotify: readonly CurveStep[];
    readonly notifyToDark: readonly CurveStep[];
    readonly identifyToDark: readonly CurveStep[];
    readonly devicesIdentifyToDark: readonly CurveStep[];
  };
  /** At each moment at which a count changed. */
  readonly overTime: readonly {
    readonly at: string;
    readonly identified: number;
    readonly disabled: number;
    /** Identified and not disabled, wrong ones left out. */
    readonly open: number;
    /** Of those that are disabled by the moment of the report, each from its first dark look on. */
    readonly dark?: number;
  }[];
  /** What marks a chart: notices that left, configurations that came, servers that returned. */
  readonly moments: readonly {
    readonly at: string;
    readonly kind: 'notice' | 'order' | 'configuration' | 'returned';
    readonly text: string;
  }[];
  readonly outside: readonly OutsideCount[];
  /** Imports recorded by then whose rows have been erased since: what only they told is missing above. Absent: none. */
  readonly noLongerKnown?: { readonly imports: number; readonly sentence: string };
  readonly servers: readonly ServerFigure[];
  /** Hosts of all devices of the operation, held ones among them: papers leave their addresses out. */
  readonly devices: readonly string[];
}
