import { isAlive } from '../../domain/look.ts';
import type { Instant } from '../../domain/instant.ts';
import type { LookRates, Unwatched, WatchSettings } from '../../domain/watch.ts';
import type { WaitingLine } from '../../policy/probing/waiting-line.ts';
import { catchUpMs, fractionOf, nextRound, whyNever } from '../../policy/probing/schedule.ts';
import type { NextRound, ScheduleFacts } from '../../policy/probing/schedule.ts';
import type { ProbeTarget } from '../../ports/prober.ts';
import type { WatchedServer } from '../../ports/watching.ts';
import type { RoundsWritten } from './round-recorder.ts';
import { targetsOf } from './take-round.ts';

/** A server in the list, under a number of its own. */
export interface ListedServer {
  readonly number: number;
  facts: WatchedServer;
  targets: readonly ProbeTarget[];
  /** When its next round is due; null: none is. */
  due: Instant | null;
  /** It is being looked at, or what was seen is not written down yet. */
  isBusy: boolean;
}

export interface WatchCounts {
  readonly servers: number;
  readonly watched: number;
  /** Why the others are not, with how many. */
  readonly unwatched: Readonly<Partial<Record<Unwatched, number>>>;
}

/** What is overdue leaves some of the rate to what falls due meanwhile. */
const CATCH_UP_SHARE = 0.7;

/** Who is watched, and when each is due. */
export class WatchList {
  private readonly settings: WatchSettings;
  private readonly rates: LookRates;
  private readonly vantages: number;
  private readonly line: WaitingLine;
  private readonly list: ListedServer[] = [];
  private readonly byId = new Map<string, ListedServer>();
  private readonly providers = new Map<string, number>();
  /** Servers that were alive by the last word. */
  private alive = 0;

  constructor(settings: WatchSettings, rates: LookRates, vantages: number, line: WaitingLine) {
    this.settings = settings;
    this.rates = rates;
    this.vantages = vantages;
    this.line = line;
  }

  get expectedAlive(): number {
    return this.alive;
  }

  get size(): number {
    return this.byId.size;
  }

  at(number: number): ListedServer | undefined {
    return this.list[number];
  }

  ofId(serverId: string): ListedServer | undefined {
    return this.byId.get(serverId);
  }

  wasAlive(serverId: string): boolean {
    const verdict = this.byId.get(serverId)?.facts.verdict ?? null;
    return verdict !== null && isAlive(verdict.verdict);
  }

  /**
   * Takes facts as the store has them now. What is overdue and was not waited for is spread over the time that looking at
   * all of it takes.
   *
   * @param onlyDue leaves out what is not due yet: whoever looks once and ends
   */
  renew(servers: readonly WatchedServer[], now: Instant, onlyDue: 'all' | 'due' | 'forced'): WatchCounts {
    const unwatched: Partial<Record<Unwatched, number>> = {};
    const overdue: { readonly listed: ListedServer; readonly everyMs: number }[] = [];
    this.line.clear();
    const gone = new Set(this.byId.keys());
    let watched = 0;
    let overdueLooks = 0;
    this.alive = 0;
    for (const facts of servers) {
      gone.delete(facts.serverId);
      const listed = this.placed(facts);
      if (this.wasAlive(facts.serverId)) this.alive += 1;
      const next = this.next(listed, onlyDue === 'forced');
      if (next.at === null) {
        unwatched[next.reason] = (unwatched[next.reason] ?? 0) + 1;
        listed.due = null;
        continue;
      }
      watched += 1;
      if (listed.isBusy) continue;
      if (next.at > now) {
        listed.due = next.at;
        if (onlyDue === 'all') this.stand(listed, next.everyMs);
      } else if (listed.due !== null) {
        // It waits already; it may have become more urgent since.
        listed.due = Math.min(listed.due, now + Math.floor((fractionOf(facts.serverId) * next.everyMs) / 2));
        this.stand(listed, next.everyMs);
      } else {
        overdue.push({ listed, everyMs: next.everyMs });
        overdueLooks += listed.targets.length * this.vantages;
      }
    }
    const spreadMs =
      onlyDue === 'all' ? catchUpMs(overdue.length, overdueLooks, this.rates.perSecond * CATCH_UP_SHARE) : 0;
    for (const { listed, everyMs } of overdue) {
      // Those just notified do not wait for the others.
      const mostMs = Math.min(spreadMs, everyMs);
      listed.due = now + Math.floor(fractionOf(listed.facts.serverId) * mostMs);
      this.stand(listed, everyMs);
    }
    for (const serverId of gone) {
      const listed = this.byId.get(serverId);
      if (listed !== undefined) listed.due = null;
      this.byId.delete(serverId);
    }
    return { servers: servers.length, watched, unwatched };
  }

