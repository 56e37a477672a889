import type { Operation } from '../../domain/operation.ts';
import type { ServerKind } from '../../domain/server.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { World } from '../../ports/world.ts';

/** Records what a person says that a server is; null takes that back, and evidence decides again. Returns the host. */
export async function correctKind(
  world: World,
  operation: Operation,
  text: string,
  words: { readonly kind: ServerKind | null; readonly person: string; readonly reason: string },
): Promise<string> {
  const wanted = namedServer(operation.id, text);
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const server = await transaction.server(operation.id, wanted.id);
    if (server === null) throw noSuchServer(operation, wanted);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'server.kind-corrected',
      subject: server.serverId,
      body: { schema: 1, operation: operation.id, kind: words.kind, person: words.person, reason: words.reason },
    });
    return server.host;
  });
}
