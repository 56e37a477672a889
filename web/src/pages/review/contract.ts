/* What the review reads, as the service answers it; moments are ISO 8601 UTC. */

export interface Waiting {
  readonly noticeId: string;
  readonly reference: string;
  readonly provider: string;
  readonly state: string;
  readonly method: string;
  readonly servers: number;
  readonly configurations: number;
  readonly approvals: number;
  readonly given: readonly { readonly person: string; readonly expiresAt: string }[];
  readonly contacts: readonly string[];
  readonly draftedAt: string;
}

export interface Contact {
  readonly mailbox: string;
  readonly source: string;
  readonly where: string;
  readonly date: string | null;
  readonly changedAt: string | null;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly changedLately: boolean;
}

export interface Addressee {
  readonly key: string;
  readonly name: string;
  readonly country: string | null;
  readonly type: string;
  readonly trust: string;
  readonly channel: string;
  readonly contact: string | null;
  readonly contacts?: readonly Contact[];
}

export interface ReviewServer {
  readonly serverId: string;
  readonly host: string;
  /** Host names at it that are meant, where it stands on shared ground. */
  readonly names: readonly string[];
  /** The row of the method table that decided it. */
  readonly rowId?: string;
  readonly kind: string;
  readonly country: string | null;
  readonly endpoints: readonly { readonly port: number | null }[];
  readonly configurations: number;
  readonly assessment: {
    readonly basis: string;
    readonly groups: readonly { readonly group: string; readonly weight: number }[];
    readonly evidence: { readonly class: string; readonly source: string; readonly seen: string | null } | null;
  } | null;
  readonly releases: readonly { readonly list: string; readonly entry: string; readonly persons: readonly string[] }[];
}

export interface Look {
  readonly at: string;
  readonly outcome: string;
  readonly vantage: string;
}

export interface SendItem {
  readonly serverId: string;
  readonly host: string;
  readonly isCovered: boolean | null;
  readonly partner: string | null;
  readonly rounds: readonly number[];
  readonly handsOffs: readonly { readonly party: string; readonly until: string; readonly liftedAt: string | null }[];
  readonly look: Look | null;
}

export interface Round {
  readonly number: number;
  readonly parties: readonly {
    readonly party: string;
    readonly partyKind: string;
    readonly askedAt: string;
    readonly answer: string | null;
    readonly answeredAt: string | null;
  }[];
  readonly skips: readonly { readonly partyKind: string; readonly person: string }[];
}

export interface AskGroup {
  readonly group: 'controllers' | 'shared' | 'victims' | 'devices';
  readonly asks: readonly string[];
  readonly hosts: readonly string[];
  readonly deadlineHours: number | null;
}

export interface Finding {
  readonly code: string;
  readonly level: 'harm' | 'unknown' | 'note';
  readonly sentence: string;
  readonly hosts: readonly string[];
  readonly details: readonly string[];
}

export interface Refusal {
  readonly code: string;
  readonly sentence: string;
  readonly servers: readonly { readonly serverId: string; readonly host: string }[];
}

interface Text {
  readonly subject: string;
  readonly body: string;
}

