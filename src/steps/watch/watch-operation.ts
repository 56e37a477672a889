import { isAlive } from '../../domain/look.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Round } from '../../domain/verdict.ts';
import type { LookRates, WatchSettings } from '../../domain/watch.ts';
import { WaitingLine } from '../../policy/probing/waiting-line.ts';
import type { Pause } from '../../ports/pause.ts';
import type { Prober } from '../../ports/prober.ts';
import type { WatchedServer, WatchPulse } from '../../ports/watching.ts';
import type { World } from '../../ports/world.ts';
import { DeafVantages } from './deaf-vantages.ts';
import { Lateness } from './lateness.ts';
import type { RecordRounds } from './round-recorder.ts';
import { hasHeard, takeRound } from './take-round.ts';
import { VantageHealth } from './vantage-health.ts';
import type { WatchEvent, WatchEnd, WatchSummary, WatchTelling } from './watch-event.ts';
import { WatchList } from './watch-list.ts';
import type { ListedServer, WatchCounts } from './watch-list.ts';

export interface WatchSetup {
  readonly operation: Operation;
  readonly probers: readonly Prober[];
  readonly settings: WatchSettings;
  readonly rates: LookRates;
  readonly record: RecordRounds;
  readonly pause: Pause;
  readonly tell: (telling: WatchTelling) => void;
  /**
   * `on`: until somebody stops it. `due`: what is due now, and end. Servers by id: these now, and end; what keeps a server
   * from being looked at keeps it here as well.
   */
  readonly extent: 'on' | 'due' | readonly string[];
  /** Sees every round that was written down. */
  readonly seen?: (round: Round) => void;
}

/** How often it is asked whether probing is still on; a stop is heard within twice that. */
const PULSE_MS = 400;
/** Rounds lie at most so long before they are written down; where one found something else than before, so long. */
const WRITE_MS = 4000;
const WRITE_NEWS_MS = 300;
/** Rounds that are written down together, and that may lie unwritten before no more are begun. */
const WRITE_ROUNDS = 500;
const MOST_UNWRITTEN = 4000;
/** Facts are read again no sooner than this, and no more often than costs a twentieth of the time. */
const RENEW_MS = 2000;
const RENEW_SHARE = 20;
/** And at the latest after this: "hands off" runs out without an entry. */
const RENEW_LATEST_MS = 15 * 60_000;
/** Looks that are given up have to be back after so long. */
const GIVE_UP_MS = 2000;
const PROGRESS_MS = 1000;

/** Looks at the servers of an operation whenever they are due. The caller sees to it that nobody else does. */
export function watchOperation(world: World, setup: WatchSetup): Promise<WatchSummary> {
  return new Watch(world, setup).run();
}

class Watch {
  private readonly world: World;
  private readonly setup: WatchSetup;
  private readonly line: WaitingLine;
  private readonly list: WatchList;
  private readonly health: VantageHealth;
  private readonly deaf = new DeafVantages();
  private readonly lateness = new Lateness();
  /** Aborted when no more is looked at. */
  private readonly ended = new AbortController();
  private end: WatchEnd | null = null;
  private failure: { readonly cause: unknown } | null = null;
  private nudged = new AbortController();

  private counts: WatchCounts = { servers: 0, watched: 0, unwatched: {} };
  private readonly inFlight = new Set<Promise<void>>();
  private looksInFlight = 0;
  private readonly unwritten: { readonly listed: ListedServer; readonly round: Round }[] = [];
  private writeAt: Instant = Infinity;
  private writing: Promise<void> | null = null;

  private newest = 0;
  private hasNews = false;
  private renewedAt: Instant = -Infinity;
  private renewCostMs = 0;
  private renewing: Promise<void> | null = null;

  private rounds = 0;
  private looks = 0;
  private givenUp = 0;
  private changes = 0;

