import { derivedId } from '../../domain/derived-id.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { isAlive } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { JudgedRound, Quorum, ServerVerdict } from '../../domain/verdict.ts';
import { foldRound, inOrder } from '../../policy/verdict/fold-rounds.ts';
import type { VerdictState } from '../../policy/verdict/fold-rounds.ts';
import { hasQuorumVantages } from '../../policy/verdict/quorum.ts';
import type { DarkRound } from '../../policy/verdict/quorum.ts';
import { judgeRound } from '../../policy/verdict/judge-round.ts';
import type { RecordedLook, VerdictFacts } from '../../ports/verdicts.ts';
import type { EntryDraft } from '../../ports/store.ts';

const HOUR_MS = 3_600_000;
/** The round of a run's first dark look began so much before it at most. */
export const ROUND_MS = 600_000;

/** What a verdict came to, and the entries that say so. */
export interface FoldedVerdict {
  readonly serverId: string;
  readonly verdict: ServerVerdict;
  readonly changes: readonly VerdictChange[];
}

export interface VerdictChange {
  readonly serverId: string;
  readonly kind: 'changed' | 'confirmed-dark' | 'returned';
  readonly from: LookOutcome | null;
  readonly to: LookOutcome;
  /** Without the actor and the time, which are the transaction's. */
  readonly entry: Pick<EntryDraft, 'kind' | 'subject' | 'body'>;
}

/**
 * Whether all that is on record has to be folded anew: a round that is older than another may change what followed it, and what
 * people wrote down before there were verdicts stands on record alone.
 */
export function isAnew({ newestAt, verdict }: VerdictFacts, rounds: readonly JudgedRound[]): boolean {
  if (newestAt === null) return false;
  if (verdict === null) return true;
  return rounds.map(judgeRound).some(({ outcome, at }) => outcome !== 'inconclusive' && at <= newestAt);
}

/**
 * From when on looks on record are needed to go on with further rounds; null: none are. A run is read only where one of the rounds
 * has vantages enough to end it: with one vantage alone it grows for months, and nothing confirms it.
 */
export function neededSince({ verdict }: VerdictFacts, rounds: readonly JudgedRound[], quorum: Quorum): Instant | null {
  if (verdict === null || verdict.verdict !== 'dark' || verdict.confirmedAt !== null) return null;
  const { darkAt } = verdict;
  // Before the quorum's hours are over nothing confirms it either. A round begins a little before the look that names the run.
  const endsFrom = (darkAt ?? 0) - ROUND_MS + quorum.hours * HOUR_MS;
  const mayEnd = rounds.some(
    (round) => !round.isByHand && round.at >= endsFrom && hasQuorumVantages(judgeRound(round).darkFrom, quorum),
  );
  return mayEnd ? darkAt : null;
}

/** How a server stands before further rounds, with the run that is not confirmed yet as it stands on record. */
export function stateOf({ verdict }: Pick<VerdictFacts, 'verdict'>, recorded: readonly RecordedLook[]): VerdictState {
  return { verdict, run: verdict === null ? [] : runOf(verdict.darkAt, recorded) };
}

/** The machine's rounds of the dark run that began at `darkAt`. */
export function runOf(darkAt: Instant | null, recorded: readonly RecordedLook[]): readonly DarkRound[] {
  let run: readonly DarkRound[] = [];
  for (const round of inOrder(roundsOf(recorded))) {
    const { outcome, darkFrom, at } = judgeRound(round);
    if (outcome === 'inconclusive' || (outcome === 'dark' && round.isByHand)) continue;
    // What was read begins a little before the run, and may hold the end of an earlier one.
    run = outcome === 'dark' && darkAt !== null && at >= darkAt ? [...run, { at: round.at, vantages: darkFrom }] : [];
  }
  return run;
}

/** Looks on record as rounds; what people wrote down of one moment is one of its own. */
export function roundsOf(recorded: readonly RecordedLook[]): readonly JudgedRound[] {
  const rounds = Map.groupBy(recorded, ({ round, at }) => (round === null ? `by hand ${at}` : `${round}`));
  return [...rounds.values()].flatMap((looks): JudgedRound[] => {
    const [first] = looks;
    return first === undefined ? [] : [{ at: first.round ?? first.at, isByHand: first.round === null, looks }];
  });
}

