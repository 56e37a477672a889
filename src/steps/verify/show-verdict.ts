import { otherServices } from './accept-service.ts';
import type { OtherService } from './accept-service.ts';
import { isAlive } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Quorum, ServerVerdict } from '../../domain/verdict.ts';
import { gapWords, quorumGap } from '../../policy/verdict/quorum.ts';
import type { DarkRound, QuorumGap } from '../../policy/verdict/quorum.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { RecordedLook, ServiceBaseline, VerdictFacts } from '../../ports/verdicts.ts';
import type { CaseView } from '../../ports/views.ts';
import { runOf } from './fold-verdicts.ts';
import { namedVerdict } from './named-verdict.ts';
import { roundBefore } from './settle-verdicts.ts';

/** How a server stands, and why. */
export interface VerdictView {
  readonly operation: string;
  readonly serverId: string;
  readonly host: string;
  /** Null before the first look that was judged. */
  readonly verdict: ServerVerdict | null;
  /** What it is found to be; before the first verdict what somebody wrote down last. Null: nobody has looked. */
  readonly standing: LookOutcome | null;
  /** Since when it is confirmed dark; it stays so while it answers as something else. Null where it is not. */
  readonly confirmedDarkAt: number | null;
  readonly case: Pick<CaseView, 'caseId' | 'episode' | 'state' | 'settlement' | 'previousCaseId'> | null;
  /** The newest look at each endpoint from each vantage. */
  readonly endpoints: readonly EndpointLooks[];
  readonly baselines: readonly ServiceBaseline[];
  /** What answered last and is another than that: what a person may accept. */
  readonly others: readonly OtherService[];
  readonly quorum: Quorum;
  /** The dark run that is not confirmed yet; null where there is none. */
  readonly run: { readonly rounds: readonly DarkRound[]; readonly gap: QuorumGap; readonly lacks: string } | null;
}

export interface EndpointLooks {
  /** Null: the host as a whole. */
  readonly port: number | null;
  readonly looks: readonly RecordedLook[];
  /** Vantages that found it dark at about the time at which another found it alive: a firewall stands before it. */
  readonly firewalledFrom: readonly string[];
}

export async function showVerdict(
  transaction: ReadTransaction,
  operation: Operation,
  target: string,
  quorum: Quorum,
): Promise<VerdictView> {
  const { server, facts, standing } = await namedVerdict(transaction, operation, target);
  const { serverId, host } = server;
  const caseView = await transaction.caseOf(serverId);
  const looks = await transaction.newestLooks(serverId);
  return {
    operation: operation.name,
    serverId,
    host,
    verdict: facts.verdict,
    standing,
    confirmedDarkAt: facts.confirmedDarkAt,
    case: caseView === null ? null : caseOf(caseView),
    endpoints: endpointsOf(looks),
    baselines: await transaction.serviceBaselines([serverId]),
    others: await otherServices(transaction, serverId),
    quorum,
    run: (await provisionalRuns(transaction, [facts], quorum)).get(serverId) ?? null,
  };
}

/** What servers that are dark and not confirmed yet still lack, by server. */
export async function provisionalRuns(
  transaction: ReadTransaction,
  facts: readonly VerdictFacts[],
  quorum: Quorum,
): Promise<ReadonlyMap<string, NonNullable<VerdictView['run']>>> {
  const provisional = facts.flatMap(({ serverId, verdict }) =>
    verdict !== null && verdict.darkAt !== null && verdict.confirmedAt === null
      ? [{ serverId, darkAt: verdict.darkAt }]
      : [],
  );
  if (provisional.length === 0) return new Map();
  const recorded = await transaction.recordedLooks(
    provisional.map(({ serverId, darkAt }) => ({ serverId, since: roundBefore(darkAt) })),
  );
  const looksOf = Map.groupBy(recorded, ({ serverId }) => serverId);
  return new Map(
    provisional.map(({ serverId, darkAt }) => {
      const rounds = runOf(darkAt, looksOf.get(serverId) ?? []);
      const gap = quorumGap(rounds, quorum);
      return [serverId, { rounds, gap, lacks: gapWords(gap, quorum) }];
    }),
  );
}

function caseOf({ caseId, episode, state, settlement, previousCaseId }: CaseView): VerdictView['case'] {
  return { caseId, episode, state, settlement, previousCaseId };
}

/** Looks of one time: a round takes minutes at most. */
const SAME_TIME_MS = 3_600_000;

function endpointsOf(looks: readonly RecordedLook[]): readonly EndpointLooks[] {
  const byPort = Map.groupBy(looks, ({ port }) => port);
  return [...byPort]
    .map(([port, own]) => {
      const alive = own.filter(({ outcome }) => isAlive(outcome));
      const firewalled = own.filter(
        ({ outcome, at }) => outcome === 'dark' && alive.some((each) => Math.abs(each.at - at) <= SAME_TIME_MS),
      );
      return {
        port,
        looks: own,
        firewalledFrom: [...new Set(firewalled.map(({ vantage }) => vantage.name))].toSorted(),
      };
    })
    .toSorted((one, other) => (one.port ?? 0) - (other.port ?? 0));
}
