/* What the pages on authorities read. */

export interface Instrument {
  readonly authorityId: string;
  readonly reference: string;
  readonly kind: string;
  readonly court: string | null;
  readonly docket: string | null;
  readonly jurisdictions: readonly string[];
  readonly issuedAt: string;
  readonly expiresAt: string | null;
  readonly endsAt: string | null;
  readonly endReason: string | null;
  readonly bond: string | null;
  readonly sealed: boolean;
  readonly unsealAt: string | null;
  readonly mayBeNamed: boolean;
  readonly providers: readonly string[];
  readonly scope: {
    readonly addresses: readonly string[];
    readonly prefixes: readonly string[];
    readonly domains: readonly string[];
    readonly standing: boolean;
  };
  readonly documentName: string;
  readonly documentSha256: string;
  readonly parent: string | null;
  readonly person: string;
  readonly addedAt: string;
  readonly services: readonly {
    readonly provider: string | null;
    readonly method: string;
    readonly proof: string;
    readonly servedAt: string;
  }[];
  readonly inForce: boolean;
  readonly notInForce: readonly string[];
  readonly servers: number;
}

export interface Covered {
  readonly server: {
    readonly serverId: string;
    readonly host: string;
    readonly kind: string;
    readonly country: string | null;
    readonly provider: { readonly key: string; readonly name: string } | null;
  };
  readonly liveness: 'alive' | 'gone' | 'unknown';
  readonly authority: string | null;
  readonly by: string | null;
  readonly others: readonly { readonly authority: string; readonly reasons: readonly string[] }[];
}

export interface RequestCounts {
  readonly servers: number;
  readonly covered: number;
  readonly sha256: string;
  readonly leftOut: {
    readonly otherCountries: number;
    readonly devices: number;
    readonly gone: number;
    readonly notToBeTold: number;
  };
}
