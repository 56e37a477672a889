import { CLOSED } from '../../domain/case.ts';
import type { Settlement } from '../../domain/case.ts';
import { defang } from '../../domain/defang.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import type { SignedAct } from '../../ports/signing.ts';
import { namedVerdict } from './named-verdict.ts';

export interface SettlementWords {
  /** The person who signs, as typed with --as. */
  readonly person: string;
  readonly reason: string;
  readonly as: Settlement;
}

/**
 * A person says what a server is by now that answers as something else: its case is closed. It is watched on, and where the
 * botnet's own service answers again a new case begins.
 */
export function settlement(operation: Operation, target: string, { person, reason, as }: SettlementWords): SignedAct {
  return {
    name: person,
    act: 'case.settled',
    lock: operation.id,
    async prepare(transaction) {
      const { server, facts, standing } = await namedVerdict(transaction, operation, target);
      const { newestCase } = facts;
      const shown = defang(server.host);
      if (newestCase === null) throw problem('refused', `${shown} has no case yet, so there is nothing to close`);
      if (CLOSED.some((state) => state === newestCase.state)) {
        throw problem(
          'refused',
          `the case of ${shown} is closed already: ${newestCase.state}`,
          `See: dismantle verdict show ${shown}`,
        );
      }
      if (standing !== 'answers-other') {
        throw problem(
          'refused',
          `${shown} does not answer as something else: ${standing ?? 'nobody has looked at it'}`,
          'Only a look says what answers there: dismantle probe, or dismantle look for what a person saw',
        );
      }
      return { subject: newestCase.caseId, terms: { operation: operation.id, server: server.serverId, as, reason } };
    },
  };
}
