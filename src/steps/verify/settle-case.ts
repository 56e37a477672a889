import type { Settlement } from '../../domain/case.ts';
import { defang } from '../../domain/defang.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { VerdictFacts } from '../../ports/verdicts.ts';

interface Words {
  /** The person who signs, as typed with --as. */
  readonly name: string;
  /** Host, host:port, URL or id. */
  readonly server: string;
  readonly reason: string;
}

/**
 * A person says what a server is by now that answers as something else. Its case is over; it is neither dark nor wrong. Only
 * where the newest look says that it does: what is found alive is not talked away.
 */
export function settlement(operation: Operation, words: Words & { readonly as: Settlement }): SignedAct {
  const { name, server, reason, as } = words;
  return {
    name,
    act: 'case.settled',
    lock: operation.id,
    async prepare(transaction) {
      const { facts, shown } = await namedVerdict(transaction, operation, server);
      const { newestCase } = facts;
      assertAnswersOther(facts, shown, 'settled');
      if (newestCase === null) throw problem('refused', `${shown} has no case yet, so there is nothing to settle`);
      if (newestCase.state === 'dark' || newestCase.state === 'settled' || newestCase.state === 'retracted') {
        throw problem('refused', `the case of ${shown} is ${newestCase.state} already`, 'See: dismantle cases');
      }
      return {
        subject: newestCase.caseId,
        terms: { operation: operation.id, server: facts.serverId, as, reason },
      };
    },
  };
}

/**
 * A person says that what answers by now on a port is the botnet's own: a new certificate, another web server. From then on
 * looks are held against that.
 */
export function acceptance(operation: Operation, words: Words & { readonly port: number }): SignedAct {
  const { name, server, reason, port } = words;
  return {
    name,
    act: 'server.service-accepted',
    lock: operation.id,
    async prepare(transaction) {
      const { facts, shown } = await namedVerdict(transaction, operation, server);
      assertAnswersOther(facts, shown, 'accepted');
      const newest = await transaction.newestService(facts.serverId, port);
      if (newest === null) {
        throw problem(
          'not-found',
          `no look has seen a service on port ${port} of ${shown}`,
          'Look: dismantle probe SERVER',
        );
      }
      return {
        subject: facts.serverId,
        terms: { operation: operation.id, port, seen: newest.seen, seenAt: isoInstant(newest.at), reason },
      };
    },
  };
}

/** How a server stands; a `not-found` problem where the operation has no such server. */
export async function namedVerdict(
  transaction: ReadTransaction,
  operation: Operation,
  server: string,
): Promise<{ readonly facts: VerdictFacts; readonly shown: string }> {
  const named = namedServer(operation.id, server);
  const [facts] = await transaction.verdictFacts(operation.id, [named.id]);
  if (facts === undefined) throw noSuchServer(operation, named);
  return { facts, shown: defang(facts.host) };
}

function assertAnswersOther({ verdict }: VerdictFacts, shown: string, what: string): void {
  if (verdict?.verdict === 'answers-other') return;
  throw problem(
    'refused',
    `${shown} is ${verdict === null ? 'not looked at yet' : verdict.verdict}: only what answers as something else is ${what}`,
    'Look at it: dismantle probe SERVER; take a wrong one back: dismantle retract SERVER',
  );
}
