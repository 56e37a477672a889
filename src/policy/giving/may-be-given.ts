import { GIVEN_TLP } from '../../domain/giving.ts';
import type {
  GivenEndpoint,
  GivenServer,
  GivenState,
  GivenTlp,
  GivingFacts,
  LeftOutReason,
  Recipient,
  Saying,
} from '../../domain/giving.ts';
import type { CaseState } from '../../domain/case.ts';
import { parseHostName } from '../../domain/host-name.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ServerKind } from '../../domain/server.ts';
import { TLP_LABELS } from '../../domain/tlp.ts';
import type { Tlp } from '../../domain/tlp.ts';
import { isHolding } from '../released-hits.ts';

/*
 * What may be given to whom (rules 2, 3 and 4). Each server is given or left out for one reason; in doubt it is left out.
 */

export interface Permission {
  readonly to: Recipient;
  /** The strictest marking that the recipient gets. */
  readonly ceiling: GivenTlp;
}

export type GivingAnswer =
  { readonly given: GivenServer; readonly leftOut: null } | { readonly given: null; readonly leftOut: LeftOutReason };

/** Those who must act on a server may have AMBER; the community passes on what it gets. */
export function ceilingOf(to: Recipient): GivenTlp {
  return to.kind === 'community' ? 'green' : 'amber';
}

/** Decided or further. What is identified has passed *identify* alone: nobody has said yet what is to be done about it. */
const THROUGH: ReadonlySet<CaseState> = new Set([
  'decided',
  'drafted',
  'approved',
  'notified',
  'acknowledged',
  'refused',
  'dark',
  'settled',
]);

export function mayBeGiven(facts: GivingFacts, { to, ceiling }: Permission): GivingAnswer {
  const reason = caseReason(facts, to) ?? groundReason(facts, to);
  if (reason !== null) return leftOut(reason);
  const known = knownEndpoints(facts);
  if (typeof known === 'string') return leftOut(known);
  const endpoints = known.filter(({ tlp }) => rank(tlp) <= rank(ceiling));
  if (endpoints.length === 0) return leftOut('marking');
  return { given: givenServer(facts, endpoints), leftOut: null };
}

function leftOut(reason: LeftOutReason): GivingAnswer {
  return { given: null, leftOut: reason };
}

function caseReason(facts: GivingFacts, to: Recipient): LeftOutReason | null {
  if (!isTheirs(facts, to)) return 'not-theirs';
  const { state, identifiedAt } = facts;
  if (state === null) return 'never-told';
  if (state === 'held' || (facts.heldBy.length > 0 && state !== 'retracted')) return 'held';
  if (identifiedAt === null) return 'never-told';
  if (!facts.isDecided || !isCorroborated(facts)) return state === 'retracted' ? 'retracted' : 'not-through-the-gates';
  // A revocation goes to whoever may have got it, whatever is known by now: that it is protected may be why it is taken back.
  if (state === 'retracted') return null;
  if (state === 'contested') return 'contested';
  if (!THROUGH.has(state)) return 'not-through-the-gates';
  if (facts.isHandsOff) return 'hands-off';
  return facts.isDeconflicted ? null : 'not-deconflicted';
}

function isTheirs({ provider, country }: GivingFacts, to: Recipient): boolean {
  if (to.kind === 'provider') return provider?.key === to.key;
  return to.kind === 'community' || country === to.country;
}

/** Rule 2: a word on a whole import lets notices be drafted, and nothing leaves by it. */
function isCorroborated({ basis, isAttested }: GivingFacts): boolean {
  if (basis === null || basis === 'none' || basis === 'attested-import') return false;
  return basis !== 'attested-server' || isAttested;
}

function groundReason(facts: GivingFacts, to: Recipient): LeftOutReason | null {
  if (facts.state !== 'retracted') {
    if (facts.listHits.some((hit) => isHolding(hit, facts.releases))) return 'protected';
    if (!facts.groundChecked) return 'ground-unchecked';
    if (isA(facts, 'sinkhole') || isA(facts, 'tor-exit')) return 'no-controller';
  }
  // The address of somebody's device is personal: its own ISP and its country's CSIRT can help, nobody else needs it.
  return isDevice(facts) && !mayHaveDevices(facts, to) ? 'device' : null;
}

