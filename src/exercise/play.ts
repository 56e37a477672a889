import { createProviderBook } from '../domain/provider-book.ts';
import type { BookEntry, ProviderBook } from '../domain/provider-book.ts';
import { parsePrefix } from '../domain/address.ts';
import { CLOCK_DEFAULTS } from '../domain/clock.ts';
import { EVIDENCE_DAYS, PROBE_HOURS } from '../domain/gates.ts';
import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { MethodTable } from '../domain/method-table.ts';
import type { Operation, Sender } from '../domain/operation.ts';
import { NOT_CHECKED } from '../domain/received-mail.ts';
import type { MailAuth } from '../domain/received-mail.ts';
import type { Scenario } from '../domain/scenario.ts';
import type { Strategy } from '../domain/strike.ts';
import { QUORUM } from '../domain/verdict.ts';
import { parseWarningEntry } from '../domain/warning-list.ts';
import type { WarningList } from '../domain/warning-list.ts';
import type { MailSources, Sources } from '../flow.ts';
import type { ClockSources } from '../flow/clock.ts';
import type { SendSetup } from '../flow/sending.ts';
import type { Ids } from '../ports/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { MailComposer } from '../ports/mail-composer.ts';
import type { MailReader } from '../ports/mailbox.ts';
import type { Progress } from '../ports/progress.ts';
import type { MailTransport } from '../ports/mail-transport.ts';
import type { Prober } from '../ports/prober.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { Agenda } from './agenda.ts';
import { Chance } from './chance.ts';
import {
  simulatedJobs,
  simulatedLocator,
  simulatedOutgoing,
  simulatedOutput,
  simulatedProber,
  simulatedRegistry,
} from './ports/simulated-ports.ts';
import { Team } from './team.ts';
import type { Desktop } from './team.ts';
import { VirtualTime } from './virtual-time.ts';
import { Desks } from './world/desks.ts';
import { Feeds } from './world/feeds.ts';
import { Internet } from './world/internet.ts';
import type { Machine, Provider } from './world/internet.ts';
import { Operators } from './world/operators.ts';

const DAY_MS = 86_400_000;

/**
 * What of the product an exercise is played with, the same as in a real operation; built by app.ts. Of a user's settings it is the
 * method table alone: clock, gates, languages and whatever else decides stand below, so that a seed comes out the same everywhere.
 */
export interface ExerciseParts {
  readonly methodTable: MethodTable;
  readonly notices: Pick<Sources['notices'], 'drafting' | 'renderer'>;
  readonly composer: MailComposer;
  readonly reader: MailReader;
  readonly wording: MailSources['wording'];
  /** A store over a database of the exercise's own. */
  readonly openStore: (random: Random) => Store;
  readonly createIds: (clock: Clock, random: Random) => Ids;
  readonly organisationId: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Who speaks in an exercise. */
export const EXERCISE_SENDER: Sender = {
  organisation: 'Exercise CERT',
  email: 'desk@cert.example',
  contestEmail: 'contest@cert.example',
  phone: '+1 555 0100',
  capacity: 'csirt',
};

/** Something that a watcher may be shown. */
export interface Happening {
  readonly at: Instant;
  readonly what: string;
}

/**
 * What stands between the product and its surroundings: each part may be put behind another one of the same shape, which fails as
 * the real one does (src/exercise/simulation). Without it everything works.
 */
export interface Surroundings {
  /** Called for each process: what it holds of a store dies with it. */
  readonly store: (store: Store) => Store;
  readonly clock: (clock: Clock) => Clock;
  readonly transport: (transport: MailTransport) => MailTransport;
  readonly prober: (prober: Prober) => Prober;
  /** A mail on its way to us; `arrive` may be called never, later or twice. */
  readonly mail: (bytes: Uint8Array, arrive: () => void) => void;
  /** When somebody begins again after the process that worked at an appointment ended with this; null: it is no such end. */
  readonly restartsAt: (cause: unknown) => Instant | null;
}

export interface ExerciseRequest {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly strategy: Strategy;
  readonly told: (happening: Happening) => void;
  /** Called before each appointment: shows where the exercise is, and waits where it is to be slow. */
  readonly passes: (exercise: Exercise) => Promise<void> | void;
  readonly surroundings?: Surroundings;
}

/** One exercise: a world, a team and the product between them. */
export class Exercise {
  readonly time: VirtualTime;
  readonly agenda = new Agenda();
  readonly internet: Internet;
  readonly operators: Operators;
  readonly feeds: Feeds;
  readonly desks: Desks;
  readonly team: Team;
  readonly happenings: Happening[] = [];
  readonly scenario: Scenario;
  readonly seed: number;
  readonly strategy: Strategy;
  private readonly store: Store;
  private readonly parts: ExerciseParts;
  private readonly request: ExerciseRequest;
  private readonly random: Random;
  /** What a process leaves behind when it ends: on disk, in the database. */
  private readonly output = simulatedOutput();
  private readonly jobs = simulatedJobs(() => this.time.now());
  /** What of the product the team works with now. */
  desktop: Desktop;
  private readonly handsOff = new Map<string, readonly Machine[]>();

