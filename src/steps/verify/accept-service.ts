import { defang, refang } from '../../domain/defang.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { Observation } from '../../domain/observation.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import type { World } from '../../ports/world.ts';
import { namedVerdict } from './named-verdict.ts';

/** What was accepted, by port. */
export interface AcceptedService {
  readonly serverId: string;
  readonly host: string;
  readonly ports: readonly number[];
}

/**
 * A person says that the other certificate or service is the botnet's own: looks are held against that from now on. The verdict
 * itself stays a look's: the next one finds it alive.
 *
 * @param target a server, or one endpoint of it (host:port): without a port every endpoint whose newest answer is another
 */
export function acceptService(
  world: World,
  operation: Operation,
  target: string,
  words: { readonly person: string; readonly reason: string },
): Promise<AcceptedService> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), words.person);
    const { server } = await namedVerdict(transaction, operation, target);
    const { serverId, host } = server;
    const wanted = portOf(target);
    const known = new Map((await transaction.serviceBaselines([serverId])).map((each) => [each.port, each.seen]));
    const ports: number[] = [];
    for (const port of wanted === null ? await otherPorts(transaction, serverId) : [wanted]) {
      const newest = await transaction.newestService(serverId, port);
      const before = known.get(port);
      if (newest === null) continue;
      const seen = asJson(newest.seen);
      if (before !== undefined && canonicalJson(asJson(before)) === canonicalJson(seen)) continue;
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'server.service-accepted',
        subject: serverId,
        body: { schema: 1, operation: operation.id, port, seen, reason: words.reason, by },
      });
      ports.push(port);
    }
    if (ports.length === 0) {
      throw problem(
        'refused',
        `no look of our own has seen another service of ${defang(host)}${wanted === null ? '' : `, port ${wanted}`}`,
        `See what answered: dismantle verdict show ${defang(host)}`,
      );
    }
    return { serverId, host, ports };
  });
}

async function otherPorts(
  transaction: Parameters<typeof namedVerdict>[0],
  serverId: string,
): Promise<readonly number[]> {
  const looks = await transaction.newestLooks(serverId);
  const ports = looks.filter(({ outcome }) => outcome === 'answers-other').flatMap(({ port }) => port ?? []);
  return [...new Set(ports)].toSorted((one, other) => one - other);
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
