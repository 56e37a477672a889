import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/instant.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Observation } from '../../domain/observation.ts';
import type { ServerKind } from '../../domain/server.ts';
import { ADDRESSES_OF_NETWORK, domainOf } from '../../domain/scenario.ts';
import type { DeskAction, Habit, Scenario, ScenarioProvider } from '../../domain/scenario.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What of a /24 network is given to anybody; docs/scenarios.md names how many that are. */
const FIRST_HOST = 10;
const LAST_HOST = FIRST_HOST + ADDRESSES_OF_NETWORK - 1;

/** A provider with its ground and its desk. */
export interface Provider extends Omit<ScenarioProvider, 'habit'> {
  readonly number: number;
  readonly habit: Habit;
  /** "127.66.7.0/24" */
  readonly prefixes: readonly string[];
  /** Its own domain: "nordlicht-hosting.example". */
  readonly domain: string;
  readonly mailbox: string;
}

/** Something that stands at an address: a controller, or somebody's own. */
export interface Machine {
  /** For the operators' books and ours: "c2-17", "web-4". */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /** By which it is reached where it stands on shared ground; null: by its address. */
  readonly name: string | null;
  readonly provider: Provider;
  readonly kind: ServerKind;
  readonly isC2: boolean;
  readonly wave: 'initial' | 'replacement' | 'none';
  readonly upAt: Instant;
  /** Sites and devices of people who have nothing to do with it that go down with it. */
  readonly innocents: number;
  /** When it stopped serving the botnet (or anybody); null: it runs. */
  downAt: Instant | null;
  /** What is there instead. */
  downBy: DeskAction | 'moved' | 'failed' | null;
}

/** Networks, providers and what stands in them. What it answers depends on the moment alone, never on who asks. */
export class Internet {
  readonly providers: readonly Provider[];
  readonly machines: Machine[] = [];
  /** Domains below which everybody may have a name, and addresses that answer for them. */
  readonly shared: Machine[] = [];
  /** Called when something stops. */
  onLoss: (machine: Machine) => void = () => undefined;
  private readonly byAddress = new Map<string, Machine[]>();
  private readonly byName = new Map<string, Machine>();
  private readonly byMailbox = new Map<string, Provider>();
  private readonly ofNetwork = new Map<string, Provider>();
  private readonly nextHost = new Map<string, number>();
  private readonly seenBefore = new Map<string, Omit<Observation, 'resolved'>>();

  constructor(scenario: Scenario) {
    const habits = new Map(scenario.habits.map((habit) => [habit.name, habit]));
    let network = 0;
    this.providers = scenario.providers.map((said, number): Provider => {
      const habit = habits.get(said.habit);
      if (habit === undefined) throw new Error(`${said.name}: there is no habit "${said.habit}"`);
      const prefixes = Array.from({ length: said.networks }, () => `127.66.${network++}.0/24`);
      const domain = domainOf(said.name);
      return { ...said, number, habit, prefixes, domain, mailbox: `abuse@${domain}` };
    });
    for (const provider of this.providers) {
      this.byMailbox.set(provider.mailbox, provider);
      for (const prefix of provider.prefixes) this.ofNetwork.set(networkOf(prefix), provider);
    }
  }

  providerOf(address: string): Provider | null {
    return this.ofNetwork.get(networkOf(address)) ?? null;
  }

  /** Whose desk reads a mailbox. */
  deskOf(mailbox: string): Provider | null {
    return this.byMailbox.get(mailbox.toLowerCase()) ?? null;
  }

  /** Puts something at an address of its own. */
  place(
    what: Omit<Machine, 'address' | 'innocents' | 'downAt' | 'downBy'> & {
      readonly address?: string;
      readonly innocents?: number;
    },
  ): Machine {
    const address = what.address ?? this.freeAddress(what.provider);
    const innocents = what.innocents ?? (what.isC2 ? 0 : 1);
    const machine: Machine = { ...what, address, innocents, downAt: null, downBy: null };
    this.machines.push(machine);
    const there = this.byAddress.get(address);
    if (there === undefined) this.byAddress.set(address, [machine]);
    else there.push(machine);
    if (machine.name !== null) this.byName.set(machine.name, machine);
    return machine;
  }

  /** An address of a provider's that nobody has had: of its networks the first that has one left. */
  freeAddress(provider: Provider): string {
    const network = this.networkWithRoom(provider);
    if (network === null) throw new Error(`${provider.name} has no free address: give it more networks`);
    const host = (this.nextHost.get(network) ?? FIRST_HOST - 1) + 1;
    this.nextHost.set(network, host);
    return `${network}.${host}`;
  }

  hasRoom(provider: Provider): boolean {
    return this.networkWithRoom(provider) !== null;
  }

  private networkWithRoom({ prefixes }: Provider): string | null {
    return prefixes.map(networkOf).find((network) => (this.nextHost.get(network) ?? 0) < LAST_HOST) ?? null;
  }

  /** What stands or stood there last, by address or name. */
  at(host: string): Machine | null {
    return this.byName.get(host) ?? this.byAddress.get(host)?.at(-1) ?? null;
  }

