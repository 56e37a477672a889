import { createHash } from 'node:crypto';
import type { Address } from '../../domain/address.ts';
import type { Instant } from '../../domain/instant.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Location } from '../../domain/location.ts';
import type { AutnumRegistration, RegisteredContact, Registration, RegistryName } from '../../domain/registration.ts';
import type { Vantage } from '../../domain/vantage.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { Job, Jobs } from '../../ports/jobs.ts';
import type { AddressLocator } from '../../ports/locator.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import type { OutputFolder } from '../../ports/output-folder.ts';
import type { ProbeTarget, Prober } from '../../ports/prober.ts';
import type { Registry, RegistryAnswer, RegistryEvidence } from '../../ports/registry.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { certificatesOf } from '../world/internet.ts';
import type { Internet, Provider } from '../world/internet.ts';

/*
 * The product's ports over the simulated internet.
 */

/** Everything may go out: it goes nowhere. */
export const simulatedOutgoing: Outgoing = {
  assertAllowed: () => undefined,
  switches: () => ({ lookup: true, fetch: true, timestamp: true, probe: true, send: true }),
};

/** Jobs in the order in which they were sent, kept across a restart. What waits for its time is left to the store's own query. */
export function simulatedJobs(now: () => Instant): Jobs {
  const waiting: Job[] = [];
  return {
    send(_transaction, job) {
      waiting.push(job);
      return Promise.resolve();
    },
    async drain(queue, handler) {
      let done = 0;
      const due = waiting.filter((job) => job.queue === queue && (job.startAfter ?? 0) <= now());
      for (const job of due) {
        waiting.splice(waiting.indexOf(job), 1);
        await handler(job);
        done += 1;
      }
      return done;
    },
    close: () => Promise.resolve(),
  };
}

/** A file as if the user had named it. */
export function fileOf(name: string, text: string): InputFile {
  const bytes = Buffer.from(text, 'utf8');
  return {
    name,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    head: bytes.subarray(0, 64 * 1024),
    async *chunks() {
      yield bytes;
    },
  };
}

/** What a run writes for people, in memory. */
export function simulatedOutput(): OutputFolder & { readonly files: ReadonlyMap<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  const locate = (operation: string, name: string): string => `${operation}/${name}`;
  return {
    files,
    locate,
    put(operation, name, content) {
      files.set(locate(operation, name), content);
      return Promise.resolve(locate(operation, name));
    },
    has(operation, name, sha256) {
      const content = files.get(locate(operation, name));
      return Promise.resolve(content !== undefined && createHash('sha256').update(content).digest('hex') === sha256);
    },
    remove(operation, name) {
      files.delete(locate(operation, name));
      return Promise.resolve();
    },
  };
}

/** Looks at the simulated internet from one vantage. */
export function simulatedProber(vantage: Vantage, internet: Internet, now: () => Instant): Prober {
  return {
    vantage,
    look(target: ProbeTarget): Promise<LookTaken> {
      const at = now();
      const base = { port: target.port, at, vantage, signed: null };
      if (target.port === null) {
        const result = { failure: 'nothing-to-look-at' as const, message: 'no port is known' };
        return Promise.resolve({ ...base, address: null, result, certificates: [] });
      }
      const machine = internet.at(target.host);
      const isRemoved =
        machine?.name === target.host && machine.downBy === 'remove-name' && (machine.downAt ?? at) <= at;
      if (isRemoved || (machine === null && target.hostType === 'domain')) {
        const result = { failure: 'no-address' as const, message: 'the name exists no more' };
        return Promise.resolve({ ...base, address: null, result, certificates: [] });
      }
      const { seen, address } = internet.observe(target.host, target.port, at);
      const certificates = machine === null || seen.tls === null ? [] : certificatesOf(machine, at);
      return Promise.resolve({ ...base, address, result: { seen }, certificates });
    },
    close: () => Promise.resolve(),
  };
}

