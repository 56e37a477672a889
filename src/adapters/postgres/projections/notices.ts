import type { Session } from '../connect.ts';
import type { ProjectedEntry } from '../projected-entry.ts';

export async function projectNotice(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into notice (organisation_id, notice_id, operation_id, provider_key, method, row_id, recipient, message_id,
                         reference, hash, message_sha256, file_name, missing, state, drafted_at, approvals, round, authority_id,
                         contacts, informed, not_before, not_after, reminders, copy, next_contact, deadline_hours)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
             array(select jsonb_array_elements_text($12::jsonb)), 'drafted', $13, coalesce($14::int, 2), coalesce($15::int, 0), $16,
             array(select jsonb_array_elements_text($17::jsonb)), $18::jsonb, $19, $20, $21::jsonb, $22::jsonb, $23::jsonb, $24::int)
     on conflict (organisation_id, notice_id) do update
       set row_id = excluded.row_id, recipient = excluded.recipient, message_id = excluded.message_id,
           reference = excluded.reference, hash = excluded.hash, message_sha256 = excluded.message_sha256,
           file_name = excluded.file_name, missing = excluded.missing, state = excluded.state,
           drafted_at = excluded.drafted_at, approvals = excluded.approvals, contacts = excluded.contacts,
           informed = excluded.informed, not_before = excluded.not_before, not_after = excluded.not_after,
           reminders = excluded.reminders, copy = excluded.copy, next_contact = excluded.next_contact,
           deadline_hours = excluded.deadline_hours`,
    [
      subject, body['operation'], body['provider'], body['method'], body['row'], body['to'], body['messageId'],
      body['reference'], body['hash'], body['messageSha256'], body['fileName'], JSON.stringify(body['missing']),
      body['draftedAt'], body['approvals'] ?? null, body['round'] ?? null, body['authority'] ?? null,
      JSON.stringify(body['contacts'] ?? (body['to'] === null ? [] : [body['to']])), JSON.stringify(body['informed'] ?? []),
      body['notBefore'] ?? null, body['notAfter'] ?? null, JSON.stringify(body['reminders'] ?? []),
      body['copy'] === null || body['copy'] === undefined ? null : JSON.stringify(body['copy']),
      body['nextContact'] === null || body['nextContact'] === undefined ? null : JSON.stringify(body['nextContact']),
      body['deadlineHours'] ?? null,
    ],
  ); // prettier-ignore
  await session.run('delete from notice_item where notice_id = $1', [subject]);
  await session.run(
    `insert into notice_item (organisation_id, notice_id, case_id)
     select current_organisation(), $1, value::uuid from jsonb_array_elements_text($2::jsonb)
     where exists (select from case_file where case_id = value::uuid)`,
    [subject, JSON.stringify(body['cases'])],
  );
  // By its key and no other way: what an index on the state promises is as old as the statistics.
  await session.run(
    `update case_file set state = 'drafted', state_since = $2
     where case_id = any(array(select jsonb_array_elements_text($1::jsonb)::uuid)) and state || '' in ('decided', 'approved')`,
    [JSON.stringify(body['cases']), recordedAt],
  );
  // What was queued of another text has lost its approvals. What may have left already is the sender's to settle.
  await session.run(
    `update dispatch set state = 'cancelled', response = 'the notice has changed'
     where notice_id = $1 and state in ('queued', 'waiting') and hash <> $2 and sent_at is null
       and not exists (select from dispatch_attempt a where a.dispatch_id = dispatch.dispatch_id and a.outcome = 'unknown')`,
    [subject, body['hash']],
  );
  // A rejection is of one text.
  await session.run(
    `update notice n set state = 'rejected'
     where n.notice_id = $1 and exists (select from notice_rejection r where r.notice_id = n.notice_id and r.hash = n.hash)`,
    [subject],
  );
  await settleApproval(session, subject, recordedAt);
}

export async function projectWithdrawal(session: Session, { subject }: ProjectedEntry): Promise<void> {
  await session.run(`update notice set state = 'withdrawn' where notice_id = $1`, [subject]);
  await session.run('delete from notice_item where notice_id = $1', [subject]);
  await session.run(
    `update dispatch set state = 'cancelled', response = 'the notice was withdrawn'
     where notice_id = $1 and state in ('queued', 'waiting')`,
    [subject],
  );
}

/**
 * A notice is approved while as many different people as it needs stand behind its very text, at this moment. Whoever
 * attested a server of it does not count.
 */
export async function settleApproval(session: Session, noticeId: string, moment: string): Promise<void> {
  await session.run(
    `update notice n
     set state = case when (
           select count(distinct a.person) from notice_approval a
           where a.notice_id = n.notice_id and a.hash = n.hash and a.withdrawn_at is null and a.expires_at > $2
         ) >= n.approvals then 'approved' else 'drafted' end
     where n.notice_id = $1 and n.state in ('drafted', 'approved')`,
    [noticeId, moment],
  );
  await session.run(
    `update case_file c set state = n.state, state_since = $2
     from notice n join notice_item i on i.notice_id = n.notice_id
     where n.notice_id = $1 and i.case_id = c.case_id and n.state in ('drafted', 'approved')
       and c.state in ('drafted', 'approved') and c.state <> n.state`,
    [noticeId, moment],
  );
}
