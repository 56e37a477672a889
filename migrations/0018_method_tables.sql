-- Method tables that people propose, and a second one, counsel, approves: who may stands here once more, and that nothing is decided
-- by another table than the one that was approved last (docs/decisions/0043-method-tables.md).

set local search_path = dismantle;

-- The text lies beside, under its SHA-256, as messages do. Rows are added and settled and never removed, so that a replay over them changes
-- nothing.
create table method_table (
  organisation_id uuid    not null references organisation,
  number          integer not null check (number > 0),
  sha256          text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  name            text collate "C" not null,
  -- The number of the approved table that was in force then; null: the one of the settings was.
  replaces        integer,
  -- The table that it was compared with.
  base            text collate "C" not null check (base ~ '^[0-9a-f]{64}$'),
  rows            integer not null check (rows > 0),
  changes         jsonb   not null,
  examples        jsonb   not null,
  reason          text collate "C" not null check (reason <> ''),
  proposed_at     timestamptz not null,
  proposed_by     text collate "C" not null,
  approved_at     timestamptz,
  approved_by     text collate "C",
  -- Of the entry: of those that are approved the last one is in force.
  approved_in     bigint,
  rejected_at     timestamptz,
  rejected_by     text collate "C",
  withdrawn_at    timestamptz,
  withdrawn_by    text collate "C",
  -- Why it was rejected or withdrawn.
  settled_reason  text collate "C" check (settled_reason <> ''),
  primary key (organisation_id, number),
  check ((approved_at is null) = (approved_by is null) and (approved_at is null) = (approved_in is null)),
  check (approved_by <> proposed_by),
  check ((rejected_at is null) = (rejected_by is null) and (withdrawn_at is null) = (withdrawn_by is null)),
  check (rejected_at is null or (approved_at is null and withdrawn_at is null)),
  check ((settled_reason is null) = (rejected_at is null and withdrawn_at is null))
);
-- One table waits once.
create unique index method_table_waiting on method_table (organisation_id, sha256)
  where approved_at is null and rejected_at is null and withdrawn_at is null;

-- The approved table that is in force; null: the one of the settings is. src/policy/method-table/in-force.ts says the same.
create function method_table_in_force() returns method_table language sql stable
set search_path = dismantle, pg_temp as $$
  select t from method_table t where t.approved_at is not null and t.withdrawn_at is null order by t.approved_in desc limit 1
$$;

create function check_method_table() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  in_force dismantle.method_table%rowtype;
begin
  if tg_op = 'INSERT' then
    if new.approved_at is not null or new.rejected_at is not null or new.withdrawn_at is not null then
      raise exception 'a method table is proposed before anything is said of it' using errcode = 'P0403';
    end if;
    return new;
  end if;
  -- What was said once stays; a replay says the same.
  if (old.approved_at is not null
      and (new.approved_at, new.approved_by, new.approved_in) is distinct from (old.approved_at, old.approved_by, old.approved_in))
     or ((old.rejected_at is not null or old.withdrawn_at is not null)
         and (new.rejected_at, new.rejected_by, new.withdrawn_at, new.withdrawn_by, new.settled_reason)
             is distinct from (old.rejected_at, old.rejected_by, old.withdrawn_at, old.withdrawn_by, old.settled_reason)) then
    raise exception 'what was said of the method table % stays', old.number using errcode = 'P0403';
  end if;
  select * into in_force from dismantle.method_table_in_force();
  if new.approved_at is not null and old.approved_at is null then
    if old.rejected_at is not null or old.withdrawn_at is not null then
      raise exception 'the method table % is not proposed any more', old.number using errcode = 'P0403';
    end if;
    if in_force.number is distinct from old.replaces then
      raise exception 'the method table % was proposed against another one than is in force now', old.number using errcode = 'P0403';
    end if;
    if not exists (select from dismantle.person p where p.person = new.approved_by and p.added_at <= new.approved_at
                     and p.removed_at is null and 'counsel' = any(p.roles)) then
      raise exception '% is no counsel, and approves no method table', new.approved_by using errcode = 'P0403';
    end if;
  end if;
  if new.withdrawn_at is not null and old.withdrawn_at is null then
    if old.rejected_at is not null then
      raise exception 'the method table % was rejected', old.number using errcode = 'P0403';
    end if;
    if old.approved_at is null and new.withdrawn_by <> old.proposed_by then
      raise exception 'a method table that waits is taken back by whoever proposed it' using errcode = 'P0403';
    end if;
    if old.approved_at is not null and (in_force.number is distinct from old.number or not exists (
         select from dismantle.person p where p.person = new.withdrawn_by and p.added_at <= new.withdrawn_at
           and p.removed_at is null and 'counsel' = any(p.roles))) then
      raise exception 'counsel takes back the method table that is in force, and no other' using errcode = 'P0403';
    end if;
  end if;
  return new;
end $$;
create trigger method_table_check before insert or update on method_table for each row execute function check_method_table();

-- A batch is written behind its entry, which holds the ledger: no approval comes in between.
create function check_decided_by() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  in_force dismantle.method_table%rowtype;
begin
  if new.kind <> 'decide' then
    return new;
  end if;
  select * into in_force from dismantle.method_table_in_force();
  if in_force.sha256 is not null
     and exists (select from dismantle.decision d where d.batch_id = new.batch_id and d.playbook <> in_force.sha256) then
    raise exception 'the method table % is in force, and this was decided by another one', in_force.number using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger batch_decided_by after insert on batch for each row execute function check_decided_by();

alter table method_table enable row level security;
alter table method_table force row level security;
create policy own_organisation on method_table using (organisation_id = (select current_organisation()))
  with check (organisation_id = (select current_organisation()));
create policy nothing_for_outsiders on method_table as restrictive to dismantle_partner using (false);
grant select, insert on method_table to dismantle_app;
grant update (approved_at, approved_by, approved_in, rejected_at, rejected_by, withdrawn_at, withdrawn_by, settled_reason)
  on method_table to dismantle_app;
