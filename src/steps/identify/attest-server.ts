import type { EvidenceClass } from '../../domain/evidence.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** A person's word on one server. */
export interface AttestationWords {
  readonly person: string;
  readonly reason: string;
  /** What the person has seen, where that is more than a reason: counts as evidence of C2 of that day. */
  readonly evidence: EvidenceClass | null;
  readonly seen: Instant | null;
}

/** Records that a person vouches for one server. The last word of a person counts. Returns the server's host. */
export async function attestServer(
  world: World,
  operation: Operation,
  server: string,
  words: AttestationWords,
): Promise<string> {
  return aboutServer(world, operation, server, async (transaction, serverId) => {
    const now = world.clock.now();
    if (words.seen !== null && words.seen > now) {
      throw problem('usage', '--seen lies in the future', 'Say when it was seen, year first: --seen 2026-11-20');
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'server.attested',
      subject: serverId,
      body: {
        schema: 1,
        operation: operation.id,
        person: words.person,
        reason: words.reason,
        evidence: words.evidence,
        seen: words.seen === null ? null : isoInstant(words.seen),
      },
    });
  });
}

/** Records that a person takes a word on one server back. */
export async function withdrawAttestation(
  world: World,
  operation: Operation,
  server: string,
  words: Pick<AttestationWords, 'person' | 'reason'>,
): Promise<string> {
  return aboutServer(world, operation, server, async (transaction, serverId, shown) => {
    const facts = await transaction.statements(operation.id, serverId);
    if (facts?.attestations.some(({ person }) => person === words.person) !== true) {
      throw problem(
        'not-found',
        `${words.person} has not vouched for ${shown}`,
        'See who has: dismantle explain SERVER',
      );
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'server.attestation-withdrawn',
      subject: serverId,
      body: { schema: 1, operation: operation.id, person: words.person, reason: words.reason },
    });
  });
}

/** Finds a server of the operation and holds the operation while something is said of it. */
async function aboutServer(
  world: World,
  operation: Operation,
  text: string,
  say: (transaction: WriteTransaction, serverId: string, shown: string) => Promise<void>,
): Promise<string> {
  const wanted = namedServer(operation.id, text);
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const server = await transaction.server(operation.id, wanted.id);
    if (server === null) throw noSuchServer(operation, wanted);
    await say(transaction, server.serverId, wanted.shown);
    return server.host;
  });
}
