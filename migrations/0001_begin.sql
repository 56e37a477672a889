-- The tables of the first flow: rows to notices ready to send.
--
-- Every table carries organisation_id, in every key, under row-level security. The role dismantle_app works; the role
-- that runs migrations owns. `dismantle.organisation` is set for each transaction; unset sees nothing. All text sorts in
-- "C", so that no database and no upgrade of a library sorts it in another way.
--
-- Append-only rows (sighting, withdrawal, rejection, configuration_record, identification, provider_version, location,
-- decision, ledger_*) can be inserted and read by dismantle_app, never changed. All other tables are projections of the ledger and those rows.

create schema dismantle;
set local search_path = dismantle;

create function current_organisation() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('dismantle.organisation', true), '')::uuid $$;

create table organisation (
  organisation_id uuid primary key,
  name            text collate "C" not null unique check (name <> '')
);

-- The ledger ---------------------------------------------------------------------------------------------------------

-- One row an organisation, locked last in every transaction that writes.
create table ledger_head (
  organisation_id uuid primary key references organisation,
  head            jsonb not null  -- sequence, hash, time and the frontier of the Merkle tree over all entries
);

create table ledger_entry (
  organisation_id uuid   not null references organisation,
  sequence        bigint not null check (sequence > 0),
  recorded_at     timestamptz not null,
  actor           text collate "C" not null,
  kind            text collate "C" not null,
  subject         text collate "C" not null,
  commitment      text collate "C" not null check (commitment ~ '^[0-9a-f]{64}$'),
  previous_hash   text collate "C" not null check (previous_hash ~ '^[0-9a-f]{64}$'),
  hash            text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  primary key (organisation_id, sequence)
);

-- Body and salt lie apart from the entry: they can be erased, and the chain still audits.
create table ledger_body (
  organisation_id uuid   not null,
  sequence        bigint not null,
  body            text collate "C" not null,
  salt            text collate "C" not null check (salt ~ '^[0-9a-f]{64}$'),
  primary key (organisation_id, sequence),
  foreign key (organisation_id, sequence) references ledger_entry
);

-- A batch entry's rows carry the batch's id; the entry's subject is that id.
create table batch (
  organisation_id uuid   not null,
  batch_id        uuid   not null,
  operation_id    uuid   not null,
  kind            text collate "C" not null check (kind in ('import', 'identify', 'locate', 'decide')),
  sequence        bigint not null,
  primary key (organisation_id, batch_id),
  unique (organisation_id, sequence),
  foreign key (organisation_id, sequence) references ledger_entry
);

-- Operations and what sources said ---------------------------------------------------------------------------------

create table operation (
  organisation_id uuid not null references organisation,
  operation_id    uuid not null,
  name            text collate "C" not null check (name <> ''),
  drill           boolean not null,
  malware         text collate "C",
  opened_at       timestamptz not null,
  primary key (organisation_id, operation_id),
  unique (organisation_id, name)
);
-- One keystroke must not stand between a drill and a real operation.
create unique index operation_by_name on operation (organisation_id, lower(name));

create table import (
  organisation_id    uuid not null,
  import_id          uuid not null,
  operation_id       uuid not null,
  -- The place of its entry in the ledger: of two imports of one source, the later one has the last word.
  sequence           bigint not null,
  file               text collate "C" not null,
  format             text collate "C" not null,
  sha256             text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- Who tells us; what a source says, only the same source can take back.
  source             text collate "C" not null check (source <> ''),
  -- The same for all spellings of one name.
  source_key         text collate "C" not null,
  -- '' is the one unnamed group: such inputs corroborate nothing among themselves.
  independence_group text collate "C" not null,
  reliability        text collate "C" check (reliability in ('A', 'B', 'C', 'D', 'E', 'F')),
  tlp                text collate "C" check (tlp in ('clear', 'green', 'amber', 'amber+strict', 'red')),
  -- The file is all that the source lists: what it listed before and does not list here is withdrawn.
  snapshot           boolean not null,
  rows               integer not null,
  accepted           integer not null,
  rejected           integer not null,
  -- Accepted rows that say the very same as one before them.
  repeated           integer not null,
  -- Accepted rows whose date could not be read without guessing.
  undated            integer not null,
  recorded_at        timestamptz not null,
  primary key (organisation_id, import_id),
  check (rows = accepted + rejected),
  foreign key (organisation_id, operation_id) references operation
);
-- The same bytes again are no new import, but where a source has changed its list back.
create index import_by_content on import (organisation_id, operation_id, sha256);

