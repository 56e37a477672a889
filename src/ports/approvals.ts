import type { Assessment } from '../domain/assessment.ts';
import type { DispatchText } from '../domain/dispatch.ts';
import type { Instant } from '../domain/instant.ts';
import type { Method } from '../domain/method.ts';
import type { InformedParty, NoticeState } from '../domain/notice.ts';
import type { Provider } from '../domain/provider.ts';
import type { ListHit, ServerNetwork } from '../domain/rows.ts';
import type { SendFacts } from '../domain/send-facts.ts';
import type { Endpoint, HostType, ServerKind } from '../domain/server.ts';

/** Who may let a notice go, and what they look at. */
export interface ApprovalReads {
  /** All that decides whether a notice may leave, at this moment; null where there is no such notice. */
  sendFacts(noticeId: string): Promise<SendFacts | null>;
  /** Notices of this reference, or whose id begins so; over all operations, at most 20. */
  noticesNamed(text: string): Promise<readonly NamedNotice[]>;
  /** Drafted and approved notices, those that harm most first: by servers, then by configurations that name them. */
  waitingNotices(operationId: string): Promise<readonly WaitingNotice[]>;
  noticeReview(noticeId: string): Promise<NoticeReview | null>;
  /** Who vouched for a server of a notice, or for an import that names one: names as they were said, and what for. */
  vouchers(noticeId: string): Promise<readonly Voucher[]>;
  /** Which hits of lists on a server people have released, and who. */
  releases(serverId: string): Promise<readonly ListRelease[]>;
  /** Who has made sure that a mailbox is this provider's own, the newest word first. */
  contactClearances(providerKey: string): Promise<readonly ContactClearance[]>;
}

export interface ContactClearance {
  readonly mailbox: string;
  /** The person's key. */
  readonly person: string;
  readonly reason: string;
  readonly clearedAt: Instant;
}

export interface NamedNotice {
  readonly noticeId: string;
  readonly reference: string;
  readonly operation: string;
  readonly operationId: string;
  readonly provider: string;
  readonly state: NoticeState;
}

export interface WaitingNotice extends NamedNotice {
  readonly method: Method;
  readonly hash: string;
  readonly servers: number;
  /** Distinct configurations of the botnet that name a server of it. */
  readonly configurations: number;
  /** How many different people have to approve. */
  readonly approvals: number;
  /** Approvals of its very text that were not taken back: an expired one is among them. */
  readonly given: readonly GivenApproval[];
  readonly contacts: readonly string[];
  readonly draftedAt: Instant;
}

export interface GivenApproval {
  /** The person's key. */
  readonly person: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

export interface Voucher {
  /** The person's key. */
  readonly person: string;
  readonly name: string;
  readonly about: 'server' | 'import';
}

/** What people have said of one entry of one list that holds a server. */
export interface ListRelease {
  readonly list: string;
  readonly entry: string;
  /** Keys of different people. */
  readonly persons: readonly string[];
}

/** Texts that leave without a further yes: reminders, what a further contact gets, what CSIRTs are told. */
export interface FollowUps {
  readonly reminders: readonly (DispatchText & { readonly afterHours: number })[];
  readonly nextContact: DispatchText | null;
  readonly copy: DispatchText | null;
}

/** Everything that an approver looks at besides the gates. */
export interface NoticeReview extends WaitingNotice {
  readonly rowId: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly messageSha256: string;
  /** What is to follow by itself, as it was drafted with the notice. */
  readonly followUps: FollowUps;
  readonly messageId: string;
  readonly missing: readonly string[];
  readonly informed: readonly InformedParty[];
  readonly addressee: Provider;
  readonly items: readonly ReviewServer[];
}

export interface ReviewServer {
  readonly serverId: string;
  readonly caseId: string;
  readonly host: string;
  readonly hostType: HostType;
  readonly kind: ServerKind;
  readonly rowId: string;
  readonly endpoints: readonly Endpoint[];
  readonly groups: readonly string[];
  readonly assessment: Assessment | null;
  readonly groundChecked: boolean;
  readonly listHits: readonly ListHit[];
  readonly releases: readonly ListRelease[];
  /** By which sources know the address, at most 20. */
  readonly names: readonly string[];
  readonly network: ServerNetwork | null;
  readonly country: string | null;
  readonly configurations: number;
  /** Other operations here that name the same host. */
  readonly elsewhere: readonly string[];
}
