import type {
  Collection,
  CollectionFilter,
  HeldObject,
  ManifestRecord,
  MicroInstant,
  NewVersion,
  PagedObject,
} from '../domain/collection.ts';
import type { Instant } from '../domain/instant.ts';

/** What a client may fetch, as far as whoever asks may see it. Pages go by the moment of adding; `limit` bounds them. */
export interface CollectionPages {
  /** Of one operation, or of all: by operation, then the community first, then by recipient. */
  collections(operationId: string | null): Promise<readonly Collection[]>;
  collectionObjects(collectionId: string, filter: CollectionFilter, limit: number): Promise<readonly PagedObject[]>;
  collectionManifest(collectionId: string, filter: CollectionFilter, limit: number): Promise<readonly ManifestRecord[]>;
}

/** What publishing asks of the store. */
export interface CollectionReads extends CollectionPages {
  /** The newest version of all that a collection has ever shown and not withdrawn, in pages. */
  heldObjects(collectionId: string): AsyncIterable<readonly HeldObject[]>;
  /** The text of the newest version, by id. */
  heldTexts(collectionId: string, stixIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** From base ids of what an operation's collections ever revoked to the generation that comes next. */
  generationsOf(operationId: string): Promise<ReadonlyMap<string, number>>;
  /** What the collections were last made from; null before the first time. */
  collectionBasis(operationId: string): Promise<string | null>;
  /** Whether sightings have been erased since an entry of the ledger. */
  wereSightingsErasedSince(sequence: number): Promise<boolean>;
  /** The newest entry of the ledger from which anything in a collection can follow. */
  newestEntryToPublish(): Promise<number>;
}

/** What a revoked object is to say from now on: that it is revoked. */
export interface BareObject {
  readonly collectionId: string;
  readonly stixId: string;
  readonly object: string;
}

export interface CollectionWrites {
  /** Opens a collection, or calls it anew. */
  openCollection(collection: Collection, at: Instant): Promise<void>;
  /**
   * Adds versions in this order, each a microsecond after the one before and after all that is there, `at` at the earliest. What
   * they follow is the last no more; what a revocation follows is not shown any more. Returns the moment of the first.
   */
  addVersions(collectionId: string, at: Instant, versions: readonly NewVersion[]): Promise<MicroInstant>;
  /** Shows nothing of these objects any more. */
  hideObjects(collectionId: string, stixIds: readonly string[]): Promise<void>;
  /**
   * After an erasure that the collections have not followed yet: keeps the newest version of what is shown and no other, and has these
   * revoked objects say no more than that. Fails where nothing was erased, or a text says more.
   */
  forgetVersions(operationId: string, bare: readonly BareObject[]): Promise<void>;
  rememberBasis(operationId: string, basis: string, at: Instant): Promise<void>;
}
