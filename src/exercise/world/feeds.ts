import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Agenda } from '../agenda.ts';
import type { Chance } from '../chance.ts';
import type { Scenario, ScenarioFeed } from '../../domain/scenario.ts';
import type { Internet, Machine } from './internet.ts';
import { isUp } from './internet.ts';
import type { PushedConfiguration } from './operators.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What a feed gave out. */
export interface Edition {
  readonly feed: ScenarioFeed;
  readonly at: Instant;
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

/** Something false or beside the point that a feed names. */
export interface Planted {
  readonly host: string;
  readonly port: number;
  readonly kind: ScenarioFeed['decoys'][number]['kind'];
  readonly feed: string;
  readonly seen: Instant;
}

interface Row {
  readonly host: string;
  readonly port: number;
  readonly seen: Instant;
  readonly kind: string;
}

/** Feeds: each hears of servers after a while of its own, errs, repeats others, and publishes at its own hours. */
export class Feeds {
  readonly planted: Planted[] = [];
  private readonly scenario: Scenario;
  private readonly internet: Internet;
  private readonly agenda: Agenda;
  private readonly chance: Chance;
  private readonly now: () => Instant;
  private readonly published: (edition: Edition) => void;
  private readonly pending = new Map<string, Row[]>();
  private readonly pendingLists = new Map<string, PushedConfiguration[]>();
  private readonly known = new Map<string, Map<Machine, Instant>>();
  private readonly refreshedAt = new Map<string, Instant>();
  private readonly editions = new Map<string, number>();

  constructor(
    scenario: Scenario,
    internet: Internet,
    agenda: Agenda,
    chance: Chance,
    now: () => Instant,
    published: (edition: Edition) => void,
  ) {
    this.now = now;
    this.scenario = scenario;
    this.internet = internet;
    this.agenda = agenda;
    this.chance = chance.fork('feeds');
    this.published = published;
    for (const { name } of scenario.feeds) {
      this.pending.set(name, []);
      this.pendingLists.set(name, []);
      this.known.set(name, new Map());
    }
  }

  begin(): void {
    const { begins, feeds } = this.scenario;
    for (const feed of feeds) {
      this.plant(feed);
      for (const machine of this.internet.controllers()) this.mayHear(feed, machine, feed.seesAtStart, begins);
      this.agenda.add(begins, `${feed.name} publishes`, () => this.publish(feed));
    }
  }

  /** A server came up after the beginning. */
  appeared(machine: Machine): void {
    for (const feed of this.scenario.feeds) {
      const lag = this.chance.fork(`${feed.name} ${machine.id}`).wait(feed.lagMinutes) * MINUTE_MS;
      this.agenda.add(machine.upAt + lag, `${feed.name} hears of ${machine.id}`, () =>
        this.mayHear(feed, machine, feed.sees, machine.upAt + lag),
      );
    }
  }

  /** The operators pushed a list; whoever runs samples reads it after a while. */
  pushed(list: PushedConfiguration): void {
    for (const feed of this.scenario.feeds) {
      if (feed.learnsFrom !== 'configurations') continue;
      const chance = this.chance.fork(`${feed.name} list ${list.version}`);
      const isOld = list.at < this.scenario.begins;
      if (!chance.happens(isOld ? feed.seesAtStart : feed.sees)) continue;
      const take = (): void => void this.pendingLists.get(feed.name)?.push(list);
      if (isOld) take();
      else
        this.agenda.add(
          list.at + chance.wait(feed.lagMinutes) * MINUTE_MS,
          `${feed.name} reads list ${list.version}`,
          take,
        );
    }
  }

  private mayHear(feed: ScenarioFeed, machine: Machine, likelihood: number, at: Instant): void {
    if (feed.learnsFrom !== 'sightings' || feed.mirrors !== null) return;
    if (!this.chance.fork(`${feed.name} sees ${machine.id}`).happens(likelihood)) return;
    if (!isUp(machine, at)) return;
    this.known.get(feed.name)?.set(machine, at);
    this.pending.get(feed.name)?.push(rowOf(machine, at - 10 * MINUTE_MS));
  }

