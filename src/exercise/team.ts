import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Role } from '../domain/person.ts';
import { addPerson, arm, findOperation, importOnly, parseImportOptions, runAgain, takeMail } from '../flow.ts';
import type { MailSources, Sources } from '../flow.ts';
import { review, signApproval, waiting } from '../flow/approvals.ts';
import { addAuthority, listAuthorities, serveAuthority } from '../flow/authorities.ts';
import { due } from '../flow/clock.ts';
import type { ClockSources } from '../flow/clock.ts';
import {
  answerDeconfliction,
  answerHandsOff,
  askForDeconfliction,
  deconflictionStatus,
  openDeconfliction,
} from '../flow/deconflict.ts';
import { doneByHand, listOutgoing, sendDue, speakerKey, textForForm } from '../flow/sending.ts';
import { approveBriefings, approveHold, planStrike, writeStrikeBriefings } from '../flow/strike.ts';
import { startProbing, watch } from '../flow/watch.ts';
import type { WatchSources } from '../flow/watch.ts';
import type { Operation } from '../domain/operation.ts';
import type { NoticeView } from '../ports/views.ts';
import type { World } from '../ports/world.ts';
import type { SendSetup } from '../flow/sending.ts';
import type { Agenda } from './agenda.ts';
import type { Chance } from './chance.ts';
import { fileOf } from './ports/simulated-ports.ts';
import type { Scenario, ScenarioParty } from '../domain/scenario.ts';
import type { Strategy } from '../domain/strike.ts';
import { seededKey } from './seeded-key.ts';
import type { Desks, Tell } from './world/desks.ts';
import type { Edition } from './world/feeds.ts';
import type { Internet, Machine } from './world/internet.ts';
import { readNotice } from './world/read-notice.ts';
import type { ReadNotice } from './world/read-notice.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RUN_WITHIN_MS = 12 * MINUTE_MS;
/** So long before its aim the first wave is planned at the latest. */
const LATEST_PLAN_MS = 30 * MINUTE_MS;
const RUN_AGAIN_MS = 6 * HOUR_MS;

/** Everything of the product that the team works with; made anew after a restart. */
export interface Desktop {
  readonly world: World;
  readonly sources: Sources & ClockSources;
  readonly mail: MailSources;
  readonly watch: WatchSources;
  readonly setupFor: (operation: Operation) => SendSetup;
}

/** What surrounds the team. */
export interface TeamParts {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly desktop: () => Desktop;
  readonly internet: Internet;
  readonly desks: Desks;
  readonly now: () => Instant;
  readonly tell: Tell;
  readonly strategy: Strategy;
  /** By party: what is its own. */
  readonly handsOff: ReadonlyMap<string, readonly Machine[]>;
}

const PEOPLE: readonly (readonly [name: string, roles: readonly Role[]])[] = [
  ['Alma Admin', ['admin']],
  ['Anders Analyst', ['analyst']],
  ['Erika Approver', ['approver']],
  ['Farid Approver', ['approver']],
  ['Cleo Counsel', ['counsel', 'approver']],
];

/** Those who run the operation: they import, ask, approve with keys of their own, send, and look. All by the product's own means. */
export class Team {
  /** What the team has seen go wrong, a sentence each: refusals that it did not expect. */
  readonly troubles: string[] = [];
  /** How often it had to begin anew. */
  private lives = 0;
  private readonly scenario: Scenario;
  private readonly parts: TeamParts;
  private readonly name: string;
  private readonly keys: ReadonlyMap<string, ReturnType<typeof seededKey>>;
  private readonly editions: Edition[] = [];
  private readonly post: { readonly bytes: Uint8Array; readonly from: string }[] = [];
  private strike: 'none' | 'to-plan' | 'planned' | 'held';
  private isAtWork = false;
  private isRunPlanned = false;
  private isSendPlanned = false;
  /** Somebody has let the servers be looked at; nobody takes that back here. */
  private isLooking = false;
  /** The operation, once it is open; neither its name nor what it is ever changes here. */
  private known: Operation | null = null;
  /** By which name the court's order is on file; null: there is none yet. */
  private order: string | null = null;
  private lastSentAt: Instant = -Infinity;
  /** Which group has named which host, as far as this team has imported it. */
  private readonly said = new Set<string>();
  private lastRunAt: Instant = -Infinity;
  /** Notices whose approval is on somebody's desk, by hash. */
  private readonly underReview = new Set<string>();
  private readonly atHand = new Set<string>();
  private readonly served = new Set<string>();
  private readonly planned = new Set<string>();
  private readonly called = new Set<string>();
  private telephonedAt: Instant = -Infinity;
  private readonly asked = new Map<string, number>();
  /** How often the team has come to do something for a provider: what its chance is drawn by. */
  private readonly turns = new Map<string, number>();

