import { endpointText } from '../../domain/giving.ts';
import type { Given, GivenEndpoint, GivenServer, GivenTlp } from '../../domain/giving.ts';
import { observableId, stableId } from '../../domain/giving-ids.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { TLP_LABELS } from '../../domain/tlp.ts';

/*
 * STIX 2.1. Property and relationship names are those of the specification: an infrastructure `consists-of` observables
 * and `controls` a malware family, an indicator `indicates` both (sections 4.7, 4.8), an address `belongs-to` an AS (6.7).
 */

export type StixValue = string | number | boolean | readonly StixValue[] | { readonly [key: string]: StixValue };
export type StixObject = { readonly type: string; readonly id: string } & Readonly<Record<string, StixValue>>;

/** STIX 2.1 has no markings for TLP 2.0 of its own; these are the ones that OASIS has published. */
const TLP_EXTENSION = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d';
const MARKINGS: Readonly<Record<GivenTlp, string>> = {
  clear: 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487',
  green: 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  amber: 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421',
};
const TLP2_CREATED = '2022-10-01T00:00:00.000Z';

/** Ours: how a server stands. The same in every installation, so it has moments of its own. */
const STATE_EXTENSION = `extension-definition--${stableId('extension', 'server-state')}`;
export const MAKER = `identity--${stableId('identity', 'dismantle')}`;
const DEFINED = '2026-11-29T00:00:00.000Z';

/** Everything that the given servers are told with, the definitions first, what several share last. */
export function* stixObjects(given: Given): Generator<StixObject> {
  yield* definitions(given);
  const shared = new SharedObjects(given);
  for (const server of given.servers) {
    for (const endpoint of server.endpoints) yield* endpointObjects(given, server, endpoint, shared);
  }
  yield* shared.objects();
}

function* definitions({ servers, organisation, operation, newestChange }: Given): Generator<StixObject> {
  const labels = new Set<GivenTlp>(servers.flatMap(({ endpoints }) => endpoints.map(({ tlp }) => tlp)));
  labels.add('clear');
  for (const tlp of TLP_LABELS) {
    if (!isGiven(tlp) || !labels.has(tlp)) continue;
    yield {
      type: 'marking-definition',
      spec_version: '2.1',
      id: MARKINGS[tlp],
      created: TLP2_CREATED,
      name: `TLP:${tlp.toUpperCase()}`,
      extensions: { [TLP_EXTENSION]: { extension_type: 'property-extension', tlp_2_0: tlp } },
    };
  }
  const clear = [MARKINGS.clear];
  yield {
    type: 'identity',
    spec_version: '2.1',
    id: MAKER,
    created: DEFINED,
    modified: DEFINED,
    name: 'dismantle',
    identity_class: 'system',
    object_marking_refs: clear,
  };
  yield {
    type: 'extension-definition',
    spec_version: '2.1',
    id: STATE_EXTENSION,
    created_by_ref: MAKER,
    created: DEFINED,
    modified: DEFINED,
    name: 'server-state',
    description: 'How a command-and-control server stands, by looks at it from several vantages.',
    schema:
      'On infrastructure. state: c2-live | live | answers-other | provisionally-dark | confirmed-dark | inconclusive | ' +
      'not-looked-at | settled | retracted; kind: what the server is; dark_at: the first dark look of an unbroken dark ' +
      'run; confirmed_at: when enough vantages and rounds had found it dark. Moments are RFC 3339 in UTC. Mirrored in labels.',
    version: '1.0.0',
    extension_types: ['property-extension'],
    object_marking_refs: clear,
  };
  if (organisation === null) return;
  yield {
    type: 'identity',
    spec_version: '2.1',
    id: producerId(operation.id),
    created: isoInstant(operation.openedAt),
    // Nobody keeps when its name was changed.
    modified: isoInstant(newestChange),
    name: plainText(organisation, 250),
    identity_class: 'organization',
    object_marking_refs: clear,
  };
}

function isGiven(tlp: (typeof TLP_LABELS)[number]): tlp is GivenTlp {
  return tlp in MARKINGS;
}

function producerId(operationId: string): string {
  return `identity--${stableId('producer', operationId)}`;
}

