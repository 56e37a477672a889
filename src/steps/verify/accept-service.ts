import { defang, refang } from '../../domain/defang.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { ProblemError } from '../../domain/problem.ts';
import type { Observation } from '../../domain/observation.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import { serviceName } from '../../policy/verdict/service.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { namedVerdict } from './named-verdict.ts';

/** What was accepted, by port. */
export interface AcceptedService {
  readonly serverId: string;
  readonly host: string;
  readonly ports: readonly number[];
}

/** What answered last at an endpoint, and is not what looks are held against. */
export interface OtherService {
  readonly port: number;
  /** What a person names it by: the SHA-256 of its certificate, or of what its page says of itself. */
  readonly service: string;
  readonly at: Instant;
}

/**
 * A person says that the other certificate or service is the botnet's own: looks are held against that from now on. The verdict
 * itself stays a look's: the next one finds it alive. What answered last may be another than the person has looked into, so it is named.
 *
 * @param target a server, or one endpoint of it (host:port): without a port every endpoint whose newest answer is the named service
 * @param words.service as `otherServices` names it; null: refused, and told what there is
 */
export function acceptService(
  world: World,
  operation: Operation,
  target: string,
  words: { readonly person: string; readonly reason: string; readonly service: string | null },
): Promise<AcceptedService> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), words.person);
    const { server } = await namedVerdict(transaction, operation, target);
    const { serverId, host } = server;
    const wanted = portOf(target);
    const others = (await newestOthers(transaction, serverId)).filter(({ port }) => wanted === null || port === wanted);
    if (others.length === 0) {
      throw problem(
        'refused',
        `no look of our own has seen another service of ${defang(host)}${wanted === null ? '' : `, port ${wanted}`}`,
        `See what answered: dismantle verdict show ${defang(host)}`,
      );
    }
    const named = others.filter(({ service }) => service === words.service?.trim().toLowerCase());
    if (named.length === 0) throw notNamed(host, words.service, others);
    for (const { port, service, seen } of named) {
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'server.service-accepted',
        subject: serverId,
        body: { schema: 1, operation: operation.id, port, service, seen, reason: words.reason, by },
      });
    }
    return { serverId, host, ports: named.map(({ port }) => port) };
  });
}

/** What could be accepted of a server, by port. */
export async function otherServices(transaction: ReadTransaction, serverId: string): Promise<readonly OtherService[]> {
  const others = await newestOthers(transaction, serverId);
  return others.map(({ port, service, at }) => ({ port, service, at }));
}

function notNamed(host: string, named: string | null, others: readonly OtherService[]): ProblemError {
  const there = others.map(({ port, service }) => `port ${port}: ${service}`).join('\n');
  const said =
    named === null
      ? `say which service of ${defang(host)} is the botnet's own; what answered last is`
      : `what answered last at ${defang(host)} is not the service that was named; it is`;
  return problem(
    named === null ? 'usage' : 'refused',
    `${said}\n${there}`,
    `Look at it (dismantle verdict show ${defang(host)} --json), then name it with --service`,
  );
}

async function newestOthers(
  transaction: ReadTransaction,
  serverId: string,
): Promise<readonly (OtherService & { readonly seen: JsonValue })[]> {
  const known = new Map((await transaction.serviceBaselines([serverId])).map(({ port, seen }) => [port, seen]));
  const looks = await transaction.newestLooks(serverId);
  const ports = new Set(looks.filter(({ outcome }) => outcome === 'answers-other').flatMap(({ port }) => port ?? []));
  const found: (OtherService & { readonly seen: JsonValue })[] = [];
  for (const port of [...ports].toSorted((one, other) => one - other)) {
    const newest = await transaction.newestService(serverId, port);
    const service = newest === null ? null : serviceName(newest.seen);
    if (newest === null || service === null) continue;
    const before = known.get(port);
    const seen = asJson(newest.seen);
    if (before !== undefined && canonicalJson(asJson(before)) === canonicalJson(seen)) continue;
    found.push({ port, service, at: newest.at, seen });
  }
  return found;
}

/** As it stands in the ledger's rows, which are JSON. */
function asJson(seen: Observation): JsonValue {
  const value: JsonValue = JSON.parse(JSON.stringify(seen));
  return value;
}

function portOf(target: string): number | null {
  const parsed = parseIndicator(refang(target.trim()));
  return parsed.ok ? parsed.value.port : null;
}
