/**
 * The folder in which everything lands that a run writes for people: notices in `outbox/` while nothing is armed (rule
 * 11: dry run is an adapter), rejected rows in `rejects.csv`. Names are relative to the operation's own folder.
 */
export interface OutputFolder {
  /** Where a file is or will be, as a path that the user can open. */
  locate(operation: string, name: string): string;
  /** Writes a whole file or nothing, in place of an earlier one. Returns the path. */
  put(operation: string, name: string, content: Uint8Array): Promise<string>;
  /** Whether exactly these bytes are there. */
  has(operation: string, name: string, sha256: string): Promise<boolean>;
  remove(operation: string, name: string): Promise<void>;
}
