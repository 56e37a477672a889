import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { collectionId, collectionTitle } from '../../domain/collection.ts';
import type { Collection, HeldObject, NewVersion } from '../../domain/collection.ts';
import { recipientText } from '../../domain/giving.ts';
import type { Given, GivenServer, Recipient } from '../../domain/giving.ts';
import type { Operation } from '../../domain/operation.ts';
import {
  atGeneration,
  bareRevocation,
  idAt,
  leaving,
  newVersion,
  revocation,
  sightedIn,
  withoutContent,
} from '../../policy/giving/collection-changes.ts';
import type { Generations } from '../../policy/giving/collection-changes.ts';
import { FORMAT_NATURES } from '../../policy/giving/files-of.ts';
import { ceilingOf, formatReason, mayBeGiven } from '../../policy/giving/may-be-given.ts';
import { stixObjects } from '../../policy/giving/stix-objects.ts';
import type { StixObject } from '../../policy/giving/stix-objects.ts';
import type { BareObject } from '../../ports/collections.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** Changes with what this version makes of the same facts. */
const EDITION = 1;
/** Versions that go to the store at once. */
const VERSIONS_A_CHUNK = 1000;

export interface Published {
  readonly collections: number;
  /** Versions that were stored, revocations among them. */
  readonly added: number;
  readonly revoked: number;
  /** Observables that are not shown any more. */
  readonly hidden: number;
  /** Nothing had been recorded since the last time, so that nothing was looked at. */
  readonly unchanged: boolean;
}

/**
 * Brings the collections of an operation to what their recipients may have now. Done twice it does nothing; a run that is stopped
 * leaves them as they were.
 */
export async function publishCollections(
  world: World,
  operation: Operation,
  organisation: string | null,
): Promise<Published> {
  const basisOf = async (
    transaction: Pick<WriteTransaction, 'givingOperation' | 'newestEntryToPublish'>,
  ): Promise<string> => {
    const { changedAt } = await transaction.givingOperation(operation.id, world.clock.now());
    return JSON.stringify([EDITION, organisation, await transaction.newestEntryToPublish(), changedAt]);
  };
  const isUnchanged = await world.store.read(
    async (transaction) => (await transaction.collectionBasis(operation.id)) === (await basisOf(transaction)),
  );
  if (isUnchanged) return { collections: 0, added: 0, revoked: 0, hidden: 0, unchanged: true };
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const basis = await basisOf(transaction);
    const reached = entryOf(await transaction.collectionBasis(operation.id));
    const isErasing = reached !== null && (await transaction.wereSightingsErasedSince(reached));
    const published = await new Publishing(world, transaction, operation, { organisation, isErasing }).publish();
    await transaction.rememberBasis(operation.id, basis, world.clock.now());
    return published;
  });
}

/** The entry of the ledger up to which collections were made, by their basis; null before the first time. */
function entryOf(basis: string | null): number | null {
  const [, , reached]: readonly unknown[] = basis === null ? [] : JSON.parse(basis);
  return typeof reached === 'number' ? reached : null;
}

/** One recipient's collection, and what its recipient may have. */
interface Wish {
  readonly collection: Collection;
  readonly given: Given;
}

class Publishing {
  readonly #world: World;
  readonly #transaction: WriteTransaction;
  readonly #operation: Operation;
  readonly #organisation: string | null;
  /** Sightings were erased since the last time: what is taken back says nothing more, and what came before is forgotten. */
  readonly #isErasing: boolean;

  constructor(
    world: World,
    transaction: WriteTransaction,
    operation: Operation,
    { organisation, isErasing }: { readonly organisation: string | null; readonly isErasing: boolean },
  ) {
    this.#world = world;
    this.#transaction = transaction;
    this.#operation = operation;
    this.#organisation = organisation;
    this.#isErasing = isErasing;
  }

