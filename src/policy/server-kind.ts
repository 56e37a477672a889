import type { ProviderType } from '../domain/provider.ts';
import type { HostType, ServerKind } from '../domain/server.ts';
import type { KindCorrection, StatedKind } from '../domain/stated-kind.ts';
import { groupKey } from './corroboration.ts';
import type { GroundClass } from './list-classes.ts';

export interface KindFacts {
  readonly hostType: HostType;
  /** Ports at which sources say that it serves the botnet. */
  readonly ports: readonly number[];
  /** Names by which sources know the address, in canonical form. */
  readonly names: readonly string[];
  /** The classes of the protective lists that name it, each with the list's name. */
  readonly ground: readonly { readonly list: string; readonly class: GroundClass }[];
  /** What kind of network it stands in. */
  readonly networkType: ProviderType;
  readonly stated: readonly StatedKind[];
  /** What a person has said; goes before everything else. */
  readonly correction: KindCorrection | null;
}

export interface JudgedKind {
  readonly kind: ServerKind;
  /** A sentence for each piece of evidence; empty where there is none. */
  readonly reasons: readonly string[];
}

/** Ports of services that run on customers' devices and on no rented server, with what they are. */
const DEVICE_PORTS: ReadonlyMap<number, string> = new Map([
  [8291, "MikroTik's Winbox"],
  [7547, 'TR-069, by which an ISP manages its customers’ routers'],
  [37_777, 'the protocol of Dahua video recorders'],
  [34_567, 'the protocol of XMeye video recorders'],
]);

/** So many unrelated names on one address are several customers' sites. */
const NAMES_OF_SHARED_HOSTING = 3;

/** Kinds that only mean less harm to the host's owner go before those that would have it taken away. */
const MILDEST_FIRST: readonly ServerKind[] = [
  'sinkhole', 'tor-exit', 'iot-device', 'compromised-host', 'cdn-fronted', 'shared-hosting', 'dedicated', 'unknown',
]; // prettier-ignore

/**
 * What a server is, from stated evidence alone: a person's word, lists that know sinkholes, Tor exits and CDNs, ports that
 * only devices have in the network of an ISP, several names on one address, and what sources of good record say. Of
 * several kinds the mildest is taken, and the others are told; where nothing is stated, it is unknown.
 */
export function judgeKind(facts: KindFacts): JudgedKind {
  if (facts.correction !== null) {
    const { kind, person, reason } = facts.correction;
    return { kind, reasons: [`${person} says so: ${reason}`] };
  }
  const found = [...listed(facts), ...devicePorts(facts), ...severalNames(facts), ...stated(facts)];
  const kind = MILDEST_FIRST.find((each) => found.some((evidence) => evidence.kind === each)) ?? 'unknown';
  const reasons = found.map((evidence) =>
    evidence.kind === kind ? evidence.reason : `${evidence.reason} (against it)`,
  );
  return { kind, reasons: [...new Set(reasons)] };
}

interface Evidence {
  readonly kind: ServerKind;
  readonly reason: string;
}

const KIND_OF_GROUND: Readonly<Partial<Record<GroundClass, ServerKind>>> = {
  sinkhole: 'sinkhole',
  'tor-exit': 'tor-exit',
  cdn: 'cdn-fronted',
  'shared-hosting': 'shared-hosting',
};

function listed({ ground }: KindFacts): Evidence[] {
  return ground.flatMap((hit) => {
    const kind = KIND_OF_GROUND[hit.class];
    return kind === undefined ? [] : [{ kind, reason: `the list ${hit.list} names it` }];
  });
}

/** A port alone proves nothing: people run odd services on rented servers, too. */
function devicePorts({ ports, networkType }: KindFacts): Evidence[] {
  if (networkType !== 'isp') return [];
  return ports.flatMap((port) => {
    const service = DEVICE_PORTS.get(port);
    if (service === undefined) return [];
    return [{ kind: 'iot-device' as const, reason: `port ${port} is ${service}, in the network of an ISP` }];
  });
}

function severalNames({ hostType, names }: KindFacts): Evidence[] {
  const owners = new Set(names.map(registeredName));
  if (hostType !== 'address' || owners.size < NAMES_OF_SHARED_HOSTING) return [];
  return [{ kind: 'shared-hosting', reason: `sources know it by ${owners.size} unrelated names` }];
}

/** The last two labels: enough to tell names of one owner from names of several; it never makes two of one. */
function registeredName(name: string): string {
  return name.split('.').slice(-2).join('.');
}

/**
 * A, B and C are sources of good record (C: fairly reliable); of others two independent groups have to say the same. What A or
 * B say goes before what C says. To call a host dedicated opens the way to have it taken away altogether: for that it takes A
 * or B, or two groups. That a host is somebody's sinkhole or a Tor exit would have nobody written to: lists and people say
 * that, a feed's word alone does not.
 */
function stated({ stated: all }: KindFacts): Evidence[] {
  const heard = all.filter(
    ({ kind, reliability }) => reliability !== 'D' && reliability !== 'E' && !FOR_LISTS.has(kind),
  );
  const good = (letters: string): StatedKind[] =>
    heard.filter(({ reliability }) => reliability !== null && letters.includes(reliability));
  const best =
    good('AB').length > 0
      ? good('AB')
      : [...good('C').filter(({ kind }) => kind !== 'dedicated'), ...ofTwoGroups(heard)];
  return [...Map.groupBy(best, ({ kind }) => kind)].flatMap(([kind, said]) => {
    if (kind === 'unknown') return [];
    const names = said.map(({ source, reliability }) => `${source}${reliability === null ? '' : ` (${reliability})`}`);
    return [{ kind, reason: `stated by ${[...new Set(names)].sort().slice(0, 5).join(', ')}` }];
  });
}

const FOR_LISTS: ReadonlySet<ServerKind> = new Set(['sinkhole', 'tor-exit']);

function ofTwoGroups(heard: readonly StatedKind[]): StatedKind[] {
  return [...Map.groupBy(heard, ({ kind }) => kind).values()].flatMap((said) => {
    const groups = new Set(said.map(({ group }) => groupKey(group)).filter((group) => group !== ''));
    return groups.size < 2 ? [] : said;
  });
}
