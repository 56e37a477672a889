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
  readonly rows: readonly MethodRow[];
  /** What each fact may be; null: any country. */
  readonly inputs: Readonly<Record<string, readonly string[] | null>>;
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

export interface Draft {
  readonly name: string;
  readonly sha256: string;
  readonly check: Check;
  readonly changes: readonly {
    readonly rowId: string;
    readonly change: 'added' | 'removed' | 'changed' | 'moved';
    readonly columns: readonly { readonly column: string; readonly from: string; readonly to: string }[];
    readonly from: number | null;
    readonly to: number | null;
  }[];
}