  async publish(): Promise<Published> {
    const wishes = await this.#wishes();
    const generations = new Map(await this.#transaction.generationsOf(this.#operation.id));
    // Who wants what is needed in full before anything is written: what one recipient loses changes its id for all.
    const taken = await this.#takenBack(wishes);
    for (const id of taken) generations.set(id, (generations.get(id) ?? 0) + 1);
    // What is revoked is told under the ids that its recipients know.
    const before = new Map([...generations].map(([id, next]) => [id, taken.has(id) ? next - 1 : next]));
    const changes: CollectionChange[] = [];
    for (const wish of wishes) {
      const change = await this.#bringUp(wish, taken, { before, after: generations });
      if (change !== null) changes.push(change);
      this.#world.signal.throwIfAborted();
    }
    if (this.#isErasing) await this.#forget(wishes);
    const sum = (count: (change: CollectionChange) => number): number =>
      changes.reduce((total, change) => total + count(change), 0);
    if (changes.length > 0) {
      await this.#transaction.append({
        actor: this.#world.actor,
        recordedAt: this.#world.clock.now(),
        kind: 'collections.published',
        subject: this.#operation.id,
        body: {
          schema: 1,
          operation: this.#operation.id,
          collections: changes.map(({ recipient, added, revoked, hidden, sha256 }) => ({
            recipient,
            added,
            revoked,
            hidden,
            sha256,
          })),
        },
      });
    }
    return {
      collections: changes.length,
      added: sum(({ added }) => added),
      revoked: sum(({ revoked }) => revoked),
      hidden: sum(({ hidden }) => hidden),
      unchanged: false,
    };
  }

  /** The community, and every country and provider that may have anything, or could once. */
  async #wishes(): Promise<readonly Wish[]> {
    const transaction = this.#transaction;
    const now = this.#world.clock.now();
    const told = await transaction.givingOperation(this.#operation.id, now);
    const servers = new Map<string, { readonly to: Recipient; readonly servers: GivenServer[] }>();
    const place = (to: Recipient): { readonly to: Recipient; readonly servers: GivenServer[] } => {
      const key = recipientText(to);
      let found = servers.get(key);
      if (found === undefined) servers.set(key, (found = { to, servers: [] }));
      return found;
    };
    place({ kind: 'community' });
    const opened = await transaction.collections(this.#operation.id);
    for (const { recipient } of opened) place(recipientOf(recipient));
    const providers = new Map<string, { readonly name: string; readonly type: string }>();
    let newestChange = told.changedAt;
    for await (const page of transaction.givingFacts(this.#operation.id, now)) {
      for (const facts of page) {
        newestChange = Math.max(newestChange, facts.changedAt);
        const recipients: Recipient[] = [{ kind: 'community' }];
        if (facts.country !== null && /^[A-Z]{2}$/.test(facts.country))
          recipients.push({ kind: 'country', country: facts.country });
        if (facts.provider !== null) {
          providers.set(facts.provider.key, facts.provider);
          recipients.push({ kind: 'provider', key: facts.provider.key });
        }
        for (const to of recipients) {
          const { given } = mayBeGiven(facts, { to, ceiling: ceilingOf(to) });
          if (given === null || formatReason(given, { ...FORMAT_NATURES.stix, live: false }) !== null) continue;
          // Whom nothing was ever given has nothing that could be taken back.
          if (given.revoked && !servers.has(recipientText(to))) continue;
          place(to).servers.push(given);
        }
      }
      this.#world.signal.throwIfAborted();
    }
    const titles = new Map(opened.map(({ recipient, title }) => [recipient, title]));
    const wishes: Wish[] = [];
    for (const [recipient, { to, servers: given }] of [...servers].toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    )) {
      const provider = to.kind === 'provider' ? (providers.get(to.key) ?? null) : null;
      const collection: Collection = {
        id: collectionId(this.#operation.id, recipient),
        operationId: this.#operation.id,
        operation: this.#operation.name,
        drill: this.#operation.drill,
        recipient,
        title:
          to.kind === 'provider' && provider === null
            ? (titles.get(recipient) ?? collectionTitle(to, null))
            : collectionTitle(to, provider),
      };
      if (titles.get(recipient) !== collection.title) await transaction.openCollection(collection, now);
      wishes.push({
        collection,
        given: {
          operation: told,
          to,
          ceiling: ceilingOf(to),
          organisation: this.#organisation,
          servers: given,
          newestChange,
        },
      });
    }
    return wishes;
  }

  /** Base ids of all that some recipient has and may not have any more. */
  async #takenBack(wishes: readonly Wish[]): Promise<ReadonlySet<string>> {
    const taken = new Set<string>();
    const past: { readonly collection: Collection; readonly sighting: HeldObject; readonly infrastructure: string }[] =
      [];
    const standingOf = new Map<string, ReadonlySet<string>>();
    for (const { collection, given } of wishes) {
      const standing = standingIds(given);
      const held = await this.#held(collection);
      const { revoked, pastSightings } = leaving(held.values(), standing);
      for (const id of revoked) taken.add(id);
      if (pastSightings.length === 0) continue;
      standingOf.set(collection.id, standing);
      for (let from = 0; from < pastSightings.length; from += VERSIONS_A_CHUNK) {
        const chunk = pastSightings.slice(from, from + VERSIONS_A_CHUNK);
        const texts = await this.#transaction.heldTexts(
          collection.id,
          chunk.map(({ stixId }) => stixId),
        );
        for (const sighting of chunk) {
          const of = held.get(sightedIn(texts.get(sighting.stixId) ?? 'null'));
          past.push({ collection, sighting, infrastructure: of?.baseId ?? '' });
        }
      }
    }
    // What was seen once stays seen; but nobody is told of it any longer than of the server itself.
    for (const { collection, sighting, infrastructure } of past) {
      const stands = standingOf.get(collection.id)?.has(infrastructure) === true && !taken.has(infrastructure);
      if (!stands) taken.add(sighting.baseId);
    }
    return taken;
  }

