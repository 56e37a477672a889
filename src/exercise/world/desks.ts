import type { Instant } from '../../domain/instant.ts';
import type { MailOutcome, OutgoingMail } from '../../ports/mail-transport.ts';
import type { Agenda } from '../agenda.ts';
import type { Chance } from '../chance.ts';
import { nextAtWork } from './internet.ts';
import type { Internet, Machine, Provider } from './internet.ts';
import { rawMail } from './raw-mail.ts';
import { readNotice } from './read-notice.ts';
import type { ReadNotice } from './read-notice.ts';

const MINUTE_MS = 60_000;
/** For so long a desk that was briefed ahead is at work from the moment that it was told. */
const SHIFT_MS = 120 * MINUTE_MS;

/** What the world tells of what happened in it. */
export type Tell = (what: string) => void;

export interface DeskHooks {
  /** When the first wave is to be struck: what desks that were prepared wait for. */
  readonly aimAt: Instant;
  readonly now: () => Instant;
  readonly tell: Tell;
  /** A mail for us. */
  readonly send: (bytes: Uint8Array, from: string) => void;
  /** A customer was warned of what is to come. */
  readonly warned: (machine: Machine) => void;
}

/** Abuse desks: they read what arrives when they are at work, and do what their habit is. */
export class Desks {
  /** Machines of people who have nothing to do with it that went down because of a notice of ours. */
  readonly innocentsHit = new Set<string>();
  private readonly internet: Internet;
  private readonly agenda: Agenda;
  private readonly chance: Chance;
  private readonly hooks: DeskHooks;
  /** Decided once for each notice and server: a desk that ignores it goes on to. */
  private readonly decided = new Map<string, Decision>();
  /** What each desk has been sent, by Message-ID. */
  private readonly notices = new Map<string, ReadNotice>();
  /** When each desk that was briefed ahead has somebody at work, whatever its hours. */
  private readonly briefed = new Map<number, Instant>();
  private letters = 0;
  private tickets = 48_000;

  constructor(internet: Internet, agenda: Agenda, chance: Chance, hooks: DeskHooks) {
    this.internet = internet;
    this.agenda = agenda;
    this.chance = chance.fork('desks');
    this.hooks = hooks;
  }

