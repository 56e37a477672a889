import type { Recipient } from './giving.ts';
import { stableId } from './giving-ids.ts';
import type { Instant } from './instant.ts';

/*
 * Collections: what each recipient of an operation can fetch, version after version (TAXII 2.1 section 5).
 */

/** A moment to the microsecond in UTC, "2026-11-23T23:30:00.000001Z" (TAXII 2.1 section 2). Sorts as text. */
export type MicroInstant = string;

export interface Collection {
  readonly id: string;
  readonly operationId: string;
  readonly operation: string;
  readonly drill: boolean;
  /** As `recipientText` writes it. */
  readonly recipient: string;
  readonly title: string;
}

/** The newest version of an object in a collection. */
export interface HeldObject {
  readonly stixId: string;
  readonly baseId: string;
  readonly generation: number;
  readonly version: Instant;
  readonly revoked: boolean;
  readonly contentHash: string;
}

/** One version of an object, as it is stored. */
export interface NewVersion {
  readonly stixId: string;
  readonly stixType: string;
  readonly baseId: string;
  readonly generation: number;
  /** Null: the object says none, so that it is the moment of its being added. */
  readonly version: Instant | null;
  readonly revoked: boolean;
  readonly contentHash: string;
  readonly object: string;
  /** No version of this object was ever shown here. */
  readonly isFirst: boolean;
}

/** Which versions are wanted (TAXII 2.1 section 3.4.1); those of any of these. */
export interface VersionMatch {
  readonly last: boolean;
  readonly first: boolean;
  readonly all: boolean;
  /** Moments, in text that PostgreSQL reads. */
  readonly at: readonly MicroInstant[];
}

export interface CollectionFilter {
  readonly addedAfter: MicroInstant | null;
  /** Null: any. */
  readonly ids: readonly string[] | null;
  readonly types: readonly string[] | null;
  readonly versions: VersionMatch;
}

/** Objects are their stored text. */
export interface PagedObject {
  readonly dateAdded: MicroInstant;
  readonly object: string;
}

export interface ManifestRecord {
  readonly dateAdded: MicroInstant;
  readonly id: string;
  /** As the object writes it; to the microsecond where it has none of its own. */
  readonly version: string;
}

/** The id of a collection follows from whose it is, in the form of a UUID version 4, which TAXII 2.1 section 2 asks for. */
export function collectionId(operationId: string, recipient: string): string {
  return stableId('collection', operationId, recipient);
}

/** Where partners hand in what they have seen: written and never read. */
export function contributionsId(operationId: string): string {
  return stableId('contributions', operationId);
}

/** What a recipient's collection is called. `name` and `type` are those of a provider, where it is known by any. */
export function collectionTitle(
  to: Recipient,
  provider: { readonly name: string; readonly type: string } | null,
): string {
  if (to.kind === 'community') return 'Community';
  if (to.kind === 'country') return `National CSIRT of ${to.country}`;
  return `${provider?.type === 'isp' ? 'ISP' : 'Provider'} ${provider?.name ?? to.key}`;
}
