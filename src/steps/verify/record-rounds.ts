import { isoInstant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { Operation } from '../../domain/operation.ts';
import type { ProbeRow } from '../../domain/rows.ts';
import type { LookTaken, Round, ServerVerdict } from '../../domain/verdict.ts';
import type { World } from '../../ports/world.ts';

export interface VerifySetup {
  readonly quorum: { readonly vantages: number; readonly rounds: number; readonly hours: number };
}

export interface RecordedRounds {
  readonly looks: number;
  readonly verdicts: ReadonlyMap<string, ServerVerdict>;
  readonly changes: readonly {
    readonly serverId: string;
    readonly kind: 'changed' | 'confirmed-dark' | 'returned';
    readonly from: LookOutcome | null;
    readonly to: LookOutcome;
  }[];
}

/** Writes rounds down. Looks are not judged yet beyond whether something connected. */
export function recordRounds(
  world: World,
  operation: Operation,
  rounds: readonly Round[],
  _setup: VerifySetup,
): Promise<RecordedRounds> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const rows = rounds.flatMap(({ serverId, at, looks }) => looks.map((look) => rowOf(serverId, at, look)));
    const verdicts = new Map(rows.map((row) => [row.serverId, verdictOf(row)]));
    if (rows.length === 0) return { looks: 0, verdicts, changes: [] };
    const batchId = world.ids.uuid();
    const now = world.clock.now();
    const batch = await transaction.openBatch('probe', operation.id, batchId, now);
    await batch.add(rows);
    await batch.finish({
      actor: world.actor,
      recordedAt: now,
      kind: 'probe.recorded',
      subject: batchId,
      body: { schema: 1, operation: operation.id, by: 'dismantle', counts: {}, rounds: rounds.length },
    });
    return { looks: rows.length, verdicts, changes: [] };
  });
}

function rowOf(serverId: string, round: number, look: LookTaken): ProbeRow {
  const seen = 'seen' in look.result ? look.result.seen : null;
  const isAlive = seen?.tcp.outcome === 'connected';
  return {
    type: 'probe',
    serverId,
    port: look.port,
    at: isoInstant(look.at),
    vantage: look.vantage.name,
    outcome: isAlive ? 'live' : seen === null ? 'inconclusive' : 'dark',
    how: 'a look',
    person: 'dismantle',
    round: isoInstant(round),
    finding: isAlive ? 'answers' : seen === null ? 'vantage-failed' : 'closed',
    vantageKind: look.vantage.kind,
    ...(look.address === null ? {} : { address: look.address }),
    ...(seen === null ? {} : { seen }),
  };
}

function verdictOf({ outcome, round = '' }: ProbeRow): ServerVerdict {
  const at = Date.parse(round);
  const isDark = outcome === 'dark';
  return {
    verdict: outcome,
    finding: null,
    since: at,
    lastLiveAt: isDark ? null : at,
    darkAt: isDark ? at : null,
    confirmedAt: null,
  };
}
