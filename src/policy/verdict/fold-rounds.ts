import { isAlive } from '../../domain/look.ts';
import type { Finding, JudgedRound, Quorum, ServerVerdict } from '../../domain/verdict.ts';
import { judgeRound } from './judge-round.ts';
import { quorumReachedAt } from './quorum.ts';
import type { DarkRound } from './quorum.ts';
import type { RoundVerdict } from './judge-round.ts';

/** How a server stands, with what the next round is held against. */
export interface VerdictState {
  /** Null before the first round. */
  readonly verdict: ServerVerdict | null;
  /** The rounds of the dark run that found it dark by machine; empty where it is not dark, or is confirmed. */
  readonly run: readonly DarkRound[];
}

/** What is inconclusive and yet no silence. */
const STIRRING: ReadonlySet<Finding | null> = new Set(['changed-behaviour', 'not-allowed']);

export const NO_VERDICT: VerdictState = { verdict: null, run: [] };

/**
 * One more round, later than all before it (DESIGN.md, "What the figures mean"). An inconclusive round changes nothing that was
 * told before, save that what takes connections again is dark no more; one that finds it alive, or as something else, ends a dark run.
 */
export function foldRound(state: VerdictState, round: JudgedRound, quorum: Quorum): VerdictState {
  const judged = judgeRound(round);
  const { verdict } = state;
  if (judged.outcome === 'inconclusive') {
    // Something takes connections there, or the name leads somewhere again: whatever it is, dark it is not.
    if (verdict?.verdict === 'dark' && STIRRING.has(judged.finding)) {
      return { verdict: standing(verdict, judged, { darkAt: null, confirmedAt: null }), run: [] };
    }
    return verdict !== null && verdict.verdict !== 'inconclusive'
      ? state
      : { verdict: standing(verdict, judged, { darkAt: null, confirmedAt: null }), run: [] };
  }
  if (judged.outcome !== 'dark') {
    return { verdict: standing(verdict, judged, { darkAt: null, confirmedAt: null }), run: [] };
  }
  if (verdict !== null && verdict.confirmedAt !== null) return state;
  // A word beside our own looks adds nothing to them.
  if (round.isByHand && verdict?.verdict === 'dark' && verdict.finding !== null) return state;
  // What a person wrote down can say that it is dark, never since when: the first dark look of our own does.
  const isByWord = verdict?.verdict === 'dark' && verdict.finding === null && !round.isByHand;
  const darkAt = isByWord ? judged.at : (verdict?.darkAt ?? judged.at);
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
 * Rounds in the order of what they saw. Looks of one moment's round belong together, whenever they were recorded; of two rounds
 * that tell of one moment the one that finds it alive goes last: once alive is enough.
 */
export function inOrder(rounds: readonly JudgedRound[]): readonly JudgedRound[] {
  const together = Map.groupBy(rounds, ({ at, isByHand }) => `${isByHand} ${at}`);
  return [...together.values()]
    .flatMap((own) => {
      const [first] = own;
      return first === undefined ? [] : [{ ...first, looks: own.flatMap(({ looks }) => looks) }];
    })
    .map((round) => ({ round, judged: judgeRound(round) }))
    .toSorted(
      (one, other) =>
        one.judged.at - other.judged.at || Number(tellsLife(one.judged)) - Number(tellsLife(other.judged)),
    )
    .map(({ round }) => round);
}

function tellsLife({ outcome }: RoundVerdict): boolean {
  return isAlive(outcome);
}
