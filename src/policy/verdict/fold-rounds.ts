import type { Instant } from '../../domain/instant.ts';
import { isAlive } from '../../domain/look.ts';
import type { JudgedRound, Quorum, QuorumVantage, ServerVerdict } from '../../domain/verdict.ts';
import { judgeRound } from './judge-round.ts';
import type { RoundVerdict } from './judge-round.ts';

/** A round of an unbroken dark run, as the quorum counts it. */
export interface DarkRound {
  /** The round's own moment. */
  readonly at: Instant;
  readonly vantages: readonly QuorumVantage[];
}

/** How a server stands, with what the next round is held against. */
export interface VerdictState {
  /** Null before the first round. */
  readonly verdict: ServerVerdict | null;
  /** The rounds of the dark run that found it dark by machine; empty where it is not dark, or is confirmed. */
  readonly run: readonly DarkRound[];
}

export const NO_VERDICT: VerdictState = { verdict: null, run: [] };

/**
 * One more round, later than all before it (DESIGN.md, "What the figures mean"). An inconclusive round changes nothing that was
 * told before; one that finds it alive, or as something else, ends a dark run.
 */
export function foldRound(state: VerdictState, round: JudgedRound, quorum: Quorum): VerdictState {
  const judged = judgeRound(round);
  const { verdict } = state;
  if (judged.outcome === 'inconclusive') {
    return verdict !== null && verdict.verdict !== 'inconclusive'
      ? state
      : { verdict: standing(verdict, judged, { darkAt: null, confirmedAt: null }), run: [] };
  }
  if (judged.outcome !== 'dark') {
    return { verdict: standing(verdict, judged, { darkAt: null, confirmedAt: null }), run: [] };
  }
  if (verdict !== null && verdict.confirmedAt !== null) return state;
  const darkAt = verdict?.darkAt ?? judged.at;
  const run = round.isByHand ? state.run : [...state.run, { at: round.at, vantages: judged.darkFrom }];
  const confirmedAt = quorumReachedAt(run, quorum);
  return { verdict: standing(verdict, judged, { darkAt, confirmedAt }), run: confirmedAt === null ? run : [] };
}

function standing(
  before: ServerVerdict | null,
  { outcome, finding, at }: RoundVerdict,
  dark: Pick<ServerVerdict, 'darkAt' | 'confirmedAt'>,
): ServerVerdict {
  const isSame = before?.verdict === outcome;
  const lastLiveAt = before?.lastLiveAt ?? null;
  return {
    verdict: outcome,
    // Why it is so may change while it stays so: the newest reason is told.
    finding,
    since: isSame && before !== null ? before.since : at,
    lastLiveAt: isAlive(outcome) ? Math.max(lastLiveAt ?? at, at) : lastLiveAt,
    ...dark,
  };
}

/**
 * When a run of dark rounds reaches the quorum: so many vantages, whose networks all differ and whose countries all differ,
 * have each found it dark in so many of the rounds that had all of them, over so many hours. Null while none has.
 */
export function quorumReachedAt(run: readonly DarkRound[], quorum: Quorum): Instant | null {
  const spanMs = quorum.hours * 3_600_000;
  const last = run.at(-1);
  const first = run[0];
  // Most rounds are too early for any: nothing further is asked.
  if (first === undefined || last === undefined || last.at - first.at < spanMs || run.length < quorum.rounds)
    return null;
  let reached: Instant | null = null;
  for (const group of independentGroups(run, quorum.vantages)) {
    const rounds = run.filter(({ vantages }) => group.every((name) => vantages.some((each) => each.name === name)));
    const begin = rounds[0]?.at ?? Infinity;
    const at = rounds.find((each, index) => index + 1 >= quorum.rounds && each.at - begin >= spanMs)?.at ?? null;
    if (at !== null && (reached === null || at < reached)) reached = at;
  }
  return reached;
}

/** A run has few vantages; a hundred of them would be a mistake in the settings, and the first ones would do. */
const MAX_VANTAGES = 12;

/** Every set of `size` vantages of the run whose networks and countries are known and all differ, by name. */
function independentGroups(run: readonly DarkRound[], size: number): readonly (readonly string[])[] {
  const known = new Map<string, QuorumVantage>();
  for (const { vantages } of run) {
    for (const vantage of vantages) {
      if (vantage.network !== null && vantage.country !== null) known.set(vantage.name, vantage);
    }
  }
  let groups: (readonly QuorumVantage[])[] = [[]];
  const candidates = [...known.values()]
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, MAX_VANTAGES);
  for (const vantage of candidates) {
    const isApart = (group: readonly QuorumVantage[]): boolean =>
      group.every(({ network, country }) => network !== vantage.network && country !== vantage.country);
    groups = [
      ...groups,
      ...groups.filter((group) => group.length < size && isApart(group)).map((group) => [...group, vantage]),
    ];
  }
  return groups.filter((group) => group.length === size).map((group) => group.map(({ name }) => name));
}

/** What a provisional run still lacks, for people. */
export interface QuorumGap {
  /** Rounds that counted so far, by the group that has come furthest. */
  readonly rounds: number;
  /** The earliest moment at which a round could confirm it; null where no two vantages are far enough apart. */
  readonly earliestAt: Instant | null;
}

export function quorumGap(run: readonly DarkRound[], quorum: Quorum): QuorumGap {
  let best: QuorumGap = { rounds: 0, earliestAt: null };
  for (const group of independentGroups(run, quorum.vantages)) {
    const rounds = run.filter(({ vantages }) => group.every((name) => vantages.some((each) => each.name === name)));
    const [first] = rounds;
    if (first === undefined || rounds.length <= best.rounds) continue;
    best = { rounds: rounds.length, earliestAt: first.at + quorum.hours * 3_600_000 };
  }
  return best;
}