  constructor(world: World, setup: WatchSetup) {
    this.world = world;
    this.setup = setup;
    this.line = new WaitingLine(setup.rates);
    this.list = new WatchList(setup.settings, setup.rates, setup.probers.length, this.line);
    this.health = new VantageHealth(setup.probers, (vantage, message) =>
      this.tell({ kind: 'vantage', vantage, message }),
    );
  }

  async run(): Promise<WatchSummary> {
    const interrupted = (): void => this.stop('interrupted');
    this.world.signal.addEventListener('abort', interrupted);
    if (this.world.signal.aborted) interrupted();
    try {
      await this.renew({ withPulse: true });
      const pulse = this.beat();
      await this.loop();
      this.ended.abort();
      await this.comeBack();
      await pulse;
      await this.writing;
      await this.renewing;
      // What was seen before the end is written down; what was not finished is as if it had not been begun.
      while (this.unwritten.length > 0 && this.failure === null) await this.write();
    } finally {
      this.world.signal.removeEventListener('abort', interrupted);
    }
    if (this.failure !== null) throw this.failure.cause;
    return {
      end: this.end ?? 'done',
      counts: this.counts,
      lateness: this.lateness.figures(),
      rounds: this.rounds,
      looks: this.looks,
      givenUp: this.givenUp,
      changes: this.changes,
    };
  }

  private async loop(): Promise<void> {
    let toldAt = -Infinity;
    while (this.end === null) {
      const now = this.world.clock.now();
      this.beginDue(now);
      // One after the other: facts that were read before a write would unsay what it found.
      if (this.writing === null && this.renewing === null) {
        if (this.writeAt <= now || this.unwritten.length >= WRITE_ROUNDS || this.isLooked()) this.beginWriting();
        else if (this.isRenewalDue(now)) this.beginRenewing();
      }
      if (now - toldAt >= PROGRESS_MS) {
        toldAt = now;
        this.showProgress(now);
      }
      if (this.isDone()) {
        this.stop('done');
        return;
      }
      await this.setup.pause(this.idleMs(this.world.clock.now()), this.nudged.signal);
      if (this.nudged.signal.aborted) this.nudged = new AbortController();
    }
  }

  private beginDue(now: Instant): void {
    if (this.unwritten.length >= MOST_UNWRITTEN) return;
    const { concurrency } = this.setup.rates;
    while (this.looksInFlight < concurrency) {
      const out = this.setup.extent === 'on' ? this.health.allOutUntil(now) : null;
      if (out !== null) return;
      const number = this.line.next(now);
      if (number === null) return;
      const listed = this.list.at(number);
      if (listed?.due !== null && listed !== undefined) this.begin(listed, now);
    }
  }

  private begin(listed: ListedServer, now: Instant): void {
    const probers = this.setup.extent === 'on' ? this.health.usable(now) : this.setup.probers;
    const { targets } = listed;
    const looks = targets.length * probers.length;
    this.lateness.add(now - (listed.due ?? now));
    listed.isBusy = true;
    this.looksInFlight += looks;
    const { setup } = this;
    const perSecond = setup.rates.perProviderPerSecond;
    const around = { probers, drill: setup.operation.drill, pause: setup.pause, perSecond };
    const look = takeRound(around, targets, now, this.ended.signal, listed.facts.endpointsBeyond)
      .then((round) => this.finish(listed, round))
      .catch((cause: unknown) => this.fail(cause))
      .finally(() => {
        this.looksInFlight -= looks;
        this.inFlight.delete(look);
        this.nudge();
      });
    this.inFlight.add(look);
  }

  private finish(listed: ListedServer, round: Round): void {
    if (this.ended.signal.aborted) {
      this.givenUp += 1;
      return;
    }
    const now = this.world.clock.now();
    for (const look of round.looks) this.health.note(round.serverId, look, now);
    this.unwritten.push({ listed, round });
    const wait = isNews(listed.facts, round) ? WRITE_NEWS_MS : WRITE_MS;
    this.writeAt = Math.min(this.writeAt, now + wait);
  }