  constructor(scenario: Scenario, parts: TeamParts) {
    this.scenario = scenario;
    this.parts = parts;
    this.name = scenario.name;
    this.strike = parts.strategy === 'rolling' ? 'none' : 'to-plan';
    this.keys = new Map(PEOPLE.map(([name]) => [name, seededKey(`exercise ${scenario.name} ${name}`)]));
  }

  /** Puts everybody on record and goes to work; after a restart, on what the store, the mailbox and the folder of feeds hold. */
  async begin(): Promise<void> {
    const { world } = this.parts.desktop();
    const known = await world.store.read((transaction) => transaction.people());
    for (const [name, roles] of PEOPLE) {
      if (known.some((person) => person.name === name)) continue;
      const isFirst = name === 'Alma Admin';
      await addPerson(world, this.key('Alma Admin'), {
        name,
        roles,
        publicKey: this.keys.get(name)?.publicLine ?? '',
        by: isFirst ? null : 'Alma Admin',
      });
    }
    this.lookRegularly();
    this.every(HOUR_MS, 'the team minds the clock', () => this.mindTheClock());
    this.isAtWork = true;
    if (this.lives > 0) await this.resume();
  }

  /** What a process knew is gone with it: its plans, and what it had put before whom. */
  forget(): void {
    this.lives += 1;
    this.isAtWork = false;
    this.isRunPlanned = false;
    this.isSendPlanned = false;
    this.isLooking = false;
    this.known = null;
    this.order = null;
    this.lastSentAt = -Infinity;
    this.underReview.clear();
    this.atHand.clear();
    this.served.clear();
    this.planned.clear();
    this.said.clear();
    if (this.strike === 'planned') this.strike = 'to-plan';
  }

  private async resume(): Promise<void> {
    const { world } = this.parts.desktop();
    await this.importWaiting();
    await this.readPost();
    const operations = await world.store.read((transaction) => transaction.operations());
    if (operations.length === 0) return;
    for (const { number, parties, standing } of await deconflictionStatus(world, this.name, null)) {
      if (standing.isComplete) continue;
      const answered = parties.filter(({ answer }) => answer !== null).map(({ party }) => party);
      for (const party of this.scenario.parties) {
        if (answered.includes(party.name)) continue;
        const isAsked = parties.some((each) => each.party === party.name);
        await this.askParty(String(number), party, isAsked);
      }
    }
    this.planRun();
  }

  /** A feed has a new edition; somebody imports it after a while. */
  published(edition: Edition): void {
    const wait = this.parts.chance.fork(`import ${edition.name}`).wait(this.scenario.team.importMinutes) * MINUTE_MS;
    this.parts.agenda.add(edition.at + wait, `the team imports ${edition.name}`, async () => {
      this.editions.push(edition);
      // While nobody is at work it lies where it is.
      if (this.isAtWork) await this.importWaiting();
    });
  }

  /** A mail came in. */
  received(bytes: Uint8Array, from: string): void {
    this.post.push({ bytes, from });
    if (this.isAtWork) this.soon(2 * MINUTE_MS, 'the team reads its mail', () => this.readPost());
  }

  private async importWaiting(): Promise<void> {
    const { world } = this.parts.desktop();
    let news = false;
    for (let edition = this.editions[0]; edition !== undefined; edition = this.editions[0]) {
      const { feed, name, text } = edition;
      const options = parseImportOptions({
        source: feed.name,
        group: feed.group,
        reliability: feed.reliability,
        evidence: feed.evidence,
      });
      const request = { operation: this.operationRequest(), files: [fileOf(name, text)], options };
      await importOnly(world, request);
      this.editions.shift();
      // What says again what is known waits for the next run that there is reason for.
      for (const host of edition.hosts) {
        const said = `${feed.group} ${host}`;
        news ||= !this.said.has(said);
        this.said.add(said);
      }
    }
    if (news) this.planRun();
  }