  /** The world's side of a mail server: takes a message for its recipient, or refuses it. */
  deliver({ to, message }: OutgoingMail): MailOutcome {
    const provider = this.internet.deskOf(to);
    if (provider === null) return { outcome: 'accepted', code: 250, response: '2.0.0 taken' };
    if (this.chance.fork(`mailbox ${provider.number}`).happens(provider.habit.bounces)) {
      return { outcome: 'refused', code: 550, response: '5.1.1 no such user here', permanent: true };
    }
    const notice = readNotice(message);
    const moment = / TLP:RED .*(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/.exec(notice?.subject ?? '');
    if (moment !== null) this.briefed.set(provider.number, Date.parse(`${moment[1]}T${moment[2]}Z`));
    if (notice !== null) this.receive(provider, notice);
    return { outcome: 'accepted', code: 250, response: '2.0.0 taken' };
  }

  /** What somebody typed into a provider's form: the notice, which went by no mail. */
  takeForm(provider: Provider, notice: ReadNotice): string {
    this.receive(provider, notice, true);
    return `F-${(this.tickets += 1)}`;
  }

  /** Somebody telephones about these of a notice, and asks what it asks. */
  takeCall(notice: ReadNotice, hosts: readonly string[]): void {
    const call = { ...notice, messageId: '', subject: 'your call', references: [], hosts };
    for (const machine of hosts.flatMap((host) => this.internet.at(host) ?? [])) {
      const { provider } = machine;
      this.decide(provider, call, machine, nextAtWork(provider.habit, provider.utcOffset, this.hooks.now()));
    }
  }

  /** A notice, or what follows in its thread, has come in. */
  receive(provider: Provider, mail: ReadNotice, isForm = false): void {
    const { habit, number } = provider;
    const earlier = mail.references.flatMap((id) => this.notices.get(`${number} ${id}`) ?? [])[0];
    // What follows in a thread is about what the thread began with, and asks for the same.
    const notice =
      mail.hosts.length === 0 && earlier !== undefined
        ? { ...mail, hosts: earlier.hosts, reports: earlier.reports, isOrder: mail.isOrder || earlier.isOrder }
        : mail;
    this.notices.set(`${number} ${notice.messageId}`, notice);
    const now = this.hooks.now();
    if (habit.autoReply && !isForm) {
      const ticket = habit.ticket ? `[#${(this.tickets += 1)}] ` : '';
      this.answerAt(now + MINUTE_MS, provider, notice, {
        subject: `${ticket}Re: ${notice.subject}`,
        text: 'This is an automated response. We have received your report and will look into it.',
        isAutomatic: true,
      });
    }
    const reads = this.atWork(provider, now);
    const own = notice.hosts
      .flatMap((host) => this.internet.at(host) ?? [])
      .filter((each) => each.provider.number === number);
    const stranger = notice.hosts.length > 0 && own.length === 0;
    if (stranger) {
      this.answerAt(reads + 10 * MINUTE_MS, provider, notice, plain(notice, 'That address is not hosted by us.'));
      return;
    }
    for (const machine of own) this.decide(provider, notice, machine, reads);
  }

  /** When it is done: in the desk's own time, or at the aim by those who wait for it. */
  private doneAt(provider: Provider, reads: Instant, minutes: number): Instant {
    if (provider.habit.atAim) return Math.max(reads, this.hooks.aimAt) + minutes * MINUTE_MS;
    return this.atWork(provider, reads + minutes * MINUTE_MS);
  }

  /** In the desk's own hours, or at the moment for which it was briefed. */
  private atWork({ number, habit, utcOffset }: Provider, at: Instant): Instant {
    const from = this.briefed.get(number);
    return from !== undefined && at >= from && at < from + SHIFT_MS ? at : nextAtWork(habit, utcOffset, at);
  }

  private decide(provider: Provider, notice: ReadNotice, machine: Machine, reads: Instant): void {
    const { habit } = provider;
    const before = this.decided.get(machine.id);
    const chance = this.chance.fork(
      `${machine.id} at ${provider.number}, ${before === undefined ? 'first' : before.asked}`,
    );
    if (before !== undefined) before.asked += 1;
    const isOrdered = before?.wantsOrder === true && notice.isOrder;
    if (before !== undefined && !isOrdered) {
      // Who wants an order is not moved by being asked again.
      if (before.acts || before.wantsOrder || !chance.happens(habit.actsOnReminder)) return;
      before.acts = true;
      this.act(provider, notice, machine, this.doneAt(provider, reads, chance.wait(habit.minutes)));
      return;
    }
    const decision: Decision = before ?? { acts: false, asked: 1, wantsOrder: false };
    this.decided.set(machine.id, decision);
    const doneAt = this.doneAt(provider, reads, chance.wait(habit.minutes));
    decision.wantsOrder = !notice.isOrder && chance.happens(habit.refuses);
    if (decision.wantsOrder) {
      this.answerAt(
        doneAt,
        provider,
        notice,
        plain(notice, 'We will not take action on this report. We require a court order.'),
      );
      return;
    }
    if (chance.happens(habit.claimsFalsely)) {
      this.answerAt(doneAt, provider, notice, plain(notice, 'Hello,\n\nthe server has been suspended.\n\nRegards'));
      return;
    }
    if (chance.happens(habit.forwards)) {
      this.agenda.add(reads + 5 * MINUTE_MS, `${provider.name} forwards a notice to its customer`, () => {
        this.hooks.tell(`${provider.name} forwarded our notice to its customer`);
        this.hooks.warned(machine);
      });
    }
    if (!chance.happens(habit.acts)) return;
    decision.acts = true;
    this.act(provider, notice, machine, doneAt);
  }

  private act(provider: Provider, notice: ReadNotice, machine: Machine, at: Instant): void {
    this.agenda.add(at, `${provider.name} acts on ${machine.id}`, () => {
      const now = this.hooks.now();
      for (const each of [machine, ...this.sharedWith(notice, machine)]) {
        if (each.innocents > 0) this.innocentsHit.add(each.id);
        // Whoever was warned may have left before.
        if (this.internet.takeDown(each, now, provider.habit.action))
          this.hooks.tell(`${provider.name} took ${each.name ?? each.address} down`);
      }
      if (!this.chance.fork(`answer ${machine.id}`).happens(provider.habit.answers)) return;
      const did = provider.habit.action === 'clean' ? 'cleaned' : 'suspended';
      this.answerAt(
        now + 2 * MINUTE_MS,
        provider,
        notice,
        plain(notice, `Hello,\n\nthe server has been ${did}.\n\nRegards`),
      );
    });
  }

  /** What else goes where a notice asks for more than a name on ground that others share. */
  private sharedWith({ reports }: ReadNotice, machine: Machine): readonly Machine[] {
    const ground = this.internet.groundOf(machine);
    const asks = reports.find(({ host }) => host === machine.name || host === machine.address)?.asks ?? [];
    const isAsked = (...of: readonly string[]): boolean => of.some((ask) => asks.includes(ask));
    return [
      ...(ground.domain !== null && isAsked('suspend-domain') ? [ground.domain] : []),
      ...(ground.address !== null && isAsked('isolate', 'null-route', 'suspend', 'refuse-re-lease')
        ? [ground.address]
        : []),
    ];
  }

  private answerAt(at: Instant, provider: Provider, notice: ReadNotice, words: Words): void {
    const number = (this.letters += 1);
    this.agenda.add(at, `${provider.name} answers`, () => {
      this.hooks.send(
        rawMail({
          from: provider.mailbox,
          to: 'desk@cert.example',
          messageId: `answer-${number}@${provider.domain}`,
          inReplyTo: notice.messageId === '' ? null : notice.messageId,
          at,
          ...words,
        }),
        provider.mailbox,
      );
    });
  }
}

interface Decision {
  acts: boolean;
  asked: number;
  /** It has refused, and will do as its habit is once a court has ordered it. */
  wantsOrder: boolean;
}

interface Words {
  readonly subject: string;
  readonly text: string;
  readonly isAutomatic: boolean;
}

function plain({ subject }: ReadNotice, text: string): Words {
  return { subject: `Re: ${subject}`, text, isAutomatic: false };
}