  /** A round of it was written down: its next one is due by what is known now. */
  settle(listed: ListedServer, at: Instant, written: RoundsWritten, now: Instant, goesOn: boolean): void {
    listed.isBusy = false;
    const before = this.wasAlive(listed.facts.serverId);
    let facts: WatchedServer = {
      ...listed.facts,
      lastRoundAt: at,
      verdict: written.verdicts.get(listed.facts.serverId) ?? listed.facts.verdict,
    };
    for (const change of written.changes) {
      if (change.serverId !== facts.serverId) continue;
      if (change.kind === 'confirmed-dark' && facts.closedAt === null)
        facts = { ...facts, state: 'dark', closedAt: now };
      if (change.kind === 'returned') facts = { ...facts, state: 'identified', closedAt: null, notifiedAt: null };
    }
    listed.facts = facts;
    if (!this.byId.has(facts.serverId)) return;
    this.alive += Number(this.wasAlive(facts.serverId)) - Number(before);
    const next = this.next(listed, false);
    listed.due = next.at === null ? null : Math.max(next.at, now);
    if (next.at !== null && goesOn) this.stand(listed, next.everyMs);
  }

  private placed(facts: WatchedServer): ListedServer {
    const known = this.byId.get(facts.serverId);
    const targets = targetsOf(facts);
    if (known === undefined) {
      const listed: ListedServer = { number: this.list.length, facts, targets, due: null, isBusy: false };
      this.list.push(listed);
      this.byId.set(facts.serverId, listed);
      return listed;
    }
    // A round that is not written down yet is known here alone.
    const lastRoundAt = latest(known.facts.lastRoundAt, facts.lastRoundAt);
    known.facts = { ...facts, lastRoundAt };
    known.targets = targets;
    return known;
  }

  private next({ facts, targets }: ListedServer, isForced: boolean): NextRound {
    const asked: ScheduleFacts = {
      serverId: facts.serverId,
      state: facts.state,
      isProtected: facts.isProtected,
      isHandsOff: facts.isHandsOff,
      hasTarget: targets.length > 0,
      notifiedAt: facts.notifiedAt,
      closedAt: facts.closedAt,
      verdict: facts.verdict?.verdict ?? null,
      darkAt: facts.verdict?.darkAt ?? null,
      lastRoundAt: facts.lastRoundAt,
      askedAt: facts.askedAt ?? null,
    };
    if (!isForced) return nextRound(asked, this.settings);
    const reason = whyNever(asked);
    return reason === null ? { at: 0, everyMs: 0 } : { at: null, reason };
  }

  private stand(listed: ListedServer, everyMs: number): void {
    const { number, facts, targets, due } = listed;
    const looks = targets.length * this.vantages;
    this.line.add(number, this.providerNumber(facts), due ?? 0, everyMs, looks);
  }

  /** Of whom nobody knows the provider, each is one of its own. */
  private providerNumber({ providerKey, host }: WatchedServer): number {
    const key = providerKey ?? `host ${host}`;
    let number = this.providers.get(key);
    if (number === undefined) this.providers.set(key, (number = this.providers.size));
    return number;
  }
}

function latest(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
