import type { CaseState } from './case.ts';
import type { HandsOff, Round } from './deconfliction.ts';
import type { EvidenceClass } from './evidence.ts';
import type { Basis } from './assessment.ts';
import type { Instant } from './instant.ts';
import type { LastLook } from './look.ts';
import type { Method } from './method.ts';
import type { NoticeState } from './notice.ts';
import type { Channel, ContactSource, Trust } from './provider.ts';

/**
 * All that decides whether a notice may leave, as it stands at one moment: read in one transaction, right before each
 * attempt. Nothing in it is an answer; `policy/send-gates.ts` gives those.
 */
export interface SendFacts {
  readonly operation: {
    readonly id: string;
    readonly name: string;
    readonly drill: boolean;
    /** What an admin has armed last and nobody has disarmed; null where nobody has. */
    readonly armed: { readonly until: Instant; readonly lab: boolean; readonly traffic: readonly string[] } | null;
  };
  readonly notice: SendNotice;
  /** Every approval on record for this notice, the withdrawn, expired and outdated ones included, the oldest first. */
  readonly approvals: readonly ApprovalFact[];
  readonly rejections: readonly RejectionFact[];
  readonly provider: {
    readonly key: string;
    readonly name: string;
    readonly trust: Trust;
    readonly channel: Channel;
    /** Mailbox, or the address of a form; null where none is known. */
    readonly contact: string | null;
  };
  /** The mailboxes that the approved statement lists, in its order. */
  readonly contacts: readonly ContactFact[];
  /** Mailboxes, in small letters, that registries name for the networks and AS of its servers; empty where none was asked. */
  readonly registered: readonly string[];
  /** The instrument that the notice names; null where it names none. */
  readonly authority: AuthorityFact | null;
  /** The rounds of asking others that name a server of it. */
  readonly rounds: readonly Round[];
  readonly items: readonly SendItem[];
}

export interface SendNotice {
  readonly noticeId: string;
  readonly reference: string;
  readonly state: NoticeState;
  /** Of the statement as it stands now: an approval of any other hash does not count. */
  readonly hash: string;
  readonly method: Method;
  /** How many different people have to approve. */
  readonly approvals: number;
  /** What the draft itself lacks: codes and sentences. */
  readonly missing: readonly string[];
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
  /** When half of the least time that it gives has passed since its drafting, or its aim; null where it gives none. */
  readonly halfwayAt: Instant | null;
}

export interface ApprovalFact {
  /** The person's key: the name folded. */
  readonly person: string;
  readonly hash: string;
  readonly approvedAt: Instant;
  readonly expiresAt: Instant;
  readonly withdrawnAt: Instant | null;
  /** Held the role of an approver when it was signed, and still does. */
  readonly wasApprover: boolean;
  readonly isApprover: boolean;
  /** Vouched for a server of this notice, or for an import that names one: whoever did never approves it. */
  readonly vouched: boolean;
}

export interface RejectionFact {
  readonly person: string;
  readonly hash: string;
  readonly reason: string;
  readonly rejectedAt: Instant;
}

export interface ContactFact {
  readonly mailbox: string;
  /** The provider's record still lists it. */
  readonly isListed: boolean;
  /** When its registry says that it changed last; null where that is not known. */
  readonly changedAt: Instant | null;
  /** The last locating found it changed within 30 days. */
  readonly changedLately: boolean;
  /** Who tells of it; null where nobody does any more. */
  readonly source: ContactSource | null;
  /** When a person last said that it may be written to all the same; null where nobody has. */
  readonly clearedAt: Instant | null;
}

export interface AuthorityFact {
  readonly id: string;
  readonly reference: string;
  readonly kind: string;
  readonly court: string | null;
  readonly docket: string | null;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant | null;
  /** When counsel ended it before its time. */
  readonly endsAt: Instant | null;
  /** False where it names its providers and this one is not among them. */
  readonly namesProvider: boolean;
}

/** One server of the notice. */
export interface SendItem {
  readonly caseId: string;
  readonly serverId: string;
  readonly host: string;
  readonly state: CaseState;
  readonly heldBy: readonly string[];
  readonly basis: Basis | null;
  /** A person of ours vouches for it now: what was judged by a word that was taken back since stands on nothing. */
  readonly isAttested: boolean;
  /** The groups that it was judged by and that still name it, by their weights then; null where it was judged by none. */
  readonly standingWeights: readonly number[] | null;
  /** Whoever gave the evidence of C2 still names it. */
  readonly evidenceStands: boolean;
  readonly groundChecked: boolean;
  /** Of protective lists as of the last judgement. */
  readonly isNeverTouched: boolean;
  readonly handsOffs: readonly HandsOff[];
  /** Which partner sees to it; null: none. */
  readonly partner: string | null;
  /** The numbers of the rounds that name it. */
  readonly rounds: readonly number[];
  /** The newest evidence of C2; a listing is none. */
  readonly evidence: { readonly class: EvidenceClass; readonly seen: Instant | null } | null;
  /** The newest look at it that told anything; null where nobody has looked. */
  readonly look: LastLook | null;
  /** Whether the notice's authority reaches this server; null where no authority is named. */
  readonly isCovered: boolean | null;
}