  private operationRequest(): { name: string; drill: boolean; malware: string } {
    return { name: this.name, drill: true, malware: this.scenario.malware };
  }

  /** Judge, locate, decide, draft; then whatever follows from it. */
  private planRun(): void {
    if (this.isRunPlanned) return;
    this.isRunPlanned = true;
    // What comes within a few minutes goes into one run.
    this.soon(RUN_WITHIN_MS, 'the team runs', async () => {
      this.isRunPlanned = false;
      await this.run();
    });
  }

  private async run(): Promise<void> {
    const { world, sources } = this.parts.desktop();
    this.lastRunAt = this.parts.now();
    // A first run finds the operation with what was imported; an order has to be there before it is decided by.
    await this.takeOrder();
    await runAgain(world, sources, this.name);
    await this.letOut();
    // Whoever is new is looked at before anybody else is asked about him.
    await this.look();
    await this.openRound();
    await this.serveOrder();
    await this.spreadReviews();
  }

  /** Once there is an operation an admin lets it look and, for the lab, send. */
  private async letOut(): Promise<void> {
    const { world } = this.parts.desktop();
    const operation = await this.operation();
    const now = this.parts.now();
    const [probings, armings] = await world.store.read((transaction) =>
      Promise.all([transaction.probings(operation.id), transaction.armings(operation.id)]),
    );
    const words = { person: 'Alma Admin', reason: 'the exercise' };
    if (probings.length === 0) await startProbing(world, this.key('Alma Admin'), this.name, words);
    const until = Math.max(0, ...armings.map((each) => Date.parse(each.until)));
    if (until < now + DAY_MS) {
      const longest = Math.min(now + 13 * DAY_MS, this.scenario.ends + DAY_MS);
      if (longest > until) await arm(world, this.key('Alma Admin'), this.name, { ...words, until: longest });
    }
  }

  /** The order that counsel has moved for at the beginning, once the court has granted it. Returns whether it is new. */
  private async takeOrder(): Promise<boolean> {
    const { court, begins, name: scenario } = this.scenario;
    const { world } = this.parts.desktop();
    if (court === null) return false;
    const grantedAt = begins + this.parts.chance.fork('the court').wait(court.grantHours) * HOUR_MS;
    if (this.order !== null || grantedAt > this.parts.now()) return false;
    this.order = await this.orderOnFile();
    if (this.order !== null) return false;
    const order = {
      kind: 'standing-order',
      court: court.name,
      docket: 'EX-1',
      jurisdictions: [court.country],
      issued: isoInstant(Math.floor(grantedAt / 1000) * 1000),
      expires: isoInstant(Math.floor((grantedAt + court.validDays * DAY_MS) / 1000) * 1000),
      standing: true,
    };
    const bytes = Buffer.from(`An order of the exercise ${scenario}, by ${court.name}. It binds nobody.\n`);
    const speaker = { person: 'Cleo Counsel', reason: 'granted on our motion' };
    await addAuthority(world, this.key('Cleo Counsel'), this.name, order, { name: 'order.txt', bytes }, speaker);
    this.order = await this.orderOnFile();
    this.parts.tell(`${court.name} granted the order`);
    return true;
  }

  private async orderOnFile(): Promise<string | null> {
    const [order] = await listAuthorities(this.parts.desktop().world, this.name);
    return order?.reference ?? null;
  }

  /** Whom the clock wants telephoned about is telephoned, each once for each time that it is due. */
  private async telephone(): Promise<void> {
    const { world, sources, setupFor } = this.parts.desktop();
    const { steps } = await due(world, sources, this.name);
    for (const { kind, reference, provider, dueAt, servers, ordinal } of steps) {
      const call = `${reference} ${ordinal}`;
      if (kind !== 'telephone' || reference === null || dueAt > this.parts.now() || this.called.has(call)) continue;
      this.called.add(call);
      const wait = this.chanceFor('call', provider ?? '').wait(this.scenario.team.byHandMinutes) * MINUTE_MS;
      this.soon(wait, `the team telephones about ${reference}`, async () => {
        const operation = await this.operation();
        await this.careful(`the call about ${reference}`, async () => {
          const by = await speakerKey(world, 'Anders Analyst');
          const said = { channel: 'phone' as const, ticket: null, note: 'asked again for what still answers', by };
          await doneByHand(world, setupFor(operation), reference, said);
          const notice = await this.readNoticeOf(reference);
          const hosts = servers.map(({ host }) => host);
          if (notice !== null) this.parts.desks.takeCall(notice, hosts);
        });
      });
    }
  }

