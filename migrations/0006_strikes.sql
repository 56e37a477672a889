-- Strikes: plans of whom to notify when, and the holds of two people that keep a plan's notices until their moments. What may
-- hold a notice, for how long, and what a held notice may not do stand here once more.

set local search_path = dismantle;

create table strike (
  organisation_id uuid not null,
  strike_id       uuid not null,
  operation_id    uuid not null,
  number          integer not null check (number > 0),
  strategy        text collate "C" not null check (strategy in ('rolling', 'simultaneous', 'converge')),
  aim             timestamptz not null,
  plan            jsonb not null,
  plan_hash       text collate "C" not null check (plan_hash ~ '^[0-9a-f]{64}$'),
  planned_at      timestamptz not null,
  planned_by      text collate "C" not null,
  released_at     timestamptz,
  released_by     text collate "C",
  release_reason  text collate "C" check (release_reason <> ''),
  release_harm    boolean,
  primary key (organisation_id, strike_id),
  unique (organisation_id, operation_id, number),
  check (aim <= planned_at + interval '24 hours'),
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null)
         and (released_at is null) = (release_harm is null)),
  -- What is made anew when something is erased goes with its operation.
  foreign key (organisation_id, operation_id) references operation on delete cascade
);

create table strike_item (
  organisation_id uuid not null,
  strike_id       uuid not null,
  notice_id       uuid not null,
  notify_at       timestamptz not null,
  may_forward     boolean not null,
  device          boolean not null,
  -- The cases that the plan speaks of: what joins the provider later is another notice.
  cases           uuid[] not null,
  primary key (organisation_id, strike_id, notice_id),
  foreign key (organisation_id, strike_id) references strike on delete cascade
);
create index strike_item_by_notice on strike_item (organisation_id, notice_id);

create table strike_hold (
  organisation_id uuid   not null,
  sequence        bigint not null,
  strike_id       uuid   not null,
  person          text collate "C" not null,
  role            text collate "C" not null check (role in ('approver', 'counsel')),
  until           timestamptz not null,
  reason          text collate "C" not null check (reason <> ''),
  approved_at     timestamptz not null,
  primary key (organisation_id, sequence),
  -- The same person twice is one approval.
  unique (organisation_id, strike_id, person),
  check (until <= approved_at + interval '24 hours'),
  foreign key (organisation_id, strike_id) references strike on delete cascade
);

-- Devices wait for nobody, and whoever may tell its customer is told at the aim and not before.
create function check_strike_item() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  s dismantle.strike%rowtype;
begin
  select * into s from dismantle.strike where strike_id = new.strike_id;
  if exists (select from dismantle.strike_hold h where h.strike_id = new.strike_id) then
    raise exception 'what is held is what was signed for: nothing joins a strike afterwards' using errcode = 'P0403';
  end if;
  if new.notify_at > greatest(s.aim, s.planned_at) then
    raise exception 'a notice of a strike goes out at its aim at the latest' using errcode = 'P0403';
  end if;
  if new.device and new.notify_at > s.planned_at then
    raise exception 'devices are never held back' using errcode = 'P0403';
  end if;
  if not new.device and exists (select from dismantle.notice n where n.notice_id = new.notice_id and n.method = 'isp-remediation') then
    raise exception 'what asks for devices to be cleaned is never held back' using errcode = 'P0403';
  end if;
  if new.may_forward and not new.device and s.strategy <> 'rolling' and new.notify_at < s.aim then
    raise exception 'a provider that may tell its customer is not notified before the aim' using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger strike_item_check after insert on strike_item for each row execute function check_strike_item();

create function check_strike_hold() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  s     dismantle.strike%rowtype;
  first timestamptz;
begin
  select * into s from dismantle.strike where strike_id = new.strike_id;
  if not exists (select from dismantle.person p where p.person = new.person and p.added_at <= new.approved_at and p.removed_at is null
                   and new.role = any(p.roles)) then
    raise exception '% is no %, and approves no hold as one', new.person, new.role using errcode = 'P0403';
  end if;
  if s.released_at is not null or s.strategy = 'rolling' or s.aim <= new.approved_at then
    raise exception 'the strike % has nothing to hold back any more', s.number using errcode = 'P0403';
  end if;
  -- Of the strike itself, and of others that have held one of its notices: several in a row hold no longer than one.
  select min(h.approved_at) into first
  from dismantle.strike_hold h
  where h.strike_id = new.strike_id or (
    exists (select from dismantle.strike_item theirs join dismantle.strike_item ours on ours.notice_id = theirs.notice_id
            where theirs.strike_id = h.strike_id and ours.strike_id = new.strike_id and not ours.device)
    and (select count(distinct o.person) >= 2 and bool_or(o.role = 'counsel') from dismantle.strike_hold o where o.strike_id = h.strike_id));
  if new.until > first + interval '24 hours' then
    raise exception 'a notice is held back for 24 hours at most, and this goes on until %', new.until using errcode = 'P0403';
  end if;
  if new.until < s.aim then
    raise exception 'a hold reaches to the aim at least: %', s.aim using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger strike_hold_check after insert on strike_hold for each row execute function check_strike_hold();

-- Until when a notice is held back at a moment; null where it is not. src/policy/strike/hold.ts says the same.
create function held_until(notice_wanted uuid, moment timestamptz) returns timestamptz language sql stable
set search_path = dismantle, pg_temp as $$
  with named as (
    select i.strike_id, i.notify_at, s.released_at from strike_item i
    join strike s on s.organisation_id = i.organisation_id and s.strike_id = i.strike_id
    where i.notice_id = notice_wanted
  ), given as (
    select h.strike_id, h.person, h.role, h.until, h.approved_at, p.person is not null as stands
    from strike_hold h
    join named n on n.strike_id = h.strike_id
    left join person p on p.organisation_id = h.organisation_id and p.person = h.person and p.removed_at is null
      and p.added_at <= h.approved_at and h.role = any(p.roles)
  ), first_held as (
    select min(at) as at from (select min(approved_at) as at from given group by strike_id
                               having count(distinct person) >= 2 and bool_or(role = 'counsel')) f
  ), holds as (
    select strike_id, min(approved_at) + interval '24 hours' as latest, min(until) as until
    from given where stands group by strike_id having count(distinct person) >= 2 and bool_or(role = 'counsel')
  )
  select max(least(n.notify_at, h.until, h.latest, f.at + interval '24 hours'))
  from named n join holds h on h.strike_id = n.strike_id cross join first_held f
  where (n.released_at is null or n.released_at > moment)
    and least(n.notify_at, h.until, h.latest, f.at + interval '24 hours') > moment
$$;

-- Beside the approvals of the notice: a hold changes neither its text nor who has approved it.
create function check_hold() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  d    dismantle.dispatch%rowtype;
  n    dismantle.notice%rowtype;
  held timestamptz;
begin
  select * into d from dismantle.dispatch where dispatch_id = new.dispatch_id;
  select * into n from dismantle.notice where notice_id = d.notice_id;
  -- What undoes harm is never held; nor is what follows a notice that has left.
  if d.kind = 'correction' or n.sent_at is not null then
    return new;
  end if;
  held := held_until(d.notice_id, new.attempted_at);
  if held is not null then
    raise exception 'the notice % is held back by a strike until %', n.reference, held using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger dispatch_attempt_hold after insert on dispatch_attempt for each row execute function check_hold();

do $$
declare
  name text;
begin
  foreach name in array array['strike', 'strike_item', 'strike_hold']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (released_at, released_by, release_reason, release_harm) on strike to dismantle_app;
