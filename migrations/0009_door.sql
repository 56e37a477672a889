-- The provider's door: a page for one notice, that opens with the link or the code in it.

set local search_path = dismantle;

-- One a notice, as it was drafted last. Link and code are known by hashes under a secret that is not in the database.
create table door (
  organisation_id uuid not null,
  notice_id       uuid not null,
  token_hash      text collate "C" not null check (token_hash ~ '^[0-9a-f]{64}$'),
  code_hash       text collate "C" not null check (code_hash ~ '^[0-9a-f]{64}$'),
  expires_at      timestamptz not null,
  content         jsonb not null,
  closed_at       timestamptz,
  closed_by       text collate "C",
  close_reason    text collate "C",
  primary key (organisation_id, notice_id),
  -- With its notice it is erased.
  foreign key (organisation_id, notice_id) references notice on delete cascade
);
create unique index door_by_token on door (organisation_id, token_hash);
create unique index door_by_code on door (organisation_id, code_hash);

-- Somebody at the door said that a server is off, and asked us to look.
create table door_check (
  organisation_id uuid   not null,
  notice_id       uuid   not null,
  sequence        bigint not null,
  asked_at        timestamptz not null,
  cases           uuid[] not null,
  primary key (organisation_id, notice_id, sequence),
  foreign key (organisation_id, notice_id) references notice on delete cascade
);

-- Further servers that somebody at the door names: words of whoever has the link, until a person takes them into intake.
create table door_find (
  organisation_id uuid   not null,
  find_id         uuid   not null,
  notice_id       uuid   not null,
  operation_id    uuid   not null,
  sequence        bigint not null,
  lines           text[] collate "C" not null check (cardinality(lines) between 1 and 200),
  note            text collate "C" not null,
  offered_at      timestamptz not null,
  settled_at      timestamptz,
  settled_as      text collate "C" check (settled_as in ('taken', 'dismissed')),
  settled_by      text collate "C",
  reason          text collate "C",
  import_id       uuid,
  primary key (organisation_id, find_id),
  check ((settled_at is null) = (settled_as is null)),
  foreign key (organisation_id, notice_id) references notice on delete cascade
);
create index door_find_by_notice on door_find (organisation_id, notice_id);

alter table received_mail drop constraint received_mail_placed_by_check;
alter table received_mail add constraint received_mail_placed_by_check
  check (placed_by in ('message-id', 'token', 'ticket', 'person', 'door'));

do $$
declare
  name text;
begin
  foreach name in array array['door', 'door_check', 'door_find']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (token_hash, code_hash, expires_at, content, closed_at, closed_by, close_reason) on door to dismantle_app;
grant delete on door to dismantle_app;
grant update (settled_at, settled_as, settled_by, reason, import_id) on door_find to dismantle_app;

-- What whoever stands at a door may see --------------------------------------------------------------------------------
--
-- Functions with the owner's rights, which show the one notice that `dismantle.notice` names and nothing else; the outsiders'
-- role may read no table. Every statement names the organisation: where a superuser has migrated, row-level security would not.

-- Whose door a link or a code is of, among the doors of the organisation that is set. A hash tells nothing to whoever lacks the secret.
create function door_of(hash_given text) returns uuid language sql stable security definer
set search_path = dismantle, pg_temp as
$$ select notice_id from door
   where organisation_id = current_organisation() and (token_hash = hash_given or code_hash = hash_given) $$;

create function at_door() returns jsonb language sql stable security definer
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

-- The message that was sent: its reports are given out as they were.
create function message_at_door() returns bytea language sql stable security definer
set search_path = dismantle, pg_temp as $$
  select m.message
  from notice n
  join door d on d.organisation_id = n.organisation_id and d.notice_id = n.notice_id
  join notice_message m on m.organisation_id = n.organisation_id and m.sha256 = n.message_sha256
  where n.organisation_id = current_organisation() and n.notice_id = current_notice()
$$;

revoke execute on function door_of(text), at_door(), message_at_door() from public;
grant execute on function door_of(text), at_door(), message_at_door() to dismantle_partner;