function* endpointObjects(
  given: Given,
  server: GivenServer,
  endpoint: GivenEndpoint,
  shared: SharedObjects,
): Generator<StixObject> {
  const { hostType, host, port, tlp } = endpoint;
  const key = [server.serverId, host, port ?? 0] as const;
  const domain = objectMaker(given, server, tlp);
  const infrastructure = `infrastructure--${stableId('infrastructure', ...key)}`;
  const indicator = `indicator--${stableId('indicator', ...key)}`;
  const relate = (
    source: string,
    kind: string,
    target: string,
    more: Readonly<Record<string, StixValue>> = {},
  ): StixObject =>
    domain('relationship', `relationship--${stableId('relationship', source, kind, target)}`, {
      relationship_type: kind,
      source_ref: source,
      target_ref: target,
      ...more,
    });

  yield domain('infrastructure', infrastructure, {
    name: endpointText(endpoint),
    infrastructure_types: ['command-and-control'],
    ...moments(endpoint),
    labels: labelsOf(given, server),
    extensions: { [STATE_EXTENSION]: { extension_type: 'property-extension', ...stateOf(server) } },
  });

  const observed = observables(endpoint, tlp);
  for (const observable of observed) {
    // An observable cannot be revoked; what is revoked are the words on it.
    if (!server.revoked) shared.see(observable, tlp);
    yield relate(infrastructure, 'consists-of', observable.id);
  }

  yield domain('indicator', indicator, {
    name: endpointText(endpoint),
    indicator_types: ['malicious-activity'],
    pattern: patternOf(endpoint),
    pattern_type: 'stix',
    pattern_version: '2.1',
    ...validity(server, endpoint),
    labels: labelsOf(given, server),
  });
  yield relate(indicator, 'indicates', infrastructure);

  const malware = shared.malware(tlp, server.revoked);
  if (malware !== null) {
    yield relate(infrastructure, 'controls', malware);
    yield relate(indicator, 'indicates', malware);
  }
  if (server.provider !== null) {
    const { name } = server.provider;
    const provider = shared.provider(server.provider, tlp, server.revoked);
    yield relate(infrastructure, 'related-to', provider, {
      description: `${plainText(name, 250)} can switch this server off.`,
    });
  }
  const [address] = observed;
  if (hostType === 'address' && address !== undefined) {
    for (const network of server.networks) {
      const name = network.asn === server.asn ? server.holder : null;
      const autonomous = shared.autonomousSystem(network.asn, name, tlp, server.revoked);
      // Said of the address, so once, under the least strict marking that any of its ports has.
      if (endpoint !== leastStrict(server.endpoints)) continue;
      yield relate(address.id, 'belongs-to', autonomous, spanOf(network, network.asn === server.asn));
    }
  }
  yield* sightings(server, infrastructure, domain);
}

function leastStrict(endpoints: readonly GivenEndpoint[]): GivenEndpoint | undefined {
  const addresses = endpoints.filter(({ hostType }) => hostType === 'address');
  return addresses.toSorted((one, other) => TLP_LABELS.indexOf(one.tlp) - TLP_LABELS.indexOf(other.tlp))[0];
}

type MakeObject = (type: string, id: string, more: Readonly<Record<string, StixValue>>) => StixObject;

function objectMaker({ organisation, operation }: Given, server: GivenServer, tlp: GivenTlp): MakeObject {
  return (type, id, more) => ({
    type,
    spec_version: '2.1',
    id,
    ...(organisation === null ? {} : { created_by_ref: producerId(operation.id) }),
    created: isoInstant(server.createdAt),
    modified: isoInstant(server.changedAt),
    ...(server.revoked ? { revoked: true } : {}),
    object_marking_refs: [MARKINGS[tlp]],
    ...more,
  });
}

function labelsOf({ operation }: Given, { state, kind }: GivenServer): readonly string[] {
  return [`state:${state}`, ...(kind === 'unknown' ? [] : [`kind:${kind}`]), ...(operation.drill ? ['drill'] : [])];
}

function stateOf({ state, kind, darkAt, confirmedAt }: GivenServer): Readonly<Record<string, StixValue>> {
  return {
    state,
    ...(kind === 'unknown' ? {} : { kind }),
    ...(darkAt === null ? {} : { dark_at: isoInstant(darkAt) }),
    ...(confirmedAt === null ? {} : { confirmed_at: isoInstant(confirmedAt) }),
  };
}

function moments({ firstSeen, lastSeen }: GivenEndpoint): Readonly<Record<string, string>> {
  return {
    ...(firstSeen === null ? {} : { first_seen: isoInstant(firstSeen) }),
    ...(lastSeen === null || lastSeen < (firstSeen ?? lastSeen) ? {} : { last_seen: isoInstant(lastSeen) }),
  };
}

/** Section 4.7: `valid_until` has to be later than `valid_from`, so a word that is newer than the end begins before it. */
function validity(server: GivenServer, { firstSeen }: GivenEndpoint): Readonly<Record<string, string>> {
  const from = Math.min(firstSeen ?? server.createdAt, server.createdAt);
  const { endedAt } = server;
  if (endedAt === null) return { valid_from: isoInstant(from) };
  return { valid_from: isoInstant(Math.min(from, endedAt - 1)), valid_until: isoInstant(endedAt) };
}

/** STIX patterning, section 9.2 of the specification. */
function patternOf({ hostType, host, port }: GivenEndpoint): string {
  const type = observableType(hostType, host);
  const value = host.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  if (port === null) return `[${type}:value = '${value}']`;
  return `[network-traffic:dst_ref.type = '${type}' AND network-traffic:dst_ref.value = '${value}' AND network-traffic:dst_port = ${port}]`;
}

function observableType(hostType: GivenEndpoint['hostType'], host: string): string {
  if (hostType !== 'address') return 'domain-name';
  return host.includes(':') ? 'ipv6-addr' : 'ipv4-addr';
}

