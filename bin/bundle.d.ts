/** What changes when any file below a folder is written, added or removed. */
export interface Sources {
  readonly files: number;
  readonly bytes: number;
  readonly newestMs: number;
}

export function sourcesOf(folder: string): Sources;
export function currentBundle(root: string): string | null;