/** Known to be one, or most likely one: what stands in an access network, and nobody knows for something else. */
function isDevice(facts: GivingFacts): boolean {
  const { hostType, provider, kind, correctedKind } = facts;
  const isUnknown = kind === 'unknown' || correctedKind === 'unknown';
  return isA(facts, 'iot-device') || (hostType === 'address' && provider?.type === 'isp' && isUnknown);
}

function mayHaveDevices({ provider }: GivingFacts, to: Recipient): boolean {
  return to.kind === 'country' || (to.kind === 'provider' && provider?.type === 'isp');
}

/** By the record or by a person's newer word: either is enough to be careful. */
function isA({ kind, correctedKind }: GivingFacts, wanted: ServerKind): boolean {
  return kind === wanted || correctedKind === wanted;
}

/** What nobody has marked is not for the public, but does not stand in the community's way. */
const UNMARKED: Tlp = 'green';

function rank(marking: Tlp | null): number {
  return TLP_LABELS.indexOf(marking ?? UNMARKED);
}

/** Everything that may be told to anybody, each with its marking; or why there is nothing. */
function knownEndpoints(facts: GivingFacts): readonly GivenEndpoint[] | LeftOutReason {
  if (facts.sayings.length === 0) return 'withdrawn';
  // What is taken back may have been given before a list named it, so that all that can have been given is taken back.
  if (facts.state === 'retracted') {
    const all = [...endpointsOf(facts, false), ...(facts.hostType === 'address' ? namesOf(facts) : [])];
    return all.length === 0 ? 'marking' : all;
  }
  const isShared = isOnSharedGround(facts);
  if (facts.hostType === 'address' && isShared) {
    const names = namesOf(facts);
    return names.length === 0 ? 'shared-address' : names;
  }
  if (facts.hostType !== 'address' && isListedItself(facts, facts.host)) return 'shared-name';
  const endpoints = endpointsOf(facts, facts.hostType !== 'address' && mayHaveNamesBelow(facts));
  return endpoints.length === 0 ? 'marking' : endpoints;
}

function endpointsOf(facts: GivingFacts, withNamesBelow: boolean): readonly GivenEndpoint[] {
  const { hostType, host } = facts;
  const endpoints = [...Map.groupBy(facts.sayings, ({ port }) => port)].flatMap(([port, sayings]): GivenEndpoint[] => {
    const tlp = GIVEN_TLP.find((label) => sayings.some(({ marking }) => rank(marking) <= rank(label)));
    if (tlp === undefined) return [];
    // Nothing that only a stricter word says goes with it.
    const told = sayings.filter(({ marking }) => rank(marking) <= rank(tlp));
    return [{ hostType, host, port, tlp, withNamesBelow, ...whatIsSaid(told) }];
  });
  // The host as a whole says nothing beside its ports, unless more people may know of it than of them.
  const ports = endpoints.filter(({ port }) => port !== null);
  const standing = endpoints.filter(
    ({ port, tlp }) => port !== null || !ports.some((each) => rank(each.tlp) <= rank(tlp)),
  );
  return standing.toSorted((one, other) => (one.port ?? 0) - (other.port ?? 0));
}

function whatIsSaid(sayings: readonly Saying[]): Pick<GivenEndpoint, 'schemes' | 'firstSeen' | 'lastSeen'> {
  const moments = (which: (saying: Saying) => Instant | null): readonly Instant[] =>
    sayings.map(which).filter((moment) => moment !== null);
  const first = moments(({ firstSeen, lastSeen }) => firstSeen ?? lastSeen);
  const last = moments(({ firstSeen, lastSeen }) => lastSeen ?? firstSeen);
  return {
    schemes: [...new Set(sayings.flatMap(({ schemes }) => schemes))].toSorted(),
    firstSeen: first.length === 0 ? null : Math.min(...first),
    lastSeen: last.length === 0 ? null : Math.max(...last),
  };
}

