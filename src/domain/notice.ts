import type { MethodRow } from './method.ts';
import type { Operation, Sender } from './operation.ts';
import type { Provider } from './provider.ts';
import type { Endpoint, HostType, ServerKind } from './server.ts';

/** One observation that speaks for an item, as a provider may read it. */
export interface ItemEvidence {
  /** How the source is named to the provider. Never a vantage, never a person. */
  readonly source: string;
  /** ISO 8601 UTC with seconds. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** One sentence, free of markup. */
  readonly observed: string;
}

/** One server in a notice. */
export interface NoticeItem {
  readonly caseId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly endpoints: readonly Endpoint[];
  readonly evidence: readonly ItemEvidence[];
}

/** All that a notice says; the same facts always render to the same bytes. */
export interface NoticeFacts {
  readonly operation: Operation;
  readonly sender: Sender;
  readonly provider: Provider;
  /** The mailbox that it goes to; null where none is known. */
  readonly to: string | null;
  readonly row: MethodRow;
  readonly items: readonly NoticeItem[];
  /** RFC 5322 msg-id without the angle brackets. */
  readonly messageId: string;
  /** A short reference for subject and replies: "DSM-7K3Q9F". */
  readonly token: string;
  /** ISO 8601 UTC. */
  readonly draftedAt: string;
  /** One X-ARF report id (UUID v4) per item, in the order of the items. */
  readonly reportIds: readonly string[];
}
