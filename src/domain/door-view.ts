import type { DoorContent } from './door.ts';
import type { Instant } from './instant.ts';
import type { HostType } from './server.ts';
import type { LookOutcome } from './look.ts';
import type { ReplyClass } from './reply.ts';

/** How a server stands, as whoever was asked to act may be told: never from where it was seen. */
export type StandingAtDoor = LookOutcome | 'not-looked-at' | 'retracted';

/** What a look that was asked for at the door came to; null where none was asked for. */
export type CheckResult = 'pending' | 'dark' | 'answers' | 'answers-other' | 'inconclusive';

export interface DoorItemView {
  readonly id: string;
  readonly host: string;
  readonly hostType: HostType;
  /** Defanged. */
  readonly place: string;
  readonly names: readonly string[];
  readonly kind: string;
  readonly endpoints: readonly { readonly shown: string; readonly exact: string }[];
  readonly leftOut: string;
  readonly asks: readonly string[];
  readonly law: string;
  readonly binding: boolean;
  readonly deadlineAt: Instant | null;
  readonly evidence: readonly { readonly observed: string; readonly source: string; readonly dated: string }[];
  readonly standing: StandingAtDoor;
  /** When it was looked at last in a way that told something. */
  readonly lookedAt: Instant | null;
  readonly darkAt: Instant | null;
  readonly confirmedAt: Instant | null;
  readonly check: CheckResult | null;
}

/** One notice as its door shows it, in one language. */
export interface DoorView {
  readonly state: 'open' | 'expired' | 'closed' | 'retracted';
  readonly language: string;
  readonly content: DoorContent;
  readonly capacity: string;
  readonly malware: string;
  readonly sentAt: Instant | null;
  readonly expiresAt: Instant;
  readonly isContested: boolean;
  readonly isProbingOn: boolean;
  /** The soonest of those of its servers that stand. */
  readonly deadlineAt: Instant | null;
  readonly items: readonly DoorItemView[];
  readonly said: readonly { readonly class: ReplyClass; readonly at: Instant }[];
  readonly found: number;
  /** What follows if nothing is heard, a sentence each; by what a recipient can tell that it is us. */
  readonly silence: readonly string[];
  readonly ways: readonly string[];
  readonly check: { readonly askedAt: Instant; readonly isDone: boolean; readonly nextAt: Instant } | null;
}
