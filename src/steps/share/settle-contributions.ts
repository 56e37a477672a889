import { lineOfObject, partnerSource } from '../../domain/contribution.ts';
import type { WaitingContribution } from '../../domain/contribution.ts';
import type { Operation } from '../../domain/operation.ts';
import { plainText } from '../../domain/plain-text.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { World } from '../../ports/world.ts';

/** A partner can ask for a day what became of what it has handed in (TAXII 2.1 section 4.3). */
const KEPT_MS = 86_400_000;
const MAX_MESSAGE_LENGTH = 500;

/** Intake, by the words that the command line has for it. */
export type TakeIn = (
  input: InputFile,
  words: {
    readonly format: 'stix';
    readonly source: string;
    readonly tlp: string;
    readonly group?: string;
    readonly reliability?: string;
  },
) => Promise<{ readonly importId: string }>;

export interface SettledContribution {
  readonly id: string;
  readonly partner: string;
  readonly objects: number;
  readonly refused: number;
}

/**
 * Has intake take what partners have handed in, as what any source says: it is a sighting and no case. Each is settled by itself;
 * one whose settling was cut short is taken in again, which changes nothing.
 */
export async function settleContributions(
  world: World,
  operation: Operation,
  intake: TakeIn,
): Promise<readonly SettledContribution[]> {
  const settled: SettledContribution[] = [];
  for (;;) {
    world.signal.throwIfAborted();
    const waiting = await world.store.read((transaction) => transaction.waitingContribution(operation.id));
    if (waiting === null) return settled;
    settled.push(await settle(world, operation, waiting, intake));
  }
}

async function settle(
  world: World,
  operation: Operation,
  waiting: WaitingContribution,
  intake: TakeIn,
): Promise<SettledContribution> {
  const { importId, refusals } = await takeIn(world, waiting, intake);
  const refused = refusals.filter((reason) => reason !== null).length;
  await world.store.write(async (transaction) => {
    const now = world.clock.now();
    await transaction.settleContribution(waiting.id, refusals, now, now - KEPT_MS);
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'contribution.settled',
      subject: waiting.id,
      body: {
        schema: 1,
        operation: operation.id,
        partner: waiting.partner,
        import: importId,
        objects: refusals.length,
        refused,
      },
    });
  });
  return { id: waiting.id, partner: waiting.partner, objects: refusals.length, refused };
}

interface TakenIn {
  /** Null where the whole of it was refused. */
  readonly importId: string | null;
  readonly refusals: readonly (string | null)[];
}

async function takeIn(world: World, waiting: WaitingContribution, intake: TakeIn): Promise<TakenIn> {
  const all = (reason: string): TakenIn => ({ importId: null, refusals: waiting.objects.map(() => reason) });
  const partner = await world.store.read((transaction) => transaction.partner(waiting.partner));
  if (partner === null || partner.removedAt !== null || !partner.mayContribute) return all('you may not contribute');
  try {
    const { importId } = await intake(inputOf(waiting), {
      format: 'stix',
      source: partnerSource(waiting.partner),
      // What a partner has not marked is not for everybody.
      tlp: 'amber',
      ...(partner.group === null ? {} : { group: partner.group }),
      ...(partner.reliability === null ? {} : { reliability: partner.reliability }),
    });
    const rejections = await world.store.read((transaction) => transaction.rejections(importId, null));
    const byLine = Map.groupBy(rejections, ({ line }) => line);
    return {
      importId,
      refusals: waiting.objects.map((_, index) => {
        const own = byLine.get(lineOfObject(index)) ?? [];
        return own.length === 0 ? null : plainText(own.map(({ reason }) => reason).join('; '), MAX_MESSAGE_LENGTH);
      }),
    };
  } catch (cause) {
    // What is wrong with the contribution itself; anything else is ours, and it waits on.
    if (cause instanceof ProblemError && ['refused', 'input', 'usage'].includes(cause.problem.code)) {
      return all(cause.problem.message);
    }
    throw cause;
  }
}

function inputOf({ id, content, sha256 }: WaitingContribution): InputFile {
  const bytes = Buffer.from(content);
  return {
    name: `contribution ${id}`,
    sizeBytes: bytes.length,
    sha256,
    head: bytes.subarray(0, 4096),
    async *chunks() {
      yield await Promise.resolve(bytes);
    },
  };
}
