import { createHash } from 'node:crypto';
import type { Instant } from '../../src/domain/instant.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { Vantage } from '../../src/domain/vantage.ts';
import type { LookTaken, Round } from '../../src/domain/verdict.ts';
import { derivedId } from '../../src/domain/derived-id.ts';
import type { TestWorld } from './world.ts';

/** Two vantages that confirm together, and one that stands beside the first. */
export const BERLIN: Vantage = vantage('berlin', 'AS64500', 'DE');
export const OSLO: Vantage = vantage('oslo', 'AS64501', 'NO');
export const POTSDAM: Vantage = vantage('potsdam', 'AS64500', 'DE');
export const NOWHERE: Vantage = vantage('nowhere', null, null);

function vantage(name: string, network: string | null, country: string | null): Vantage {
  return { name, kind: 'direct', network, country, publicKey: null };
}

export type Behaviour = 'closed' | 'silent' | 'accepts' | 'failed' | `tls ${string}`;

export function serverOf(operation: Operation, host: string): string {
  return derivedId('server', operation.id, 'address', host);
}

/** A round at a server: what each vantage met, on port 443. */
export function roundAt(
  serverId: string,
  at: Instant,
  met: readonly (readonly [Vantage, Behaviour])[],
  address = '127.66.0.1',
): Round {
  return { serverId, at, looks: met.map(([from, behaviour]) => lookTaken(from, at, behaviour, address)) };
}

function lookTaken(from: Vantage, at: Instant, behaviour: Behaviour, address: string): LookTaken {
  const base = { port: 443, at, vantage: from, address, certificates: [], signed: null };
  if (behaviour === 'failed') {
    return { ...base, address: null, result: { failure: 'vantage-failed', message: 'the proxy is gone' } };
  }
  const certificates = behaviour.startsWith('tls ') ? [bytesOf(behaviour.slice('tls '.length))] : [];
  return { ...base, certificates, result: { seen: seenOf(behaviour, at) } };
}

/** Stands for the certificate's DER: nothing here reads it. */
function bytesOf(name: string): Uint8Array {
  return Buffer.from(`the certificate of ${name}`);
}

export function seenOf(behaviour: Exclude<Behaviour, 'failed'>, at: Instant): Observation {
  const tcp = (outcome: Observation['tcp']['outcome'], error: string | null): Observation['tcp'] => ({
    outcome,
    ms: 1,
    error,
  });
  if (behaviour === 'closed') return { tcp: tcp('refused', 'ECONNREFUSED'), tls: null, http: null, resolved: null };
  if (behaviour === 'silent') return { tcp: tcp('timed-out', 'ETIMEDOUT'), tls: null, http: null, resolved: null };
  if (behaviour === 'accepts') return { tcp: tcp('connected', null), tls: null, http: null, resolved: null };
  const name = behaviour.slice('tls '.length);
  const sha256 = createHash('sha256').update(bytesOf(name)).digest('hex');
  return {
    tcp: tcp('connected', null),
    tls: {
      outcome: 'handshake',
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      alpn: null,
      chain: [
        {
          sha256,
          publicKeySha256: sha256,
          subject: `CN=${name}`,
          issuer: `CN=${name}`,
          names: [],
          serial: '01',
          notBefore: isoInstant(at),
          notAfter: isoInstant(at),
        },
      ],
      ms: 2,
      error: null,
    },
    http: null,
    resolved: null,
  };
}

/** Lets an operation be looked at, as an admin's signed word does. */
export async function switchProbingOn(world: TestWorld, operation: Operation): Promise<void> {
  await world.store.write((transaction) =>
    transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'operation.probing-started',
      subject: operation.id,
      body: { schema: 1, operation: operation.id, reason: 'a test', person: 'admin' },
    }),
  );
}
