import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { handsOffInForce } from '../../policy/deconfliction.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { serverOf, speaker } from './named-round.ts';

/** A party's word on one server, as it goes on record. */
export interface HandsOffWord {
  readonly party: string;
  readonly until: Instant;
  readonly note: string;
  readonly by: string;
}

/** Records that a party wants a server left alone. It blocks from that moment on. Returns the server's host. */
export function recordHandsOff(
  world: World,
  operation: Operation,
  server: string,
  words: Omit<HandsOffWord, 'by'> & { readonly as: string },
): Promise<string> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    assertRunsOn(words.until, world.clock.now());
    const by = await speaker(transaction, words.as, world.actor);
    const { serverId, host } = await serverOf(transaction, operation, server);
    const { party, until, note } = words;
    await appendHandsOff(world, transaction, operation, serverId, { party, until, note, by });
    return host;
  });
}

export async function appendHandsOff(
  world: World,
  transaction: WriteTransaction,
  operation: Operation,
  serverId: string,
  { party, until, note, by }: HandsOffWord,
): Promise<void> {
  await transaction.append({
    actor: world.actor,
    recordedAt: world.clock.now(),
    kind: 'hands-off.recorded',
    subject: serverId,
    body: { schema: 1, operation: operation.id, party, until: isoInstant(until), note, by },
  });
}

export function assertRunsOn(until: Instant, now: Instant): void {
  if (until > now) return;
  throw problem(
    'usage',
    `--until ${readableInstant(until)} is past`,
    'Say until when the server is to be left alone: --until 2026-12-24',
  );
}

/** A person's word that a server may be touched again before its time, to be signed. All its hands-offs end. */
export function liftAct(
  world: World,
  operation: Operation,
  server: string,
  words: { readonly as: string; readonly reason: string },
): SignedAct {
  const now = world.clock.now();
  return {
    name: words.as,
    act: 'hands-off.lifted',
    lock: operation.id,
    async prepare(transaction) {
      const { serverId } = await serverOf(transaction, operation, server);
      const handsOffs = await transaction.deconfliction().handsOffs({ serverId });
      if (handsOffInForce(handsOffs, now) === null) {
        throw problem(
          'refused',
          'nobody has asked that this server be left alone, or that has run out or was lifted',
          'See what holds: dismantle hands-off list. After one has run out ask again: dismantle deconflict open',
        );
      }
      return { subject: serverId, terms: { operation: operation.id, reason: words.reason } };
    },
  };
}
