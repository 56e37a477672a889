import { hash } from 'node:crypto';
import type { HeldObject, NewVersion } from '../../domain/collection.ts';
import { stableId } from '../../domain/giving-ids.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { MAKER } from './stix-objects.ts';
import type { StixObject } from './stix-objects.ts';

/*
 * What becomes of a collection when its recipient may have other objects than it holds.
 *
 * STIX 2.1 section 3.6 says that nothing follows a revocation, and an id means the same wherever it stands. So what leaves one
 * collection is revoked in every one that holds it, and whoever may still have it, or may have it again, gets it under a new id.
 */

/** What says something of a server, and can be taken back. Families, parties and definitions say nothing of any. */
const REVOCABLE: ReadonlySet<string> = new Set(['infrastructure', 'indicator', 'relationship', 'sighting']);
/** Observables have no `revoked` (STIX 2.1 section 3.2): what is no longer wanted is no longer shown. */
const OBSERVABLE: ReadonlySet<string> = new Set([
  'ipv4-addr',
  'ipv6-addr',
  'domain-name',
  'network-traffic',
  'autonomous-system',
]);

/** From the id of something that was ever revoked to how often: what it is called by next. */
export type Generations = ReadonlyMap<string, number>;

function typeOf(id: string): string {
  return id.slice(0, id.indexOf('--'));
}

/** What of a collection's objects its recipient may not have any more. `standing` are those that it may. */
export interface Leaving {
  /** Base ids of what is taken back. */
  readonly revoked: readonly string[];
  /** Sightings that have been followed by newer ones: taken back only with what they are about. */
  readonly pastSightings: readonly HeldObject[];
  /** Ids of observables that nothing leans on any more. */
  readonly hidden: readonly string[];
}

export function leaving(held: Iterable<HeldObject>, standing: ReadonlySet<string>): Leaving {
  const revoked: string[] = [];
  const pastSightings: HeldObject[] = [];
  const hidden: string[] = [];
  for (const object of held) {
    if (object.revoked || standing.has(object.baseId)) continue;
    const type = typeOf(object.baseId);
    if (type === 'sighting') pastSightings.push(object);
    else if (REVOCABLE.has(type)) revoked.push(object.baseId);
    else if (OBSERVABLE.has(type)) hidden.push(object.stixId);
  }
  return { revoked, pastSightings, hidden };
}

/** The object under the id that it has after all revocations, and with the ids of what it refers to. */
export function atGeneration(object: StixObject, generations: Generations): StixObject {
  if (generations.size === 0) return object;
  const renamed: [string, StixObject[string]][] = Object.entries(object).map(([name, value]) => {
    if (name === 'id' || name.endsWith('_ref'))
      return [name, typeof value === 'string' ? idAt(value, generations) : value];
    return [name, value];
  });
  return { ...object, ...Object.fromEntries(renamed) };
}

export function idAt(baseId: string, generations: Generations): string {
  const generation = generations.get(baseId) ?? 0;
  return generation === 0 ? baseId : `${typeOf(baseId)}--${stableId('again', baseId, generation)}`;
}

/** The version to add; null where the collection holds the very same. `object` is as `atGeneration` gives it. */
export function newVersion(
  object: StixObject,
  {
    baseId,
    generation,
    held,
  }: { readonly baseId: string; readonly generation: number; readonly held: HeldObject | null },
): NewVersion | null {
  const contentHash = hashOf(object);
  if (held?.contentHash === contentHash) return null;
  // A later version has a later `modified` (STIX 2.1 section 3.6.1), whatever the facts say.
  const modified = momentOf(object['modified']);
  const version = modified === null || held === null ? modified : Math.max(modified, held.version + 1);
  const versioned = version === modified || version === null ? object : { ...object, modified: isoInstant(version) };
  return {
    stixId: object.id,
    stixType: object.type,
    baseId,
    generation,
    // TAXII 2.1 section 3.4.1: what has no `modified` goes by `created`.
    version: version ?? momentOf(object['created']),
    revoked: object['revoked'] === true,
    contentHash,
    object: JSON.stringify(versioned),
    isFirst: held === null,
  };
}

/** The last version of something that is taken back for whatever reason, of which only its stored text is known. */
export function revocation(text: string, held: HeldObject, now: Instant): NewVersion {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own text, as `newVersion` wrote it
  const object = JSON.parse(text) as StixObject;
  const revoked = { ...object, modified: isoInstant(Math.max(now, held.version + 1)), revoked: true };
  const version = newVersion(revoked, { baseId: held.baseId, generation: held.generation, held });
  if (version === null) throw new Error(`${held.stixId} is revoked already`);
  return version;
}

/** A pattern that is valid and matches nothing that anybody sees. */
const NO_PATTERN = "[x-dismantle-erased:value = 'erased']";

/**
 * What is left of a revocation once what it was about is erased: that its id is revoked. Clients drop it by that; what STIX 2.1 demands
 * besides says nothing of anybody. Observables are called by a hash of what they are, so that nothing refers to them.
 */
export function bareRevocation(text: string): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own text, as `newVersion` wrote it
  const object = JSON.parse(text) as StixObject;
  const kept = ['type', 'spec_version', 'id', 'created_by_ref', 'created', 'modified', 'object_marking_refs'];
  const bare = Object.fromEntries(Object.entries(object).filter(([name]) => kept.includes(name)));
  return JSON.stringify({ ...bare, revoked: true, ...demanded(object) });
}

function demanded(object: StixObject): Readonly<Record<string, StixObject[string]>> {
  const ref = (name: string): StixObject[string] => {
    const id = object[name];
    return typeof id === 'string' && !OBSERVABLE.has(typeOf(id)) ? id : MAKER;
  };
  switch (object.type) {
    case 'infrastructure':
      return { name: 'erased' };
    case 'indicator':
      return { pattern: NO_PATTERN, pattern_type: 'stix', valid_from: object['created'] ?? '' };
    case 'relationship':
      return { relationship_type: 'related-to', source_ref: ref('source_ref'), target_ref: ref('target_ref') };
    case 'sighting':
      return { sighting_of_ref: ref('sighting_of_ref') };
    default:
      return {};
  }
}

/** The same version without what it says. */
export function withoutContent(version: NewVersion): NewVersion {
  const object = bareRevocation(version.object);
  return { ...version, object, contentHash: hash('sha256', object) };
}

/** Of what a stored sighting is. */
export function sightedIn(text: string): string {
  const sighting: unknown = JSON.parse(text);
  if (typeof sighting === 'object' && sighting !== null && 'sighting_of_ref' in sighting)
    return String(sighting.sighting_of_ref);
  throw new Error('a stored sighting says not of what it is');
}

function hashOf(object: StixObject): string {
  return hash('sha256', JSON.stringify({ ...object, modified: '' }));
}

function momentOf(value: StixObject[string] | undefined): Instant | null {
  return typeof value === 'string' ? Date.parse(value) : null;
}
