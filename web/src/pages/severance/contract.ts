interface ServerHead {
  readonly serverId: string;
  readonly host: string;
  readonly kind: string;
  readonly country: string | null;
  readonly provider: string | null;
  readonly verdict: string | null;
}

export interface Severance {
  readonly severed: {
    readonly state: 'none-observed-live' | 'no' | 'unknown';
    readonly since: string | null;
    readonly reasons: readonly string[];
  };
  readonly coverage?: unknown;
  readonly reaching: readonly {
    readonly configurationId: string;
    readonly version: string;
    readonly tag: string;
    readonly collectedAt: string | null;
    readonly servers: number;
    readonly live: number;
  }[];
  readonly remaining: readonly (ServerHead & { readonly configurations: number; readonly only: number })[];
  readonly next: {
    readonly reaching: number;
    readonly steps: readonly {
      readonly k: number;
      readonly servers: readonly ServerHead[];
      readonly silenced: number;
      readonly atMost: number;
      readonly isExact: boolean;
    }[];
  };
}

export interface Matrix {
  readonly configurations: readonly {
    readonly configurationId: string;
    readonly version: string;
    readonly tag: string;
    readonly collectedAt: string | null;
    readonly retiredAt: string | null;
  }[];
  /** `listedIn`: places in `configurations`. */
  readonly servers: readonly (ServerHead & { readonly listedIn: readonly number[] })[];
}
