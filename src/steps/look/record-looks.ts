import { isoInstant } from '../../domain/instant.ts';
import type { Rejection } from '../../domain/import-outcome.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import type { ProbeRow } from '../../domain/rows.ts';
import { namedServer } from '../../domain/server-id.ts';
import type { JudgedRound } from '../../domain/verdict.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import type { Look, LookLine } from './read-looks.ts';

export interface RecordedLooks {
  readonly recorded: number;
  /** Looks that are on record already, or twice in the file. */
  readonly repeated: number;
  readonly byOutcome: Readonly<Partial<Record<LookOutcome, number>>>;
  readonly rejected: readonly Rejection[];
}

/**
 * What the looks make of the verdicts of their servers, by server; in the same transaction. Asked before they are on record;
 * what it gives back is called after.
 */
export type JudgeByHand = (
  transaction: WriteTransaction,
  rounds: ReadonlyMap<string, readonly JudgedRound[]>,
) => Promise<() => Promise<void>>;

type PlacedLook = Look & { readonly serverId: string };

/**
 * Records what a person saw of servers, as one batch. A row that cannot be read, or is of no server of the operation, is
 * rejected with its reason; the rest goes on.
 *
 * @param file what the lines are of, as the user wrote it
 */
export function recordLooks(
  world: World,
  operation: Operation,
  file: string,
  lines: readonly LookLine[],
  as: string,
  judge?: JudgeByHand,
): Promise<RecordedLooks> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const person = speakerOf(await transaction.people(), as);
    const { looks, rejected } = await placed(transaction, operation, file, lines);
    const fresh = await notOnRecord(transaction, looks);
    const byOutcome: Partial<Record<LookOutcome, number>> = {};
    for (const { outcome } of fresh) byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
    const outcome = { recorded: fresh.length, repeated: looks.length - fresh.length, byOutcome, rejected };
    if (fresh.length === 0) return outcome;
    const append = await judge?.(transaction, roundsOf(fresh));
    const batchId = world.ids.uuid();
    const now = world.clock.now();
    const batch = await transaction.openBatch('probe', operation.id, batchId, now);
    await batch.add(fresh.map((look) => rowOf(look, person)));
    await batch.finish({
      actor: world.actor,
      recordedAt: now,
      kind: 'probe.recorded',
      subject: batchId,
      body: { schema: 1, operation: operation.id, by: person, counts: byOutcome },
    });
    await append?.();
    return outcome;
  });
}

async function placed(
  transaction: ReadTransaction,
  operation: Operation,
  file: string,
  lines: readonly LookLine[],
): Promise<{ readonly looks: readonly PlacedLook[]; readonly rejected: readonly Rejection[] }> {
  const looks: (PlacedLook & Pick<LookLine, 'line' | 'value'>)[] = [];
  const rejected: Rejection[] = [];
  for (const { line, value, look } of lines) {
    if (!look.ok) rejected.push({ file, line, value, reason: look.problem });
    else looks.push({ ...look.value, line, value, serverId: namedServer(operation.id, look.value.server).id });
  }
  const ids = [...new Set(looks.map(({ serverId }) => serverId))];
  const known = await transaction.looks().knownServers(operation.id, ids);
  for (const { line, value, serverId } of looks) {
    if (known.has(serverId)) continue;
    rejected.push({ file, line, value, reason: `the operation ${operation.name} has no such server` });
  }
  return {
    looks: looks.filter(({ serverId }) => known.has(serverId)),
    rejected: rejected.toSorted((one, other) => one.line - other.line),
  };
}

/** More than one machine's looks of a month; above it what is on record twice harms nobody. */
const MAX_COMPARED = 1_000_000;

async function notOnRecord(transaction: ReadTransaction, looks: readonly PlacedLook[]): Promise<readonly PlacedLook[]> {
  if (looks.length === 0) return [];
  const ids = [...new Set(looks.map(({ serverId }) => serverId))];
  const since = looks.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  const seen = new Set((await transaction.looks().looks(ids, since, MAX_COMPARED)).map(identityOf));
  return looks.filter((look) => {
    const identity = identityOf(look);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

function identityOf({ serverId, port, at, vantage, outcome }: PlacedLook | Omit<PlacedLook, 'server'>): string {
  return JSON.stringify([serverId, port, at, vantage, outcome]);
}

/** Each look a round of its own: the fold brings those of one moment together. */
function roundsOf(looks: readonly PlacedLook[]): ReadonlyMap<string, readonly JudgedRound[]> {
  return new Map(
    [...Map.groupBy(looks, ({ serverId }) => serverId)].map(([serverId, own]) => [
      serverId,
      own.map(({ port, at, vantage: name, outcome }): JudgedRound => {
        const vantage = { name, network: null, country: null };
        return { at, isByHand: true, looks: [{ vantage, port, at, outcome, finding: null }] };
      }),
    ]),
  );
}

function rowOf({ serverId, port, at, vantage, outcome, how }: PlacedLook, person: string): ProbeRow {
  return { type: 'probe', serverId, port, at: isoInstant(at), vantage, outcome, how, person };
}
