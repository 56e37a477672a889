import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Agenda } from '../agenda.ts';
import type { Chance } from '../chance.ts';
import type { Decoy, DecoyKind, Scenario, ScenarioFeed } from '../../domain/scenario.ts';
import type { Internet, Machine } from './internet.ts';
import { isUp } from './internet.ts';
import type { PushedConfiguration } from './operators.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 86_400_000;

/** What a feed gave out. */
export interface Edition {
  readonly feed: ScenarioFeed;
  readonly at: Instant;
  readonly number: number;
  readonly name: string;
  readonly text: string;
  /** What it names. */
  readonly hosts: readonly string[];
}

/** Something false or beside the point that a feed names. */
export interface Planted {
  readonly host: string;
  readonly port: number;
  readonly kind: DecoyKind;
  /** Everybody who names it, the first one first; mirrors apart. */
  readonly feeds: readonly string[];
  readonly seen: Instant;
}

interface Row {
  readonly host: string;
  readonly port: number;
  readonly seen: Instant;
  readonly kind: string;
  /** The name by which its address is known; "": none is told. */
  readonly name: string;
  readonly reference: string | null;
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
    // All of it before the first edition: a feed may name what another one has made up.
    for (const feed of feeds) this.plant(feed);
    for (const feed of feeds) {
      for (const machine of this.internet.controllers()) this.mayHear(feed, machine, feed.seesAtStart, begins);
      this.agenda.add(begins, `${feed.name} publishes`, () => this.publish(feed));
    }
  }

  /** A server came up after the beginning. */
  appeared(machine: Machine): void {
    for (const feed of this.scenario.feeds) {
      const lag = this.chance.fork(`${feed.name} ${machine.id}`).wait(feed.lagMinutes) * MINUTE_MS;
      this.agenda.add(machine.upAt + lag, `${feed.name} hears of ${machine.id}`, () =>
        this.mayHear(feed, machine, feed.sees, this.now()),
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
    this.pending.get(feed.name)?.push(rowOf(feed, machine, at - 10 * MINUTE_MS));
  }

  private publish(feed: ScenarioFeed): void {
    const at = this.now();
    this.agenda.add(at + feed.everyMinutes * MINUTE_MS, `${feed.name} publishes`, () => this.publish(feed));
    this.refresh(feed, at);
    const lists = this.pendingLists.get(feed.name)?.splice(0) ?? [];
    if (lists.length > 0) {
      const hosts = lists.flatMap(({ machines }) => machines.map(({ name, address }) => name ?? address));
      this.give(feed, at, 'xml', listText(lists), hosts);
    }
    const rows = this.pending.get(feed.name)?.splice(0) ?? [];
    if (rows.length === 0) return;
    for (const mirror of this.scenario.feeds) if (mirror.mirrors === feed.name) this.repeat(mirror, feed, rows, at);
    this.give(
      feed,
      at,
      'csv',
      this.rowsText(feed, rows, at),
      rows.map(({ host }) => host),
    );
  }

  /** A mirror has what it repeats of an edition after a while, for an edition of its own. */
  private repeat(mirror: ScenarioFeed, { name }: ScenarioFeed, rows: readonly Row[], at: Instant): void {
    const chance = this.chance.fork(`${mirror.name} repeats ${name} at ${at}`);
    const likelihood = at === this.scenario.begins ? mirror.seesAtStart : mirror.sees;
    const taken = rows.filter(() => chance.happens(likelihood));
    const lag = chance.wait(mirror.lagMinutes) * MINUTE_MS;
    const take = (): void => void this.pending.get(mirror.name)?.push(...taken);
    // Without a lag it stands in the edition of the very same moment.
    if (lag === 0) take();
    else this.agenda.add(at + lag, `${mirror.name} reads ${name}`, take);
  }

  /** Once a day what still lives is said again, with a newer date. */
  private refresh(feed: ScenarioFeed, at: Instant): void {
    const before = this.refreshedAt.get(feed.name) ?? this.scenario.begins;
    if (at - before < DAY_MS) return;
    this.refreshedAt.set(feed.name, at);
    for (const machine of this.known.get(feed.name)?.keys() ?? []) {
      if (isUp(machine, at)) this.pending.get(feed.name)?.push(rowOf(feed, machine, at - 30 * MINUTE_MS));
    }
  }

  private give(feed: ScenarioFeed, at: Instant, ending: string, text: string, hosts: readonly string[]): void {
    const number = (this.editions.get(feed.name) ?? 0) + 1;
    this.editions.set(feed.name, number);
    this.published({ feed, at, number, name: `${feed.name}-${number}.${ending}`, text, hosts });
  }

  private rowsText(feed: ScenarioFeed, rows: readonly Row[], at: Instant): string {
    const chance = this.chance.fork(`${feed.name} edition ${at}`);
    const tellsKind = feed.tellsKind;
    // Columns that a feed has no word for are not in it.
    const tellsName = rows.some(({ name }) => name !== '');
    const cites = rows.some(({ reference }) => reference !== null);
    const lines = rows.map(({ host, port, seen, kind, name, reference }) => {
      if (chance.happens(feed.broken)) return `${host.replace('.', ',')},,${isoInstant(seen)}`;
      const fields = [host, String(port), isoInstant(seen), feed.evidence, this.scenario.malware];
      if (tellsKind) fields.push(kind);
      if (tellsName) fields.push(name);
      if (cites) fields.push(reference ?? '');
      return fields.join(',');
    });
    const head = ['host', 'port', 'last_seen', 'evidence', 'malware'];
    if (tellsKind) head.push('kind');
    if (tellsName) head.push('also_named');
    if (cites) head.push('reference');
    return `${head.join(',')}\n${lines.join('\n')}\n`;
  }

  private plant(feed: ScenarioFeed): void {
    const chance = this.chance.fork(`${feed.name} decoys`);
    const { begins, feeds } = this.scenario;
    for (const decoy of feed.decoys) {
      for (let number = 0; number < decoy.count; number++) {
        const seen = begins - decoy.daysOld * DAY_MS - chance.below(12 * 60) * MINUTE_MS;
        const place = this.plantOne(decoy, number, chance);
        this.planted.push({ ...place, kind: decoy.kind, feeds: [feed.name, ...decoy.alsoIn], seen });
        this.name(feed, place, seen);
        const said = decoy.alsoDaysOld === null ? seen : begins - decoy.alsoDaysOld * DAY_MS - HOUR_MS;
        for (const other of feeds) if (decoy.alsoIn.includes(other.name)) this.name(other, place, said);
      }
    }
  }

  private name(feed: ScenarioFeed, place: Place, seen: Instant): void {
    this.pending.get(feed.name)?.push({ ...place, seen, kind: '', name: '', reference: feed.reference });
  }

  private plantOne({ kind, daysOld }: Decoy, number: number, chance: Chance): Place {
    const { scenario, internet } = this;
    const { begins } = scenario;
    const port = kind === 'innocent-web-server' ? 443 : scenario.port;
    const provider = chance.pick(internet.providers.filter((each) => internet.hasRoom(each)));
    const somebodys = (since: Instant, name: string | null = null): Place => {
      const id = `${kind}-${this.planted.length}`;
      const placed = { id, port, name, provider, kind: 'unknown', isC2: false, wave: 'none', upAt: since } as const;
      const { address } = internet.place(placed);
      return { host: name ?? address, port };
    };
    const ofShared = (isIt: (machine: Machine) => boolean): Place => {
      const machine = internet.shared.filter((each) => isIt(each))[number];
      if (machine === undefined) throw new Error(`there is no ${kind} number ${number + 1}`);
      return { host: machine.name ?? machine.address, port: machine.port };
    };
    if (kind === 'shared-domain') return ofShared(({ name }) => name !== null);
    if (kind === 'shared-address') return ofShared(({ name }) => name === null);
    if (kind === 'dead') return { host: internet.freeAddress(provider), port };
    // The new tenant came after the last day on which it served the botnet.
    if (kind === 're-let') return somebodys(begins - Math.min(20, daysOld / 2) * DAY_MS);
    const name = kind === 'protected-name' ? `server-${this.planted.length}.protected.example` : null;
    return somebodys(begins - 300 * DAY_MS, name);
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function rowOf({ says, reference }: ScenarioFeed, machine: Machine, seen: Instant): Row {
  const { name, address, port, kind } = machine;
  const row = { port, seen, kind, name: '', reference };
  if (name === null || says === 'name') return { ...row, host: name ?? address };
  return { ...row, host: address, name: says === 'both' ? name : '' };
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
