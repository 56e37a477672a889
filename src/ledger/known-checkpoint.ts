import { parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openNote, parseNote } from './note.ts';
import type { VerifierKey } from './note.ts';

/**
 * Holds a ledger, while it is read, against a checkpoint that the auditor has kept. Which keys may have signed it is
 * known at the end only: a key of the ledger that was replaced since may have.
 */
export class KnownCheckpoint {
  readonly #note: string;
  readonly #checkpoint: Checkpoint | string;
  /** The root of the ledger where it had the checkpoint's size; null as long as it has not. */
  #root: string | null = null;

  constructor(note: string) {
    this.#note = note;
    this.#checkpoint = checkpointIn(note);
  }

  /** Tells how large the ledger is by now. `root` is asked only at the checkpoint's size. */
  reach(size: number, root: () => string): void {
    if (typeof this.#checkpoint !== 'string' && this.#checkpoint.size === size) this.#root = root();
  }

  /** What is wrong, or null. `size` is null where the number of entries is not to be relied on. */
  objection(
    origin: string,
    keys: readonly VerifierKey[],
    size: number | null,
  ): { message: string; sequence: number | null } | null {
    const known = this.#checkpoint;
    if (typeof known === 'string') return { message: `the known checkpoint: ${known}`, sequence: null };
    const opened = openNote(this.#note, keys);
    if (!opened.ok) return { message: `the known checkpoint: ${opened.reason}`, sequence: null };
    if (known.origin !== origin) {
      return { message: `the known checkpoint is of another ledger: ${known.origin}`, sequence: null };
    }
    if (this.#root !== null && this.#root !== known.root) {
      const message = `the first ${known.size} entries are not those of the known checkpoint: the ledger was rewritten`;
      return { message, sequence: null };
    }
    if (size !== null && known.size > size) {
      const message = `the known checkpoint has ${known.size} entries, this file ${size}: the ledger was cut`;
      return { message, sequence: size + 1 };
    }
    return null;
  }
}

function checkpointIn(note: string): Checkpoint | string {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed.reason;
  const checkpoint = parseCheckpoint(parsed.value.text);
  return checkpoint.ok ? checkpoint.value : checkpoint.reason;
}