create table attestation (
  organisation_id uuid not null,
  import_id       uuid not null,
  person          text collate "C" not null check (person <> ''),
  reason          text collate "C" not null check (reason <> ''),
  attested_at     timestamptz not null,
  primary key (organisation_id, import_id, person, reason),
  foreign key (organisation_id, import_id) references import
);

-- Partitioned by when we wrote it down, never by a feed's date: that is whatever a feed says. A year a partition keeps
-- the lookups of one server cheap (one probe a partition); a later migration adds further years before these end.
create table sighting (
  organisation_id  uuid    not null,
  batch_id         uuid    not null,
  position         integer not null check (position >= 0),
  recorded_at      timestamptz not null,
  line             integer not null,
  server_id        uuid    not null,
  host_type        text collate "C" not null,
  host             text collate "C" not null,
  port             integer check (port between 1 and 65535),
  scheme           text collate "C",
  path             text collate "C",
  first_seen       timestamptz,
  last_seen        timestamptz,
  status           text collate "C" check (status in ('online', 'offline')),
  label            text collate "C",
  reference        text collate "C",
  tlp              text collate "C" check (tlp in ('clear', 'green', 'amber', 'amber+strict', 'red')),
  configuration_id uuid,
  -- The column that tells rows apart goes first: an index of a million rows compares it twenty times a row.
  primary key (batch_id, position, recorded_at, organisation_id)
) partition by range (recorded_at);
create table sighting_2026 partition of sighting for values from ('2026-01-01 00:00+00') to ('2027-01-01 00:00+00');
create table sighting_2027 partition of sighting for values from ('2027-01-01 00:00+00') to ('2028-01-01 00:00+00');
create table sighting_2028 partition of sighting for values from ('2028-01-01 00:00+00') to ('2029-01-01 00:00+00');
create table sighting_2029 partition of sighting for values from ('2029-01-01 00:00+00') to ('2030-01-01 00:00+00');
create table sighting_2030 partition of sighting for values from ('2030-01-01 00:00+00') to ('2031-01-01 00:00+00');
create table sighting_2031 partition of sighting for values from ('2031-01-01 00:00+00') to ('2032-01-01 00:00+00');
create table sighting_2032 partition of sighting for values from ('2032-01-01 00:00+00') to ('2033-01-01 00:00+00');
create table sighting_2033 partition of sighting for values from ('2033-01-01 00:00+00') to ('2034-01-01 00:00+00');
create table sighting_other partition of sighting default;
create index sighting_by_server on sighting (server_id);

-- What a source took back: line by line in the file, or (line null) by not listing it any more in a snapshot.
create table withdrawal (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  line            integer,
  server_id       uuid    not null,
  host_type       text collate "C" not null,
  host            text collate "C" not null,
  port            integer,
  scheme          text collate "C",
  path            text collate "C",
  primary key (organisation_id, batch_id, position)
);
create index withdrawal_by_server on withdrawal (server_id);

-- The configurations that a file holds; their controllers are the sightings that name them.
create table configuration_record (
  organisation_id  uuid    not null,
  batch_id         uuid    not null,
  position         integer not null check (position >= 0),
  line             integer not null,
  configuration_id uuid    not null,
  version          text collate "C" not null,
  tag              text collate "C" not null,
  collected_at     timestamptz,
  entries          integer not null,
  accepted         integer not null,
  primary key (organisation_id, batch_id, position)
);

-- A projection: one distributed list of controllers, as its first record told.
create table configuration (
  organisation_id  uuid not null,
  configuration_id uuid not null,
  operation_id     uuid not null,
  version          text collate "C" not null,
  tag              text collate "C" not null,
  collected_at     timestamptz,
  entries          integer not null,
  accepted         integer not null,
  recorded_at      timestamptz not null,
  primary key (organisation_id, configuration_id),
  unique (organisation_id, operation_id, version, tag),
  foreign key (organisation_id, operation_id) references operation
);

create table rejection (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  line            integer not null,
  value           text collate "C" not null,
  reason          text collate "C" not null,
  primary key (organisation_id, batch_id, position)
);

-- Servers, providers, cases: projections -----------------------------------------------------------------------------

create table provider_version (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  provider        jsonb   not null,
  primary key (organisation_id, batch_id, position)
);

