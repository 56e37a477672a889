import type { Operation } from '../../domain/operation.ts';
import { isToBeAsked } from '../../policy/deconfliction.ts';
import type { World } from '../../ports/world.ts';
import { speaker } from './named-round.ts';

export interface OpenedRound {
  /** Null where there is nothing new to ask about. */
  readonly round: { readonly roundId: string; readonly number: number; readonly servers: number } | null;
  /** Servers that nobody may be told of: every source has kept them for us. They come up again once one may be told. */
  readonly notToBeTold: number;
}

/** Opens a round of asking others about all servers of open cases that no earlier round speaks for. */
export function openRound(world: World, operation: Operation, as: string | null): Promise<OpenedRound> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = await speaker(transaction, as, world.actor);
    const now = world.clock.now();
    const servers: string[] = [];
    let notToBeTold = 0;
    for await (const page of transaction.deconfliction().openServers(operation.id)) {
      for (const server of page) {
        if (!isToBeAsked(server, now)) continue;
        if (server.mayBeTold) servers.push(server.serverId);
        else notToBeTold += 1;
      }
    }
    if (servers.length === 0) return { round: null, notToBeTold };
    const before = await transaction.deconfliction().rounds(operation.id);
    const number = (before.at(-1)?.number ?? 0) + 1;
    const roundId = world.ids.uuid();
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'deconfliction.opened',
      subject: roundId,
      body: { schema: 1, operation: operation.id, number, servers, by },
    });
    return { round: { roundId, number, servers: servers.length }, notToBeTold };
  });
}