export interface Review {
  readonly at: string;
  readonly notice: {
    readonly noticeId: string;
    readonly reference: string;
    readonly operation: string;
    readonly provider: string;
    readonly state: string;
    readonly method: string;
    readonly rowId: string;
    readonly hash: string;
    readonly drill: boolean;
    readonly malware: string | null;
    readonly servers: number;
    readonly configurations: number;
    readonly contacts: readonly string[];
    readonly draftedAt: string;
    readonly messageSha256: string;
    readonly informed: readonly { readonly name: string; readonly contact: string | null }[];
    readonly followUps: {
      readonly reminders: readonly (Text & { readonly afterHours: number })[];
      readonly nextContact: Text | null;
      readonly copy: Text | null;
    };
    readonly addressee: Addressee;
    readonly items: readonly ReviewServer[];
  };
  readonly facts: {
    readonly notice: { readonly notBefore: string | null; readonly notAfter: string | null };
    readonly approvals: readonly {
      readonly person: string;
      readonly approvedAt: string;
      readonly hash: string;
      readonly withdrawnAt: string | null;
    }[];
    readonly rejections: readonly {
      readonly person: string;
      readonly hash: string;
      readonly reason: string;
      readonly rejectedAt: string;
    }[];
    readonly contacts: readonly {
      readonly mailbox: string;
      readonly source: string | null;
      readonly clearedAt: string | null;
    }[];
    readonly authority: {
      readonly reference: string;
      readonly kind: string;
      readonly court: string | null;
      readonly docket: string | null;
      readonly expiresAt: string | null;
    } | null;
    readonly rounds: readonly Round[];
    readonly items: readonly SendItem[];
  };
  readonly row: {
    readonly law: string;
    readonly binding: string;
    readonly asks: readonly string[];
    readonly escalation: string;
    readonly customerTold: 'yes' | 'may-be' | 'no';
    readonly nameShown: 'yes' | 'may-be' | 'no';
    readonly reviewedByCounsel: boolean;
  } | null;
  readonly draft: { readonly subject: string; readonly asks: readonly AskGroup[] } | null;
  readonly blast: readonly Finding[];
  readonly standing: {
    readonly needed: number;
    readonly given: readonly { readonly name: string; readonly approvedAt: string; readonly expiresAt: string }[];
    readonly void: readonly { readonly name: string; readonly why: string }[];
    readonly until: string | null;
    readonly mayApprove: readonly string[];
    readonly mayNot: readonly { readonly name: string; readonly why: string }[];
    readonly vouchers: readonly { readonly name: string; readonly about: string }[];
  };
  readonly missing: readonly string[];
  readonly forbids: readonly { readonly code: string; readonly sentence: string }[];
  readonly refusals: readonly Refusal[];
  readonly held: { readonly strike: number; readonly until: string } | null;
  readonly errors: readonly string[];
  /** Null for whoever may not act: the link to the provider's door stands in it. */
  readonly text: string | null;
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

export interface Handover {
  readonly at: string;
  readonly armedUntil: string | null;
  readonly onDuty: readonly { readonly person: string; readonly until: string }[];
  readonly contests: readonly DueStep[];
  readonly retractions: readonly DueStep[];
}

export interface Outgoing {
  readonly dispatchId: string;
  readonly noticeId: string;
  readonly kind: string;
  readonly channel: string;
  readonly state: string;
  readonly attempts: number;
  readonly reference: string;
  readonly provider: string;
  readonly to: string;
  readonly response: string | null;
  readonly code: number | null;
  readonly sentAt: string | null;
  readonly nextAt: string | null;
}

export interface MailHead {
  readonly sha256: string;
  readonly operationId: string | null;
  readonly noticeId: string | null;
  readonly reference: string | null;
  readonly fromAddress: string | null;
  readonly subject: string;
  readonly receivedAt: string;
  readonly placedBy: string | null;
  readonly isConfirmed: boolean;
  readonly class: string;
  readonly reasons: readonly string[];
  readonly byPerson: string | null;
  readonly auth: {
    readonly by: string;
    readonly dkim: { readonly result: string };
    readonly spf: { readonly result: string };
    readonly dmarc: { readonly result: string };
  };
  readonly bounce: {
    readonly recipients: readonly {
      readonly action: string;
      readonly status: string | null;
      readonly recipient: string | null;
      readonly diagnostic: string | null;
    }[];
  } | null;
}

export interface WholeMail extends MailHead {
  readonly message: {
    readonly unreadable: string | null;
    readonly text: string;
    readonly textCut: boolean;
    readonly attachments: readonly {
      readonly name: string;
      readonly type: string;
      readonly sizeBytes: number;
      readonly sha256: string;
    }[];
  } | null;
}