  /** Counsel hands a copy of the order to every provider whose notice rests on it. */
  private async serveOrder(): Promise<void> {
    const { order } = this;
    if (order === null) return;
    const { world } = this.parts.desktop();
    const views = [...(await this.noticeViews()).values()];
    const wanted = views.filter(({ state, method }) => state === 'drafted' && method === 'court-order');
    for (const provider of new Set(wanted.map((view) => view.provider))) {
      if (this.served.has(provider)) continue;
      this.served.add(provider);
      const wait = this.parts.chance.fork(`serve ${provider}`).wait(this.scenario.team.byHandMinutes) * MINUTE_MS;
      this.soon(wait, `counsel serves the order on ${provider}`, async () => {
        const words = { person: 'Cleo Counsel', reason: 'as the order says', method: 'mail', proof: 'their receipt' };
        const isDone = await this.careful(`the order for ${provider}`, async () => {
          const served = { ...words, provider, servedAt: this.parts.now() };
          await serveAuthority(world, this.key('Cleo Counsel'), this.name, order, served);
        });
        if (isDone) this.planRun();
        else this.served.delete(provider);
      });
    }
  }

  private async openRound(): Promise<void> {
    const { world } = this.parts.desktop();
    const { round } = await openDeconfliction(world, this.name, 'Anders Analyst');
    if (round === null) return;
    const number = String(round.number);
    for (const party of this.scenario.parties) await this.askParty(number, party, false);
  }

  private async askParty(round: string, party: ScenarioParty, isAsked: boolean): Promise<void> {
    const { world } = this.parts.desktop();
    if (!isAsked) {
      await askForDeconfliction(world, this.name, {
        round,
        party: party.name,
        partyKind: party.kind,
        channel: 'telephone',
        at: null,
        as: 'Anders Analyst',
      });
    }
    const wait = this.parts.chance.fork(`${party.name} round ${round}`).wait(party.answerMinutes) * MINUTE_MS;
    this.soon(wait, `${party.name} answers`, () => this.takeAnswer(round, party.name));
  }

  private async takeAnswer(round: string, party: string): Promise<void> {
    const { world } = this.parts.desktop();
    const words = { round, party, at: null, as: 'Anders Analyst', reason: 'said on the telephone' };
    const theirs = this.parts.handsOff.get(party) ?? [];
    const known = theirs.length === 0 || (this.asked.get(party) ?? 0) > 0 ? [] : await this.hostsAmong(theirs);
    await this.careful(`${party} answered`, async () => {
      if (known.length > 0) {
        const until = this.scenario.ends + 7 * DAY_MS;
        await answerHandsOff(world, this.key('Anders Analyst'), this.name, words, { servers: known, until });
        this.parts.tell(`${party}: hands off ${known.length} servers`);
      } else {
        await answerDeconfliction(world, this.key('Anders Analyst'), this.name, { ...words, answer: 'clear' }, 24);
      }
    });
    this.asked.set(party, (this.asked.get(party) ?? 0) + 1);
    const [status] = await deconflictionStatus(world, this.name, round);
    if (status?.standing.isComplete === true) this.planRun();
  }

  /** Those of these machines that the operation tracks, by host. */
  private async hostsAmong(machines: readonly Machine[]): Promise<readonly string[]> {
    const { world } = this.parts.desktop();
    const operation = await this.operation();
    const hosts = new Set<string>();
    await world.store.read(async (transaction) => {
      for await (const page of transaction.servers(operation.id)) for (const { host } of page) hosts.add(host);
    });
    return machines.map(({ name, address }) => name ?? address).filter((host) => hosts.has(host));
  }