  constructor(parts: ExerciseParts, request: ExerciseRequest) {
    const { scenario, seed, strategy } = request;
    this.scenario = scenario;
    this.seed = seed;
    this.strategy = strategy;
    this.parts = parts;
    this.request = request;
    const chance = Chance.ofSeed(seed).fork(scenario.name);
    this.time = new VirtualTime(scenario.begins);
    const now = (): Instant => this.time.now();
    const tell = (what: string): void => this.tell(what);
    this.internet = new Internet(scenario);
    this.feeds = new Feeds(scenario, this.internet, this.agenda, chance, now, (edition) =>
      this.team.published(edition),
    );
    this.operators = new Operators(scenario, this.internet, this.agenda, chance, {
      now,
      tell,
      pushed: (list) => this.feeds.pushed(list),
      rented: (machine) => this.feeds.appeared(machine),
    });
    this.desks = new Desks(this.internet, this.agenda, chance, {
      aimAt: scenario.begins + scenario.aimMinutes * 60_000,
      now,
      tell,
      send: (bytes, from) => {
        const arrive = (): void => this.team.received(bytes, from);
        if (request.surroundings === undefined) arrive();
        else request.surroundings.mail(bytes, arrive);
      },
      warned: (machine) => this.operators.warned(machine),
    });
    this.internet.onLoss = (machine) => {
      if (machine.isC2) this.operators.lost(now());
    };
    this.populate(chance.fork('population'));
    this.random = chance.fork('the product');
    this.store = this.time.watching(parts.openStore(this.random));
    this.desktop = this.openDesktop();
    this.team = new Team(scenario, {
      agenda: this.agenda,
      chance: chance.fork('team'),
      desktop: () => this.desktop,
      internet: this.internet,
      desks: this.desks,
      now,
      tell,
      strategy,
      handsOff: this.handsOff,
    });
  }

  /** Writes down something that happened in the world. */
  tell(what: string): void {
    const happening = { at: this.time.now(), what };
    this.happenings.push(happening);
    this.request.told(happening);
  }

  get world(): World {
    return this.desktop.world;
  }

