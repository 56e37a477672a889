import type { App, Organisations } from '../app.ts';
import { problem, ProblemError } from '../domain/problem.ts';
import type { Instant } from '../domain/instant.ts';
import type { WorkItem, WorkKey } from '../ports/work.ts';
import type { World } from '../ports/world.ts';
import { DueLater } from './kind.ts';
import type { DoWork, WorkKind, WorkResult } from './kind.ts';

/*
 *     planned, or asked for ─► due ─► locked ─► done ─► due again
 *
 * A process that does what is due, beside any number of others over the same database and without a leader. Who works at
 * something holds PostgreSQL's lock of its key; the row about it is written when it is done. Whoever dies lets go of the
 * lock and has written nothing, so that the next one begins anew.
 */

export interface WorkerWishes {
  readonly name: string;
  readonly kinds: readonly WorkKind[];
  /** What this machine cannot do, each with why. */
  readonly cannot: readonly { readonly kind: string; readonly why: string }[];
  /** How much is done at once; what waits most of the time does not count. */
  readonly concurrency: number;
  /** What is due now, and then end. */
  readonly once: boolean;
  /** A hash over what decisions are made by. */
  readonly settings: string;
  readonly tell: (event: WorkerEvent) => void;
  readonly signal: AbortSignal;
}

export type WorkerEvent =
  | { readonly kind: 'started'; readonly does: readonly string[]; readonly cannot: WorkerWishes['cannot'] }
  | { readonly kind: 'said'; readonly work: string; readonly about: string; readonly words: string }
  | {
      readonly kind: 'done';
      readonly work: string;
      readonly about: string;
      readonly tookMs: number;
      /** Null: nothing that anybody has to know. */
      readonly said: string | null;
    }
  | {
      readonly kind: 'failed';
      readonly work: string;
      readonly about: string;
      readonly problem: string;
      readonly failures: number;
      readonly nextAt: Instant;
      /** What was thrown, where it was no problem that a person can see to. */
      readonly fault: unknown;
    }
  | { readonly kind: 'away'; readonly problem: string }
  | { readonly kind: 'back' };

export interface WorkerSummary {
  readonly done: number;
  readonly failed: number;
}

/** Between two looks at what is due, where there was nothing. */
const IDLE_MS = 500;
/** Where others are at all that is due. */
const CROWDED_MS = 100;
const BATCH = 64;
/** Of what goes on for long, most of which others may be at. */
const LONG_BATCH = 10_000;
const PLAN_MS = 2000;
const BEAT_MS = 5000;
/** Who has not said so for so long is forgotten. */
const FORGET_MS = 24 * 3_600_000;
const AWAY_FIRST_MS = 250;
const AWAY_LONGEST_MS = 5000;
/** A PostgreSQL of our own that is away for so long needs a new start, which is not this process's to give. */
const OWN_AWAY_MS = 60_000;
const BACKOFF_FIRST_MS = 5000;
const BACKOFF_LONGEST_MS = 15 * 60_000;
/** What is done at the ledger's growth takes at most so great a part of the time. */
const NEWS_SHARE = 20;

/** Works until the signal, or with `once` through what is due. Throws the `outdated` problem once a newer version has migrated. */
export function work(app: App, organisations: Organisations, wishes: WorkerWishes): Promise<WorkerSummary> {
  return new Worker(app, organisations, wishes).run();
}

class Worker {
  private readonly app: App;
  private readonly wishes: WorkerWishes;
  private readonly world: World;
  private readonly id: string;
  private readonly startedAt: Instant;
  private readonly kinds: ReadonlyMap<string, WorkKind>;
  private readonly opened = new Map<string, Promise<DoWork>>();

  /** Aborted when no more is begun. */
  private readonly ending = new AbortController();
  private failure: { readonly cause: unknown } | null = null;

