/*
 * What the pages read, as the service answers it. Only what a page uses stands here. Moments are ISO 8601 UTC, minutes and hours are
 * numbers of them.
 */

export interface Me {
  readonly name: string;
  /** The key of the person; null for programs and visitors. */
  readonly person: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Whether this is an exercise that is shown, in which nothing is real. */
  readonly isExercise: boolean;
}

/** How an act stands that counts once two different people have signed it. */
export interface Hands {
  /** Why nobody may sign it now; null where nothing stands against it. */
  readonly refused: string | null;
  readonly needed: number;
  readonly given: readonly string[];
  /** What one of them has to be, and nobody is who has signed. */
  readonly missing: string | null;
  readonly roles: readonly string[];
  readonly mayGive: readonly string[];
  readonly mayNot: readonly { readonly name: string; readonly why: string }[];
}

export interface Exercise {
  /** Another number is another world. */
  readonly run: number;
  readonly phase: 'waiting' | 'playing' | 'over';
  readonly isBeginning: boolean;
  readonly playbook: { readonly name: string; readonly sha256: string };
  /** Null: as fast as it goes. */
  readonly minutesPerSecond: number | null;
  readonly isPaused: boolean;
  /** Null while none was chosen. */
  readonly exercise: {
    readonly scenario: string;
    readonly title: string;
    readonly about: string;
    readonly seed: number;
    readonly strategy: string;
    readonly begins: string;
    readonly now: string;
    readonly ends: string;
  } | null;
}

export interface OperationHead {
  readonly id: string;
  readonly name: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly closedAt: string | null;
  readonly isProbingOn: boolean;
}

export interface Span {
  readonly medianMinutes: number | null;
  readonly p90Minutes: number | null;
  readonly fastestMinutes: number | null;
  readonly finished: number;
  readonly censored: number;
}

export interface Wave {
  readonly identified: number;
  readonly disabled: number;
}

export interface Slice {
  readonly key: string;
  readonly name: string;
  readonly identified: number;
  readonly disabled: number;
  readonly live: number;
  readonly provisionallyDark: number;
  readonly notifyToDark: Span;
  readonly identifyToDark: Span;
}

export interface OverTimePoint {
  readonly at: string;
  readonly identified: number;
  readonly disabled: number;
  readonly open: number;
  readonly dark: number;
}

export interface Marked {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
}

/** The figures of a report without its lists of servers (GET …/overview). */
export interface Overview {
  readonly operation: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly asOf: string;
  readonly openedAt: string;
  readonly initial: Wave;
  readonly added: Wave;
  readonly total: Wave & {
    readonly percent: number | null;
    readonly provisionallyDark: number;
    readonly live: number;
    readonly held: number;
    readonly returned: number;
    readonly inconclusive: number;
    readonly notLookedAt: number;
  };
  readonly identifyToNotify: Span;
  readonly notifyToDark: Span;
  readonly identifyToDark: Span;
  readonly victimHours: number;
  readonly victimHoursInterval: { readonly low: number; readonly high: number };
  readonly severed: {
    readonly state: 'none-observed-live' | 'no' | 'unknown';
    readonly since: string | null;
    readonly reasons: readonly string[];
    readonly coverage: { readonly inCirculation: number; readonly live: number };
  };
  readonly wrongNotices: number;
  readonly byCountry: readonly Slice[];
  readonly byProvider: readonly Slice[];
  readonly overTime: readonly OverTimePoint[];
  readonly moments: readonly Marked[];
  readonly definitions: Readonly<Record<string, string>>;
  readonly targetMinutes: number;
  readonly liveByCountry: Readonly<Record<string, number>>;
  readonly liveNotInLatestConfiguration: readonly string[];
  /** Servers that are not dark yet, by the time left of the three hours since they were identified. */
  readonly clock: readonly ClockBand[];
  /** Cases by state, in the order in which a case passes through them. */
  readonly funnel: readonly { readonly state: string; readonly cases: number }[];
}

export interface ClockBand {
  /** Minutes left at most; null: overdue. */
  readonly underMinutes: number | null;
  readonly servers: number;
  /** The most pressing ones. */
  readonly first: readonly { readonly host: string; readonly minutesLeft: number; readonly provider: string | null }[];
}

export interface DueStep {
  readonly kind: string;
  readonly automatic: boolean;
  readonly dueAt: string;
  readonly why: string;
  readonly about: string;
  readonly reference: string | null;
  readonly provider: string | null;
  readonly servers: readonly { readonly serverId: string; readonly host: string }[];
}

export interface Due {
  readonly at: string;
  readonly steps: readonly DueStep[];
}

export interface WorldMap {
  readonly width: number;
  readonly height: number;
  readonly countries: readonly {
    readonly country: string;
    readonly d: string;
    readonly place: readonly [number, number] | null;
  }[];
}

export interface NoticeRow {
  readonly noticeId: string;
  readonly reference: string;
  readonly provider: string;
  readonly providerKey: string;
  readonly country: string | null;
  readonly to: string | null;
  readonly method: string;
  readonly state: string;
  readonly items: number;
  readonly approvals: number;
  readonly draftedAt: string;
}

export interface ProviderRow {
  readonly key: string;
  readonly name: string;
  readonly country: string | null;
  readonly type: string;
  readonly trust: string;
  readonly channel: string;
  readonly contact: string | null;
  readonly servers: number;
  readonly notices: number;
}

export interface WaitingNotice {
  readonly reference: string;
  readonly provider: string;
}
