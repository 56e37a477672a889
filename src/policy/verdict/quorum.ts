import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Quorum, QuorumVantage } from '../../domain/verdict.ts';

const HOUR_MS = 3_600_000;

/** A round of an unbroken dark run, as the quorum counts it. */
export interface DarkRound {
  /** The round's own moment. */
  readonly at: Instant;
  /** Those that found all of it dark. */
  readonly vantages: readonly QuorumVantage[];
}

/**
 * When a run of dark rounds reaches the quorum: so many vantages, whose networks all differ and whose countries all differ,
 * have each found it dark in so many of the rounds that had all of them, over so many hours. Null while none has.
 */
export function quorumReachedAt(run: readonly DarkRound[], quorum: Quorum): Instant | null {
  const spanMs = quorum.hours * HOUR_MS;
  const last = run.at(-1);
  const first = run[0];
  // Most rounds are too early for any: nothing further is asked.
  if (first === undefined || last === undefined || last.at - first.at < spanMs || run.length < quorum.rounds)
    return null;
  let reached: Instant | null = null;
  for (const rounds of countedRounds(run, quorum)) {
    const begin = rounds[0]?.at ?? Infinity;
    const at = rounds.find((each, index) => index + 1 >= quorum.rounds && each.at - begin >= spanMs)?.at ?? null;
    if (at !== null && (reached === null || at < reached)) reached = at;
  }
  return reached;
}

/** Whether one round alone has vantages enough: no other can be the one that reaches the quorum. */
export function hasQuorumVantages(vantages: readonly QuorumVantage[], quorum: Quorum): boolean {
  return independentGroups(vantages, quorum.vantages).length > 0;
}

/** What a dark run that is not confirmed yet still lacks. */
export interface QuorumGap {
  /** Rounds that count so far, of the vantages that have come furthest. */
  readonly rounds: number;
  /** From the first of them to the last, in milliseconds. */
  readonly spanMs: number;
  /** The earliest moment at which a further round could confirm it; null where no vantages are far enough apart. */
  readonly earliestAt: Instant | null;
}

export function quorumGap(run: readonly DarkRound[], quorum: Quorum): QuorumGap {
  let best: QuorumGap = { rounds: 0, spanMs: 0, earliestAt: null };
  for (const rounds of countedRounds(run, quorum)) {
    const [first] = rounds;
    if (first === undefined) continue;
    const earliestAt = first.at + quorum.hours * HOUR_MS;
    // Whoever began first is done first: a further round is a matter of a moment.
    if (best.earliestAt !== null && best.earliestAt <= earliestAt) continue;
    best = { rounds: rounds.length, spanMs: (rounds.at(-1)?.at ?? first.at) - first.at, earliestAt };
  }
  return best;
}

/** The same in words: "so far 1 of 3 rounds by 2 vantages apart, over 6 hours: 2026-11-25 13:30 UTC at the earliest". */
export function gapWords({ rounds, earliestAt }: QuorumGap, quorum: Quorum): string {
  if (earliestAt === null) {
    return `no ${quorum.vantages} vantages in different networks and countries have found it dark in one round`;
  }
  if (rounds >= quorum.rounds) {
    return (
      `rounds enough by ${quorum.vantages} vantages apart, but not yet over ${quorum.hours} hours: ` +
      `${readableInstant(earliestAt)} at the earliest`
    );
  }
  return (
    `so far ${rounds} of ${quorum.rounds} rounds by ${quorum.vantages} vantages apart, over ${quorum.hours} hours: ` +
    `${readableInstant(earliestAt)} at the earliest`
  );
}

/** For every set of vantages that could make the quorum: the rounds in which all of them found it dark. */
function countedRounds(run: readonly DarkRound[], quorum: Quorum): readonly (readonly DarkRound[])[] {
  const vantages = run.flatMap((round) => round.vantages);
  const named = run.map((round) => ({ round, names: new Set(round.vantages.map(identityOf)) }));
  return independentGroups(vantages, quorum.vantages).map((group) =>
    named.filter(({ names }) => group.every((name) => names.has(name))).map(({ round }) => round),
  );
}

/** A vantage that stands elsewhere by now is another one. */
function identityOf({ name, network, country }: QuorumVantage): string {
  return JSON.stringify([name, network, country]);
}

/** A run has few vantages; more than these would be a mistake in the settings, and the first ones will do. */
const MAX_VANTAGES = 12;

/** Every set of `size` of these vantages whose networks and countries are known and all differ. */
function independentGroups(vantages: readonly QuorumVantage[], size: number): readonly (readonly string[])[] {
  const known = new Map<string, QuorumVantage>();
  for (const vantage of vantages) {
    if (vantage.network !== null && vantage.country !== null) known.set(identityOf(vantage), vantage);
  }
  let groups: (readonly QuorumVantage[])[] = [[]];
  for (const [, vantage] of [...known].toSorted(([one], [other]) => (one < other ? -1 : 1)).slice(0, MAX_VANTAGES)) {
    const isApart = (group: readonly QuorumVantage[]): boolean =>
      group.every(({ network, country }) => network !== vantage.network && country !== vantage.country);
    groups = [
      ...groups,
      ...groups.filter((group) => group.length < size && isApart(group)).map((group) => [...group, vantage]),
    ];
  }
  return groups.filter((group) => group.length === size).map((group) => group.map(identityOf));
}
