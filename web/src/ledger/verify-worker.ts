import { ERASABLE_KINDS, MerkleTree, erasedBy, faultOf } from './verify.ts';
import type { Entry, Fault, SealedEntry } from './verify.ts';

/** What the worker tells: how far it is, and at the end what it found. */
export type Told =
  | { readonly kind: 'progress'; readonly entries: number; readonly of: number }
  | { readonly kind: 'fault'; readonly sequence: number; readonly fault: Fault }
  | {
      readonly kind: 'whole';
      readonly entries: number;
      readonly erased: number;
      readonly root: string;
      readonly claimed: string;
    }
  | { readonly kind: 'failed'; readonly message: string };

const PAGE = 1000;

async function read<Value>(path: string): Promise<Value> {
  const response = await fetch(`/api/v1${path}`, {
    credentials: 'same-origin',
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`the service answered ${response.status}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whatever is not of this form does not check out
  return (await response.json()) as Value;
}

function tell(told: Told): void {
  postMessage(told);
}

/** Reads the ledger up to where it ends now, and recomputes all of it. */
async function verify(): Promise<void> {
  const { entries, root: claimed } = await read<{ readonly entries: number; readonly root: string }>('/ledger');
  const tree = new MerkleTree();
  let previous: Entry | null = null;
  let erased = 0;
  /** Entries without a body that no later erasure has named yet. */
  const withheld = new Set<number>();
  while ((previous?.sequence ?? 0) < entries) {
    const after: number = previous?.sequence ?? 0;
    const page: readonly SealedEntry[] = await read(
      `/ledger/entries?after=${after}&limit=${Math.min(PAGE, entries - after)}`,
    );
    if (page.length === 0) {
      tell({ kind: 'fault', sequence: after + 1, fault: 'sequence' });
      return;
    }
    for (const sealed of page) {
      const fault = await faultOf(sealed, previous);
      if (fault !== null) {
        tell({ kind: 'fault', sequence: sealed.entry.sequence, fault });
        return;
      }
      await tree.append(sealed.entry.hash);
      if (sealed.content === null) {
        erased += 1;
        if (!ERASABLE_KINDS.has(sealed.entry.kind)) {
          tell({ kind: 'fault', sequence: sealed.entry.sequence, fault: 'withheld' });
          return;
        }
        withheld.add(sealed.entry.sequence);
      }
      for (const sequence of erasedBy(sealed)) withheld.delete(sequence);
      previous = sealed.entry;
    }
    tell({ kind: 'progress', entries: previous?.sequence ?? 0, of: entries });
  }
  const [unnamed] = withheld;
  if (unnamed !== undefined) {
    tell({ kind: 'fault', sequence: unnamed, fault: 'withheld' });
    return;
  }
  tell({ kind: 'whole', entries, erased, root: await tree.root(), claimed });
}

verify().catch((cause: unknown) =>
  tell({ kind: 'failed', message: cause instanceof Error ? cause.message : 'it failed' }),
);
