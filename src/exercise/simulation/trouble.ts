import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/instant.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Observation } from '../../domain/observation.ts';
import type { MailOutcome, MailTransport, OutgoingMail } from '../../ports/mail-transport.ts';
import type { Prober } from '../../ports/prober.ts';
import type { Store } from '../../ports/store.ts';
import type { Exercise, Surroundings } from '../play.ts';
import { isUp } from '../world/internet.ts';
import { readNotice } from '../world/read-notice.ts';
import type { Books, Handed, Written } from './books.ts';
import { Crash } from './crash.ts';
import type { Fault } from './fault.ts';
import { Process, recordingStore } from './recording-store.ts';
import type { DraftWithRows } from './recording-store.ts';

const MINUTE_MS = 60_000;
const RESTART_MS = 3 * MINUTE_MS;
const LATE_MS = 200 * MINUTE_MS;

/** Told of what happens, so that it can be judged at that very moment. */
export interface Witness {
  readonly committed: (fresh: readonly Written[]) => void;
  readonly handed: (handed: Handed) => void;
  readonly tell: (what: string) => void;
}

/** A part that is broken on purpose, to show that it is noticed. */
export interface Sabotage {
  /** Below the second book-keeping: it sees what was meant to be written, the store gets something else. */
  readonly store?: (store: Store) => Store;
  /** Above it: as if a step wrote it. */
  readonly steps?: (store: Store) => Store;
  readonly transport?: (transport: MailTransport) => MailTransport;
  readonly prober?: (prober: Prober) => Prober;
}

/** The surroundings of a simulation: they fail as its faults say, and write down what they see. */
export class Trouble {
  readonly surroundings: Surroundings;
  private readonly faults: readonly Fault[];
  private readonly begins: Instant;
  private readonly books: Books;
  private readonly witness: Witness;
  private readonly sabotage: Sabotage;
  private readonly spent = new Set<Fault>();
  private readonly seen = new Map<Fault, number>();
  private own = new Process();
  private exercise: Exercise | null = null;
  private messagesOut = 0;
  private messagesIn = 0;
  private isOver = false;

  constructor(faults: readonly Fault[], begins: Instant, books: Books, witness: Witness, sabotage: Sabotage) {
    this.faults = faults;
    this.begins = begins;
    this.books = books;
    this.witness = witness;
    this.sabotage = sabotage;
    this.surroundings = {
      store: (store) => this.openStore(store),
      clock: (clock) => ({ now: () => clock.now() + this.skewAt(clock.now()) }),
      transport: (transport) => this.transport(transport),
      prober: (prober) => this.prober(prober),
      mail: (_bytes, arrive) => this.mailIn(arrive),
      restartsAt: (cause) => this.restartsAt(cause),
    };
  }

  attach(exercise: Exercise): void {
    this.exercise = exercise;
  }

  /** From now on everything works. */
  end(): void {
    this.isOver = true;
  }

  private now(): Instant {
    return this.exercise?.time.now() ?? this.begins;
  }

  private within(kind: Fault['fault'], at: Instant): readonly Fault[] {
    if (this.isOver) return [];
    return this.faults.filter((fault) => {
      if (fault.fault !== kind || !('minutes' in fault)) return false;
      const from = this.begins + fault.atMinute * MINUTE_MS;
      return from <= at && at < from + fault.minutes * MINUTE_MS;
    });
  }

  private skewAt(at: Instant): number {
    return this.within('clock', at).reduce(
      (sum, fault) => sum + ('byMinutes' in fault ? fault.byMinutes : 0) * MINUTE_MS,
      0,
    );
  }

  private openStore(store: Store): Store {
    const own = new Process();
    this.own = own;
    const inner = this.sabotage.store?.(store) ?? store;
    const recorded = recordingStore(inner, own, {
      isThere: () => this.within('no-database', this.now()).length === 0,
      diesBefore: (written) =>
        this.strikes(written, (fault) => fault.fault === 'crash' && fault.when === 'before') !== null,
      committed: (written) => this.witness.committed(this.books.commit(this.now(), written)),
      after: (written) => {
        const fault = this.strikes(
          written,
          (each) => (each.fault === 'crash' && each.when === 'after') || each.fault === 'lost-answer',
        );
        if (fault === null) return 'goes-on';
        return fault.fault === 'crash' ? 'dies' : 'loses-the-answer';
      },
    });
    return this.sabotage.steps?.(recorded) ?? recorded;
  }

  /** Counts what a fault waits for; gives the first whose turn has come. */
  private strikes(written: readonly DraftWithRows[], isMeant: (fault: Fault) => boolean): Fault | null {
    let struck: Fault | null = null;
    for (const fault of this.faults) {
      if (this.isOver || this.spent.has(fault) || !('entry' in fault) || !isMeant(fault)) continue;
      if (fault.entry !== 'any' && !written.some(({ draft }) => draft.kind === fault.entry)) continue;
      const count = (this.seen.get(fault) ?? 0) + 1;
      this.seen.set(fault, count);
      if (count < fault.nth || struck !== null) continue;
      this.spent.add(fault);
      struck = fault;
    }
    return struck;
  }

  private nth(kind: Fault['fault'], count: number): readonly Fault[] {
    if (this.isOver) return [];
    return this.faults.filter((fault) => fault.fault === kind && 'nth' in fault && fault.nth === count);
  }

  private transport(world: MailTransport): MailTransport {
    const { own } = this;
    const recorded: MailTransport = { ...world, deliver: (mail) => this.deliver(world, own, mail) };
    return this.sabotage.transport?.(recorded) ?? recorded;
  }

