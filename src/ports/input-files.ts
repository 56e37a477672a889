import type { Result } from '../domain/result.ts';

/** A file that the user named. It may be read several times; each reading gives the same bytes or says that it changed. */
export interface InputFile {
  /** As the user wrote it; `feeds.zip/member.csv` and `feed/<uuid>.json` for what lies in an archive or a folder. */
  readonly name: string;
  /** Of the content, unpacked. */
  readonly sizeBytes: number;
  /** SHA-256 of the whole content, unpacked, in lower-case hex: the same for `feed.csv` and for `feed.csv.gz`. */
  readonly sha256: string;
  /** The first bytes, for telling the format. */
  readonly head: Uint8Array;
  chunks(): AsyncIterable<Uint8Array>;
}

/** A file on its way, kept where nobody else reads it. */
export interface ReceivedFile {
  take(piece: Uint8Array): Promise<void>;
  /** What has come, as `open` would give it: an archive gives several. The first that cannot be read is the problem. */
  files(): Promise<Result<readonly InputFile[]>>;
  /** Removes it; what `files` gave may not be read any more. */
  drop(): Promise<void>;
}

export interface InputFiles {
  /**
   * Opens what the names stand for, in their order. `-` is standard input; an archive, a pattern or a folder gives
   * several files. The first that cannot be read is the problem, and then none is given.
   */
  open(names: readonly string[]): Promise<Result<readonly InputFile[]>>;
  /** Begins a file that comes in pieces, from somewhere that is no file. */
  receive(name: string): Promise<ReceivedFile>;
  /** Removes the copies that pipes were read into; no file may be read after it. */
  close(): Promise<void>;
}
