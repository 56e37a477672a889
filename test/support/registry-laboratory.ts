import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePrefix } from '../../src/domain/address.ts';
import type { Prefix } from '../../src/domain/address.ts';
import { createRdapRegistry } from '../../src/adapters/rdap/rdap-registry.ts';
import type { RdapOptions } from '../../src/adapters/rdap/rdap-registry.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import type { Registry } from '../../src/ports/registry.ts';
import { createCertificateAuthority } from './certificates.ts';
import type { CertificateAuthority } from './certificates.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Names that stand for the registries; all of them are this machine. */
export const LABORATORY_NAMES = ['afrinic', 'apnic', 'arin', 'lacnic', 'ripe', 'iana', 'other'].map(
  (name) => `${name}.rdap.test`,
);

/** Registries on loopback: one real HTTPS server under many names, with certificates made for this run. */
export interface RegistryLaboratory {
  readonly port: number;
  /** A folder with bootstrap files; further ones can be put there. */
  readonly folder: string;
  readonly authority: CertificateAuthority;
  /** What was asked since the last `answerWith`: "ripe.rdap.test/ip/192.0.2.7". */
  readonly requests: readonly string[];
  /** How many connections were made, TLS or not, since the last `answerWith`. */
  readonly connections: () => number;
  answerWith(handler: Handler): void;
  /** Writes ipv4.json, ipv6.json and asn.json: entries to base URLs. */
  bootstrap(folderName: string, services: Services): string;
  base(name: string): string;
  /** A client that trusts this laboratory; time passes for it only while it sleeps. */
  client(changes?: Partial<RdapOptions>): LaboratoryClient;
  close(): Promise<void>;
}

export type Services = Readonly<
  Record<'ipv4' | 'ipv6' | 'asn', readonly (readonly [entries: readonly string[], urls: readonly string[]])[]>
>;

export interface LaboratoryClient {
  readonly registry: Registry;
  /** Milliseconds of each wait. */
  readonly sleeps: readonly number[];
  readonly reports: readonly string[];
  readonly clock: { now(): number; advance(milliseconds: number): void };
}

export const LOOPBACK = prefixes('127.0.0.0/8');
/** Documentation space counts as registered here, so that tests have something to ask about. */
export const ASKABLE = prefixes('192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '198.18.0.0/15', '2001:db8::/32');

export async function openRegistryLaboratory(): Promise<RegistryLaboratory> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-rdap-')));
  const authority = await createCertificateAuthority();
  let handler: Handler = (_request, response) => response.writeHead(404).end();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer(await authority.issue(LABORATORY_NAMES, ['127.0.0.1']), (request, response) => {
    requests.push(`${request.headers.host?.replace(/:\d+$/, '') ?? ''}${request.url ?? ''}`);
    // A client that leaves in the middle is what some tests are about.
    response.on('error', () => undefined);
    handler(request, response);
  });
  server.on('connection', () => (connections += 1));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  const base = (name: string): string => `https://${name}.rdap.test:${port}/`;

  function bootstrap(folderName: string, services: Services): string {
    const path = realpathSync(mkdtempSync(join(folder, `${folderName}-`)));
    for (const [name, entries] of Object.entries(services)) {
      writeFileSync(join(path, `${name}.json`), JSON.stringify({ version: '1.0', services: entries }));
    }
    return path;
  }

  const documentation = bootstrap('documentation', {
    ipv4: [
      [['192.0.2.0/24'], [base('ripe')]],
      [['198.51.100.0/24'], [base('lacnic')]],
      [['203.0.113.0/24'], [`http://plain.rdap.test:${port}/`]],
      [['198.18.0.0/15'], [base('apnic')]],
    ],
    ipv6: [[['2001:db8::/32'], [base('arin')]]],
    asn: [[['64496-64511'], [base('afrinic')]]],
  });

  return {
    port,
    folder,
    authority,
    requests,
    connections: () => connections,
    answerWith(next) {
      handler = next;
      requests.length = 0;
      connections = 0;
    },
    bootstrap,
    base,
    client(changes = {}) {
      const sleeps: number[] = [];
      const reports: string[] = [];
      let now = Date.parse('2026-11-23T12:00:00Z');
      const clock = { now: () => now, advance: (milliseconds: number) => void (now += milliseconds) };
      const registry = createRdapRegistry({
        outgoing: createSwitchboard({ lookup: true, fetch: false, timestamp: false, probe: false, send: false }),
        clock,
        random: { bytes: (size) => new Uint8Array(size) },
        bootstrapFolder: documentation,
        cacheDirectory: join(folder, 'cache'),
        report: (text) => reports.push(text),
        sleep(milliseconds, signal) {
          signal.throwIfAborted();
          sleeps.push(milliseconds);
          clock.advance(milliseconds);
          return Promise.resolve();
        },
        limits: { connectTimeoutMs: 5000, totalTimeoutMs: 10_000 },
        ...changes,
        laboratory: {
          allowedNetworks: [...LOOPBACK, ...ASKABLE],
          resolveHost: (name) => Promise.resolve(LABORATORY_NAMES.includes(name) ? ['127.0.0.1'] : []),
          extraCa: authority.cert,
          ...changes.laboratory,
        },
      });
      return { registry, sleeps, reports, clock };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function prefixes(...texts: readonly string[]): readonly Prefix[] {
  return texts.map((text) => {
    const parsed = parsePrefix(text);
    if (!parsed.ok) throw new Error(parsed.problem);
    return parsed.value;
  });
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/rdap+json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}