create table provider (
  organisation_id uuid not null references organisation,
  key             text collate "C" not null,
  name            text collate "C" not null,
  asn             bigint,
  country         text collate "C",
  type            text collate "C" not null,
  trust           text collate "C" not null,
  channel         text collate "C" not null,
  contact         text collate "C",
  source          text collate "C" not null,
  primary key (organisation_id, key)
);

-- No foreign keys and no index by host: an import writes a million of these at once, and each would cost it as much as
-- the row. The id follows from operation and host, so that a host is found by its id and stands here once.
create table server (
  organisation_id uuid not null,
  server_id       uuid not null,
  operation_id    uuid not null,
  host_type       text collate "C" not null check (host_type in ('address', 'domain', 'onion', 'blockchain-name')),
  host            text collate "C" not null,
  kind            text collate "C" not null,
  first_seen      timestamptz,
  last_seen       timestamptz,
  recorded_at     timestamptz not null,
  -- Where it is, as of the last locate batch that changed it; all null before.
  provider_key    text collate "C",
  asn             bigint,
  holder          text collate "C",
  country         text collate "C",
  location_source text collate "C",
  location_date   date,
  primary key (server_id, organisation_id)
);

-- A projection: the last time that a source took something back. One row for each thing, so that a feed which takes back
-- the same a thousand times costs no lookup a thousand steps.
create table last_withdrawal (
  organisation_id uuid    not null references organisation,
  operation_id    uuid    not null,
  source_key      text collate "C" not null,
  server_id       uuid    not null,
  port            integer,
  path            text collate "C",
  sequence        bigint  not null,  -- of the import's entry
  position        integer not null,
  -- A hash of the path: a path may be longer than an index takes.
  path_hash       text collate "C" generated always as (case when path is null then null else md5(path) end) stored,
  unique nulls not distinct (server_id, port, path_hash, source_key, operation_id, organisation_id)
);

-- Sightings that their source has not taken back since: the last word of a source on a server and port stands.
create view standing_sighting with (security_invoker = true) as
select s.*, i.operation_id, i.source, i.source_key, i.independence_group, i.reliability, i.sequence, i.recorded_at as imported_at
from sighting s
-- Lateral, so that the sightings of a server are looked up first and then their imports: from statistics older than a
-- large import the planner would read all rows of that import for each server.
cross join lateral (
  select * from import where organisation_id = s.organisation_id and import_id = s.batch_id offset 0
) i
-- Port by port and path by path, and each of both altogether: four lookups of one key each.
where not exists (
  select from last_withdrawal w
  where w.server_id = s.server_id and w.port = s.port and w.path_hash = md5(s.path) and w.source_key = i.source_key
    and w.operation_id = i.operation_id and w.organisation_id = s.organisation_id
    and (w.sequence, w.position) > (i.sequence, s.position)
)
and not exists (
  select from last_withdrawal w
  where w.server_id = s.server_id and w.port = s.port and w.path_hash is null and w.source_key = i.source_key
    and w.operation_id = i.operation_id and w.organisation_id = s.organisation_id
    and (w.sequence, w.position) > (i.sequence, s.position)
)
and not exists (
  select from last_withdrawal w
  where w.server_id = s.server_id and w.port is null and w.path_hash = md5(s.path) and w.source_key = i.source_key
    and w.operation_id = i.operation_id and w.organisation_id = s.organisation_id
    and (w.sequence, w.position) > (i.sequence, s.position)
)
and not exists (
  select from last_withdrawal w
  where w.server_id = s.server_id and w.port is null and w.path_hash is null and w.source_key = i.source_key
    and w.operation_id = i.operation_id and w.organisation_id = s.organisation_id
    and (w.sequence, w.position) > (i.sequence, s.position)
);

-- The ways in to a server that any source has ever named.
create view endpoint with (security_invoker = true) as
select distinct s.organisation_id, s.server_id, s.port, s.scheme, s.path
from sighting s
cross join lateral (
  select from import where organisation_id = s.organisation_id and import_id = s.batch_id offset 0
) i;

create table location (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  server_id       uuid    not null,
  provider_key    text collate "C",
  asn             bigint,
  holder          text collate "C",
  country         text collate "C",
  source          text collate "C",
  data_date       date,
  primary key (organisation_id, batch_id, position)
);

