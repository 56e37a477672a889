-- Servers of an operation that a partner sees to: a country's CSIRT, a provider, an ISP. While a partner has a server, no notice of
-- ours about it leaves.

set local search_path = dismantle;

-- The newest word on each server; the ledger has those before.
create table assignment (
  organisation_id uuid not null,
  server_id       uuid not null,
  operation_id    uuid not null,
  partner         text collate "C" not null,
  -- What the partner was told of it, as it was told: what it may have is decided when it is told, not when it is looked at.
  host            text collate "C" not null,
  kind            text collate "C" not null,
  endpoints       jsonb not null,
  country         text collate "C",
  provider        text collate "C",
  operation       text collate "C" not null,
  state           text collate "C" not null check (state in ('offered', 'accepted', 'working', 'done', 'hands-off', 'declined', 'ended', 'retracted')),
  note            text collate "C",
  assigned_at     timestamptz not null,
  assigned_by     text collate "C" not null,
  answered_at     timestamptz,
  ended_at        timestamptz,
  primary key (organisation_id, server_id),
  -- What is made anew when something is erased goes with its operation.
  foreign key (organisation_id, operation_id) references operation on delete cascade,
  check ((ended_at is not null) = (state in ('declined', 'ended', 'retracted')))
);
create index assignment_by_partner on assignment (organisation_id, partner) where ended_at is null;

create function with_partner(server uuid) returns text language sql stable
set search_path = dismantle, pg_temp as $$
  select a.partner from assignment a where a.server_id = server and a.ended_at is null
$$;

-- Nobody is written to twice about one server. What follows a notice that has left goes on: a server is not assigned before that is over.
create function check_with_partner() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  bad text;
begin
  select s.host into bad
  from dismantle.dispatch d
  join dismantle.notice_item i on i.organisation_id = d.organisation_id and i.notice_id = d.notice_id
  join dismantle.case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
  join dismantle.server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
  where d.organisation_id = new.organisation_id and d.dispatch_id = new.dispatch_id and d.kind in ('notice', 'csirt-copy')
    and dismantle.with_partner(c.server_id) is not null
  limit 1;
  if bad is not null then
    raise exception 'a partner sees to %', bad using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger dispatch_attempt_partner after insert on dispatch_attempt for each row execute function check_with_partner();

alter table assignment enable row level security;
alter table assignment force row level security;
create policy own_organisation on assignment using (organisation_id = (select dismantle.current_organisation()))
  with check (organisation_id = (select dismantle.current_organisation()));
grant select, insert on assignment to dismantle_app;
grant update (partner, operation_id, host, kind, endpoints, country, provider, operation, state, note, assigned_at, assigned_by, answered_at, ended_at)
  on assignment to dismantle_app;

grant select on assignment to dismantle_partner;
-- What was taken back stays to be seen, as that: whoever works on it has to learn that it was a mistake.
create policy ones_own on assignment as restrictive for select to dismantle_partner
  using (partner = (select current_partner()) and (ended_at is null or state = 'retracted'));

-- How its own servers stand by our looks; whence they were looked at is not told.
grant select (organisation_id, server_id, verdict, since, dark_at, confirmed_at) on server_verdict to dismantle_partner;
create policy of_ones_own on server_verdict as restrictive for select to dismantle_partner
  using (exists (select from assignment a where a.server_id = server_verdict.server_id and a.ended_at is null
                   and a.partner = (select current_partner())));