  /** Puts what may be approved before people, each of whom takes his time. */
  private async spreadReviews(): Promise<void> {
    const { world } = this.parts.desktop();
    const ready = await waiting(world, this.name);
    const views = await this.noticeViews(ready.map(({ reference }) => reference));
    const complete = ready.filter(({ reference }) => views.get(reference)?.missing.length === 0);
    if (this.strike === 'to-plan' && complete.length > 0) {
      const aim = this.scenario.begins + this.scenario.aimMinutes * MINUTE_MS;
      const isLate = this.parts.now() > aim - LATEST_PLAN_MS;
      // Who still misses something has a quarter of an hour; what is not ready by then rolls.
      if (isLate || complete.length === ready.filter(({ state }) => state === 'drafted').length)
        await this.planStrike();
      else this.plan('the team sees whether the first wave is ready', 10 * MINUTE_MS, () => this.spreadReviews());
      return;
    }
    if (this.strike === 'planned') return;
    for (const { reference, hash, approvals, state, given } of ready) {
      if (state !== 'drafted' || this.underReview.has(hash) || (views.get(reference)?.missing.length ?? 1) > 0)
        continue;
      this.underReview.add(hash);
      const chance = this.chanceFor('approve', views.get(reference)?.provider ?? '');
      const approvers = ['Erika Approver', 'Farid Approver', 'Cleo Counsel'].slice(0, Math.max(1, approvals));
      let wait = 0;
      for (const person of approvers.slice(given.length)) {
        wait += chance.wait(this.scenario.team.approveMinutes) * MINUTE_MS;
        this.soon(wait, `${person} reviews ${reference}`, () => this.approve(reference, hash, person));
      }
    }
  }

  /** The first wave is one strike: planned, and held by counsel and an approver before anybody approves a notice of it. */
  private async planStrike(): Promise<void> {
    const { world, sources } = this.parts.desktop();
    const { scenario } = this;
    // By the clock that the product has, which may be wrong.
    const now = world.clock.now();
    const aim = Math.max(scenario.begins + scenario.aimMinutes * MINUTE_MS, now + 30 * MINUTE_MS);
    const asked = { strategy: this.parts.strategy, aim, seed: 1, as: 'Anders Analyst' };
    const planned: Awaited<ReturnType<typeof planStrike>>[] = [];
    await this.careful('the plan of the first wave', async () => {
      planned.push(await planStrike(world, sources, this.name, asked));
    });
    const [first] = planned;
    if (first === undefined) {
      this.strike = 'none';
      this.parts.tell('the first wave cannot be planned: its notices roll');
      await this.spreadReviews();
      return;
    }
    const { number, plan } = first;
    this.strike = 'planned';
    this.parts.tell(`the first wave is planned: ${this.parts.strategy}, ${plan.items.length} notices`);
    const chance = this.parts.chance.fork('strike');
    const holders = ['Cleo Counsel', 'Erika Approver'];
    let held = 0;
    let wait = 0;
    for (const person of holders) {
      wait += chance.wait(scenario.team.approveMinutes) * MINUTE_MS;
      this.soon(wait, `${person} holds the strike`, async () => {
        const words = { strike: String(number), person, reason: 'one service hour for all', until: null };
        const isSaid = await this.careful(`${person} holds the strike`, async () => {
          await approveHold(world, this.key(person), this.name, words);
        });
        if (isSaid) held += 1;
      });
    }
    this.soon(wait, 'the strike is held', async () => {
      if (held < holders.length) {
        // One approval holds nothing: whoever waited on would never write to anybody.
        this.strike = 'none';
        this.parts.tell('the first wave is not held: its notices roll');
        await this.spreadReviews();
        return;
      }
      this.strike = 'held';
      for (const at of new Set(plan.items.map(({ notifyAt }) => notifyAt))) {
        if (at > this.parts.now())
          this.soon(at - this.parts.now(), 'a moment of the strike has come', () => this.send());
      }
      await this.briefDesks(String(number));
      await this.spreadReviews();
    });
  }