  private async deliver(world: MailTransport, own: Process, mail: OutgoingMail): Promise<MailOutcome> {
    own.assertAlive();
    const count = (this.messagesOut += 1);
    const crash = this.nth('crash-at-mail', count)[0];
    if (crash?.fault === 'crash-at-mail' && crash.when === 'before') own.die('before it handed over a message');
    if (this.within('no-mail-server', this.now()).length > 0)
      return { outcome: 'refused', code: null, response: 'connect ECONNREFUSED 127.0.0.1:25', permanent: false };
    this.hand(mail);
    const refusal = this.nth('mail-server', count)[0];
    const answers = refusal?.fault === 'mail-server' ? refusal.answers : null;
    if (answers === '4xx')
      return { outcome: 'refused', code: 451, response: '4.3.0 try again later', permanent: false };
    if (answers === '5xx') return { outcome: 'refused', code: 550, response: '5.7.1 not for us', permanent: true };
    const outcome = answers === 'unknown-lost' ? null : await this.passOn(world, mail, count);
    if (crash !== undefined) own.die('after it handed over a message');
    if (outcome === null || answers === 'unknown')
      return { outcome: 'unknown', response: 'the connection was lost after the message' };
    return outcome;
  }

  /** From our mail server to theirs. */
  private passOn(world: MailTransport, mail: OutgoingMail, count: number): Promise<MailOutcome> {
    const fault = this.nth('mail-out', count)[0];
    const what = fault?.fault === 'mail-out' ? fault.what : null;
    const accepted: MailOutcome = { outcome: 'accepted', code: 250, response: '2.0.0 queued' };
    if (what === 'lost') return Promise.resolve(accepted);
    if (what === null) return world.deliver(mail);
    this.exercise?.agenda.add(this.now() + LATE_MS, 'a message arrives late', async () => {
      await world.deliver(mail);
    });
    return what === 'late' ? Promise.resolve(accepted) : world.deliver(mail);
  }

  private hand({ to, message }: OutgoingMail): void {
    const notice = readNotice(message);
    const handed: Handed = {
      at: this.now(),
      by: 'mail',
      to,
      messageId: notice?.messageId ?? '',
      sha256: createHash('sha256').update(message).digest('hex'),
      hosts: notice?.hosts ?? [],
      text: Buffer.from(message).toString('latin1'),
      entries: this.books.entries.length,
    };
    this.books.handed.push(handed);
    this.witness.handed(handed);
  }

  private prober(world: Prober): Prober {
    const { own } = this;
    const recorded: Prober = {
      ...world,
      look: async (target, drill, signal) => {
        own.assertAlive();
        const at = this.now();
        const taken = await world.look(target, drill, signal);
        const fault = this.within('vantage', at).find((each) => this.vantageOf(each) === world.vantage.name);
        const what = fault?.fault === 'vantage' ? fault.what : null;
        const answered = 'seen' in taken.result && taken.result.seen.tcp?.outcome === 'connected';
        const skewed = { ...taken, at: taken.at + this.skewAt(at) };
        if (what === 'cut-off') {
          const result = { failure: 'vantage-failed' as const, message: 'the vantage is cut off' };
          return { ...skewed, address: null, result, certificates: [] };
        }
        const isLie = (what === 'says-dark' && answered) || (what === 'says-live' && !answered);
        this.books.looked.push({ at, host: target.host, answered: answered !== isLie, isTrue: !isLie });
        if (!isLie || !('seen' in taken.result)) return skewed;
        const { resolved } = taken.result.seen;
        return { ...skewed, result: { seen: { ...(answered ? CLOSED : OPEN), resolved } }, certificates: [] };
      },
    };
    return this.sabotage.prober?.(recorded) ?? recorded;
  }

  /** One vantage at a time may lie: the quorum is made for that, and for no more. */
  private vantageOf(fault: Fault): string | null {
    if (fault.fault !== 'vantage' || this.exercise === null) return null;
    const { vantages } = this.exercise.scenario;
    const liar = vantages[0]?.name ?? null;
    if (fault.what !== 'cut-off') return liar;
    return vantages[Math.floor(fault.pick * vantages.length)]?.name ?? null;
  }

  private mailIn(arrive: () => void): void {
    const count = (this.messagesIn += 1);
    const fault = this.nth('mail-in', count)[0];
    const what = fault?.fault === 'mail-in' ? fault.what : null;
    if (what !== 'lost' && what !== 'late') arrive();
    if (what === 'late' || what === 'twice')
      this.exercise?.agenda.add(this.now() + LATE_MS, 'an answer arrives late', arrive);
  }

  private restartsAt(cause: unknown): Instant | null {
    const isEnd = cause instanceof Crash || (cause instanceof ProblemError && cause.problem.code === 'database');
    if (!isEnd) return null;
    this.witness.tell(cause instanceof Crash ? cause.message : `a command failed: ${cause.message}`);
    return this.now() + RESTART_MS;
  }
}

const CLOSED: Omit<Observation, 'resolved'> = {
  tcp: { outcome: 'refused', ms: 40, error: 'ECONNREFUSED' },
  tls: null,
  http: null,
};
const OPEN: Omit<Observation, 'resolved'> = {
  tcp: { outcome: 'connected', ms: 40, error: null },
  tls: null,
  http: null,
};

/** Whether something of the botnet answers there. */
export function isServing(exercise: Exercise, host: string): boolean {
  const machine = exercise.internet.at(host);
  return machine !== null && isUp(machine, exercise.time.now());
}
