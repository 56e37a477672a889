import type { Instant } from '../../domain/instant.ts';
import type { Agenda } from '../agenda.ts';
import type { Chance } from '../chance.ts';
import type { Scenario } from '../../domain/scenario.ts';
import type { Tell } from './desks.ts';
import { isUp } from './internet.ts';
import type { Internet, Machine } from './internet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** One list of controllers, as it was pushed to the bots. */
export interface PushedConfiguration {
  readonly version: number;
  readonly tag: string;
  readonly at: Instant;
  readonly machines: readonly Machine[];
}

export interface OperatorHooks {
  readonly now: () => Instant;
  readonly tell: Tell;
  readonly pushed: (pushed: PushedConfiguration) => void;
  /** A server that comes up at its moment. */
  readonly rented: (machine: Machine) => void;
}

const TAGS = ['rob', 'mor', 'chil', 'ono', 'tot', 'lib'];

/**
 * The operators. They notice that servers are lost, rent others, and push new lists to whatever bots still reach a live server;
 * without one they have lost the botnet. Devices, which cost them nothing, are what they give up last.
 */
export class Operators {
  readonly pushed: PushedConfiguration[] = [];
  private readonly scenario: Scenario;
  private readonly internet: Internet;
  private readonly agenda: Agenda;
  private readonly chance: Chance;
  private readonly hooks: OperatorHooks;
  private alarmedAt: Instant | null = null;
  private isAlarmed = false;
  /** No server of theirs was left at some moment: they reach no bot any more, whatever comes up later. */
  private isOver = false;
  private version = 1_000_512;
  private rented = 0;
  private rentals = 0;

  constructor(scenario: Scenario, internet: Internet, agenda: Agenda, chance: Chance, hooks: OperatorHooks) {
    this.scenario = scenario;
    this.internet = internet;
    this.agenda = agenda;
    this.chance = chance.fork('operators');
    this.hooks = hooks;
  }

  /** What stands at the beginning, and the lists that name it. */
  begin(): void {
    const { begins } = this.scenario;
    for (const tag of TAGS) {
      const at = begins - this.chance.fork(`list of ${tag}`).below(4 * 24) * HOUR_MS - HOUR_MS;
      this.record(tag, at, this.choiceAt(at, this.listChance()));
    }
    // No server of the beginning that no list names.
    const named = new Set(this.pushed.flatMap(({ machines }) => machines));
    const missing = this.internet.controllers().filter((machine) => !named.has(machine));
    for (let at = 0; at < missing.length; at += this.scenario.operators.configurationServers) {
      this.record(
        this.chance.pick(TAGS),
        begins - 6 * HOUR_MS,
        missing.slice(at, at + this.scenario.operators.configurationServers),
      );
    }
    this.pushRegularly();
  }

  /** A server of theirs has gone: sooner or later they see it. With the last one they have lost the botnet. */
  lost(at: Instant): void {
    this.alarm(at);
    if (this.isOver || this.internet.aliveAt(at).length > 0) return;
    this.isOver = true;
    this.hooks.tell('no server was left: the operators reach no bot any more');
  }

  private alarm(at: Instant): void {
    const { noticeMinutes } = this.scenario.operators;
    if (noticeMinutes === null || this.isAlarmed) return;
    this.isAlarmed = true;
    const noticed = at + this.chance.fork('alarm').wait(noticeMinutes) * MINUTE_MS;
    this.agenda.add(noticed, 'the operators notice', () => {
      this.alarmedAt = noticed;
      this.hooks.tell('the operators noticed that they lose servers');
      this.rentNext();
    });
  }