  private line: WorkItem[] = [];
  private refilling: Promise<void> | null = null;
  private taken = 0;
  private takenBefore = 0;
  private quietUntil = -Infinity;
  private readonly busy = new Map<string, WorkKey>();
  private readonly long = new Set<Promise<void>>();
  /** With `once`: what has had its turn. */
  private readonly seen = new Set<string>();

  private away: { readonly since: number; pauseMs: number } | null = null;
  private plannedAt = -Infinity;
  private beatAt = -Infinity;
  private done = 0;
  private failed = 0;

  constructor(app: App, organisations: Organisations, wishes: WorkerWishes) {
    this.app = app;
    this.wishes = wishes;
    this.world = organisations.worldOf(organisations.first, `worker ${wishes.name}`);
    this.id = app.uuid();
    this.startedAt = this.world.clock.now();
    this.kinds = new Map(wishes.kinds.map((kind) => [kind.name, kind]));
  }

  async run(): Promise<WorkerSummary> {
    const { signal, once, tell, cannot, concurrency } = this.wishes;
    const stop = (): void => this.ending.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    tell({ kind: 'started', does: [...this.kinds.keys()], cannot });
    try {
      // What is due is known before anybody asks for it.
      await this.patiently(() => this.keepUp());
      const slots = Array.from({ length: concurrency }, () => this.slot());
      if (once) await Promise.all(slots);
      else await this.lead();
      this.ending.abort();
      await Promise.all([...slots, ...this.long]);
    } finally {
      signal.removeEventListener('abort', stop);
      await this.world.store.write((transaction) => transaction.workerLeft(this.id)).catch(() => undefined);
    }
    if (this.failure !== null) throw this.failure.cause;
    return { done: this.done, failed: this.failed };
  }

  /** Plans, says that we are here, and begins what goes on for long. */
  private async lead(): Promise<void> {
    while (!this.ending.signal.aborted) {
      await this.patiently(() => this.keepUp());
      await this.app.pause(IDLE_MS, this.ending.signal);
    }
  }

  private async keepUp(): Promise<void> {
    const ticks = this.app.ticks();
    if (ticks - this.beatAt >= BEAT_MS) {
      await this.beat();
      this.beatAt = ticks;
    }
    if (ticks - this.plannedAt >= PLAN_MS) {
      for (const kind of this.kinds.values()) {
        const subjects = await kind.subjects?.(this.world);
        if (subjects === undefined) continue;
        const now = this.world.clock.now();
        await this.world.store.write((transaction) => transaction.planWork(kind.name, subjects, now));
      }
      this.plannedAt = ticks;
    }
    if (!this.wishes.once) await this.beginLong();
  }

  private async beginLong(): Promise<void> {
    const kinds = [...this.kinds.values()].filter(({ isLong }) => isLong).map(({ name }) => name);
    if (kinds.length === 0) return;
    for (const item of await this.due(kinds, LONG_BATCH)) {
      const working = this.take(item).finally(() => this.long.delete(working));
      this.long.add(working);
    }
  }

  private beat(): Promise<void> {
    const { name, cannot, settings } = this.wishes;
    const now = this.world.clock.now();
    const { id, startedAt, busy } = this;
    const worker = { id, name, version: this.app.version, kinds: [...this.kinds.keys()], cannot, settings, startedAt };
    return this.world.store.write((transaction) =>
      transaction.beat({ ...worker, busy: [...busy.values()], seenAt: now }, now - FORGET_MS),
    );
  }