  /** Trusted desks are told ahead of it, once counsel and an approver have read what they are told. */
  private async briefDesks(strike: string): Promise<void> {
    const { world, sources } = this.parts.desktop();
    const chance = this.parts.chance.fork('briefings');
    let moments: readonly Instant[] = [];
    await this.careful('the briefings', async () => {
      const written = await writeStrikeBriefings(world, sources.notices, this.name, { strike, as: 'Anders Analyst' });
      moments = written.briefings.map(({ leaveBefore }) => leaveBefore);
    });
    const people = ['Cleo Counsel', 'Erika Approver'];
    const waits = people.map(() => chance.wait(this.scenario.team.approveMinutes) * MINUTE_MS);
    // Whoever would read it when the notice may leave already need not be told.
    const desks = moments.filter((at) => at > this.parts.now() + waits.reduce((sum, wait) => sum + wait, 0)).length;
    if (desks === 0) return;
    let wait = 0;
    for (const [index, person] of people.entries()) {
      wait += waits[index] ?? 0;
      this.soon(wait, `${person} approves the briefings`, async () => {
        const words = { strike, person, reason: 'somebody has to be at the desk' };
        await this.careful(`${person} approves the briefings`, async () => {
          await approveBriefings(this.parts.desktop().world, this.key(person), this.name, words);
        });
      });
    }
    this.soon(wait, 'desks are told ahead', () => {
      this.parts.tell(`${desks} desks are briefed ahead of the strike`);
      this.planSend();
    });
  }

  private async operation(): Promise<Operation> {
    this.known ??= await findOperation(this.parts.desktop().world, this.name);
    return this.known;
  }

  /** All, or those of these references. */
  private async noticeViews(references?: readonly string[]): Promise<ReadonlyMap<string, NoticeView>> {
    if (references?.length === 0) return new Map();
    const { world } = this.parts.desktop();
    const operation = await this.operation();
    const notices = await world.store.read((transaction) => transaction.notices(operation.id, references));
    return new Map(notices.map((notice) => [notice.reference, notice]));
  }

  /** A notice as whoever it went to can read it. */
  private async readNoticeOf(reference: string): Promise<ReadNotice | null> {
    const { world } = this.parts.desktop();
    const view = (await this.noticeViews([reference])).get(reference);
    if (view === undefined) return null;
    const message = await world.store.read(async (transaction) => {
      const notice = await transaction.noticeToSend(view.noticeId);
      return notice === null ? null : transaction.noticeMessage(notice.messageSha256);
    });
    return message === null ? null : readNotice(message);
  }

  private async approve(reference: string, hash: string, person: string): Promise<void> {
    const { world, sources } = this.parts.desktop();
    const shown = await review(world, sources, reference, this.name);
    // What changed meanwhile is put before them anew by the next run.
    if (shown.notice.hash !== hash) return;
    const isSaid = await this.careful(`${person} approves ${reference}`, () =>
      signApproval(world, this.key(person), sources, shown, { person, hours: null }),
    );
    if (isSaid) this.planSend();
  }

  private planSend(): void {
    if (this.isSendPlanned) return;
    this.isSendPlanned = true;
    this.soon(0, 'the team sends', async () => {
      this.isSendPlanned = false;
      await this.send();
    });
  }

  private async send(): Promise<void> {
    const { world, sources, setupFor } = this.parts.desktop();
    const operation = await this.operation();
    const { sent, nextAt } = await sendDue(world, setupFor(operation), sources, false);
    if (sent > 0) this.lastSentAt = this.parts.now();
    if (nextAt !== null && nextAt < this.parts.now() + HOUR_MS)
      this.soon(Math.max(MINUTE_MS, nextAt - this.parts.now()), 'what waits is sent', () => this.send());
    await this.takeToHand(operation);
  }

  /** What goes by a form waits for somebody who fills it in. */
  private async takeToHand(operation: Operation): Promise<void> {
    const { world } = this.parts.desktop();
    for (const { dispatchId, state, reference, provider } of await listOutgoing(world, operation)) {
      if (state !== 'waiting' || this.atHand.has(dispatchId)) continue;
      this.atHand.add(dispatchId);
      const wait = this.chanceFor('by hand', provider).wait(this.scenario.team.byHandMinutes) * MINUTE_MS;
      this.soon(wait, `the team fills in a form for ${reference}`, () => this.fillIn(operation, reference, dispatchId));
    }
  }