  /** A provider told its customer, who may be one of them. */
  warned(machine: Machine): void {
    const { movesWhenWarned } = this.scenario.operators;
    const at = this.hooks.now();
    // Whoever else is warned tells the operators nothing.
    if (!machine.isC2) return;
    this.alarm(at);
    if (machine.kind === 'iot-device' || !this.chance.fork(`warned ${machine.id}`).happens(movesWhenWarned)) return;
    this.agenda.add(at + 20 * MINUTE_MS, `the operators leave ${machine.id}`, () => {
      if (!isUp(machine, this.hooks.now())) return;
      this.internet.takeDown(machine, this.hooks.now(), 'moved');
      this.hooks.tell(`the operators left ${machine.address}: they had been warned`);
      this.rent();
    });
  }

  private rentNext(): void {
    const { replacementsPerDay, wearyDays } = this.scenario.operators;
    const now = this.hooks.now();
    if (replacementsPerDay <= 0 || this.alarmedAt === null || this.isOver) return;
    const days = (now - this.alarmedAt) / DAY_MS;
    const perDay = wearyDays === null ? replacementsPerDay : replacementsPerDay * Math.pow(3, -days / wearyDays);
    const wait = this.chance.fork(`rental ${this.rentals}`).exponential(DAY_MS / Math.max(perDay, 0.01));
    this.rentals += 1;
    this.agenda.add(now + wait, 'the operators rent a server', () => {
      this.rent();
      this.rentNext();
    });
  }

  private rent(): void {
    const { replacementsPerDay } = this.scenario.operators;
    const lessors = this.internet.providers.filter((each) => each.rented > 0 && this.internet.hasRoom(each));
    if (this.isOver || replacementsPerDay <= 0 || lessors.length === 0) return;
    const now = this.hooks.now();
    const id = `r${(this.rented += 1)}`;
    // Each has a stream of its own, so that what happens to one changes nothing for the next.
    const chance = this.chance.fork(id);
    const provider = chance.weighted(lessors, ({ rented }) => rented);
    const upAt = Math.ceil(now + chance.wait(this.scenario.operators.setUpMinutes) * MINUTE_MS);
    const machine = this.internet.place({
      id,
      port: this.scenario.port,
      name: null,
      provider,
      kind: 'dedicated',
      isC2: true,
      wave: 'replacement',
      upAt,
    });
    this.hooks.rented(machine);
    this.agenda.add(upAt, `${machine.id} comes up`, () => {
      this.hooks.tell(`a replacement came up at ${machine.address} (${provider.name}, ${provider.country})`);
      this.push(upAt);
    });
  }

  private pushRegularly(): void {
    const { configurationEveryHours } = this.scenario.operators;
    if (configurationEveryHours <= 0) return;
    this.agenda.add(this.hooks.now() + configurationEveryHours * HOUR_MS, 'the operators push a list', () => {
      this.push(this.hooks.now());
      if (!this.isOver) this.pushRegularly();
    });
  }

  /** Names what lives, to whatever bots reach one of those. */
  private push(at: Instant): void {
    if (this.isOver) return;
    const chance = this.listChance();
    const tag = chance.pick(TAGS);
    this.record(tag, at, this.choiceAt(at, chance));
  }

  private listChance(): Chance {
    return this.chance.fork(`list ${this.version + 1}`);
  }

  /** The newest replacements are in every list; of the others a choice. Devices stand in the older lists alone. */
  private choiceAt(at: Instant, chance: Chance): readonly Machine[] {
    const { begins, operators } = this.scenario;
    const alive = this.internet.aliveAt(at);
    const fresh = alive.filter(({ wave }) => wave === 'replacement');
    const rest = chance.shuffled(
      alive.filter(({ wave, kind }) => wave === 'initial' && (at < begins || kind !== 'iot-device')),
    );
    const newest = fresh.slice(-Math.ceil(operators.configurationServers / 2));
    return [...newest, ...rest].slice(0, operators.configurationServers);
  }

  private record(tag: string, at: Instant, machines: readonly Machine[]): void {
    if (machines.length === 0) return;
    const pushed = { version: (this.version += 1), tag: `${tag}${this.version % 100}`, at, machines };
    this.pushed.push(pushed);
    this.hooks.pushed(pushed);
  }
}