create table identification (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  case_id         uuid    not null,
  server_id       uuid    not null,
  outcome         text collate "C" not null check (outcome in ('identified', 'held')),
  held_by         text[] collate "C" not null,
  groups          text[] collate "C" not null,
  attested_by     text[] collate "C" not null,
  ground_checked  boolean not null,
  list_hits       jsonb   not null,
  primary key (organisation_id, batch_id, position),
  check ((outcome = 'held') = (cardinality(held_by) > 0))
);

create table decision (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  case_id         uuid    not null,
  method          text collate "C" not null,
  row_id          text collate "C" not null,
  playbook        text collate "C" not null,
  provider_key    text collate "C",
  missing         text[] collate "C" not null,
  primary key (organisation_id, batch_id, position)
);

-- The one table of allowed transitions, once more where nobody can go round it. A test holds it against the domain's.
create table case_transition (
  from_state text collate "C" not null,
  to_state   text collate "C" not null,
  primary key (from_state, to_state)
);
insert into case_transition values
  ('held', 'identified'),
  ('identified', 'located'), ('identified', 'decided'), ('identified', 'held'),
  ('located', 'decided'), ('located', 'held'),
  ('decided', 'drafted'), ('decided', 'located'), ('decided', 'held'),
  ('drafted', 'decided'), ('drafted', 'located'), ('drafted', 'held');

create table case_file (
  organisation_id uuid not null,
  case_id         uuid not null,
  operation_id    uuid not null,
  server_id       uuid not null,
  episode         integer not null check (episode > 0),
  state           text collate "C" not null check (state in ('held', 'identified', 'located', 'decided', 'drafted')),
  state_since     timestamptz not null,
  opened_at       timestamptz not null,
  held_by         text[] collate "C" not null,
  groups          text[] collate "C" not null,
  attested_by     text[] collate "C" not null,
  ground_checked  boolean not null,
  list_hits       jsonb   not null,
  method          text collate "C",
  row_id          text collate "C",
  playbook        text collate "C",
  decided_for     text collate "C",
  missing         text[] collate "C" not null default '{}',
  primary key (organisation_id, case_id),
  unique (organisation_id, server_id, episode),
  check ((state = 'held') = (cardinality(held_by) > 0)),
  check (state not in ('decided', 'drafted') or method is not null),
  foreign key (server_id, organisation_id) references server,
  foreign key (organisation_id, operation_id) references operation
);
create index case_file_by_operation on case_file (organisation_id, operation_id, state);

create function check_case_transition() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state not in ('held', 'identified') then
      raise exception 'a case cannot begin as %', new.state;
    end if;
  elsif old.state <> new.state and not exists (
    select from dismantle.case_transition where from_state = old.state and to_state = new.state
  ) then
    raise exception 'a case cannot go from % to %', old.state, new.state;
  end if;
  return new;
end $$;
create trigger case_file_transition before insert or update on case_file for each row execute function check_case_transition();

create table notice (
  organisation_id uuid not null,
  notice_id       uuid not null,
  operation_id    uuid not null,
  provider_key    text collate "C" not null,
  method          text collate "C" not null,
  row_id          text collate "C" not null,
  recipient       text collate "C",
  message_id      text collate "C" not null,
  reference       text collate "C" not null,
  hash            text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  message_sha256  text collate "C" not null check (message_sha256 ~ '^[0-9a-f]{64}$'),
  file_name       text collate "C" not null,
  missing         text[] collate "C" not null,
  state           text collate "C" not null check (state in ('drafted', 'withdrawn')),
  drafted_at      timestamptz not null,
  primary key (organisation_id, notice_id),
  unique (organisation_id, message_id),
  unique (organisation_id, operation_id, provider_key, method),
  foreign key (organisation_id, operation_id) references operation,
  foreign key (organisation_id, provider_key) references provider
);

create table notice_item (
  organisation_id uuid not null,
  notice_id       uuid not null,
  case_id         uuid not null,
  primary key (organisation_id, notice_id, case_id),
  foreign key (organisation_id, notice_id) references notice,
  foreign key (organisation_id, case_id) references case_file
);
create index notice_item_by_case on notice_item (organisation_id, case_id);

-- The rendered messages by their SHA-256, as notice.message_sha256 names them.
create table notice_message (
  organisation_id uuid  not null references organisation,
  sha256          text collate "C" not null,
  message         bytea not null,
  primary key (organisation_id, sha256)
);

-- Who may do what ----------------------------------------------------------------------------------------------------

do $$
declare
  name text;
