import type { Briefing, BriefingNotice } from '../domain/briefing.ts';
import type { Instant } from '../domain/instant.ts';
import type { OtherServer, Strike, WaitingForStrike } from '../domain/strike.ts';

/** Plans of whom to notify when, and what they are made from. */
export interface StrikeReads {
  /** By number. */
  strikes(operationId: string): Promise<readonly Strike[]>;
  /** All that ever named a notice, by number, each with that item alone. */
  strikesOfNotice(noticeId: string): Promise<readonly Strike[]>;
  /** The plan as it is on record: what its hash is of. Null where there is none. */
  storedPlan(strikeId: string): Promise<unknown>;
  /** Notices of which nothing has been begun, by reference. */
  waitingForStrike(operationId: string, now: Instant): Promise<readonly WaitingForStrike[]>;
  /** Live servers of open cases that no such notice names. */
  otherLiveServers(operationId: string, now: Instant): Promise<readonly OtherServer[]>;
  /** Of an operation, or of one strike, by reference. */
  briefings(operationId: string, strikeId?: string): Promise<readonly Briefing[]>;
  /** What a strike plans to notify, as it stands, by reference. */
  briefingNotices(strikeId: string): Promise<readonly BriefingNotice[]>;
  /** A server of the operation that a text names, defanged or not; null where it names none. */
  serverNamedIn(operationId: string, text: string): Promise<string | null>;
}
