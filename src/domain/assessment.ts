import type { EvidenceClass } from './evidence.ts';

/** What lets a case pass *identify*, the strongest first (DESIGN.md, rule 2). */
export const BASES = ['independent-groups', 'matching-probe', 'attested-server', 'attested-import', 'none'] as const;
export type Basis = (typeof BASES)[number];

/** What a server was judged by, as it stands in the ledger. Moments are ISO 8601 UTC. */
export interface Assessment {
  readonly basis: Basis;
  /** The independence groups that count, each with the weight of its strongest statement; "" is the unnamed one. */
  readonly groups: readonly { readonly group: string; readonly weight: number }[];
  /** The newest evidence of C2, a listing being none; null where no source gives any. */
  readonly evidence: {
    readonly class: EvidenceClass;
    readonly source: string;
    /** Null where the source does not say when: then nobody can say that it is fresh. */
    readonly seen: string | null;
  } | null;
  /** Ids of the fingerprints on file that our own look matched; present exactly where the case passes by them. */
  readonly fingerprints?: readonly string[];
}
