-- A desk may say of some of a notice's servers that they are off, and of others later: each stands by when it was said of it, and not
-- by what was said last. Since 0009_door.sql the newest check alone was told.

set local search_path = dismantle;

create or replace function at_door() returns jsonb language sql stable security definer
set search_path = dismantle, pg_temp as $$
  select jsonb_build_object(
    'noticeId', n.notice_id,
    'expiresAt', (extract(epoch from d.expires_at) * 1000)::bigint,
    'closedAt', (extract(epoch from d.closed_at) * 1000)::bigint,
    'content', d.content,
    'hasLeft', n.sent_at is not null or exists (
      select from dispatch x
      where x.organisation_id = n.organisation_id and x.notice_id = n.notice_id and x.kind = 'notice' and x.attempts > 0),
    'sentAt', (extract(epoch from n.sent_at) * 1000)::bigint,
    'contestedAt', (extract(epoch from n.contested_at) * 1000)::bigint,
    'messageSha256', n.message_sha256,
    'isProbingOn', exists (
      select from probing p
      join operation o on o.organisation_id = p.organisation_id and o.operation_id = p.operation_id
      where p.organisation_id = n.organisation_id and p.operation_id = n.operation_id and p.stopped_at is null and o.closed_at is null),
    'check', (
      select jsonb_build_object('askedAt', (extract(epoch from c.asked_at) * 1000)::bigint, 'cases', to_jsonb(c.cases))
      from door_check c where c.organisation_id = n.organisation_id and c.notice_id = n.notice_id
      order by c.sequence desc limit 1),
    'said', coalesce((
      select jsonb_agg(jsonb_build_object('class', m.class, 'at', (extract(epoch from m.received_at) * 1000)::bigint) order by m.sequence)
      from received_mail m
      where m.organisation_id = n.organisation_id and m.notice_id = n.notice_id and m.placed_by = 'door'), '[]'),
    'found', (select count(*) from door_find f where f.organisation_id = n.organisation_id and f.notice_id = n.notice_id),
    'servers', coalesce((
      select jsonb_agg(jsonb_build_object(
               'caseId', i.case_id, 'isRetracted', c.state = 'retracted',
               'verdict', v.verdict, 'darkAt', (extract(epoch from v.dark_at) * 1000)::bigint,
               'confirmedAt', (extract(epoch from v.confirmed_at) * 1000)::bigint,
               'askedAt', (select (extract(epoch from max(k.asked_at)) * 1000)::bigint from door_check k
                           where k.organisation_id = i.organisation_id and k.notice_id = i.notice_id and i.case_id = any(k.cases)),
               'lookedAt', (select (extract(epoch from max(p.at)) * 1000)::bigint from probe p
                            where p.organisation_id = c.organisation_id and p.server_id = c.server_id),
               'look', case when l.server_id is null then null
                            else jsonb_build_object('outcome', l.outcome, 'at', (extract(epoch from l.at) * 1000)::bigint) end))
      from notice_item i
      join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
      left join server_verdict v on v.organisation_id = c.organisation_id and v.server_id = c.server_id
      left join server_look l on l.organisation_id = c.organisation_id and l.server_id = c.server_id
      where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id), '[]'))
  from door d
  join notice n on n.organisation_id = d.organisation_id and n.notice_id = d.notice_id
  where d.organisation_id = current_organisation() and d.notice_id = current_notice()
$$;