  private async fillIn(operation: Operation, reference: string, dispatchId: string): Promise<void> {
    const { world, setupFor } = this.parts.desktop();
    const setup = setupFor(operation);
    await this.careful(`the form for ${reference}`, async () => {
      const { dispatch } = await textForForm(world, setup, reference);
      if (dispatch.channel !== 'form') {
        // Asked to telephone or to hand something over: noted, and done.
        const by = await speakerKey(world, 'Anders Analyst');
        const channel = dispatch.channel === 'mail' ? 'phone' : dispatch.channel;
        await doneByHand(world, setup, reference, { channel, ticket: null, note: 'done by hand', by });
        return;
      }
      const read = await this.readNoticeOf(reference);
      const [host = ''] = read?.hosts ?? [];
      const provider = this.parts.internet.at(host)?.provider ?? null;
      const ticket = provider === null || read === null ? null : this.parts.desks.takeForm(provider, read);
      const by = await speakerKey(world, 'Anders Analyst');
      await doneByHand(world, setup, reference, { channel: 'form', ticket, note: 'through the form', by });
      this.lastSentAt = this.parts.now();
    }).then((isDone) => {
      if (!isDone) this.atHand.delete(dispatchId);
    });
  }

  private async readPost(): Promise<void> {
    const { world, mail } = this.parts.desktop();
    for (let letter = this.post[0]; letter !== undefined; letter = this.post[0]) {
      const { bytes, from } = letter;
      await takeMail(world, mail, { bytes, source: `the exercise: from ${from}` });
      this.post.shift();
    }
  }

  private lookRegularly(): void {
    const { lookEveryMinutes } = this.scenario.team;
    const sinceMinutes = (this.parts.now() - this.lastSentAt) / MINUTE_MS;
    // While somebody has just been written to, the watch wants a look every minute.
    const wait = sinceMinutes <= this.scenario.watch.minutelyMinutes + 1 ? 1 : lookEveryMinutes;
    this.soon(wait * MINUTE_MS, 'the team looks', async () => {
      await this.look();
      this.lookRegularly();
    });
  }

  private async look(): Promise<void> {
    const { world, watch: sources } = this.parts.desktop();
    // Before the first run nobody has let anything be looked at.
    this.isLooking ||= await world.store.read(async (transaction) => (await transaction.probings(null)).length > 0);
    if (!this.isLooking) return;
    await this.careful('looking', async () => {
      await watch(world, sources, this.name, { once: true, tell: () => undefined });
    });
  }

  private async mindTheClock(): Promise<void> {
    const { world } = this.parts.desktop();
    const operations = await world.store.read((transaction) => transaction.operations());
    if (operations.length === 0) return;
    await this.letOut();
    await this.send();
    // Evidence and looks grow old by time alone, and what was refused may be possible by now.
    const isOrderNew = await this.takeOrder();
    if (this.parts.now() - this.telephonedAt >= RUN_AGAIN_MS) {
      this.telephonedAt = this.parts.now();
      await this.telephone();
    }
    if (isOrderNew || this.parts.now() - this.lastRunAt >= RUN_AGAIN_MS) this.planRun();
    else await this.spreadReviews();
  }

  /** As `soon`, and nothing where it is planned already. */
  private plan(what: string, wait: number, happen: () => Promise<void>): void {
    if (this.planned.has(what)) return;
    this.planned.add(what);
    this.soon(wait, what, async () => {
      this.planned.delete(what);
      await happen();
    });
  }

  private soon(wait: number, what: string, happen: () => Promise<void> | void): void {
    const { lives } = this;
    // What a process had planned goes with it.
    this.parts.agenda.add(this.parts.now() + wait, what, () => (lives === this.lives ? happen() : undefined));
  }

  private every(period: number, what: string, happen: () => Promise<void>): void {
    this.soon(period, what, async () => {
      await happen();
      this.every(period, what, happen);
    });
  }

  /** What is refused is noted; the work goes on. Returns whether it was done. */
  private async careful(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (cause) {
      if (!(cause instanceof ProblemError) || cause.problem.code === 'interrupted' || cause.problem.code === 'database')
        throw cause;
      this.troubles.push(`${what}: ${cause.problem.message}`);
      return false;
    }
  }

  /** By the provider and how often it was its turn: ids and texts of the product change with what has nothing to do with it. */
  private chanceFor(what: string, provider: string): Chance {
    const name = `${what} ${provider}`;
    const turn = (this.turns.get(name) ?? 0) + 1;
    this.turns.set(name, turn);
    return this.parts.chance.fork(`${name} ${turn}`);
  }

  private key(person: string): ReturnType<typeof seededKey>['signing'] {
    const key = this.keys.get(person);
    if (key === undefined) throw new Error(`${person} has no key`);
    return key.signing;
  }
}
