-- People sign in by the word of an OpenID provider, too, once they have said, with a key of theirs, as whom it knows them.

set local search_path = dismantle;

create table identity (
  organisation_id uuid not null references organisation,
  person          text collate "C" not null,
  -- As the provider writes itself, and by what it knows the person for ever. No name and no mail address: those change hands.
  issuer          text collate "C" not null check (issuer ~ '^https?://' and length(issuer) <= 300),
  subject         text collate "C" not null check (subject <> '' and length(subject) <= 255),
  linked_at       timestamptz not null,
  unlinked_at     timestamptz,
  primary key (organisation_id, person, issuer, subject),
  foreign key (organisation_id, person) references person on delete cascade
);
-- Whom a provider knows is one person of ours at a time.
create unique index identity_of_one on identity (organisation_id, issuer, subject) where unlinked_at is null;

create function check_identity() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if new.unlinked_at is null
    and not exists (select from dismantle.person p where p.person = new.person and p.removed_at is null) then
    raise exception '% is not on record', new.person using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger identity_check after insert or update on identity for each row execute function check_identity();

alter table identity enable row level security;
alter table identity force row level security;
create policy own_organisation on identity using (organisation_id = (select dismantle.current_organisation()))
  with check (organisation_id = (select dismantle.current_organisation()));
grant select, insert on identity to dismantle_app;
grant update (linked_at, unlinked_at) on identity to dismantle_app;
