import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const CLOCK: Projections = {
  'duty.scheduled': projectDuty,
  'case.retracted': projectRetraction,
};

async function projectDuty(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into duty (organisation_id, duty_id, person, from_at, until_at, set_by)
     values (current_organisation(), $1, $2, $3, $4, $5)`,
    [subject, body['person'], body['from'], body['until'], body['by']],
  );
}

async function projectRetraction(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update case_file set state = 'retracted', state_since = $2, closed_at = coalesce(closed_at, $2), retracted_at = $2, retraction = $3 where case_id = $1`,
    [subject, recordedAt, body['reason']],
  );
  await session.run(
    `insert into sharing_withdrawal (organisation_id, case_id, server_id, operation_id, reason, withdrawn_at)
     select current_organisation(), case_id, server_id, operation_id, $2, $3 from case_file where case_id = $1`,
    [subject, body['reason'], recordedAt],
  );
  // A partner that sees to it learns that it was a mistake.
  await session.run(
    `update assignment a set state = 'retracted', ended_at = $2
     from case_file c where c.case_id = $1 and a.organisation_id = c.organisation_id and a.server_id = c.server_id and a.ended_at is null`,
    [subject, recordedAt],
  );
  await session.run(
    `update notice n set state = 'retracted'
     where exists (select from notice_item i where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id and i.case_id = $1)
       and case
         -- A notice that has left stays in force for its other servers.
         when n.sent_at is not null then not exists (
           select from notice_item i
           join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
           where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id and c.state <> 'retracted')
         -- Of one that was begun nobody knows whether it has left: its other servers get a notice of their own.
         else exists (
           select from dispatch d
           where d.organisation_id = n.organisation_id and d.notice_id = n.notice_id and d.kind = 'notice' and d.attempts > 0)
       end`,
    [subject],
  );
}
