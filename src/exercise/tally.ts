import { ASKS } from '../domain/method.ts';
import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { DecoyKind } from '../domain/scenario.ts';
import { findOperation } from '../flow.ts';
import type { Exercise } from './play.ts';
import type { Planted } from './world/feeds.ts';
import type { Internet, Machine } from './world/internet.ts';
import { readNotice } from './world/read-notice.ts';
import type { ReadReport } from './world/read-notice.ts';

const HOUR_MS = 3_600_000;

/** What came of an exercise by the world's own truth, which the product never saw. Hosts count once each. */
export interface ExerciseTally {
  /** Hosts that are none of the botnet, and those of them that stood as items in a notice that left. */
  readonly decoys: {
    readonly total: number;
    readonly noticed: number;
    readonly byKind: Readonly<Partial<Record<DecoyKind, { readonly total: number; readonly noticed: number }>>>;
    /** At most 20 of those noticed. */
    readonly hosts: readonly string[];
  };
  /** Controllers that ever stood, and those of them that were noticed by name or address. */
  readonly true: { readonly total: number; readonly noticed: number };
  readonly innocents: {
    /** Sites and devices of others below the domains and on the addresses that the botnet shares with them. */
    readonly onSharedGround: number;
    /** Sites and devices of others that went down because of a notice. */
    readonly hit: number;
    /** Those whom taking a whole domain would have cut off, by each domain below which a controller had its name. */
    readonly wholeDomain: readonly { readonly domain: string; readonly innocents: number }[];
    readonly wholeDomainTotal: number;
    /** Asks, in notices that left, for more than a host name about something on shared ground. */
    readonly asksBeyondHostname: number;
  };
  readonly truth: {
    readonly servers: number;
    readonly aliveAtEnd: number;
    /** Controllers that the product never came to hold for one, under a name or an address of theirs. */
    readonly neverIdentified: number;
    /** Summed over controllers, from the exercise's beginning, or their own where that is later. */
    readonly victimHours: number;
    /** Of the exercise's hours those in which at least one controller answered. */
    readonly hoursWithALivingServer: number;
    /**
     * ISO 8601 UTC: the first moment of the exercise at which no controller was up, although others may have come up
     * after it; null: one was up at every moment.
     */
    readonly lostAt: string | null;
  };
}

/** What is counted. `reports` are the X-ARF reports of notices as they left, `identified` the hosts whose case is not held. */
export interface TallyFacts {
  readonly begins: Instant;
  readonly ends: Instant;
  readonly internet: Pick<Internet, 'machines' | 'shared' | 'controllers' | 'groundOf'>;
  readonly planted: readonly Planted[];
  readonly innocentsHit: ReadonlySet<string>;
  readonly reports: readonly ReadReport[];
  readonly identified: ReadonlySet<string>;
}

/** Of an exercise that was played; its store must still be open. */
export async function tallyOf(exercise: Exercise): Promise<ExerciseTally> {
  const { scenario, internet, feeds, desks } = exercise;
  const { reports, identified } = await readProduct(exercise);
  return tally({
    begins: scenario.begins,
    ends: scenario.ends,
    internet,
    planted: feeds.planted,
    innocentsHit: desks.innocentsHit,
    reports,
    identified,
  });
}

export function tally(facts: TallyFacts): ExerciseTally {
  const noticed = new Set(facts.reports.flatMap(({ host, sourceIdentifier }) => [host, sourceIdentifier]));
  const controllers = facts.internet.controllers();
  const isNamed = (hosts: ReadonlySet<string>, { name, address }: Machine): boolean =>
    (name !== null && hosts.has(name)) || hosts.has(address);
  return {
    decoys: decoysOf(facts, noticed, new Set(facts.reports.map(({ host }) => host))),
    true: { total: controllers.length, noticed: controllers.filter((each) => isNamed(noticed, each)).length },
    innocents: innocentsOf(facts, controllers),
    truth: {
      servers: controllers.length,
      aliveAtEnd: controllers.filter(({ upAt, downAt }) => upAt <= facts.ends && (downAt ?? Infinity) > facts.ends)
        .length,
      neverIdentified: controllers.filter((each) => !isNamed(facts.identified, each)).length,
      ...hoursOf(facts, controllers),
    },
  };
}