  /** One after the other, until there is nothing more (`once`) or we are told to stop. */
  private async slot(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const item = await this.next();
      if (item !== null) await this.take(item);
      else if (this.wishes.once) return;
      else await this.app.pause(Math.max(1, this.quietUntil - this.app.ticks()), this.ending.signal);
    }
  }

  private async next(): Promise<WorkItem | null> {
    while (!this.ending.signal.aborted) {
      const item = this.line.shift();
      if (item !== undefined) return item;
      if (this.app.ticks() < this.quietUntil) return null;
      this.refilling ??= this.patiently(() => this.refill()).finally(() => (this.refilling = null));
      await this.refilling;
    }
    return null;
  }

  private async refill(): Promise<void> {
    const { once } = this.wishes;
    const kinds = [...this.kinds.values()].filter(({ isLong }) => once || !isLong).map(({ name }) => name);
    // Somebody else is at all that we tried: there is no use in asking at once again.
    if (this.taken === this.takenBefore && !once) this.quietUntil = this.app.ticks() + CROWDED_MS;
    this.takenBefore = this.taken;
    this.line = this.shuffled(await this.due(kinds, BATCH));
    if (this.line.length === 0) this.quietUntil = this.app.ticks() + IDLE_MS;
  }

  private async due(kinds: readonly string[], limit: number): Promise<readonly WorkItem[]> {
    const now = this.world.clock.now();
    const items = await this.world.store.read((transaction) =>
      transaction.workDue(kinds, now, limit + this.busy.size + this.seen.size),
    );
    return items.filter((item) => !this.busy.has(keyOf(item)) && !this.seen.has(keyOf(item)));
  }

  /** Two workers that find the same shall not try for all of it in the same order. */
  private shuffled(items: readonly WorkItem[]): WorkItem[] {
    const places = this.world.random.bytes(Math.max(1, items.length));
    return items
      .map((item, index) => ({ item, place: places[index] ?? 0 }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }

  private async take(item: WorkItem): Promise<void> {
    const key = keyOf(item);
    if (this.busy.has(key)) return;
    this.busy.set(key, { kind: item.kind, subject: item.subject });
    if (this.wishes.once) this.seen.add(key);
    try {
      await this.world.store.exclusively(`work ${key}`, (lost) => this.carryOut(item, lost));
    } catch (cause) {
      // The database went away, or is not ours any more: what was not done is still due.
      await this.bear(cause);
    } finally {
      this.busy.delete(key);
    }
  }

  private async carryOut({ kind: name, subject }: WorkItem, lost: AbortSignal): Promise<void> {
    const kind = this.kinds.get(name);
    if (kind === undefined) return;
    const now = this.world.clock.now();
    const found = await this.world.store.read(async (transaction) => {
      // Somebody may have done it between our look and the lock.
      const item = await transaction.workItem({ kind: name, subject }, now);
      if (item === null) return null;
      const operation = kind.about === 'operation' ? await transaction.operation(subject) : null;
      const head = kind.newsMs === null ? 0 : (await transaction.ledgerHead()).entries;
      return { item, operation, head };
    });
    if (found === null) return;
    this.taken += 1;
    const { item, operation, head } = found;
    const about = operation?.name ?? subject;
    const began = this.app.ticks();
    const ended = new AbortController();
    try {
      const { said, nextAt } = await this.doIt(kind, ended, lost, {
        subject,
        operation,
        once: this.wishes.once,
        say: (words) => this.wishes.tell({ kind: 'said', work: name, about, words }),
      });
      // Somebody else may be at it by now, and it may have been given up half-way: it is for them to say that it is done.
      if (lost.aborted) throw lockLost();
      const tookMs = this.app.ticks() - began;
      const at = this.world.clock.now();
      const newsAt = kind.newsMs === null ? null : Math.round(at + Math.max(kind.newsMs, tookMs * NEWS_SHARE));
      await this.world.store.write((transaction) =>
        transaction.workDone({
          item,
          worker: this.wishes.name,
          at,
          tookMs,
          nextAt: kind.subjects === null ? null : (nextAt ?? at + kind.periodMs),
          news: newsAt === null ? null : { head, from: newsAt },
        }),
      );
      this.done += 1;
      this.wishes.tell({ kind: 'done', work: name, about, tookMs, said });
    } catch (cause) {
      if (this.isOfItself(cause)) throw cause;
      // It was given up since its lock was lost, however that looks from inside.
      if (lost.aborted) throw lockLost(cause);
      await this.settleFailure(item, about, this.app.ticks() - began, cause);
    } finally {
      ended.abort();
    }
  }

  private async doIt(
    kind: WorkKind,
    ended: AbortController,
    lost: AbortSignal,
    job: Parameters<DoWork>[1],
  ): Promise<WorkResult> {
    const stopping = new AbortController();
    const { signal } = this.ending;
    const stop = (): void => {
      void this.app.pause(kind.graceMs, ended.signal).then(() => stopping.abort());
    };
    if (kind.graceMs === 0)
      signal.addEventListener('abort', () => stopping.abort(), { once: true, signal: ended.signal });
    else signal.addEventListener('abort', stop, { once: true, signal: ended.signal });
    if (signal.aborted) stopping.abort();
    const world = { ...this.world, signal: AbortSignal.any([stopping.signal, lost]) };
    let opening = this.opened.get(kind.name);
    if (opening === undefined) {
      opening = kind.open(this.app, this.world);
      this.opened.set(kind.name, opening);
      opening.catch(() => this.opened.delete(kind.name));
    }
    return (await opening)(world, job);
  }

  /** Not the work's failure: it was stopped, the database went away, or is of a newer version. */
  private isOfItself(cause: unknown): boolean {
    if (!(cause instanceof ProblemError)) return false;
    const { code } = cause.problem;
    return code === 'database' || code === 'outdated' || (code === 'interrupted' && this.ending.signal.aborted);
  }

  private async settleFailure(item: WorkItem, about: string, tookMs: number, cause: unknown): Promise<void> {
    const isProblem = cause instanceof ProblemError || cause instanceof DueLater;
    const words = cause instanceof Error ? cause.message : String(cause);
    const waitMs = Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(item.failures, 20));
    const nextAt = cause instanceof DueLater ? cause.nextAt : this.world.clock.now() + waitMs;
    await this.world.store.write((transaction) =>
      transaction.workFailed({ item, worker: this.wishes.name, tookMs, problem: words, nextAt }),
    );
    this.failed += 1;
    const { kind, failures } = item;
    const fault = isProblem ? null : cause;
    this.wishes.tell({ kind: 'failed', work: kind, about, problem: words, failures: failures + 1, nextAt, fault });
  }

  /** Does it again while the database is away. */
  private async patiently(task: () => Promise<void>): Promise<void> {
    while (!this.ending.signal.aborted) {
      try {
        await task();
        if (this.away !== null) this.wishes.tell({ kind: 'back' });
        this.away = null;
        return;
      } catch (cause) {
        await this.bear(cause);
      }
    }
  }

  /** Waits a little where the database is away; ends the worker at everything else that is not a job's. */
  private async bear(cause: unknown): Promise<void> {
    const code = cause instanceof ProblemError ? cause.problem.code : null;
    if (code === 'interrupted') return;
    if (code !== 'database') {
      this.failure ??= { cause };
      this.ending.abort();
      return;
    }
    const ticks = this.app.ticks();
    const known = this.away;
    const away = known ?? { since: ticks, pauseMs: AWAY_FIRST_MS };
    if (known === null) {
      this.away = away;
      this.wishes.tell({ kind: 'away', problem: cause instanceof Error ? cause.message : String(cause) });
    }
    if (this.wishes.once || (this.app.settings.database.url === null && ticks - away.since > OWN_AWAY_MS)) {
      this.failure ??= { cause };
      this.ending.abort();
      return;
    }
    await this.app.pause(away.pauseMs, this.ending.signal);
    away.pauseMs = Math.min(AWAY_LONGEST_MS, away.pauseMs * 2);
  }
}

function lockLost(cause?: unknown): ProblemError {
  return problem('database', 'PostgreSQL went away in the midst of it', undefined, cause);
}

function keyOf({ kind, subject }: WorkKey): string {
  return `${kind} ${subject}`;
}
