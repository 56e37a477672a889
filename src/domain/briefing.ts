import type { DispatchText } from './dispatch.ts';
import type { Instant } from './instant.ts';
import type { NoticeState } from './notice.ts';
import type { Channel, Trust } from './provider.ts';
import type { HoldRole } from './strike.ts';

/*
 * A briefing is what a desk that is trusted is told ahead of a strike, under TLP:RED: when a notice comes, and nothing of what
 * it is about. It is no notice, and stands on approvals of its own.
 */

/** FIRST TLP 2.0: for the eyes and ears of individual recipients only. */
export const BRIEFING_MARKING = 'TLP:RED';

/** `attempted`: the intent is on record and its outcome is not, so that it may have left. `failed`: a person has to look. */
export type BriefingState = 'waiting' | 'attempted' | 'sent' | 'failed';

/** A notice of a strike, as far as a briefing asks. */
export interface BriefingNotice {
  readonly noticeId: string;
  readonly reference: string;
  readonly messageId: string;
  readonly providerKey: string;
  readonly provider: string;
  readonly country: string | null;
  readonly trust: Trust;
  readonly channel: Channel;
  /** Where the notice itself goes first; null: no mailbox is known. */
  readonly contact: string | null;
  readonly state: NoticeState;
  readonly sentAt: Instant | null;
  readonly contestedAt: Instant | null;
}

export interface BriefingApproval {
  readonly person: string;
  readonly role: HoldRole;
  readonly approvedAt: Instant;
  /** Whoever gave it is on record with that role still, as then. */
  readonly stands: boolean;
}

/** One briefing on record, and what became of it. */
export interface Briefing {
  readonly briefingId: string;
  readonly operationId: string;
  readonly strikeId: string;
  readonly providerKey: string;
  readonly provider: string;
  readonly notices: readonly string[];
  readonly reference: string;
  readonly recipient: string;
  readonly messageId: string;
  readonly text: DispatchText;
  /** `briefingHash` of it: what people approve. */
  readonly hash: string;
  /** When the first of its notices may leave. */
  readonly leaveBefore: Instant;
  readonly state: BriefingState;
  readonly attempts: number;
  /** Those of which nobody knows whether they arrived, the oldest first; whatever became of the ones after. */
  readonly doubts: readonly {
    readonly attempt: number;
    readonly recipient: string;
    /** Lost before the answer; false: begun, and nothing is on record of what became of it. */
    readonly isLost: boolean;
  }[];
  readonly nextAt: Instant;
  readonly sentAt: Instant | null;
  readonly code: number | null;
  readonly response: string | null;
  /** Of this very text. */
  readonly approvals: readonly BriefingApproval[];
}