function decoysOf(
  { planted, internet }: TallyFacts,
  noticed: ReadonlySet<string>,
  actedOn: ReadonlySet<string>,
): ExerciseTally['decoys'] {
  const byKind: Partial<Record<DecoyKind, { total: number; noticed: number }>> = {};
  const hosts: string[] = [];
  // What the product may write about by its name, whoever else lives at the address, is not told as an address.
  const told = new Set(internet.controllers().flatMap(({ name, address }) => [name ?? address]));
  const kinds = new Map(planted.filter(({ host }) => !told.has(host)).map(({ host, kind }) => [host, kind]));
  for (const [host, kind] of kinds) {
    const count = (byKind[kind] ??= { total: 0, noticed: 0 });
    count.total += 1;
    // A report may tell of a shared address by which name on it is to go; the address itself is then left alone.
    if (!(kind === 'shared-address' ? actedOn : noticed).has(host)) continue;
    count.noticed += 1;
    hosts.push(host);
  }
  return { total: kinds.size, noticed: hosts.length, byKind, hosts: hosts.toSorted().slice(0, 20) };
}

/** From the least to the most intrusive: what comes after this one touches more than a name. */
const MOST_ON_SHARED_GROUND = ASKS.indexOf('block-hostname');

function innocentsOf(
  { internet, innocentsHit, reports }: TallyFacts,
  controllers: readonly Machine[],
): ExerciseTally['innocents'] {
  const domains = internet.shared.filter(({ name }) => name !== null);
  const grounds = new Set(controllers.map((each) => internet.groundOf(each).domain));
  const wholeDomain = domains
    .filter((domain) => grounds.has(domain))
    .map(({ name, innocents }) => ({ domain: name ?? '', innocents }));
  const isShared = (host: string): boolean =>
    internet.shared.some(({ name, address }) =>
      name === null ? host === address : host === name || host.endsWith(`.${name}`),
    );
  const isBeyond = (ask: string): boolean => {
    const at = ASKS.findIndex((known) => known === ask);
    return ask !== 'none' && (at < 0 || at > MOST_ON_SHARED_GROUND);
  };
  return {
    onSharedGround: sum(domains.map(({ innocents }) => innocents)),
    hit: sum(internet.machines.filter(({ id }) => innocentsHit.has(id)).map(({ innocents }) => innocents)),
    wholeDomain,
    wholeDomainTotal: sum(wholeDomain.map(({ innocents }) => innocents)),
    asksBeyondHostname: reports
      .filter(({ host, sourceIdentifier }) => isShared(host) || isShared(sourceIdentifier))
      .flatMap(({ asks }) => asks.filter(isBeyond)).length,
  };
}

function hoursOf(
  { begins, ends }: TallyFacts,
  controllers: readonly Machine[],
): Pick<ExerciseTally['truth'], 'victimHours' | 'hoursWithALivingServer' | 'lostAt'> {
  const spans = controllers
    .map(({ upAt, downAt }) => ({ from: Math.max(upAt, begins), to: Math.min(downAt ?? ends, ends) }))
    .filter(({ from, to }) => to > from)
    .toSorted((one, other) => one.from - other.from);
  let covered = 0;
  let until = begins;
  let lostAt: Instant | null = null;
  for (const { from, to } of spans) {
    if (from > until) lostAt ??= until;
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  if (until < ends) lostAt ??= until;
  return {
    victimHours: inHours(sum(spans.map(({ from, to }) => to - from))),
    hoursWithALivingServer: inHours(covered),
    lostAt: lostAt === null ? null : isoInstant(lostAt),
  };
}

/** What the product sent and holds: the bytes that left, and the cases that are not held. */
async function readProduct({ world, scenario }: Exercise): Promise<Pick<TallyFacts, 'reports' | 'identified'>> {
  const operations = await world.store.read((transaction) => transaction.operations());
  // Where nobody published anything there is none.
  if (!operations.some(({ name }) => name === scenario.name)) return { reports: [], identified: new Set() };
  const operation = await findOperation(world, scenario.name);
  return world.store.read(async (transaction) => {
    const reports: ReadReport[] = [];
    for (const { kind, state, noticeId } of await transaction.dispatches(operation.id)) {
      if (kind !== 'notice' || state !== 'sent') continue;
      const message = await transaction.messageAsLeft(noticeId);
      reports.push(...(message === null ? [] : (readNotice(message)?.reports ?? [])));
    }
    const identified = new Set<string>();
    for await (const page of transaction.servers(operation.id))
      for (const { host, state } of page) if (state !== null && state !== 'held') identified.add(host);
    return { reports, identified };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** To a hundredth. */
function inHours(milliseconds: number): number {
  return Math.round((milliseconds / HOUR_MS) * 100) / 100;
}
