import type { CaseState } from '../../domain/case.ts';
import { CLOSED } from '../../domain/case.ts';
import type { Instant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { Unwatched, WatchSettings } from '../../domain/watch.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** What is known of a server when it is asked for its next round. */
export interface ScheduleFacts {
  readonly serverId: string;
  /** Of its newest case; null: there is none. */
  readonly state: CaseState | null;
  /** A list with the effect "never" names it. */
  readonly isProtected: boolean;
  readonly isHandsOff: boolean;
  /** Some endpoint can be connected to. */
  readonly hasTarget: boolean;
  /** When the newest notice of this case left; null: none has. */
  readonly notifiedAt: Instant | null;
  /** When the case was closed; null while it is open. */
  readonly closedAt: Instant | null;
  readonly verdict: LookOutcome | null;
  readonly darkAt: Instant | null;
  /** When the newest round by our probes began; null: there was none. */
  readonly lastRoundAt: Instant | null;
  /** When somebody last said that it is off, and asked for a look (the provider's door); null or absent: nobody has. */
  readonly askedAt?: Instant | null;
}

export type NextRound =
  | {
      readonly at: Instant;
      /** How often it is looked at now: the shorter, the more urgent. */
      readonly everyMs: number;
    }
  | { readonly at: null; readonly reason: Unwatched };

/**
 * When a server is looked at next (DESIGN.md, "What the figures mean"; docs/decisions/0024): after a notice every minute, then every five,
 * then hourly while it lives; what is dark or closed hourly, later daily, until the watch is over; what is held daily.
 *
 * Every server has a moment of its own within each interval, which follows from its id. So a hundred thousand that were
 * imported together do not fall due together, and a look that came late does not put off all that follow.
 */
export function nextRound(facts: ScheduleFacts, settings: WatchSettings): NextRound {
  const reason = whyNever(facts);
  if (reason !== null) return { at: null, reason };
  const { lastRoundAt, serverId } = facts;
  // Whoever has never been looked at is looked at now; the loop spreads those out that it finds.
  if (lastRoundAt === null) return { at: 0, everyMs: intervalAt(facts, settings, facts.notifiedAt ?? 0) ?? DAY_MS };
  const { askedAt = null } = facts;
  if (askedAt !== null && askedAt > lastRoundAt) return { at: askedAt, everyMs: MINUTE_MS };
  let from = lastRoundAt;
  // A notice that left after the last round ends the wait of the slower rhythm.
  if (facts.notifiedAt !== null && facts.notifiedAt > from && !isClosed(facts)) from = facts.notifiedAt;
  const everyMs = intervalAt(facts, settings, from);
  if (everyMs === null) return { at: null, reason: 'watch-over' };
  return { at: slotAfter(from, everyMs, serverId), everyMs };
}

/** What keeps a server from being looked at, whatever the time. */
export function whyNever(facts: Omit<ScheduleFacts, 'lastRoundAt'>): Exclude<Unwatched, 'watch-over'> | null {
  if (facts.isProtected) return 'protected';
  if (facts.state === null) return 'not-judged';
  if (facts.state === 'retracted') return 'retracted';
  if (facts.isHandsOff) return 'hands-off';
  return facts.hasTarget ? null : 'nothing-to-look-at';
}

/** How often it is looked at at a moment, in milliseconds; null where the watch is over by then. */
function intervalAt(facts: ScheduleFacts, settings: WatchSettings, moment: Instant): number | null {
  const closed = isClosed(facts);
  if (!closed && facts.notifiedAt !== null) {
    const since = moment - facts.notifiedAt;
    const minutely = settings.minutelyMinutes * MINUTE_MS;
    if (since >= 0 && since < minutely) return MINUTE_MS;
    if (since >= 0 && since < minutely + settings.fiveMinutelyHours * HOUR_MS) return 5 * MINUTE_MS;
  }
  const quietSince = closed ? facts.closedAt : facts.verdict === 'dark' ? facts.darkAt : null;
  if (quietSince !== null) {
    if (moment >= quietSince + settings.days * DAY_MS) return null;
    return moment < quietSince + settings.hourlyDays * DAY_MS ? HOUR_MS : DAY_MS;
  }
  // A look proves little against what is held; the first one may yet match a fingerprint.
  return facts.state === 'held' ? DAY_MS : HOUR_MS;
}

function isClosed({ state }: Pick<ScheduleFacts, 'state'>): boolean {
  return CLOSED.some((closed) => closed === state);
}

/** The server's own moment in the first interval that begins not before half of one has passed. */
function slotAfter(from: Instant, everyMs: number, serverId: string): Instant {
  const offset = Math.floor(fractionOf(serverId) * everyMs);
  // With less than half an interval behind it the next slot is passed over: a late look is not followed by another at once.
  const earliest = from + everyMs / 2;
  return Math.ceil((earliest - offset) / everyMs) * everyMs + offset;
}

/** Those that are overdue when somebody begins to watch are spread over the time that they take anyway. */
export function catchUpMs(overdue: number, looks: number, perSecond: number): number {
  const needed = (looks / perSecond) * 1000;
  return overdue <= 1 ? 0 : Math.min(needed, HOUR_MS);
}

/** From 0 to 1, the same for the same server: FNV-1a over the id, mixed (MurmurHash3's finaliser). */
export function fractionOf(serverId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < serverId.length; index++) {
    hash = Math.imul(hash ^ serverId.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
