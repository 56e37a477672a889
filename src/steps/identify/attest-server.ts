import type { EvidenceClass } from '../../domain/evidence.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { personKey, speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { JsonObject } from '../../ledger/canonical.ts';
import { ATTESTED_KIND } from '../../ledger/signed-act.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { ServerView } from '../../ports/views.ts';
import type { World } from '../../ports/world.ts';

/** A person's word on one server. */
export interface AttestationWords {
  readonly person: string;
  readonly reason: string;
  /** What the person has seen, where that is more than a reason: counts as evidence of C2 of that day. */
  readonly evidence: EvidenceClass | null;
  readonly seen: Instant | null;
}

/** The same as an act that the person signs: the only way, once any person is on record. */
export function attestation(world: World, operation: Operation, server: string, words: AttestationWords): SignedAct {
  assertSeen(words, world.clock.now());
  return {
    name: words.person,
    act: ATTESTED_KIND,
    lock: operation.id,
    async prepare(transaction) {
      const { serverId } = await findServer(transaction, operation, server);
      return { subject: serverId, terms: termsOf(operation, words) };
    },
  };
}

/** Records that a person vouches for one server, where nobody is on record yet. The last word of a person counts. */
export async function attestServer(
  world: World,
  operation: Operation,
  server: string,
  words: AttestationWords,
): Promise<void> {
  assertSeen(words, world.clock.now());
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    if ((await transaction.people()).length > 0) {
      throw problem('refused', 'people are on record here now, so an attestation is signed', 'Run the command again');
    }
    const { serverId } = await findServer(transaction, operation, server);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: ATTESTED_KIND,
      subject: serverId,
      body: { schema: 1, person: words.person, ...termsOf(operation, words) },
    });
  });
}

/** Records that a person takes a word on one server back. Returns the server's host. */
export async function withdrawAttestation(
  world: World,
  operation: Operation,
  server: string,
  words: Pick<AttestationWords, 'person' | 'reason'>,
): Promise<string> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const { serverId, host } = await findServer(transaction, operation, server);
    const speaker = speakerOf(await transaction.people(), words.person);
    const facts = await transaction.statements(operation.id, serverId);
    // Before there were people on record, a person may have vouched under another spelling of the name.
    const vouched = (facts?.attestations ?? []).filter(({ person }) => personKey(person) === personKey(speaker));
    if (vouched.length === 0) {
      throw problem(
        'not-found',
        `${words.person} has not vouched for ${namedServer(operation.id, server).shown}`,
        'See who has: dismantle explain SERVER',
      );
    }
    for (const { person } of vouched) {
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'server.attestation-withdrawn',
        subject: serverId,
        body: { schema: 1, operation: operation.id, person, reason: words.reason },
      });
    }
    return host;
  });
}

/** The host of a server that a person names. */
export async function hostOf(world: World, operation: Operation, server: string): Promise<string> {
  return (await world.store.read((transaction) => findServer(transaction, operation, server))).host;
}

function termsOf(operation: Operation, { reason, evidence, seen }: AttestationWords): JsonObject {
  return { operation: operation.id, reason, evidence, seen: seen === null ? null : isoInstant(seen) };
}

function assertSeen({ seen }: AttestationWords, now: Instant): void {
  if (seen === null || seen <= now) return;
  throw problem('usage', '--seen lies in the future', 'Say when it was seen, year first: --seen 2026-11-20');
}

async function findServer(transaction: ReadTransaction, operation: Operation, text: string): Promise<ServerView> {
  const wanted = namedServer(operation.id, text);
  const server = await transaction.server(operation.id, wanted.id);
  if (server === null) throw noSuchServer(operation, wanted);
  return server;
}