begin
  for name in select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = 'dismantle' and c.relkind in ('r', 'p') and c.relname <> 'case_transition'
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      -- As a subquery it is asked once a statement, not once a row.
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    -- A partition is reached through its table alone.
    if name not like 'sighting\_%' then
      execute format('grant select, insert on dismantle.%I to dismantle_app', name);
    end if;
  end loop;
end $$;
grant select on standing_sighting, endpoint to dismantle_app;

grant usage on schema dismantle to dismantle_app;
grant select on case_transition to dismantle_app;
-- Only the columns that projections change: what a row is about stays, and a drill stays a drill.
grant update (head) on ledger_head to dismantle_app;
grant update (malware) on operation to dismantle_app;
grant update (name, asn, country, type, trust, channel, contact, source) on provider to dismantle_app;
grant update (collected_at) on configuration to dismantle_app;
grant update (sequence, position) on last_withdrawal to dismantle_app;
grant update (kind, first_seen, last_seen, provider_key, asn, holder, country, location_source, location_date)
  on server to dismantle_app;
grant update (state, state_since, held_by, groups, attested_by, ground_checked, list_hits, method, row_id, playbook,
              decided_for, missing) on case_file to dismantle_app;
grant update (row_id, recipient, message_id, reference, hash, message_sha256, file_name, missing, state, drafted_at)
  on notice to dismantle_app;
grant delete on notice_item to dismantle_app;
revoke insert on organisation from dismantle_app;

-- Erasing ------------------------------------------------------------------------------------------------------------

-- Removes bodies, salts, rows and messages of the entries that an erasure entry names, and empties the projections, which
-- the caller makes anew from what is left. With the owner's rights, since dismantle_app may delete nothing of this. Every
-- statement names the organisation: where a superuser has migrated, row-level security would not.
create function erase_bodies(sequences bigint[]) returns void language plpgsql security definer
set search_path = dismantle, pg_temp as $$
declare
  own     uuid := current_organisation();
  batches uuid[];
  lost    bigint;
begin
  if own is null then
    raise exception 'no organisation is set';
  end if;
  if exists (
    select from unnest(sequences) wanted where not exists (
      select from ledger_entry e
      join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
      where e.organisation_id = own and e.kind = 'erasure' and b.body::jsonb->'sequences' @> to_jsonb(wanted)
        and e.sequence > wanted
        and e.sequence = (select (head->'previous'->>'sequence')::bigint from ledger_head where organisation_id = own))
  ) then
    raise exception 'no erasure entry names all of these entries, or it is not the newest entry';
  end if;
  if exists (
    select from ledger_entry
    where organisation_id = own and sequence = any(sequences) and kind not in ('import.recorded', 'notice.drafted')
  ) then
    raise exception 'an entry of this kind is never erased';
  end if;
  batches := array(select batch_id from batch where organisation_id = own and sequence = any(sequences));
  select coalesce(sum((b.body::jsonb->'rows'->>'count')::bigint), 0) into lost
  from ledger_body b where b.organisation_id = own and b.sequence = any(sequences);
  update ledger_head set head = jsonb_set(head, '{rows}', to_jsonb((head->>'rows')::bigint - lost))
  where organisation_id = own;
  delete from sighting where organisation_id = own and batch_id = any(batches);
  delete from withdrawal where organisation_id = own and batch_id = any(batches);
  delete from rejection where organisation_id = own and batch_id = any(batches);
  delete from configuration_record where organisation_id = own and batch_id = any(batches);
  delete from notice_message where organisation_id = own and sha256 in (
    select body::jsonb->>'messageSha256' from ledger_body where organisation_id = own and sequence = any(sequences)
    except
    select body::jsonb->>'messageSha256' from ledger_body
    where organisation_id = own and sequence <> all(sequences) and body like '%messageSha256%');
  delete from ledger_body where organisation_id = own and sequence = any(sequences);
  delete from notice_item where organisation_id = own;
  delete from notice where organisation_id = own;
  delete from case_file where organisation_id = own;
  delete from configuration where organisation_id = own;
  delete from last_withdrawal where organisation_id = own;
  delete from server where organisation_id = own;
  delete from provider where organisation_id = own;
  delete from attestation where organisation_id = own;
  delete from import where organisation_id = own;
  delete from operation where organisation_id = own;
end $$;
revoke all on function erase_bodies(bigint[]) from public;
grant execute on function erase_bodies(bigint[]) to dismantle_app;
