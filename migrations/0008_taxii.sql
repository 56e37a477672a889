-- What each recipient can fetch (TAXII collections), what partners have handed in, and where we fetch from ourselves.
--
-- collection_object is append-only: one row a version of an object, as the text that is served. Which rows are shown moves on
-- (is_last, is_withdrawn); what they say never does. A partner sees what is for the community and for itself: PostgreSQL holds that,
-- not the program.

set local search_path = dismantle;

-- No key leads to the operation: its row is made anew when something is erased, and what was given stays given.
create table collection (
  organisation_id uuid not null references organisation,
  collection_id   uuid not null,
  operation_id    uuid not null,
  -- As the operation has them, so that whoever may read this needs no way to the operation itself. Neither ever changes.
  operation       text collate "C" not null,
  drill           boolean not null,
  -- community, country:XX, provider:KEY
  recipient       text collate "C" not null check (recipient ~ '^(community|country:[A-Z]{2}|provider:.+)$'),
  title           text collate "C" not null check (title <> ''),
  opened_at       timestamptz not null,
  primary key (organisation_id, collection_id),
  unique (organisation_id, operation_id, recipient)
);

create table collection_object (
  organisation_id uuid not null,
  collection_id   uuid not null,
  -- Strictly increasing in a collection: the place to go on from.
  date_added      timestamptz not null,
  stix_id         text collate "C" not null,
  stix_type       text collate "C" not null,
  -- The id that it has where nothing was ever taken back, and how often something was: what is revoked stays so.
  base_id         text collate "C" not null,
  generation      integer not null check (generation >= 0),
  version         timestamptz not null,
  revoked         boolean not null,
  -- Of the object without its `modified`.
  content_hash    text collate "C" not null check (content_hash ~ '^[0-9a-f]{64}$'),
  object          text collate "C" not null,
  is_first        boolean not null,
  is_last         boolean not null,
  -- Not shown to anybody any more.
  is_withdrawn    boolean not null default false,
  primary key (organisation_id, collection_id, date_added),
  foreign key (organisation_id, collection_id) references collection
);
create unique index collection_object_last on collection_object (organisation_id, collection_id, stix_id) where is_last and not is_withdrawn;
create index collection_object_by_date on collection_object (organisation_id, collection_id, date_added) where is_last and not is_withdrawn;
create index collection_object_by_id on collection_object (organisation_id, collection_id, stix_id, date_added) where not is_withdrawn;
create index collection_object_by_type on collection_object (organisation_id, collection_id, stix_type, date_added)
  where is_last and not is_withdrawn;
create index collection_object_by_version on collection_object (organisation_id, collection_id, version, date_added) where not is_withdrawn;
create index collection_object_revoked on collection_object (organisation_id, base_id, generation) where revoked;

-- What the collections of an operation were last made from: the same again needs no work.
create table collection_basis (
  organisation_id uuid not null references organisation,
  operation_id    uuid not null,
  basis           text collate "C" not null,
  made_at         timestamptz not null,
  primary key (organisation_id, operation_id)
);

-- In a collection nothing is added before what is there: a client that has read up to a moment has everything up to it.
create function check_date_added() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if exists (select from dismantle.collection_object o
             where o.organisation_id = new.organisation_id and o.collection_id = new.collection_id and o.date_added > new.date_added) then
    raise exception 'an object is added after those that are there' using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger collection_object_date before insert on collection_object for each row execute function check_date_added();

do $$
declare
  name text;
begin
  foreach name in array array['collection', 'collection_object', 'collection_basis']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (title) on collection to dismantle_app;
grant update (is_last, is_withdrawn) on collection_object to dismantle_app;
grant update (basis, made_at) on collection_basis to dismantle_app;

-- A partner's view ----------------------------------------------------------------------------------------------------

grant select on collection, collection_object to dismantle_partner;
-- Of the partner's own row alone, by the policy of that table: whoever is none, or is one no more, sees nothing.
create policy for_recipient on collection as restrictive for select to dismantle_partner
  using (exists (select from partner p where p.organisation_id = collection.organisation_id
                   and (collection.recipient = 'community' or collection.recipient = any(p.recipients))));
create policy of_collection on collection_object as restrictive for select to dismantle_partner
  using (not is_withdrawn and collection_id in (select c.collection_id from collection c));

-- What partners hand in --------------------------------------------------------------------------------------------

-- It waits here for intake, and tells its partner for a day what became of it. What was taken in stands in the import.
create table contribution (
  organisation_id uuid not null references organisation,
  contribution_id uuid not null,
  operation_id    uuid not null,
  partner         text collate "C" not null check (partner <> ''),
  received_at     timestamptz not null,
  -- Each object on a line of its own, so that intake's lines name them.
  content         text collate "C" not null,
  sha256          text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- Of each object its id and version, in the order of the lines.
  objects         jsonb not null check (jsonb_typeof(objects) = 'array' and jsonb_array_length(objects) > 0),
  settled_at      timestamptz,
  -- Of each object null where it was taken, or why it was not; in the same order.
  refusals        jsonb,
  primary key (organisation_id, contribution_id),
  check ((settled_at is null) = (refusals is null)),
  check (jsonb_array_length(refusals) = jsonb_array_length(objects))
);
create index contribution_waiting on contribution (organisation_id, operation_id, received_at) where settled_at is null;

alter table contribution enable row level security;
alter table contribution force row level security;
create policy own_organisation on contribution using (organisation_id = (select current_organisation()))
  with check (organisation_id = (select current_organisation()));
grant select, insert, delete on contribution to dismantle_app;
grant update (settled_at, refusals) on contribution to dismantle_app;
grant select on contribution to dismantle_partner;
create policy own_contribution on contribution as restrictive for select to dismantle_partner
  using (partner = (select current_partner()) and exists (select from partner p where p.organisation_id = contribution.organisation_id));
