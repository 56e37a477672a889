export interface MethodRow {
  readonly id: string;
  readonly method: string;
  readonly addressee: string;
  readonly channel: string;
  readonly law: string;
  readonly binding: string;
  readonly asks: readonly string[];
  readonly evidence: string;
  readonly approvals: number;
  readonly deadlineHours: number | null;
  readonly escalation: string;
  readonly customerTold: string;
  readonly nameShown: string;
  readonly citation: string;
  readonly reviewedByCounsel: boolean;
  readonly explanation: string;
  readonly where: readonly { readonly column: string; readonly cell: string }[];
}

export interface Check {
  readonly sound: boolean;
  readonly combinations: number;
  readonly findings: readonly { readonly code: string; readonly rowId: string | null; readonly sentence: string }[];
}

export interface Playbook {
  readonly name: string;
  readonly sha256: string;
  /** Whose choice it is. */
  readonly from: 'approved' | 'settings' | 'file' | 'default';
  /** Of an approved one. */
  readonly number: number | null;
  readonly rows: readonly MethodRow[];
  /** What each fact may be; null: any country. */
  readonly inputs: Readonly<Record<string, readonly string[] | null>>;
  /** What the outputs with a fixed vocabulary may be. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  /** The notice texts that a row may name. */
  readonly templates: readonly string[];
  readonly usual: Readonly<Record<string, string | null>>;
  readonly check: Check;
}

export interface Decision {
  readonly row: {
    readonly id: string;
    readonly method: string;
    readonly asks: readonly string[];
    readonly approvals: number;
  } | null;
  readonly explanation: string;
  readonly trace: readonly {
    readonly rowId: string;
    readonly place: 'before' | 'decides' | 'after';
    readonly failed: readonly { readonly column: string; readonly cell: string; readonly value: string | null }[];
  }[];
}

export interface Change {
  readonly rowId: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  readonly columns: readonly { readonly column: string; readonly from: string; readonly to: string }[];
  readonly from: number | null;
  readonly to: number | null;
}

export interface Draft {
  readonly name: string;
  readonly sha256: string;
  readonly check: Check;
  readonly changes: readonly Change[];
}

export interface TriedExample {
  readonly name: string;
  readonly line: number;
  readonly passed: boolean;
  readonly row: { readonly id: string; readonly method: string } | null;
  readonly differences: readonly { readonly what: string; readonly expected: string; readonly got: string }[];
}

export type ProposalState = 'waiting' | 'in-force' | 'superseded' | 'rejected' | 'withdrawn';

/** A table that somebody has proposed, and what became of it. */
export interface Proposal {
  readonly number: number;
  readonly sha256: string;
  readonly name: string;
  readonly state: ProposalState;
  readonly replaces: number | null;
  readonly examples: { readonly count: number; readonly isOurs: boolean };
  readonly reason: string;
  readonly proposedAt: string;
  readonly proposedBy: string;
  readonly approvedAt: string | null;
  readonly approvedBy: string | null;
  readonly rejectedAt: string | null;
  readonly rejectedBy: string | null;
  readonly withdrawnAt: string | null;
  readonly withdrawnBy: string | null;
  readonly settledReason: string | null;
}

export interface OneProposal extends Proposal {
  /** What it changes of the table that is in force now. */
  readonly differs: readonly Change[];
  /** What the test cases that come with the program say of it now. */
  readonly ours: { readonly count: number; readonly failing: readonly string[] };
  /** Why whoever asks may not say each word on it; null where they may, null altogether for who is no person. */
  readonly whyNot: Readonly<Record<'approve' | 'reject' | 'withdraw', string | null>> | null;
}

interface Decided {
  readonly id: string;
  readonly method: string;
  readonly asks: readonly string[];
}

export interface Trial {
  readonly sha256: string;
  readonly changes: readonly Change[];
  readonly examples: readonly TriedExample[];
  /** Null where it was not asked for. */
  readonly check: Check | null;
  readonly cases: {
    readonly cases: number;
    readonly methods: number;
    readonly otherwise: number;
    readonly first: readonly {
      readonly serverId: string;
      readonly host: string;
      readonly provider: string | null;
      readonly country: string | null;
      readonly before: Decided | null;
      readonly after: Decided | null;
    }[];
  } | null;
}