  private publish(feed: ScenarioFeed): void {
    const at = this.now();
    this.agenda.add(at + feed.everyMinutes * MINUTE_MS, `${feed.name} publishes`, () => this.publish(feed));
    this.refresh(feed, at);
    const lists = this.pendingLists.get(feed.name)?.splice(0) ?? [];
    if (lists.length > 0) this.give(feed, at, 'xml', listText(lists));
    const rows = this.pending.get(feed.name)?.splice(0) ?? [];
    if (rows.length === 0) return;
    for (const mirror of this.scenario.feeds) {
      if (mirror.mirrors === feed.name) this.pending.get(mirror.name)?.push(...rows);
    }
    this.give(feed, at, 'csv', this.rowsText(feed, rows, at));
  }

  /** Once a day what still lives is said again, with a newer date. */
  private refresh(feed: ScenarioFeed, at: Instant): void {
    const before = this.refreshedAt.get(feed.name) ?? this.scenario.begins;
    if (at - before < DAY_MS) return;
    this.refreshedAt.set(feed.name, at);
    for (const machine of this.known.get(feed.name)?.keys() ?? []) {
      if (isUp(machine, at)) this.pending.get(feed.name)?.push(rowOf(machine, at - 30 * MINUTE_MS));
    }
  }

  private give(feed: ScenarioFeed, at: Instant, ending: string, text: string): void {
    const number = (this.editions.get(feed.name) ?? 0) + 1;
    this.editions.set(feed.name, number);
    this.published({ feed, at, number, name: `${feed.name}-${number}.${ending}`, text });
  }

  private rowsText(feed: ScenarioFeed, rows: readonly Row[], at: Instant): string {
    const chance = this.chance.fork(`${feed.name} edition ${at}`);
    const tellsKind = feed.tellsKind;
    const lines = rows.map(({ host, port, seen, kind }) => {
      if (chance.happens(feed.broken)) return `${host.replace('.', ',')},,${isoInstant(seen)}`;
      const fields = [host, String(port), isoInstant(seen), feed.evidence, this.scenario.malware];
      return [...fields, ...(tellsKind ? [kind] : [])].join(',');
    });
    const head = ['host', 'port', 'last_seen', 'evidence', 'malware', ...(tellsKind ? ['kind'] : [])].join(',');
    return `${head}\n${lines.join('\n')}\n`;
  }

  private plant(feed: ScenarioFeed): void {
    const chance = this.chance.fork(`${feed.name} decoys`);
    for (const { kind, count, daysOld } of feed.decoys) {
      for (let number = 0; number < count; number++) {
        const seen = this.scenario.begins - daysOld * DAY_MS - chance.below(12 * 60) * MINUTE_MS;
        const planted = this.plantOne(kind, number, chance);
        if (planted === null) continue;
        this.planted.push({ ...planted, kind, feed: feed.name, seen });
        this.pending.get(feed.name)?.push({ ...planted, seen, kind: '' });
      }
    }
  }

  private plantOne(
    kind: Planted['kind'],
    number: number,
    chance: Chance,
  ): { readonly host: string; readonly port: number } | null {
    const { port } = this.scenario;
    const provider = chance.pick(this.internet.providers);
    const others = this.internet.machines.filter(({ isC2 }) => !isC2);
    switch (kind) {
      case 'protected-name':
        return { host: `server-${number}.protected.example`, port };
      case 'innocent-web-server': {
        const machine = others.length === 0 ? null : (others[number % others.length] ?? null);
        return machine === null ? null : { host: machine.address, port: machine.port };
      }
      case 're-let': {
        const address = this.internet.freeAddress(provider);
        this.internet.place({
          id: `new-tenant-${this.planted.length}`,
          address,
          port,
          name: null,
          provider,
          kind: 'unknown',
          isC2: false,
          wave: 'none',
          upAt: this.scenario.begins - 20 * DAY_MS,
        });
        return { host: address, port };
      }
      case 'single-source':
      case 'dead':
      default:
        return { host: this.internet.freeAddress(provider), port };
    }
  }
}

function rowOf(machine: Machine, seen: Instant): Row {
  return { host: machine.name ?? machine.address, port: machine.port, seen, kind: machine.kind };
}

function listText(lists: readonly PushedConfiguration[]): string {
  const items = lists.map(
    ({ version, tag, at, machines }) =>
      `<mcconf><ver>${version}</ver><gtag>${tag}</gtag><date>${isoInstant(at)}</date><servs>\n${machines
        .map((machine) => `<srv>${machine.name ?? machine.address}:${machine.port}</srv>`)
        .join('\n')}\n</servs></mcconf>`,
  );
  return `<configurations>\n${items.join('\n')}\n</configurations>\n`;
}
