import type { Instant } from '../../domain/instant.ts';
import type { JudgedRound, Quorum, ServerVerdict } from '../../domain/verdict.ts';
import type { VerdictFacts } from '../../ports/verdicts.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { foldVerdict, isAnew, neededSince, ROUND_MS, roundsOf, stateOf } from './fold-verdicts.ts';
import { NO_VERDICT } from '../../policy/verdict/fold-rounds.ts';
import type { VerdictChange } from './fold-verdicts.ts';

export interface SettledVerdicts {
  readonly verdicts: ReadonlyMap<string, ServerVerdict>;
  readonly changes: readonly Omit<VerdictChange, 'entry'>[];
}

/**
 * What further rounds make of the verdicts of their servers, in a transaction that holds the operation. Call it before the rounds
 * themselves are on record with `facts` read before, and append what it says after: `append` does that. Whoever has read what is
 * stored of these servers, in the same transaction, hands it over.
 */
export async function settleVerdicts(
  transaction: WriteTransaction,
  operationId: string,
  rounds: ReadonlyMap<string, readonly JudgedRound[]>,
  quorum: Quorum,
  stored?: readonly VerdictFacts[],
): Promise<SettledVerdicts & { readonly append: (world: World) => Promise<void> }> {
  const serverIds = [...rounds.keys()];
  const read = stored ?? (await transaction.verdictFacts(operationId, serverIds));
  const known = new Map(read.map((each) => [each.serverId, each]));
  // Entries follow in the order of the rounds, whatever the order in which a database answers.
  const facts = serverIds.flatMap((serverId) => known.get(serverId) ?? []);
  const anew = new Set(
    facts.filter((each) => isAnew(each, rounds.get(each.serverId) ?? [])).map(({ serverId }) => serverId),
  );
  const wanted = facts.flatMap((each): { serverId: string; since: Instant | null }[] => {
    const { serverId } = each;
    if (anew.has(serverId)) return [{ serverId, since: null }];
    const since = neededSince(each, rounds.get(serverId) ?? [], quorum);
    return since === null ? [] : [{ serverId, since: roundBefore(since) }];
  });
  const recorded = wanted.length === 0 ? [] : await transaction.recordedLooks(wanted);
  const looksOf = Map.groupBy(recorded, ({ serverId }) => serverId);
  const verdicts = new Map<string, ServerVerdict>();
  const changes: VerdictChange[] = [];
  for (const each of facts) {
    const own = rounds.get(each.serverId) ?? [];
    if (own.length === 0) continue;
    const folded = foldOne(operationId, each, looksOf.get(each.serverId) ?? [], own, anew.has(each.serverId), quorum);
    verdicts.set(each.serverId, folded.verdict);
    changes.push(...folded.changes);
  }
  return {
    verdicts,
    changes,
    async append(world) {
      for (const { entry } of changes) {
        await transaction.append({ actor: world.actor, recordedAt: world.clock.now(), ...entry });
      }
    },
  };
}

export function roundBefore(moment: number): number {
  return moment - ROUND_MS;
}

function foldOne(
  operationId: string,
  facts: VerdictFacts,
  recorded: Parameters<typeof stateOf>[1],
  own: readonly JudgedRound[],
  fromTheStart: boolean,
  quorum: Quorum,
): ReturnType<typeof foldVerdict> {
  if (!fromTheStart) return foldVerdict(operationId, facts, stateOf(facts, recorded), own, quorum);
  // In their order, with what is on record: a look that comes late stands where it belongs.
  return foldVerdict(operationId, facts, NO_VERDICT, [...roundsOf(recorded), ...own], quorum);
}
