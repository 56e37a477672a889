import type { Result } from '../domain/result.ts';

/** A file that the user named. It may be read several times; each reading gives the same bytes or says that it changed. */
export interface InputFile {
  /** As the user wrote it. */
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of the whole content, lower-case hex. */
  readonly sha256: string;
  /** The first bytes, for telling the format. */
  readonly head: Uint8Array;
  chunks(): AsyncIterable<Uint8Array>;
}

export interface InputFiles {
  open(name: string): Promise<Result<InputFile>>;
}
