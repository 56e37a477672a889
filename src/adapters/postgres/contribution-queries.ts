import type { Contribution, WaitingContribution } from '../../domain/contribution.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { ContributionReads, ContributionStatus, ContributionWrites } from '../../ports/contributions.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

const COLUMNS = `contribution_id as id, operation_id as "operationId", partner, ${instant('received_at')} as "receivedAt", objects, refusals`;

export function contributionStatus({ prepared }: Session): ContributionStatus {
  return {
    contribution: (operationId, id) =>
      prepared.row<Contribution>(
        `select ${COLUMNS} from contribution where operation_id = $1 and contribution_id::text = $2`,
        [operationId, id],
      ),
  };
}

export function contributionReads({ prepared }: Session): ContributionReads {
  return {
    waitingContribution: (operationId) =>
      prepared.row<WaitingContribution>(
        `select ${COLUMNS}, content, sha256 from contribution
         where operation_id = $1 and settled_at is null order by received_at, contribution_id limit 1`,
        [operationId],
      ),
    async waitingOf(partner) {
      const row = await prepared.row<{ n: number }>(
        'select count(*)::int as n from contribution where partner = $1 and settled_at is null',
        [partner],
      );
      return row?.n ?? 0;
    },
  };
}

export function contributionWrites({ prepared }: Session): ContributionWrites {
  return {
    async keepContribution({ id, operationId, partner, receivedAt, content, sha256, objects }) {
      await prepared.run(
        `insert into contribution (organisation_id, contribution_id, operation_id, partner, received_at, content, sha256, objects)
         values (current_organisation(), $1, $2, $3, $4, $5, $6, $7)`,
        [id, operationId, partner, isoInstant(receivedAt), content, sha256, JSON.stringify(objects)],
      );
    },
    async settleContribution(id, refusals, at, forgetBefore) {
      await prepared.run(
        `update contribution set settled_at = $2, refusals = $3 where contribution_id = $1 and settled_at is null`,
        [id, isoInstant(at), JSON.stringify(refusals)],
      );
      await prepared.run('delete from contribution where settled_at < $1', [isoInstant(forgetBefore)]);
    },
  };
}
