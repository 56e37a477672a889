import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const VERDICTS: Projections = {
  'server.verdict-changed': projectChange,
  'server.confirmed-dark': projectConfirmation,
  'server.returned': projectReturn,
  'case.settled': projectSettlement,
  'server.service-accepted': projectAccepted,
};

async function projectChange(session: Session, { sequence, subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into server_verdict (organisation_id, server_id, operation_id, verdict, finding, since, last_live_at, dark_at, confirmed_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, null)
     on conflict (organisation_id, server_id) do update
       set verdict = excluded.verdict, finding = excluded.finding, since = excluded.since,
           last_live_at = greatest(server_verdict.last_live_at, excluded.last_live_at), dark_at = excluded.dark_at,
           confirmed_at = null`,
    [
      subject, body['operation'], body['to'], body['finding'], body['since'], body['lastLiveAt'], body['darkAt'],
    ],
  ); // prettier-ignore
  await session.run(
    `insert into verdict_change (organisation_id, sequence, server_id, operation_id, case_id, from_verdict, to_verdict, finding, at,
                                 last_live_at, recorded_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      sequence, subject, body['operation'], body['case'], body['from'], body['to'], body['finding'], body['at'],
      body['lastLiveAt'], recordedAt,
    ],
  ); // prettier-ignore
  // Looks that came late have put the run's beginning later: what was confirmed of the earlier one does not hold.
  if (body['from'] === 'dark' && body['to'] === 'dark') {
    await session.run('delete from dark_run where server_id = $1 and returned_at is null and dark_at < $2', [
      subject,
      body['darkAt'],
    ]);
  }
}

/** A server that is dark already, and answered as something else in between, has one run alone. */
async function projectConfirmation(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update server_verdict set confirmed_at = $2 where server_id = $1', [subject, body['confirmedAt']]);
  await session.run(
    `insert into dark_run (organisation_id, server_id, operation_id, case_id, dark_at, last_live_at, confirmed_at, recorded_at, unprompted)
     select current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8
     where not exists (select from dark_run where server_id = $1 and returned_at is null)`,
    [
      subject, body['operation'], body['case'], body['darkAt'], body['lastLiveAt'], body['confirmedAt'], recordedAt,
      body['unprompted'],
    ],
  ); // prettier-ignore
  // A look that came late may have moved its beginning.
  await session.run('update dark_run set dark_at = $2 where server_id = $1 and returned_at is null and dark_at > $2', [
    subject,
    body['darkAt'],
  ]);
  await session.run(
    `update case_file set state = 'dark', state_since = $2, closed_at = $2
     where case_id = $1 and state not in ('dark', 'settled', 'retracted')`,
    [body['case'], recordedAt],
  );
}

/** What was known of it goes on into the new case; the next judgement weighs it anew. */
async function projectReturn(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update dark_run set returned_at = $2 where server_id = $1 and returned_at is null', [
    subject,
    body['at'],
  ]);
  await session.run('update case_file set is_current = false where server_id = $1 and is_current', [subject]);
  const isOwn = body['isOwnService'] === true;
  await session.run(
    `insert into case_file (organisation_id, case_id, operation_id, server_id, episode, state, state_since, opened_at, identified_at,
                            held_by, groups, attested_by, ground_checked, list_hits, assessment, previous_case_id, heard_from)
     select organisation_id, $2, operation_id, server_id, $3, case when cardinality(by) > 0 then 'held' else 'identified' end,
            $4, $4, case when cardinality(by) = 0 then $4::timestamptz end, by, groups, attested_by, ground_checked, list_hits,
            assessment, case_id, $6
     from case_file, lateral (select case when $5 then held_by else array['needs-corroboration'] end as by) h
     where case_id = $1`,
    [body['previousCase'], body['case'], body['episode'], recordedAt, isOwn, isOwn ? null : body['lastDarkAt']],
  );
}

async function projectSettlement(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update case_file set state = 'settled', state_since = $2, closed_at = $2, settled_as = $3, settlement = $4
     where case_id = $1 and state not in ('dark', 'settled', 'retracted')`,
    [subject, recordedAt, body['as'], body['reason']],
  );
}

async function projectAccepted(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into service_baseline (organisation_id, server_id, port, seen, at, accepted_by)
     values (current_organisation(), $1, $2, $3::jsonb, $4, $5)
     on conflict (organisation_id, server_id, port) do update
       set seen = excluded.seen, at = excluded.at, accepted_by = excluded.accepted_by`,
    [subject, body['port'], JSON.stringify(body['seen']), recordedAt, body['by']],
  );
}
