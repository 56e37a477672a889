/** What GET …/servers/{server} says, as far as the page of a case shows it. */
export interface Explained {
  readonly operation: string;
  readonly server: {
    readonly host: string;
    readonly kind: string;
    readonly kindReasons: readonly unknown[];
    readonly endpoints: readonly {
      readonly port: number | null;
      readonly scheme: string | null;
      readonly path: string | null;
    }[];
    readonly firstSeen: string | null;
    readonly lastSeen: string | null;
    readonly provider: string | null;
    readonly providerKey: string | null;
    readonly country: string | null;
    readonly asn: number | null;
    readonly holder: string | null;
    readonly locationSource: string | null;
    readonly locationDate: string | null;
    readonly verdict: string | null;
    readonly finding: string | null;
    readonly darkAt: string | null;
    readonly confirmedAt: string | null;
    readonly handsOffBy: string | null;
    readonly handsOffUntil: string | null;
  };
  readonly sightings: readonly Sighting[];
  readonly case: {
    readonly caseId: string;
    readonly episode: number;
    readonly state: string;
    readonly stateSince: string;
    readonly openedAt: string;
    readonly closedAt: string | null;
    readonly heldBy: readonly string[];
    readonly method: string | null;
    readonly noticeId: string | null;
    readonly settlement: { readonly as: string; readonly reason: string } | null;
    readonly retraction?: { readonly at: string; readonly reason: string } | null;
  } | null;
  readonly attestations: readonly { readonly person?: string; readonly at?: string; readonly reason?: string }[];
  readonly weighing: {
    readonly groups: readonly { readonly group: string; readonly weight: number; readonly objection: string | null }[];
  } | null;
  readonly decision: Decision | null;
}

export interface Sighting {
  readonly source: string;
  readonly group: string;
  readonly reliability: string | null;
  readonly tlp: string | null;
  readonly file: string;
  readonly line: number;
  readonly port: number | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly status: string | null;
  readonly label: string | null;
  readonly reference: string | null;
  readonly configuration: string | null;
  readonly importedAt: string;
  readonly withdrawn: boolean;
}

export interface Decision {
  readonly row: {
    readonly id: string;
    readonly method: string;
    readonly law: string;
    readonly citation: string;
    readonly evidence: string;
    readonly approvals: number;
  } | null;
  readonly explanation: string | null;
  readonly facts: Readonly<Record<string, string>>;
  readonly rows: readonly {
    readonly rowId: string;
    readonly method: string;
    readonly place: string;
    readonly matched: boolean;
    readonly failed: readonly { readonly column: string; readonly cell: string; readonly value: string | null }[];
  }[];
  readonly playbookChanged: boolean;
}

export interface LookRecord {
  readonly port: number | null;
  readonly at: string;
  readonly outcome: string;
  readonly finding: string | null;
  readonly how: string;
  readonly person: string;
  readonly vantage: { readonly name: string; readonly country: string | null };
}

export interface NoticeShown {
  readonly notice: {
    readonly noticeId: string;
    readonly reference: string;
    readonly hash: string;
    readonly provider: string;
    readonly state: string;
    readonly method: string;
    readonly contacts: readonly string[];
    readonly draftedAt: string;
    readonly items: readonly { readonly host: string }[];
  };
  readonly facts: {
    /** Of this text and of earlier ones. */
    readonly approvals: readonly {
      readonly person: string;
      readonly approvedAt: string;
      readonly hash: string;
      readonly withdrawnAt: string | null;
    }[];
    readonly rejections: readonly { readonly person: string; readonly rejectedAt: string; readonly reason: string }[];
  };
  /** Null for whoever may not act. */
  readonly text: string | null;
}

export interface Outgoing {
  readonly dispatchId: string;
  readonly noticeId: string | null;
  readonly kind: string;
  readonly channel: string;
  readonly state: string;
  readonly to: string | null;
  readonly response: string | null;
  readonly sentAt: string | null;
}

export interface Mail {
  readonly sha256: string;
  readonly noticeId: string | null;
  readonly fromAddress: string;
  readonly subject: string;
  readonly receivedAt: string;
  readonly class: string | null;
  readonly reasons: readonly string[];
}

export interface MailShown extends Mail {
  readonly message: { readonly text: string; readonly textCut: boolean };
}

export interface EntryAbout {
  readonly entry: {
    readonly sequence: number;
    readonly recordedAt: string;
    readonly actor: string;
    readonly kind: string;
    readonly subject: string;
    readonly commitment: string;
    readonly previousHash: string;
    readonly hash: string;
  };
  readonly content: { readonly body: string; readonly salt: string } | null;
}