/** As notices have it: two groups, or a source of record A or B, know the address by the name. */
function namesOf(facts: GivingFacts): readonly GivenEndpoint[] {
  const names = [...Map.groupBy(facts.names, ({ name }) => name)].flatMap(([host, sayings]): GivenEndpoint[] => {
    const parsed = parseHostName(host);
    if (!parsed.ok || isListedItself(facts, parsed.value.text)) return [];
    const tlp = GIVEN_TLP.find((label) => {
      const told = sayings.filter(({ marking }) => rank(marking) <= rank(label));
      const groups = new Set(told.map(({ group }) => group).filter((group) => group !== ''));
      return groups.size >= 2 || told.some(({ isReliable }) => isReliable);
    });
    if (tlp === undefined) return [];
    const { hostType, text } = parsed.value;
    const nothingSaid = { port: null, schemes: [], firstSeen: null, lastSeen: null };
    return [{ hostType, host: text, tlp, withNamesBelow: false, ...nothingSaid }];
  });
  return names.toSorted((one, other) => (one.host < other.host ? -1 : 1));
}

const SHARED: readonly ServerKind[] = ['shared-hosting', 'cdn-fronted'];

function isOnSharedGround(facts: GivingFacts): boolean {
  return SHARED.some((kind) => isA(facts, kind)) || facts.listHits.some(({ effect }) => effect === 'hostname-only');
}

/** A list names the very name: it is the domain under which many live, not one of theirs. */
function isListedItself({ listHits }: GivingFacts, name: string): boolean {
  return listHits.some(({ effect, entry }) => effect !== 'note' && entry.toLowerCase().replace(/^\*?\./, '') === name);
}

/** Only where it is known that the name is the botnet's own: somebody else's work may live below any other. */
function mayHaveNamesBelow({ kind, correctedKind, listHits }: GivingFacts): boolean {
  return (
    (correctedKind ?? kind) === 'dedicated' && kind === 'dedicated' && listHits.every(({ effect }) => effect === 'note')
  );
}

function givenServer(facts: GivingFacts, endpoints: readonly GivenEndpoint[]): GivenServer {
  const { serverId, verdict, verdictSince, darkAt, confirmedAt, provider, asn, holder, country, changedAt } = facts;
  const state = givenState(facts);
  const nameOnly = endpoints.every(({ hostType }) => hostType !== 'address');
  return {
    serverId,
    kind: facts.correctedKind ?? facts.kind,
    state,
    revoked: state === 'retracted',
    endpoints,
    verdictOf: verdictOf(facts, nameOnly),
    verdict,
    verdictSince,
    darkAt,
    confirmedAt,
    endedAt: endOf(facts, state),
    provider: provider === null ? null : { key: provider.key, name: provider.name },
    asn,
    holder,
    country,
    networks: nameOnly ? [] : facts.networks,
    createdAt: Math.min(facts.identifiedAt ?? changedAt, changedAt),
    changedAt,
  };
}

function verdictOf({ hostType, sayings }: GivingFacts, nameOnly: boolean): GivenServer['verdictOf'] {
  if (hostType === 'address' && nameOnly) return 'address';
  const ports = new Set(sayings.map(({ port }) => port).filter((port) => port !== null));
  return ports.size > 1 ? 'server' : 'endpoint';
}

function givenState({ state, verdict, confirmedAt }: GivingFacts): GivenState {
  if (state === 'retracted' || state === 'settled') return state;
  if (verdict === null) return 'not-looked-at';
  if (verdict !== 'dark') return verdict;
  return confirmedAt === null ? 'provisionally-dark' : 'confirmed-dark';
}

function endOf({ confirmedAt, verdictSince, settledAt, changedAt }: GivingFacts, state: GivenState): Instant | null {
  if (state === 'confirmed-dark') return confirmedAt;
  if (state === 'answers-other') return verdictSince ?? changedAt;
  return state === 'settled' ? (settledAt ?? changedAt) : null;
}

/** What a list that blocks has no room for: it would block whoever is there now. */
const OVER: ReadonlySet<GivenState> = new Set(['confirmed-dark', 'answers-other', 'settled']);
const LIVE: ReadonlySet<GivenState> = new Set(['c2-live', 'live']);

/** Why a server that may be given does not stand in a format; null where it does. */
export function formatReason(
  { state, revoked }: GivenServer,
  { blocks, revokes, live }: { readonly blocks: boolean; readonly revokes: boolean; readonly live: boolean },
): LeftOutReason | null {
  if (revoked) return revokes ? null : 'retracted';
  if (blocks && OVER.has(state)) return 'over';
  return live && !LIVE.has(state) ? 'not-live' : null;
}
