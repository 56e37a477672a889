-- Places that feeds are fetched from, again and again.

set local search_path = dismantle;

-- As people have put them on record. What a source needs to be let in stays in files that the settings name, never here.
create table source (
  organisation_id  uuid not null,
  source_id        uuid not null,
  operation_id     uuid not null,
  name             text collate "C" not null check (name <> ''),
  kind             text collate "C" not null check (kind in ('taxii', 'misp', 'url')),
  url              text collate "C" not null check (url <> ''),
  -- Of a TAXII server: the id, the alias or the title.
  collection       text collate "C",
  -- The name of a credential of the settings.
  credential       text collate "C",
  every_minutes    integer not null check (every_minutes >= 1),
  -- What is said of what comes from it: the words of an import (group, reliability, tlp, format …).
  words            jsonb not null,
  added_at         timestamptz not null,
  added_by         text collate "C" not null,
  paused_at        timestamptz,
  removed_at       timestamptz,
  primary key (organisation_id, source_id),
  -- What is made anew when something is erased goes with its operation.
  foreign key (organisation_id, operation_id) references operation on delete cascade
);
create unique index source_by_name on source (organisation_id, name) where removed_at is null;

-- How far each has been read, and how it went. Not state of the ledger: losing a row costs one reading from the beginning, of which
-- intake takes nothing twice. It does not hang on `source`, whose rows are made anew by a replay.
create table source_state (
  organisation_id uuid not null references organisation,
  source_id       uuid not null,
  -- Where to go on: an ETag, the moment up to which a collection has been read, the page that comes next.
  place           jsonb not null,
  polled_at       timestamptz,
  -- When something new came last.
  changed_at      timestamptz,
  next_at         timestamptz,
  failures        integer not null default 0 check (failures >= 0),
  problem         text collate "C",
  -- What of it could not be had the last time, while the rest could.
  left_out        jsonb not null default '[]',
  primary key (organisation_id, source_id)
);

-- Of a MISP feed: the events that have been read, each as of its timestamp.
create table source_event (
  organisation_id uuid not null references organisation,
  source_id       uuid not null,
  event           uuid not null,
  stamp           text collate "C" not null,
  primary key (organisation_id, source_id, event)
);

do $$
declare
  name text;
begin
  foreach name in array array['source', 'source_state', 'source_event']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (operation_id, name, kind, url, collection, credential, every_minutes, words, added_at, added_by, paused_at, removed_at)
  on source to dismantle_app;
grant update (place, polled_at, changed_at, next_at, failures, problem, left_out), delete on source_state to dismantle_app;
grant update (stamp), delete on source_event to dismantle_app;