  async #bringUp(
    { collection, given }: Wish,
    taken: ReadonlySet<string>,
    generations: { readonly before: Generations; readonly after: Generations },
  ): Promise<CollectionChange | null> {
    const held = await this.#held(collection);
    const { hidden } = leaving(held.values(), standingIds(given));
    if (hidden.length > 0) await this.#transaction.hideObjects(collection.id, hidden);
    const writer = new VersionWriter(this.#transaction, collection, this.#world.clock.now());
    const going = new Map<string, HeldObject>();
    for (const object of held.values())
      if (!object.revoked && taken.has(object.baseId)) going.set(object.baseId, object);
    // First what is wrong, then what is new.
    if (going.size > 0) await this.#takeBack(writer, { collection, given }, going, generations.before);
    for (const object of stixObjects(given)) {
      const version = object['revoked'] === true ? null : wanted(object, held, generations.after);
      if (version !== null) await writer.add(version);
    }
    return writer.finish(hidden.length);
  }

  async #takeBack(
    writer: VersionWriter,
    { collection, given }: Wish,
    going: Map<string, HeldObject>,
    generations: Generations,
  ): Promise<void> {
    // What is known to be wrong is told as such, with all that is known of it.
    for (const object of stixObjects(given)) {
      const held = going.get(object.id);
      if (object['revoked'] !== true || held === undefined) continue;
      going.delete(object.id);
      const version = newVersion(atGeneration(object, generations), {
        baseId: object.id,
        generation: held.generation,
        held,
      });
      if (version !== null) await writer.add(version);
    }
    const rest = [...going.values()];
    for (let from = 0; from < rest.length; from += VERSIONS_A_CHUNK) {
      const chunk = rest.slice(from, from + VERSIONS_A_CHUNK);
      const ids = chunk.map(({ stixId }) => stixId);
      const texts = await this.#transaction.heldTexts(collection.id, ids);
      for (const object of chunk) {
        const text = texts.get(object.stixId);
        if (text === undefined) continue;
        const version = revocation(text, object, this.#world.clock.now());
        await writer.add(this.#isErasing ? withoutContent(version) : version);
      }
    }
  }

  /** What is revoked and no fact tells of any more was told from what is erased, or may have been. */
  async #forget(wishes: readonly Wish[]): Promise<void> {
    const bare: BareObject[] = [];
    for (const { collection, given } of wishes) {
      const told = new Set<string>();
      for (const { id } of stixObjects(given)) told.add(id);
      const untold = [...(await this.#held(collection)).values()].filter(
        ({ revoked, baseId }) => revoked && !told.has(baseId),
      );
      for (let from = 0; from < untold.length; from += VERSIONS_A_CHUNK) {
        const ids = untold.slice(from, from + VERSIONS_A_CHUNK).map(({ stixId }) => stixId);
        for (const [stixId, text] of await this.#transaction.heldTexts(collection.id, ids))
          bare.push({ collectionId: collection.id, stixId, object: bareRevocation(text) });
      }
    }
    await this.#transaction.forgetVersions(this.#operation.id, bare);
  }

  async #held(collection: Collection): Promise<ReadonlyMap<string, HeldObject>> {
    const held = new Map<string, HeldObject>();
    for await (const page of this.#transaction.heldObjects(collection.id)) {
      for (const object of page) held.set(object.stixId, object);
      this.#world.signal.throwIfAborted();
    }
    return held;
  }
}

function wanted(
  object: StixObject,
  held: ReadonlyMap<string, HeldObject>,
  generations: Generations,
): NewVersion | null {
  const id = idAt(object.id, generations);
  return newVersion(atGeneration(object, generations), {
    baseId: object.id,
    generation: generations.get(object.id) ?? 0,
    held: held.get(id) ?? null,
  });
}

function standingIds(given: Given): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const object of stixObjects(given)) if (object['revoked'] !== true) ids.add(object.id);
  return ids;
}