  private beginWriting(): void {
    this.writing = this.write()
      .catch((cause: unknown) => this.fail(cause))
      .finally(() => {
        this.writing = null;
        this.nudge();
      });
  }

  private async write(): Promise<void> {
    const taken = this.unwritten.splice(0, WRITE_ROUNDS);
    this.writeAt = this.unwritten.length > 0 ? this.world.clock.now() : Infinity;
    if (taken.length === 0) return;
    const rounds = this.deaf.judge(
      taken.map(({ round }) => round),
      (serverId) => this.list.wasAlive(serverId),
      this.list.expectedAlive,
    );
    const written = await this.recorded(rounds);
    const now = this.world.clock.now();
    this.rounds += rounds.length;
    this.looks += written.looks;
    const goesOn = this.setup.extent === 'on' && this.end === null;
    for (const { listed, round } of taken) this.list.settle(listed, round.at, written, now, goesOn);
    for (const round of rounds) this.setup.seen?.(round);
    for (const { serverId, kind, from, to } of written.changes) {
      this.changes += 1;
      this.tell({ kind, serverId, host: this.list.ofId(serverId)?.facts.host ?? serverId, from, to });
    }
  }

  /** A stop that came while rounds lay here forbids to write down those that were begun after it, and no others. */
  private async recorded(rounds: readonly Round[]): ReturnType<RecordRounds> {
    try {
      return await this.setup.record(rounds);
    } catch (cause) {
      const { id } = this.setup.operation;
      const [newest] = await this.world.store.read((transaction) => transaction.probings(id));
      const stoppedAt = newest?.stoppedAt ?? null;
      if (stoppedAt === null) throw cause;
      this.stop('stopped');
      const allowed = rounds.filter(({ at }) => at < stoppedAt);
      this.givenUp += rounds.length - allowed.length;
      this.rounds -= rounds.length - allowed.length;
      if (allowed.length === rounds.length) throw cause;
      return allowed.length === 0 ? { looks: 0, verdicts: new Map(), changes: [] } : this.setup.record(allowed);
    }
  }

  /** @param withPulse asks in the same moment whether probing is on; where it is not, nothing is made of what was read. */
  private async renew({ withPulse = false } = {}): Promise<void> {
    const { operation, extent } = this.setup;
    const began = this.world.clock.now();
    const only = typeof extent === 'string' ? undefined : extent;
    const servers = await this.world.store.read(async (transaction) => {
      const read = async (): Promise<readonly WatchedServer[]> => {
        const all: WatchedServer[] = [];
        for await (const page of transaction.watchedServers(operation.id, began, only)) all.push(...page);
        return all;
      };
      if (!withPulse) return read();
      // Asked together: it hardly ever is off.
      const [pulse, all] = await Promise.all([transaction.watchPulse(operation.id, this.newest), read()]);
      this.hear(pulse);
      return all;
    });
    if (this.end !== null) return;
    // What was read is as new as the pulse.
    if (withPulse) this.hasNews = false;
    const now = this.world.clock.now();
    this.renewedAt = now;
    this.renewCostMs = now - began;
    const before = JSON.stringify(this.counts);
    this.counts = this.list.renew(servers, now, extent === 'on' ? 'all' : extent === 'due' ? 'due' : 'forced');
    this.health.fewest = Math.max(1, this.counts.watched);
    if (JSON.stringify(this.counts) !== before) this.tell({ kind: 'watching', ...this.counts });
  }

  private isRenewalDue(now: Instant): boolean {
    if (this.setup.extent !== 'on') return false;
    const since = now - this.renewedAt;
    if (since >= RENEW_LATEST_MS) return true;
    return this.hasNews && since >= Math.max(RENEW_MS, this.renewCostMs * RENEW_SHARE);
  }

