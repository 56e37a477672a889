/** One file that browsers are given. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly gzipped: Uint8Array;
}

/** The pages for people, as they were built. */
export interface BuiltPages {
  /** The page that finds its way by the address. */
  readonly index: PageFile;
  /** By name; the name holds a hash of what is in it. */
  readonly assets: ReadonlyMap<string, PageFile>;
}