/** As `recipientText` wrote it. */
function recipientOf(text: string): Recipient {
  if (text === 'community') return { kind: 'community' };
  const what = text.slice(text.indexOf(':') + 1);
  return text.startsWith('country:') ? { kind: 'country', country: what } : { kind: 'provider', key: what };
}

interface CollectionChange {
  readonly recipient: string;
  readonly added: number;
  readonly revoked: number;
  readonly hidden: number;
  /** Over the added texts, each followed by a newline. */
  readonly sha256: string;
}

class VersionWriter {
  readonly #transaction: WriteTransaction;
  readonly #collection: Collection;
  readonly #at: number;
  readonly #hash: Hash = createHash('sha256');
  #waiting: NewVersion[] = [];
  #added = 0;
  #revoked = 0;

  constructor(transaction: WriteTransaction, collection: Collection, at: number) {
    this.#transaction = transaction;
    this.#collection = collection;
    this.#at = at;
  }

  async add(version: NewVersion): Promise<void> {
    this.#waiting.push(version);
    this.#hash.update(`${version.object}\n`);
    this.#added += 1;
    if (version.revoked) this.#revoked += 1;
    if (this.#waiting.length >= VERSIONS_A_CHUNK) await this.#write();
  }

  async finish(hidden: number): Promise<CollectionChange | null> {
    await this.#write();
    if (this.#added === 0 && hidden === 0) return null;
    return {
      recipient: this.#collection.recipient,
      added: this.#added,
      revoked: this.#revoked,
      hidden,
      sha256: this.#hash.digest('hex'),
    };
  }

  async #write(): Promise<void> {
    if (this.#waiting.length > 0) await this.#transaction.addVersions(this.#collection.id, this.#at, this.#waiting);
    this.#waiting = [];
  }
}