/** Goes on with further rounds. */
export function foldVerdict(
  operationId: string,
  facts: VerdictFacts,
  before: VerdictState,
  rounds: readonly JudgedRound[],
  quorum: Quorum,
): FoldedVerdict {
  const state = inOrder(rounds).reduce((folded, round) => foldRound(folded, round, quorum), before);
  const { verdict } = state;
  if (verdict === null) throw new Error('a round gives a verdict');
  const { serverId } = facts;
  const changes: VerdictChange[] = [];
  const from = facts.verdict?.verdict ?? null;
  const to = verdict.verdict;
  const caseId = facts.newestCase?.caseId ?? null;
  const isOther = from !== to || (facts.verdict?.darkAt ?? null) !== verdict.darkAt;
  const wasConfirmed = !isOther && facts.verdict !== null && facts.verdict.confirmedAt !== null;
  if (isOther) {
    changes.push({
      serverId, kind: 'changed', from, to,
      entry: {
        kind: 'server.verdict-changed',
        subject: serverId,
        body: {
          schema: 1, operation: operationId, case: caseId, from, to, finding: verdict.finding, at: isoInstant(momentOf(verdict)),
          since: isoInstant(verdict.since), darkAt: written(verdict.darkAt), lastLiveAt: written(verdict.lastLiveAt),
        },
      },
    }); // prettier-ignore
  }
  const back = returned(operationId, facts, verdict, from);
  if (back !== null) changes.push(back.change);
  if (verdict.confirmedAt !== null && !wasConfirmed) {
    changes.push(confirmation(operationId, facts, back?.caseId ?? caseId, verdict, from));
  }
  return { serverId, verdict, changes };
}

function momentOf({ verdict, darkAt, since, lastLiveAt }: ServerVerdict): Instant {
  if (verdict === 'dark') return darkAt ?? since;
  return isAlive(verdict) ? (lastLiveAt ?? since) : since;
}

function confirmation(
  operationId: string,
  facts: VerdictFacts,
  caseId: string | null,
  verdict: ServerVerdict,
  from: LookOutcome | null,
): VerdictChange {
  const { darkAt, confirmedAt, lastLiveAt } = verdict;
  const { firstNoticeAt, serverId } = facts;
  return {
    serverId,
    kind: 'confirmed-dark',
    from,
    to: 'dark',
    entry: {
      kind: 'server.confirmed-dark',
      subject: serverId,
      body: {
        schema: 1,
        operation: operationId,
        case: caseId,
        darkAt: written(darkAt),
        lastLiveAt: written(lastLiveAt),
        confirmedAt: written(confirmedAt),
        unprompted: firstNoticeAt === null || (darkAt !== null && firstNoticeAt > darkAt),
      },
    },
  };
}

/**
 * A server that was confirmed dark and answers again has come back; one that a person has settled as something else has where the
 * botnet's own service answers again. Both begin a new case. What was taken back stays taken back.
 */
function returned(
  operationId: string,
  facts: VerdictFacts,
  { verdict, finding, lastLiveAt }: ServerVerdict,
  from: LookOutcome | null,
): { readonly change: VerdictChange; readonly caseId: string } | null {
  const { newestCase, serverId, confirmedDarkAt } = facts;
  if (newestCase === null) return null;
  // It may have been alive between two dark looks alone: once is enough.
  const wasAlive =
    isAlive(verdict) || (confirmedDarkAt !== null && lastLiveAt !== null && lastLiveAt > confirmedDarkAt);
  const isOwnService = verdict === 'c2-live' || finding === 'same-service' || finding === 'moved';
  const isBack = newestCase.state === 'dark' ? wasAlive : newestCase.state === 'settled' && isOwnService;
  if (!isBack) return null;
  const episode = newestCase.episode + 1;
  const caseId = derivedId('case', serverId, episode);
  const change: VerdictChange = {
    serverId,
    kind: 'returned',
    from,
    to: verdict,
    entry: {
      kind: 'server.returned',
      subject: serverId,
      body: {
        schema: 1,
        operation: operationId,
        case: caseId,
        episode,
        previousCase: newestCase.caseId,
        at: written(lastLiveAt),
        verdict,
        finding,
        lastDarkAt: written(confirmedDarkAt),
        // Nobody can tell it from whoever rents the address by now: what was said before it fell dark says nothing of it.
        isOwnService,
      },
    },
  };
  return { change, caseId };
}

function written(moment: Instant | null): string | null {
  return moment === null ? null : isoInstant(moment);
}
