/** The folder in which notices land while nothing is armed (rule 11: dry run is an adapter). */
export interface Outbox {
  /** Where a message is or will be, as a path that the user can open. */
  locate(operation: string, fileName: string): string;
  /** Writes a whole message or nothing, in place of an earlier one. Returns the path. */
  put(operation: string, fileName: string, message: Uint8Array): Promise<string>;
  /** Whether exactly these bytes are there. */
  has(operation: string, fileName: string, sha256: string): Promise<boolean>;
  remove(operation: string, fileName: string): Promise<void>;
}