/** The host, and the traffic to its port. Our looks and our sources speak of TCP alone. */
function observables(endpoint: GivenEndpoint, tlp: GivenTlp): readonly StixObject[] {
  const { hostType, host, port, schemes } = endpoint;
  const type = observableType(hostType, host);
  const hostObject: StixObject = {
    type,
    spec_version: '2.1',
    id: observableId(type, { value: host }),
    value: host,
    object_marking_refs: [MARKINGS[tlp]],
  };
  if (port === null) return [hostObject];
  const [scheme] = schemes;
  const protocols = ['tcp', ...(schemes.length === 1 && scheme !== undefined && scheme !== 'tcp' ? [scheme] : [])];
  const contributing = { dst_ref: hostObject.id, dst_port: port, protocols };
  return [
    hostObject,
    {
      type: 'network-traffic',
      spec_version: '2.1',
      id: observableId('network-traffic', contributing),
      ...contributing,
      object_marking_refs: [MARKINGS[tlp]],
    },
  ];
}

const DAY_MS = 86_400_000;

/** From the first day on which data said so, for an AS that it has left to the end of the last. */
function spanOf({ from, to }: GivenServer['networks'][number], isCurrent: boolean): Readonly<Record<string, string>> {
  return {
    ...(from === null ? {} : { start_time: `${from}T00:00:00.000Z` }),
    ...(isCurrent || to === null ? {} : { stop_time: isoInstant(Date.parse(`${to}T00:00:00.000Z`) + DAY_MS) }),
  };
}

/**
 * What our looks found. Dark is said of the whole server, so of each port; alive only of a server with one port, for with
 * several nobody has kept which of them answered. The newest change is told, not each look: it would be another text every minute.
 */
function* sightings(server: GivenServer, infrastructure: string, make: MakeObject): Generator<StixObject> {
  const { verdict, verdictOf, verdictSince, darkAt, confirmedAt } = server;
  const isAlive = verdict === 'c2-live' || verdict === 'live';
  const at = verdict === 'dark' ? darkAt : verdictSince;
  if (at === null || (!isAlive && verdict !== 'dark' && verdict !== 'answers-other')) return;
  if (verdictOf === 'address' || (isAlive && verdictOf === 'server')) return;
  yield make('sighting', `sighting--${stableId('sighting', infrastructure, verdict ?? '', at)}`, {
    sighting_of_ref: infrastructure,
    first_seen: isoInstant(at),
    last_seen: isoInstant(Math.max(at, confirmedAt ?? at)),
    count: isAlive ? 1 : 0,
  });
}

interface Seen {
  readonly object: StixObject;
  tlp: GivenTlp;
}

/** What several servers lean on, once each, under the least strict marking of those that lean on it. */
class SharedObjects {
  readonly #given: Given;
  readonly #seen = new Map<string, Seen>();

  constructor(given: Given) {
    this.#given = given;
  }

  see(object: StixObject, tlp: GivenTlp): void {
    const known = this.#seen.get(object.id);
    if (known === undefined) this.#seen.set(object.id, { object, tlp });
    else if (TLP_LABELS.indexOf(tlp) < TLP_LABELS.indexOf(known.tlp)) known.tlp = tlp;
  }

  /** The family; its id follows from its name, since nobody keeps when that was changed. Null where nobody has stated it. */
  malware(tlp: GivenTlp, revoked: boolean): string | null {
    const { operation } = this.#given;
    if (operation.malware === null) return null;
    const id = `malware--${stableId('malware', operation.id, operation.malware)}`;
    if (!revoked)
      this.see(this.#made('malware', id, { name: plainText(operation.malware, 250), is_family: true }), tlp);
    return id;
  }

  provider({ key, name }: { readonly key: string; readonly name: string }, tlp: GivenTlp, revoked: boolean): string {
    const id = `identity--${stableId('provider', this.#given.operation.id, key, name)}`;
    const object = this.#made('identity', id, { name: plainText(name, 250), identity_class: 'organization' });
    if (!revoked) this.see(object, tlp);
    return id;
  }

  autonomousSystem(asn: number, name: string | null, tlp: GivenTlp, revoked: boolean): string {
    const id = observableId('autonomous-system', { number: asn });
    const named = name === null ? {} : { name: plainText(name, 250) };
    if (!revoked) this.see({ type: 'autonomous-system', spec_version: '2.1', id, number: asn, ...named }, tlp);
    return id;
  }

  *objects(): Generator<StixObject> {
    for (const id of [...this.#seen.keys()].toSorted()) {
      const seen = this.#seen.get(id);
      if (seen !== undefined) yield { ...seen.object, object_marking_refs: [MARKINGS[seen.tlp]] };
    }
  }

  /** Its marking follows from who leans on it, so its version is that of the operation's newest change. */
  #made(type: string, id: string, more: Readonly<Record<string, StixValue>>): StixObject {
    const { operation, organisation, newestChange } = this.#given;
    const created: Instant = Math.min(operation.openedAt, newestChange);
    return {
      type,
      spec_version: '2.1',
      id,
      ...(organisation === null ? {} : { created_by_ref: producerId(operation.id) }),
      created: isoInstant(created),
      modified: isoInstant(newestChange),
      ...more,
      ...(operation.drill ? { labels: ['drill'] } : {}),
    };
  }
}
