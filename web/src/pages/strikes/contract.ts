export const STRATEGIES = ['rolling', 'simultaneous', 'converge'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface Spread {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

export interface Forecast {
  readonly strategy: Strategy;
  readonly exposureMinutes: Spread | null;
  readonly stillOpen: number;
  readonly victimHours: Spread;
  readonly noneLeftAlive: { readonly chance: number; readonly low: number; readonly high: number };
}

export interface Strike {
  readonly strikeId: string;
  readonly number: number;
  readonly strategy: Strategy;
  readonly aim: string;
  readonly planHash: string;
  readonly plannedAt: string;
  readonly plannedBy: string;
  readonly state: string;
  readonly items: readonly {
    readonly noticeId: string;
    readonly notifyAt: string;
    readonly mayForward: boolean;
    readonly isDevice: boolean;
    readonly cases: readonly string[];
  }[];
  readonly approvals: readonly {
    readonly person: string;
    readonly role: string;
    readonly reason: string;
    readonly approvedAt: string;
    readonly stands: boolean;
  }[];
  readonly released: { readonly at: string; readonly by: string; readonly reason: string } | null;
  readonly briefings?: readonly {
    readonly briefingId: string;
    readonly provider: string;
    readonly reference: string;
    readonly recipient: string;
    readonly standing: string;
    readonly sentAt: string | null;
    readonly text: { readonly subject: string; readonly body: string };
  }[];
}

export interface Planned {
  readonly plan: {
    readonly strategy: Strategy;
    readonly aim: string;
    readonly seed: number;
    readonly items: readonly {
      readonly noticeId: string;
      readonly reference: string;
      readonly provider: string;
      readonly notifyAt: string;
      readonly mayForward: boolean;
      readonly trust: string;
      readonly isDevice: boolean;
      readonly reasons: readonly string[];
    }[];
    readonly forecasts: readonly Forecast[];
  };
}
