import { createHash } from 'node:crypto';
import type { LookOutcome } from '../../domain/look.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Quorum, Round, ServerVerdict } from '../../domain/verdict.ts';
import type { World } from '../../ports/world.ts';
import { judgeRounds, knownServices, OWN_PROBE } from './judge-rounds.ts';
import { settleVerdicts } from './settle-verdicts.ts';

export interface VerifySetup {
  readonly quorum: Quorum;
}

export interface RecordedRounds {
  readonly looks: number;
  /** By server, after these rounds. */
  readonly verdicts: ReadonlyMap<string, ServerVerdict>;
  readonly changes: readonly {
    readonly serverId: string;
    readonly kind: 'changed' | 'confirmed-dark' | 'returned';
    readonly from: LookOutcome | null;
    readonly to: LookOutcome;
  }[];
}

/**
 * Is it dark? Judges what probes saw, puts the looks on record as one batch, and says in entries of their own what changed: a verdict,
 * a server that is confirmed dark, one that has come back. All of it or nothing.
 */
export function recordRounds(
  world: World,
  operation: Operation,
  rounds: readonly Round[],
  { quorum }: VerifySetup,
): Promise<RecordedRounds> {
  const taken = rounds.filter(({ looks }) => looks.length > 0);
  if (taken.length === 0) return Promise.resolve({ looks: 0, verdicts: new Map(), changes: [] });
  return world.store.write(async (transaction) => {
    const serverIds = [...new Set(taken.map(({ serverId }) => serverId))];
    await transaction.lockOperationAhead(operation.id);
    const [fingerprints, baselines, facts] = await Promise.all([
      transaction.fingerprints(operation.id),
      transaction.serviceBaselines(serverIds),
      transaction.verdictFacts(operation.id, serverIds),
    ]);
    const known = knownServices(fingerprints, baselines);
    const { rows, judged } = judgeRounds(taken, known);
    const settled = await settleVerdicts(transaction, operation.id, judged, quorum, facts);
    await transaction.keepCertificates(certificatesOf(taken));
    const batchId = world.ids.uuid();
    const now = world.clock.now();
    const batch = await transaction.openBatch('probe', operation.id, batchId, now);
    await batch.add(rows);
    await batch.finish({
      actor: world.actor,
      recordedAt: now,
      kind: 'probe.recorded',
      subject: batchId,
      body: {
        schema: 1,
        operation: operation.id,
        by: OWN_PROBE,
        counts: countsOf(rows.map(({ outcome }) => outcome)),
        rounds: taken.length,
        vantages: vantagesOf(taken),
      },
    });
    await settled.append(world);
    return { looks: rows.length, verdicts: settled.verdicts, changes: settled.changes };
  });
}

function countsOf(outcomes: readonly LookOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Each vantage once, by name. */
function vantagesOf(
  rounds: readonly Round[],
): readonly { name: string; kind: string; network: string | null; country: string | null }[] {
  const known = new Map(rounds.flatMap(({ looks }) => looks.map(({ vantage }) => [vantage.name, vantage] as const)));
  return [...known.values()]
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, kind, network, country }) => ({ name, kind, network, country }));
}

/** More than any TLS library takes of a chain (OpenSSL: 100 KiB). The hash of a larger one still stands in its row. */
const MAX_CERTIFICATE_BYTES = 262_144;

function certificatesOf(rounds: readonly Round[]): ReadonlyMap<string, Uint8Array> {
  const kept = new Map<string, Uint8Array>();
  for (const der of rounds.flatMap(({ looks }) => looks.flatMap(({ certificates }) => certificates))) {
    if (der.length <= MAX_CERTIFICATE_BYTES) kept.set(createHash('sha256').update(der).digest('hex'), der);
  }
  return kept;
}
