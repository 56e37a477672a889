import { createHash } from 'node:crypto';
import type { RegisteredContact, Registration } from '../../src/domain/registration.ts';
import type { Registry, RegistryEvidence } from '../../src/ports/registry.ts';

/** When the lab's registry answers. */
const FETCHED = Date.UTC(2026, 10, 23, 13);

/**
 * A registry that knows one network ("a.b.c" of an IPv4 /24) and no AS, for tests of what follows from answers. How real
 * answers are fetched and read is tested with the real client.
 */
export function createLabRegistry(network: string, more: Partial<Registration> = {}): Registry {
  const abuse: RegisteredContact = {
    email: 'abuse@lease.example', role: 'abuse', handle: 'AB1', name: 'Abuse desk', where: 'entities[0].entities[0]',
    changedAt: '2020-01-01T00:00:00.000Z', unvalidated: false, remark: null,
  }; // prettier-ignore
  const registration: Registration = {
    registry: 'ripe', handle: 'LEASE-NET', name: 'LEASE', start: `${network}.0`, end: `${network}.255`, country: 'NL',
    registrant: { handle: 'ORG-LE1', name: 'Lease Example Ltd', where: 'entities[0]' }, abuse: [abuse], otherContacts: [],
    status: ['active'], registeredAt: null, changedAt: '2020-01-01T00:00:00.000Z', remarks: [], parentHandle: null, ...more,
  }; // prettier-ignore
  const evidence = (path: string, status: number, body: string): RegistryEvidence => ({
    url: `https://rdap.example/${path}`,
    finalUrl: `https://rdap.example/${path}`,
    redirects: [],
    status,
    fetchedAt: FETCHED,
    sha256: createHash('sha256').update(body).digest('hex'),
    body,
    complete: true,
    peerAddress: '192.0.2.1',
  });
  return {
    network: ({ text }) =>
      Promise.resolve(
        text.startsWith(`${network}.`)
          ? {
              outcome: 'answered',
              reason: 'answered',
              registration,
              evidence: evidence(`ip/${text}`, 200, '{"handle":"LEASE-NET"}'),
            }
          : {
              outcome: 'not-found',
              reason: 'the registry knows no such network',
              evidence: evidence(`ip/${text}`, 404, '{}'),
            },
      ),
    autnum: (asn) =>
      Promise.resolve({
        outcome: 'not-found',
        reason: 'the registry knows no such AS',
        evidence: evidence(`autnum/${asn}`, 404, '{}'),
      }),
  };
}
