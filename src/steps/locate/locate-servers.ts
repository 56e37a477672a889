import { parseAddress } from '../../domain/address.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Provider } from '../../domain/provider.ts';
import type { LocationRow, ProviderRow } from '../../domain/rows.ts';
import type { AddressLocator } from '../../ports/locator.ts';
import type { World } from '../../ports/world.ts';
import { findInBook } from '../../domain/provider-book.ts';
import type { ProviderBook } from '../../domain/provider-book.ts';
import { placeServer } from './place-server.ts';
import type { HostType } from '../../domain/server.ts';

export interface LocateSources {
  readonly locator: AddressLocator;
  /** Null where the user named none: then servers that a book has placed before stay where they are. */
  readonly book: ProviderBook | null;
}

/** Finds who can switch each server off; records what has changed as one batch. Returns how many were placed anew. */
export async function locateServers(world: World, operation: Operation, sources: LocateSources): Promise<number> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const batchId = world.ids.uuid();
    const batch = await transaction.openBatch('locate', operation.id, batchId, world.clock.now());
    const providers = new Map<string, Provider | null>();
    let seen = 0;
    let placed = 0;
    for await (const page of transaction.serversToLocate(operation.id)) {
      assertGoesOn(world.signal);
      const rows: (ProviderRow | LocationRow)[] = [];
      for (const { serverId, hostType, host, current } of page) {
        // Without the book at hand nobody can say that what it told is wrong.
        if (sources.book === null && current.providerKey?.includes('book:') === true) continue;
        const found = apart(findServer(serverId, hostType, host, sources), operation.drill);
        if (found.provider !== null) {
          const { key } = found.provider;
          const known = providers.has(key) ? providers.get(key) : await transaction.provider(key);
          if (!sameFacts(known, found.provider)) rows.push({ type: 'provider', provider: found.provider });
          providers.set(key, found.provider);
        }
        if (sameFacts(current, found.location)) continue;
        rows.push(found.location);
        placed += 1;
      }
      await batch.add(rows);
      seen += page.length;
      world.progress.step('locating', seen);
    }
    if (batch.count === 0) return 0;
    await batch.finish({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'locate.recorded',
      subject: batchId,
      body: { schema: 1, operation: operation.id, located: placed, providers: batch.count - placed },
    });
    return placed;
  });
}

/** A drill's made-up contacts must never become those of a real operation: its providers have keys of their own. */
function apart(found: ReturnType<typeof placeServer>, drill: boolean): ReturnType<typeof placeServer> {
  if (!drill || found.provider === null) return found;
  const key = `drill:${found.provider.key}`;
  return { provider: { ...found.provider, key }, location: { ...found.location, providerKey: key } };
}

function findServer(
  serverId: string,
  hostType: HostType,
  host: string,
  { locator, book }: LocateSources,
): ReturnType<typeof placeServer> {
  const parsed = hostType === 'address' ? parseAddress(host) : null;
  const address = parsed?.ok === true ? parsed.value : null;
  const location = address === null ? null : locator.locate(address);
  const inBook = book === null ? null : findInBook(book, { hostType, host, address, location });
  return placeServer(serverId, location, inBook);
}

/** Equal in every field that the second has. */
function sameFacts<Facts extends object>(known: Facts | null | undefined, found: Facts): boolean {
  if (known === null || known === undefined) return false;
  const before = new Map(Object.entries(known));
  return Object.entries(found).every(([key, value]) => before.get(key) === value);
}
