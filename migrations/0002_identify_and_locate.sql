-- What identifying and locating rest on: classes of evidence, people's words on single servers, kinds with their reasons,
-- what registries answered, whom a provider is reached by, and which providers are one.

set local search_path = dismantle;

-- What a source says beyond a listing: how it knows, what the host is, by which name it knows the address.
alter table sighting
  add column evidence    text collate "C" check (evidence in ('configuration', 'sandbox-run', 'netflow', 'fingerprint', 'listing')),
  add column stated_kind text collate "C",
  add column also_named  text collate "C";

drop view standing_sighting;
create view standing_sighting with (security_invoker = true) as
select s.*, i.operation_id, i.source, i.source_key, i.independence_group, i.reliability, i.sequence, i.recorded_at as imported_at,
       -- A row's own marking goes before the import's.
       coalesce(s.tlp, i.tlp) as marking
from sighting s
cross join lateral (
  select * from import where organisation_id = s.organisation_id and import_id = s.batch_id offset 0
) i
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
grant select on standing_sighting to dismantle_app;

-- What others call the botnet.
alter table operation add column aliases text[] collate "C" not null default '{}';
grant update (aliases) on operation to dismantle_app;

-- What a server was judged by: rows of earlier versions have none.
alter table identification add column assessment jsonb;
alter table case_file add column assessment jsonb;
grant update (assessment) on case_file to dismantle_app;

-- What the method table was asked with.
alter table decision add column facts jsonb;
alter table case_file add column facts jsonb;
grant update (facts) on case_file to dismantle_app;

-- A person of the organisation vouches for one server: the last word of each counts.
create table server_attestation (
  organisation_id uuid not null,
  server_id       uuid not null,
  operation_id    uuid not null,
  person          text collate "C" not null check (person <> ''),
  reason          text collate "C" not null check (reason <> ''),
  evidence        text collate "C",
  seen            timestamptz,
  attested_at     timestamptz not null,
  primary key (server_id, person, organisation_id)
);

-- What a person has said that a server is: goes before all other evidence of its kind.
create table kind_correction (
  organisation_id uuid not null,
  server_id       uuid not null,
  operation_id    uuid not null,
  kind            text collate "C" not null,
  person          text collate "C" not null check (person <> ''),
  reason          text collate "C" not null check (reason <> ''),
  corrected_at    timestamptz not null,
  primary key (server_id, organisation_id)
);

create table kind_judgement (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  server_id       uuid    not null,
  kind            text collate "C" not null,
  reasons         text[] collate "C" not null,
  primary key (organisation_id, batch_id, position)
);

alter table server add column kind_reasons text[] collate "C" not null default '{}';
grant update (kind_reasons) on server to dismantle_app;

-- Registries' answers as they came, each with what was read out of it.
alter table batch drop constraint batch_kind_check;
alter table batch add constraint batch_kind_check check (kind in ('import', 'identify', 'lookup', 'locate', 'decide'));

create table registration (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  asked           text collate "C" not null,  -- an address, or "AS" with a number
  outcome         text collate "C" not null check (outcome in ('answered', 'not-found', 'refused', 'failed')),
  reason          text collate "C",
  registration    jsonb,                      -- what was read; null where nothing was
  url             text collate "C",
  final_url       text collate "C",
  status          integer,
  fetched_at      timestamptz not null,
  sha256          text collate "C" check (sha256 ~ '^[0-9a-f]{64}$'),
  body            text collate "C",           -- as it came
  primary key (organisation_id, batch_id, position),
  check ((outcome = 'answered') = (registration is not null))
);

-- The newest answer for each question: a projection.
create table registry_answer (
  organisation_id uuid not null references organisation,
  asked           text collate "C" not null,
  outcome         text collate "C" not null,
  reason          text collate "C",
  registration    jsonb,
  url             text collate "C",
  fetched_at      timestamptz not null,
  sha256          text collate "C",
  primary key (organisation_id, asked)
);
grant update (outcome, reason, registration, url, fetched_at, sha256) on registry_answer to dismantle_app;

-- Whom a provider is reached by, best first, each with source, date and score.
alter table provider add column contacts jsonb not null default '[]';
grant update (contacts) on provider to dismantle_app;

-- Where origin AS and registrant differ, the other one of the two.
alter table location
  add column other_provider text collate "C",
  add column network        jsonb;
alter table server
  add column other_provider text collate "C",
  add column network        jsonb;
grant update (other_provider, network) on server to dismantle_app;

-- How many different people have to approve; drafts of earlier versions do not say it, and need two.
alter table notice add column approvals integer not null default 2 check (approvals > 0);
grant update (approvals) on notice to dismantle_app;

-- What people have said of providers. Each table holds the last word.
create table provider_correction (
  organisation_id uuid not null references organisation,
  key             text collate "C" not null,
  fields          jsonb not null,
  person          text collate "C" not null check (person <> ''),
  reason          text collate "C" not null check (reason <> ''),
  corrected_at    timestamptz not null,
  primary key (organisation_id, key)
);
grant update (fields, person, reason, corrected_at) on provider_correction to dismantle_app;

create table provider_merge (
  organisation_id uuid not null references organisation,
  key             text collate "C" not null,
  into_key        text collate "C" not null check (into_key <> key),
  person          text collate "C" not null check (person <> ''),
  reason          text collate "C" not null check (reason <> ''),
  merged_at       timestamptz not null,
  primary key (organisation_id, key)
);

create table provider_preference (
  organisation_id uuid not null references organisation,
  first_key       text collate "C" not null,
  second_key      text collate "C" not null check (second_key <> first_key),
  person          text collate "C" not null check (person <> ''),
  reason          text collate "C" not null check (reason <> ''),
  preferred_at    timestamptz not null,
  primary key (organisation_id, first_key, second_key)
);

do $$
declare
  name text;
begin
  foreach name in array array['server_attestation', 'kind_correction', 'kind_judgement', 'registration', 'registry_answer',
                              'provider_correction', 'provider_merge', 'provider_preference']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
-- A word that is taken back stands in the ledger; its projection goes.
grant delete on server_attestation, kind_correction, provider_merge, provider_preference, provider_correction to dismantle_app;

-- The same as before, with the projections that are new here.
create or replace function erase_bodies(sequences bigint[]) returns void language plpgsql security definer
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
    where organisation_id = own and sequence = any(sequences) and kind not in ('import.recorded', 'notice.drafted', 'lookup.recorded')
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
  delete from registration where organisation_id = own and batch_id = any(batches);
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
  delete from kind_correction where organisation_id = own;
  delete from server_attestation where organisation_id = own;
  delete from server where organisation_id = own;
  delete from provider_preference where organisation_id = own;
  delete from provider_merge where organisation_id = own;
  delete from provider_correction where organisation_id = own;
  delete from registry_answer where organisation_id = own;
  delete from provider where organisation_id = own;
  delete from attestation where organisation_id = own;
  delete from import where organisation_id = own;
  delete from operation where organisation_id = own;
end $$;