/** Where the simulated internet's addresses are announced from. */
export function simulatedLocator(internet: Internet, dataDate: string): AddressLocator {
  return {
    attribution: 'Location data: the scenario of this exercise.',
    dataDate,
    locate(address): Location {
      const provider = internet.providerOf(address.text);
      return {
        asn: provider?.asn ?? null,
        holder: provider?.name ?? null,
        country: provider?.country ?? null,
        source: 'the scenario',
        dataDate,
      };
    },
  };
}

/** The registries of the simulated internet: each network is registered for the provider that announces it. */
export function simulatedRegistry(internet: Internet, begins: Instant, now: () => Instant): Registry {
  const registeredAt = isoInstant(begins - 900 * 86_400_000);
  const registered = (provider: Provider): Omit<Registration, 'start' | 'end' | 'parentHandle'> => {
    const contact: RegisteredContact = {
      email: provider.mailbox,
      role: 'abuse',
      handle: `ABUSE-${provider.number}`,
      name: `${provider.name} abuse desk`,
      where: 'entities[0].entities[0]',
      changedAt: registeredAt,
      unvalidated: false,
      remark: null,
    };
    return {
      registry: registryOf(provider.country),
      handle: `NET-${provider.number}`,
      name: provider.name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '-'),
      country: provider.country,
      registrant: { handle: `ORG-${provider.number}`, name: provider.name, where: 'entities[0]' },
      abuse: [contact],
      otherContacts: [],
      status: ['active'],
      registeredAt,
      changedAt: registeredAt,
      remarks: [],
    };
  };
  const answer = <Subject extends Registration | AutnumRegistration>(
    path: string,
    registration: Subject | null,
  ): RegistryAnswer<Subject> => {
    const body = canonicalJson(registration === null ? null : JSON.parse(JSON.stringify(registration)));
    const url = `https://rdap.registry.example/${path}`;
    const evidence: RegistryEvidence = {
      url,
      finalUrl: url,
      redirects: [],
      status: registration === null ? 404 : 200,
      fetchedAt: now(),
      sha256: createHash('sha256').update(body).digest('hex'),
      body,
      complete: true,
      peerAddress: '127.66.255.1',
    };
    if (registration === null) return { outcome: 'not-found', reason: 'no such object', evidence };
    return { outcome: 'answered', registration, reason: 'answered', evidence };
  };
  return {
    knowsDrills: true,
    network(address: Address) {
      const provider = internet.providerOf(address.text);
      if (provider === null) return Promise.resolve(answer<Registration>(`ip/${address.text}`, null));
      const network = address.text.split('.').slice(0, 3).join('.');
      const registration: Registration = {
        ...registered(provider),
        start: `${network}.0`,
        end: `${network}.255`,
        parentHandle: null,
      };
      return Promise.resolve(answer(`ip/${address.text}`, registration));
    },
    autnum(asn: number) {
      const provider = internet.providers.find((each) => each.asn === asn) ?? null;
      if (provider === null) return Promise.resolve(answer<AutnumRegistration>(`autnum/${asn}`, null));
      const registration: AutnumRegistration = { ...registered(provider), handle: `AS${asn}`, asn };
      return Promise.resolve(answer(`autnum/${asn}`, registration));
    },
  };
}

const LATIN: ReadonlySet<string> = new Set([
  'BR',
  'CO',
  'AR',
  'CL',
  'MX',
  'PE',
  'EC',
  'VE',
  'UY',
  'PY',
  'BO',
  'HN',
  'PA',
]);
const ARIN: ReadonlySet<string> = new Set(['US', 'CA']);
const APNIC: ReadonlySet<string> = new Set([
  'ID',
  'IN',
  'SG',
  'HK',
  'JP',
  'KR',
  'TH',
  'VN',
  'MY',
  'PH',
  'BD',
  'KH',
  'AU',
  'CN',
  'TW',
]);
const AFRINIC: ReadonlySet<string> = new Set(['ZA', 'NG', 'KE', 'EG', 'MA', 'TZ', 'GH']);

function registryOf(country: string): RegistryName {
  if (LATIN.has(country)) return 'lacnic';
  if (ARIN.has(country)) return 'arin';
  if (APNIC.has(country)) return 'apnic';
  return AFRINIC.has(country) ? 'afrinic' : 'ripe';
}
