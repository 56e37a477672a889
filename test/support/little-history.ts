import * as fc from 'fast-check';
import type { Instant } from '../../src/domain/instant.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { namedServer } from '../../src/domain/server-id.ts';
import type { OperationReport } from '../../src/domain/report.ts';
import type { Vantage } from '../../src/domain/vantage.ts';
import type { LookTaken } from '../../src/domain/verdict.ts';
import { addPerson, findOperation, run } from '../../src/flow.ts';
import { actSigned } from '../../src/steps/people/act-signed.ts';
import { probingStart } from '../../src/steps/watch/probing-switch.ts';
import type { Sources } from '../../src/flow.ts';
import { recordRounds } from '../../src/steps/verify/record-rounds.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import type { JsonValue } from '../../src/ledger/canonical.ts';
import type { TestDatabase } from './database.ts';
import { seededKey } from './seeded-key.ts';
import { drill, openTestFile } from './world.ts';
import type { TestWorld } from './world.ts';

/* Short lives of an operation, one act after the other: what sources say, what looks find, time that goes by. */

const HOSTS = ['127.66.9.1', '127.66.9.2', '127.66.9.3', '127.66.9.4', '127.66.9.5'];
const HEADER = 'first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware';
const VANTAGES: readonly Vantage[] = [
  { name: 'here', kind: 'direct', network: 'AS64500', country: 'DE', publicKey: null },
  { name: 'there', kind: 'direct', network: 'AS64501', country: 'NL', publicKey: null },
];
const QUORUM = { vantages: 2, rounds: 3, hours: 6 };

export interface Line {
  readonly host: number;
  readonly port: number;
  readonly status: 'online' | 'offline';
  /** 2026-11-20 and so on; null: the source does not say. */
  readonly day: number | null;
}

export type Act =
  | {
      readonly kind: 'says';
      readonly source: 'alpha' | 'beta';
      readonly snapshot: boolean;
      readonly lines: readonly Line[];
    }
  | { readonly kind: 'configuration'; readonly version: number; readonly hosts: readonly number[] }
  /** One round of looks at one server, from one vantage or from both. */
  | { readonly kind: 'looks'; readonly host: number; readonly finds: 'live' | 'dark'; readonly vantages: number }
  /** As many rounds as make a quorum, two hours apart. */
  | { readonly kind: 'goes-dark'; readonly host: number }
  | { readonly kind: 'hours'; readonly hours: number };

const HOST = fc.integer({ min: 0, max: HOSTS.length - 1 });

const LINE: fc.Arbitrary<Line> = fc.record({
  host: HOST,
  port: fc.constantFrom(443, 449),
  status: fc.constantFrom('online' as const, 'offline' as const),
  day: fc.option(fc.integer({ min: 18, max: 22 })),
});

export const ACT: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('says' as const),
      source: fc.constantFrom('alpha' as const, 'beta' as const),
      snapshot: fc.boolean(),
      lines: fc.array(LINE, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('configuration' as const),
      version: fc.integer({ min: 1, max: 3 }),
      hosts: fc.array(HOST, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('looks' as const),
      host: HOST,
      finds: fc.constantFrom('live' as const, 'dark' as const),
      vantages: fc.constantFrom(1, 2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('goes-dark' as const), host: HOST }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hours' as const), hours: fc.integer({ min: 1, max: 30 }) }) },
);

/** Everything is named by both sources and identified, and probing is switched on. */
export const BEGINNING: readonly Act[] = (['alpha', 'beta'] as const).map((source) => ({
  kind: 'says',
  source,
  snapshot: false,
  lines: [0, 1, 2].map((host) => ({ host, port: 443, status: 'online', day: 22 })),
}));

export class LittleHistory {
  private readonly database: TestDatabase;
  private readonly world: TestWorld;
  private readonly sources: Sources;

  constructor(database: TestDatabase, world: TestWorld, sources: Sources) {
    this.database = database;
    this.world = world;
    this.sources = sources;
  }

  async begin(): Promise<void> {
    for (const act of BEGINNING) await this.carryOut(act);
    const admin = seededKey('Admin');
    const { signing, publicLine: publicKey } = admin;
    await addPerson(this.world, signing, { name: 'Admin', roles: ['admin'], publicKey, by: null });
    const operation = await findOperation(this.world, 'lab');
    await actSigned(this.world, signing, probingStart(operation, { person: 'Admin', reason: 'a test' }));
  }

  async carryOut(act: Act): Promise<void> {
    if (act.kind === 'hours') return this.pass(act.hours);
    if (act.kind === 'says') return this.says(fileOf(act.lines), act.source, act.snapshot);
    if (act.kind === 'configuration') {
      const rows = act.hosts.map(
        (host) => `100000${act.version},lab${act.version},2026-11-${20 + act.version},${HOSTS[host]}:443`,
      );
      return this.says(['version,gtag,collected_at,server', ...rows].join('\n'), 'alpha', false);
    }
    if (act.kind === 'looks') return this.look(act.host, act.finds, act.vantages);
    for (let round = 0; round < 4; round++) {
      await this.look(act.host, 'dark', 2);
      this.pass(2.1);
    }
  }

  async says(text: string, source: string, snapshot: boolean): Promise<void> {
    // The same bytes of another source would be the same source.
    const file = await openTestFile(this.database, `${text}\n# ${source}`);
    await run(this.world, this.sources, drill([file], { source, group: source, reliability: 'B', snapshot }));
  }

  private pass(hours: number): void {
    this.world.setClock(this.world.clock.now() + hours * 3_600_000);
  }

  private async look(host: number, finds: 'live' | 'dark', vantages: number): Promise<void> {
    const operation = await findOperation(this.world, 'lab');
    const address = HOSTS[host] ?? '';
    const serverId = namedServer(operation.id, address).id;
    if ((await this.known(operation, serverId)) === false) return;
    const at = this.world.clock.now();
    const looks = VANTAGES.slice(0, vantages).map((vantage) => lookOf(vantage, at, address, finds));
    await recordRounds(this.world, operation, [{ serverId, at, looks }], { quorum: QUORUM });
  }

  private async known(operation: Operation, serverId: string): Promise<boolean> {
    const view = await this.world.store.read((transaction) => transaction.server(operation.id, serverId));
    return view !== null;
  }
}

export function fileOf(lines: readonly Line[]): string {
  const rows = lines.map(({ host, port, status, day }) => {
    const date = day === null ? '' : `2026-11-${day}`;
    return `${date === '' ? '' : `${date} 07:30:05`},${HOSTS[host]},${port},${status},${date},Examplebot`;
  });
  return [HEADER, ...rows].join('\n');
}

function lookOf(vantage: Vantage, at: Instant, address: string, finds: 'live' | 'dark'): LookTaken {
  const seen: Observation = {
    tcp: {
      outcome: finds === 'live' ? 'connected' : 'refused',
      ms: 1,
      error: finds === 'live' ? null : 'ECONNREFUSED',
    },
    tls: null,
    http: null,
    resolved: null,
  };
  return { port: 443, at, vantage, address, result: { seen }, certificates: [], signed: null };
}

/** The report as bytes. */
export function canonicalReport(report: OperationReport): string {
  // A report is JSON by its type; the cast is there because an interface has no index signature.
  return canonicalJson(report as unknown as JsonValue);
}