  /** Plays from the first moment to the last. */
  async play(): Promise<void> {
    const { ends } = this.scenario;
    await this.survive(() => this.team.begin());
    this.operators.begin();
    this.feeds.begin();
    for (;;) {
      const { nextAt } = this.agenda;
      if (nextAt === null || nextAt > ends || this.parts.signal.aborted) break;
      const appointment = this.agenda.take();
      if (appointment === null) break;
      this.time.advanceTo(appointment.at);
      await this.request.passes(this);
      await this.survive(appointment.happen);
    }
    this.time.advanceTo(ends);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** A process that ends in the middle of its work takes with it what it held in memory; later the next one begins. */
  private async survive(happen: () => Promise<void> | void): Promise<void> {
    try {
      await happen();
    } catch (cause) {
      const at = this.request.surroundings?.restartsAt(cause) ?? null;
      if (at === null) throw cause;
      this.team.forget();
      this.desktop = this.openDesktop();
      this.agenda.add(at, 'the team begins again', () => this.team.begin());
    }
  }

  /** What stands where at the beginning. */
  private populate(chance: Chance): void {
    const { scenario, internet } = this;
    const { begins, port } = scenario;
    let number = 0;
    for (const provider of internet.providers) {
      const grounds = Array.from({ length: provider.sharedAddresses }, () => internet.freeAddress(provider));
      for (let count = 0; count < provider.servers; count++) {
        const domain = count < provider.names ? (provider.domains[count % provider.domains.length] ?? null) : null;
        const ground = domain === null ? undefined : grounds[count % grounds.length];
        number += 1;
        internet.place({
          id: `c${number}`,
          ...(ground === undefined ? {} : { address: ground }),
          port,
          name: domain === null ? null : `host-${number}.${domain}`,
          provider,
          kind: domain === null ? scenario.kindAtStart : 'unknown',
          isC2: true,
          wave: 'initial',
          upAt: begins - (2 + chance.below(60)) * DAY_MS,
        });
      }
      for (let count = 0; count < provider.devices; count++) {
        number += 1;
        internet.place({
          id: `d${number}`,
          port,
          name: null,
          provider,
          kind: 'iot-device',
          isC2: true,
          wave: 'initial',
          upAt: begins - (2 + chance.below(60)) * DAY_MS,
        });
      }
      this.shareGround(provider, grounds);
      for (let count = 0; count < provider.innocents; count++) {
        internet.place({
          id: `web-${provider.number}-${count}`,
          port: 443,
          name: null,
          provider,
          kind: 'unknown',
          isC2: false,
          wave: 'none',
          upAt: begins - 300 * DAY_MS,
        });
      }
    }
    const initial = chance.shuffled(internet.controllers());
    for (const { name, handsOff } of scenario.parties) this.handsOff.set(name, initial.splice(0, handsOff));
  }

  /** Domains and addresses that the botnet's names share with everybody else's: whatever takes one of them takes all. */
  private shareGround(provider: Provider, grounds: readonly string[]): void {
    const { scenario, internet } = this;
    const common = { provider, kind: 'unknown', isC2: false, wave: 'none' } as const;
    const upAt = scenario.begins - 900 * DAY_MS;
    const innocents = provider.innocentNames;
    for (const domain of provider.domains) {
      const id = `domain-${domain}`;
      internet.shared.push(internet.place({ ...common, id, name: domain, port: scenario.port, upAt, innocents }));
    }
    const onEach = Math.floor((innocents * provider.domains.length) / Math.max(1, grounds.length));
    for (const [count, address] of grounds.entries()) {
      const id = `shared-${provider.number}-${count}`;
      const ground = { ...common, id, address, name: null, port: scenario.port, upAt, innocents: onEach };
      internet.shared.push(internet.place(ground));
    }
  }

  private openDesktop(): Desktop {
    const { parts, scenario, internet, time, random, output, jobs } = this;
    const { surroundings } = this.request;
    const clock = surroundings?.clock(time) ?? time;
    const now = (): Instant => time.now();
    const dataDate = isoInstant(scenario.begins).slice(0, 10);
    const world: World = {
      clock,
      random,
      ids: parts.createIds(clock, random),
      store: surroundings?.store(this.store) ?? this.store,
      outgoing: simulatedOutgoing,
      output,
      progress: parts.progress,
      actor: 'the exercise',
      signal: parts.signal,
    };
    const sender: Sender = { ...EXERCISE_SENDER, capacity: scenario.team.capacity };
    const sources: Sources & ClockSources = {
      warningLists: { lists: listsOf(scenario, dataDate), effects: {} },
      locate: {
        locator: simulatedLocator(internet, dataDate),
        book: bookOf(internet, dataDate),
        csirts: null,
      },
      registry: simulatedRegistry(internet, scenario.begins, now),
      methodTable: parts.methodTable,
      capacity: scenario.team.capacity,
      gates: { evidenceDays: EVIDENCE_DAYS, probeHours: PROBE_HOURS },
      notices: {
        sender,
        senderSet: true,
        renderer: parts.notices.renderer,
        drafting: { ...parts.notices.drafting, plan: CLOCK_DEFAULTS },
      },
      clock: CLOCK_DEFAULTS,
      verify: QUORUM,
    };
    const transport: MailTransport = {
      // On this machine, as for every drill; the world takes it from there.
      host: '127.0.0.1',
      port: 25,
      deliver: (mail) => Promise.resolve(this.desks.deliver(mail)),
      close: () => Promise.resolve(),
    };
    const setupFor = (operation: Operation): SendSetup => ({
      operation,
      organisationId: parts.organisationId,
      jobs,
      transport: surroundings?.transport(transport) ?? transport,
      composer: parts.composer,
      sender,
      senderSet: true,
      envelopeFrom: sender.email,
      limits: sources.gates,
      rate: { perProviderPerHour: 100, perDomainPerHour: 100 },
      windows: {},
      connections: 1,
    });
    return {
      world,
      sources,
      setupFor,
      mail: {
        reader: parts.reader,
        authenticator: { check: (bytes) => Promise.resolve(authenticity(bytes)) },
        wording: parts.wording,
        ownAddresses: [sender.email, sender.contestEmail],
      },
      watch: {
        quorum: QUORUM,
        probers: scenario.vantages.map(({ name, network, country }) => {
          const prober = simulatedProber({ name, kind: 'direct', network, country, publicKey: null }, internet, now);
          return surroundings?.prober(prober) ?? prober;
        }),
        watch: { ...scenario.watch, hourlyDays: 7, days: 90 },
        rates: { perSecond: 1_000_000, perProviderPerSecond: 1_000_000, concurrency: 100_000 },
        pause: time.pause,
      },
    };
  }
}

/** What the team has written down of providers before it began. */
function bookOf({ providers }: Internet, checked: string): ProviderBook {
  const entries = providers
    .filter(({ inBook }) => inBook)
    .map((provider): BookEntry => ({
      name: provider.name,
      asns: [provider.asn],
      prefixes: provider.prefixes.map((text) => {
        const parsed = parsePrefix(text);
        if (!parsed.ok) throw new Error(parsed.problem);
        return parsed.value;
      }),
      names: [],
      domains: provider.domains,
      contact: provider.mailbox,
      checked,
      country: provider.country,
      channel: 'mail',
      type: provider.type,
      trust: provider.trust,
    }));
  return createProviderBook('exercise.yaml', entries);
}

/** What must not be touched in the scenario, as lists tell it. */
function listsOf(scenario: Scenario, date: string): readonly WarningList[] {
  const shared = scenario.providers.flatMap(({ domains, unlistedDomains }) =>
    domains.slice(0, domains.length - unlistedDomains),
  );
  const list = (folder: string, title: string, names: readonly string[]): WarningList => ({
    folder,
    title,
    version: date,
    type: 'hostname',
    origin: 'warninglists',
    file: null,
    date,
    dateFrom: 'version',
    entries: names.map((name) => {
      const parsed = parseWarningEntry('hostname', `*.${name}`);
      if (!parsed.ok) throw new Error(`${name}: ${parsed.problem}`);
      return parsed.value;
    }),
    oddCount: 0,
    odd: [],
  });
  return [
    list('exercise-protected', 'Names that the scenario protects', ['protected.example']),
    ...(shared.length === 0 ? [] : [list('dynamic-dns', 'Names below which anybody may have one', shared)]),
  ];
}

/** The mail servers of the simulated internet sign what they send; whoever pretends to be one cannot. */
function authenticity(bytes: Uint8Array): MailAuth {
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  const isForged = /^X-Exercise-Forged:/im.test(head);
  const domain = /^From:.*@([^\s>]+)/im.exec(head)?.[1]?.toLowerCase() ?? null;
  const verdict = { result: isForged ? ('fail' as const) : ('pass' as const), domain };
  return { by: 'ourselves', dkim: verdict, spf: NOT_CHECKED, dmarc: verdict };
}
