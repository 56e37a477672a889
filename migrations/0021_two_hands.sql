-- Two people count as two by who put them on record, removed or not: whoever removed the one in between would otherwise count beside the
-- one behind, and whoever removed the proposer of a method table beside nobody (docs/decisions/0036-passkeys.md, 0043-method-tables.md).
-- Says the same as src/domain/person.ts, src/steps/playbook/settle-table.ts and the audit.

set local search_path = dismantle;

create or replace function one_hand(first_person text, second_person text) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  with recursive vouching (person, voucher) as (
    select p.person, p.vouched_by from person p
    where p.person in (first_person, second_person) and p.removed_at is null and p.vouched_by is not null
    union
    select g.person, p.vouched_by from vouching g join person p on p.person = g.voucher
    where p.vouched_by is not null
  )
  select exists (select from vouching where (person = first_person and voucher = second_person)
                                         or (person = second_person and voucher = first_person))
$$;

create function check_table_hands() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if not exists (select from dismantle.person p where p.person = old.proposed_by and p.added_at <= old.proposed_at and p.removed_at is null) then
    raise exception '%, who proposed the method table %, is not on record any more', old.proposed_by, old.number using errcode = 'P0403';
  end if;
  if dismantle.one_hand(new.approved_by, old.proposed_by) then
    raise exception '% and % do not count as two: the passkey of one comes from the other', new.approved_by, old.proposed_by
      using errcode = 'P0403';
  end if;
  return new;
end $$;
-- Once: a replay over what was approved comes by people who may be gone since.
create trigger method_table_hands before update on method_table for each row
  when (new.approved_at is not null and old.approved_at is null) execute function check_table_hands();

-- While none is in force the settings name the table, and counsel has taken that one back.
create or replace function check_decided_by() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  in_force dismantle.method_table%rowtype;
  former   integer;
begin
  if new.kind <> 'decide' then
    return new;
  end if;
  select * into in_force from dismantle.method_table_in_force();
  if in_force.sha256 is not null
     and exists (select from dismantle.decision d where d.batch_id = new.batch_id and d.playbook <> in_force.sha256) then
    raise exception 'the method table % is in force, and this was decided by another one', in_force.number using errcode = 'P0403';
  end if;
  if in_force.sha256 is null then
    select t.number into former from dismantle.method_table t
    where t.approved_at is not null and t.withdrawn_at is not null
      and exists (select from dismantle.decision d where d.batch_id = new.batch_id and d.playbook = t.sha256)
    limit 1;
    if former is not null then
      raise exception 'the method table % was withdrawn, and this was decided by it', former using errcode = 'P0403';
    end if;
  end if;
  return new;
end $$;
