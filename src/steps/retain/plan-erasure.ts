import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { ERASABLE_KINDS, RETENTION_CLASSES, retentionClassOf } from '../../domain/retention.ts';
import type { RetentionClass } from '../../domain/retention.ts';
import type { ErasableEntry, ReadTransaction } from '../../ports/store.ts';

/** For how many days each class is kept; null: as long as the ledger. */
export type Retention = Readonly<Record<RetentionClass, number | null>>;

export interface PlannedErasure extends ErasableEntry {
  readonly class: RetentionClass;
  /** A sentence. */
  readonly why: string;
}

const DAY_MS = 86_400_000;

/** What the settings say is past its time, the oldest first. */
export async function planByRetention(
  transaction: ReadTransaction,
  retention: Retention,
  now: Instant,
): Promise<readonly PlannedErasure[]> {
  const planned: PlannedErasure[] = [];
  for (const name of RETENTION_CLASSES) {
    const days = retention[name];
    if (days === null) continue;
    const kinds = ERASABLE_KINDS.filter((kind) => retentionClassOf(kind) === name);
    const entries = await transaction.erasable(kinds, now - days * DAY_MS);
    const inUse = name === 'messages' ? await standingDrafts(transaction) : new Set<number>();
    for (const entry of entries) {
      // What a notice stands on is kept as long as the notice, which is never erased: somebody may have to answer for it.
      if (!inUse.has(entry.sequence) && !entry.isEvidence)
        planned.push({ ...entry, class: name, why: whyOf(entry, `older than ${days} days`) });
    }
  }
  return withDependents(transaction, planned);
}

/** What a person names; throws a `usage` problem for an entry that cannot be erased. */
export async function planBySequence(
  transaction: ReadTransaction,
  sequences: readonly number[],
): Promise<readonly PlannedErasure[]> {
  const erasable = new Map((await transaction.erasable(ERASABLE_KINDS, null)).map((entry) => [entry.sequence, entry]));
  const inUse = await standingDrafts(transaction);
  const planned = sequences.map((sequence): PlannedErasure => {
    const entry = erasable.get(sequence);
    const name = entry === undefined ? null : retentionClassOf(entry.kind);
    if (entry === undefined || name === null) {
      throw problem(
        'usage',
        `entry ${sequence} cannot be erased: it is none of ${ERASABLE_KINDS.join(', ')}, or it is erased already`,
        'dismantle imports shows the entry of each file',
      );
    }
    if (inUse.has(sequence)) {
      throw problem(
        'refused',
        `entry ${sequence} is the draft of a notice that still stands`,
        'Erase the import that names its servers',
      );
    }
    return { ...entry, class: name, why: whyOf(entry, 'named by a person') };
  });
  return withDependents(transaction, planned);
}

/** Who approves it has to know that a source's word comes back with what took it back, and that a sent notice loses what it stood on. */
function whyOf({ withdrawn, isEvidence }: ErasableEntry, why: string): string {
  const evidence = isEvidence ? '; it is evidence of a notice that was sent' : '';
  return withdrawn === 0 ? `${why}${evidence}` : `${why}${evidence}; what it took back (${withdrawn}) stands again`;
}

/** A draft that holds a server which nothing else names any more would be the one place left that tells its address. */
async function withDependents(
  transaction: ReadTransaction,
  planned: readonly PlannedErasure[],
): Promise<readonly PlannedErasure[]> {
  const imports = planned.filter(({ class: name }) => name === 'sightings').map(({ sequence }) => sequence);
  const known = new Set(planned.map(({ sequence }) => sequence));
  const dependents = imports.length === 0 ? [] : await transaction.noticesOnlyAbout(imports);
  const further = dependents
    .filter(({ sequence }) => !known.has(sequence))
    .map((entry): PlannedErasure => ({
      ...entry,
      class: 'messages',
      why: 'holds a server that only these imports name',
    }));
  return [...planned, ...further].sort((one, other) => one.sequence - other.sequence);
}

/** The newest draft of each notice that has not been withdrawn since. */
async function standingDrafts(transaction: ReadTransaction): Promise<ReadonlySet<number>> {
  const last = new Map<string, ErasableEntry>();
  for (const entry of await transaction.erasable(['notice.drafted', 'notice.withdrawn'], null))
    last.set(entry.subject, entry);
  return new Set([...last.values()].filter(({ kind }) => kind === 'notice.drafted').map(({ sequence }) => sequence));
}