  /** What many share and a name stands on: the domain, or the address that answers for it. Null: it stands for itself. */
  groundOf({ name, address }: Machine): { readonly domain: Machine | null; readonly address: Machine | null } {
    const domain = this.shared.find((each) => each.name !== null && name?.endsWith(`.${each.name}`) === true) ?? null;
    return { domain, address: this.shared.find((each) => each.name === null && each.address === address) ?? null };
  }

  controllers(): readonly Machine[] {
    return this.machines.filter(({ isC2 }) => isC2);
  }

  aliveAt(at: Instant): readonly Machine[] {
    return this.controllers().filter((machine) => isUp(machine, at));
  }

  /** Returns whether it stood until now. */
  takeDown(machine: Machine, at: Instant, by: NonNullable<Machine['downBy']>): boolean {
    if (machine.downAt !== null) return false;
    machine.downAt = at;
    machine.downBy = by;
    this.onLoss(machine);
    return true;
  }

  /** What a TCP connect, a TLS handshake and a plain request see there. */
  observe(host: string, port: number, at: Instant): { readonly seen: Observation; readonly address: string | null } {
    const machine = this.at(host);
    const resolved = machine !== null && machine.name === host ? { name: host, addresses: [machine.address] } : null;
    const address = machine?.address ?? host;
    const see = (seen: Omit<Observation, 'resolved'>): { seen: Observation; address: string } => ({
      seen: { ...seen, resolved },
      address,
    });
    if (machine === null || machine.upAt > at || machine.port !== port) return see(CLOSED);
    if (isUp(machine, at)) return see(this.answering(machine.id, machine.upAt));
    if (machine.downBy === 're-let') return see(this.answering(`${machine.id} after`, machine.downAt ?? at));
    const isSilent = machine.downBy === 'null-route' || (machine.downBy === 'clean' && machine.kind !== 'iot-device');
    return see(isSilent ? SILENT : CLOSED);
  }

  /** Made once: servers are looked at very often. */
  private answering(identity: string, since: Instant): Omit<Observation, 'resolved'> {
    const key = `${identity} ${since}`;
    const known = this.seenBefore.get(key) ?? answering(identity, since);
    this.seenBefore.set(key, known);
    return known;
  }
}

export function isUp(machine: Machine, at: Instant): boolean {
  return machine.upAt <= at && (machine.downAt === null || machine.downAt > at);
}

const CLOSED: Omit<Observation, 'resolved'> = {
  tcp: { outcome: 'refused', ms: 40, error: 'ECONNREFUSED' },
  tls: null,
  http: null,
};
const SILENT: Omit<Observation, 'resolved'> = {
  tcp: { outcome: 'timed-out', ms: 5000, error: 'ETIMEDOUT' },
  tls: null,
  http: null,
};

/** A service with a certificate of its own, the same at every look. */
function answering(identity: string, since: Instant): Omit<Observation, 'resolved'> {
  const sha256 = createHash('sha256').update(certificateOf(identity, since)).digest('hex');
  return {
    tcp: { outcome: 'connected', ms: 38, error: null },
    tls: {
      outcome: 'handshake',
      protocol: 'TLSv1.2',
      cipher: 'ECDHE-RSA-AES256-GCM-SHA384',
      alpn: null,
      chain: [
        {
          sha256,
          publicKeySha256: createHash('sha256').update(`key ${identity} ${since}`).digest('hex'),
          subject: 'CN=localhost',
          issuer: 'CN=localhost',
          names: [],
          serial: sha256.slice(0, 16),
          notBefore: isoInstant(since - DAY_MS),
          notAfter: isoInstant(since + 365 * DAY_MS),
        },
      ],
      ms: 80,
      error: null,
    },
    http: null,
  };
}

/** Stands for the certificate's DER. */
export function certificateOf(identity: string, since: Instant): Uint8Array {
  return Buffer.from(`certificate of ${identity} since ${since}`);
}

/** DER of everything that an observation names. */
export function certificatesOf(machine: Machine, at: Instant): readonly Uint8Array[] {
  if (isUp(machine, at)) return [certificateOf(machine.id, machine.upAt)];
  if (machine.downBy === 're-let' && machine.downAt !== null)
    return [certificateOf(`${machine.id} after`, machine.downAt)];
  return [];
}

function networkOf(address: string): string {
  return address.split('.').slice(0, 3).join('.');
}

/** The first moment from `at` on at which somebody with these hours is at work. */
export function nextAtWork(habit: Pick<Habit, 'hours'>, utcOffset: number, at: Instant): Instant {
  const { hours } = habit;
  if (hours === null) return at;
  let moment = at;
  for (let turns = 0; turns < 30; turns++) {
    const local = new Date(moment + utcOffset * 60 * MINUTE_MS);
    const hour = local.getUTCHours() + local.getUTCMinutes() / 60;
    const day = local.getUTCDay();
    const isWeekend = day === 0 || day === 6;
    const midnight = moment - (hour * 60 * MINUTE_MS + (local.getUTCSeconds() * 1000 + local.getUTCMilliseconds()));
    if (isWeekend && !hours.weekends) moment = midnight + DAY_MS + hours.from * 60 * MINUTE_MS;
    else if (hour < hours.from) moment = midnight + hours.from * 60 * MINUTE_MS;
    else if (hour >= hours.to) moment = midnight + DAY_MS + hours.from * 60 * MINUTE_MS;
    else return moment;
  }
  return moment;
}
