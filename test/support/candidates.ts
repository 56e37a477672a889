import { isoInstant } from '../../src/domain/instant.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { ProbeRow } from '../../src/domain/rows.ts';
import { namedServer } from '../../src/domain/server-id.ts';
import { findOperation } from '../../src/flow.ts';
import type { World } from '../../src/ports/world.ts';

/** A made-up SHA-256, the same for the same number. */
export const hash = (number: number): string => number.toString(16).padStart(8, '0').repeat(8);

/** What a look by the program found, as far as candidates care. */
export interface MachineLook {
  readonly server: string;
  readonly outcome: ProbeRow['outcome'];
  /** Of the leaf certificate; none was shown where absent. */
  readonly certificate?: string;
  readonly publicKey?: string;
  readonly names?: readonly string[];
  /** The fingerprint on file that it matched. */
  readonly fingerprint?: string;
}

/** Writes a round of looks down as the watch does, at the moment that the world has. */
export async function lookByMachine(world: World, name: string, looks: readonly MachineLook[]): Promise<void> {
  const operation = await findOperation(world, name);
  const at = isoInstant(world.clock.now());
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const batchId = world.ids.uuid();
    const batch = await transaction.openBatch('probe', operation.id, batchId, world.clock.now());
    await batch.add(
      looks.map((look): ProbeRow => ({
        type: 'probe',
        serverId: namedServer(operation.id, look.server).id,
        port: 443,
        at,
        vantage: 'here',
        outcome: look.outcome,
        how: 'TLS handshake',
        person: 'dismantle',
        round: at,
        finding: look.fingerprint === undefined ? 'answers' : 'matches-fingerprint',
        vantageKind: 'direct',
        ...(look.certificate === undefined ? {} : { seen: seenOf(look, look.certificate) }),
        ...(look.fingerprint === undefined ? {} : { fingerprintId: look.fingerprint }),
      })),
    );
    await batch.finish({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'probe.recorded',
      subject: batchId,
      body: { schema: 1, operation: operation.id, by: 'dismantle', counts: {}, vantages: [], rounds: looks.length },
    });
  });
}

function seenOf({ publicKey, names = [] }: MachineLook, sha256: string): Observation {
  const leaf = { sha256, publicKeySha256: publicKey ?? null, subject: 'CN=lab', issuer: 'CN=lab', names, serial: '1' };
  return {
    tcp: { outcome: 'connected', ms: 1, error: null },
    tls: {
      outcome: 'handshake',
      protocol: 'TLSv1.3',
      cipher: null,
      alpn: null,
      chain: [{ ...leaf, notBefore: null, notAfter: null }],
      ms: 1,
      error: null,
    },
    http: null,
    resolved: null,
  };
}
