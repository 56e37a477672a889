import type { Assignment } from '../../domain/assignment.ts';
import type { AssignmentReads, OwnAssignments } from '../../ports/assignments.ts';
import type { Session } from './connect.ts';
import { isoText } from './sql-values.ts';

const ASSIGNMENT = `
  select a.operation_id as "operationId", a.operation, a.server_id as "serverId", a.host, a.kind, a.endpoints, a.country, a.provider,
         a.partner, a.state, a.note, ${isoText('a.assigned_at')} as "assignedAt", a.assigned_by as "assignedBy",
         ${isoText('a.answered_at')} as "answeredAt", ${isoText('a.ended_at')} as "endedAt", v.verdict,
         ${isoText('v.since')} as "verdictSince", ${isoText('v.dark_at')} as "darkAt", ${isoText('v.confirmed_at')} as "confirmedAt"
  from assignment a
  left join server_verdict v on v.organisation_id = a.organisation_id and v.server_id = a.server_id`;

export function assignmentReads(session: Session): AssignmentReads {
  return {
    assignments: (operationId) =>
      session.rows<Assignment>(`${ASSIGNMENT} where a.operation_id = $1 order by a.partner, a.host`, [operationId]),
    noticesAbout: (serverIds) =>
      session.rows(
        `select distinct on (c.server_id) c.server_id as "serverId", n.reference
         from case_file c
         join notice_item i on i.organisation_id = c.organisation_id and i.case_id = c.case_id
         join notice n on n.organisation_id = i.organisation_id and n.notice_id = i.notice_id
         where c.server_id = any($1) and c.closed_at is null
           and exists (select from dispatch d
                       join dispatch_attempt t on t.organisation_id = d.organisation_id and t.dispatch_id = d.dispatch_id
                       where d.organisation_id = n.organisation_id and d.notice_id = n.notice_id)
         order by c.server_id, n.reference`,
        [serverIds],
      ),
  };
}

/** Over a session of the outsiders' role: its policies leave the partner's own, and nothing that has ended. */
export function ownAssignments(session: Session): OwnAssignments {
  return {
    assignments: () => session.rows<Assignment>(`${ASSIGNMENT} order by a.assigned_at desc, a.host`),
    assignment: (serverId) => session.row<Assignment>(`${ASSIGNMENT} where a.server_id = $1`, [serverId]),
  };
}
