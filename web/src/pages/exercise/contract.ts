export const STRATEGIES = ['rolling', 'simultaneous', 'converge'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface Offered {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly seed: number;
  readonly strategy: Strategy;
  readonly begins: string;
  readonly ends: string;
}

/** A method table that can be played with; the usual one is the first. */
export interface OfferedPlaybook {
  readonly name: string;
  readonly title: string;
  readonly sha256: string;
}

export interface Played {
  readonly run: number;
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  readonly strategy: string;
  readonly playbook: { readonly name: string; readonly sha256: string };
  readonly ledgerRoot: string;
  readonly identified: number;
  readonly disabled: number;
  readonly percent: number;
  readonly exposureMinutes: number | null;
  readonly isExposureOpen: boolean;
  readonly victimHours: number;
  readonly identifyToDarkMinutes: number | null;
  readonly replacements: number;
  readonly aliveAtEnd: number;
  readonly neverIdentified: number;
  readonly innocentsHit: number;
  readonly lostAt: string | null;
  readonly troubles: number;
  readonly files: readonly string[];
}

/** What the form asks for. */
export interface Wish {
  readonly scenario: string;
  readonly seed: string;
  readonly strategy: Strategy;
  /** Minutes in a second; "" for as fast as it goes. */
  readonly speed: string;
  /** By its SHA-256; "" for the usual one. */
  readonly playbook: string;
}