  private beginRenewing(): void {
    this.hasNews = false;
    this.renewing = this.renew()
      .catch((cause: unknown) => this.fail(cause))
      .finally(() => {
        this.renewing = null;
        this.nudge();
      });
  }

  /** The stop switch is asked beside the loop, so that it works in the midst of anything. */
  private async beat(): Promise<void> {
    while (this.end === null) {
      await this.setup.pause(PULSE_MS, this.ended.signal);
      if (this.end !== null) return;
      try {
        await this.takePulse();
      } catch (cause) {
        this.fail(cause);
      }
    }
  }

  private async takePulse(): Promise<void> {
    const { id } = this.setup.operation;
    const since = this.newest;
    this.hear(await this.world.store.read((transaction) => transaction.watchPulse(id, since)));
  }

  private hear({ isOn, newest, hasNews }: WatchPulse): void {
    if (!isOn) this.stop('stopped');
    this.hasNews ||= hasNews;
    this.newest = newest;
  }

  /** Everything that had to be looked at was: nothing more comes that could be written down with it. */
  private isLooked(): boolean {
    return this.setup.extent !== 'on' && this.unwritten.length > 0 && this.inFlight.size === 0 && this.line.size === 0;
  }

  private isDone(): boolean {
    const isQuiet = this.inFlight.size === 0 && this.unwritten.length === 0 && this.writing === null;
    return this.setup.extent !== 'on' && isQuiet && this.line.size === 0;
  }

  private idleMs(now: Instant): number {
    const { concurrency } = this.setup.rates;
    const isFull = this.looksInFlight >= concurrency || this.unwritten.length >= MOST_UNWRITTEN;
    const lineAt = isFull ? Infinity : Math.max(this.line.wakeAt(now), this.health.allOutUntil(now) ?? 0);
    // What is being written or read nudges when it is done.
    const writeAt = this.writing === null && this.renewing === null ? this.writeAt : Infinity;
    return Math.max(1, Math.min(lineAt, writeAt, now + PROGRESS_MS) - now);
  }

  private stop(end: WatchEnd): void {
    this.end ??= end;
    // What is done has nothing in flight; everything else is given up at once.
    if (end !== 'done') this.ended.abort();
    this.nudge();
  }

  private fail(cause: unknown): void {
    this.failure ??= { cause };
    this.stop('interrupted');
  }

  private nudge(): void {
    // With a reason of our own: the one that is made otherwise costs more than the nudge.
    this.nudged.abort('nudged');
  }

  /** Looks that were given up come back soon; who does not is not waited for. */
  private async comeBack(): Promise<void> {
    const enough = new AbortController();
    await Promise.race([
      Promise.allSettled(this.inFlight).finally(() => enough.abort()),
      this.setup.pause(GIVE_UP_MS, enough.signal),
    ]);
  }

  private showProgress(now: Instant): void {
    const { operation } = this.setup;
    const next = this.line.wakeAt(now);
    const idle = this.looksInFlight === 0 && next > now + PROGRESS_MS && next < Infinity;
    const wait = idle ? `, next in ${Math.round((next - now) / 1000)} s` : '';
    const late = this.line.waiting > 0 ? `, ${this.line.waiting} waiting for their turn` : '';
    this.world.progress.step(
      `watching ${operation.name}: ${this.counts.watched} servers, ${this.rounds} rounds${late}${wait}`,
    );
  }

  private tell(event: WatchEvent): void {
    this.setup.tell({ at: this.world.clock.now(), event });
  }
}

/** Something answers that was dark, or nothing that answered: a verdict may change, and somebody waits for it. */
function isNews({ verdict }: WatchedServer, round: Round): boolean {
  const heard = round.looks.some((look) => hasHeard(look) && isConnected(look));
  if (verdict === null) return true;
  return isAlive(verdict.verdict) !== heard && verdict.verdict !== 'answers-other';
}

function isConnected({ result }: Round['looks'][number]): boolean {
  return 'seen' in result && result.seen.tcp.outcome === 'connected';
}
