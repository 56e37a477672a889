-- Looks by our own probes, verdicts, the watch, configurations that go out of circulation. What may be looked at, and what
-- makes a server dark, is refused here once more.

set local search_path = dismantle;

-- Probing is switched on for an operation by an admin, and off by anybody ------------------------------------------------

create table probing (
  organisation_id uuid   not null,
  operation_id    uuid   not null,
  sequence        bigint not null,
  person          text collate "C" not null,
  reason          text collate "C" not null check (reason <> ''),
  started_at      timestamptz not null,
  stopped_at      timestamptz,
  stopped_by      text collate "C",
  stop_reason     text collate "C",
  primary key (organisation_id, sequence),
  foreign key (organisation_id, operation_id) references operation
);
create unique index probing_now on probing (organisation_id, operation_id) where stopped_at is null;

create function check_probing() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if not exists (select from dismantle.person p where p.person = new.person and p.removed_at is null and 'admin' = any(p.roles)) then
    raise exception '% is no admin, and may not switch probing on', new.person using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger probing_check after insert on probing for each row execute function check_probing();

alter table operation add column closed_at timestamptz, add column closing text collate "C";
grant update (closed_at, closing) on operation to dismantle_app;

-- Of a closed operation nothing is looked at, and nothing is sent.
create function check_open() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if exists (select from dismantle.operation o where o.organisation_id = new.organisation_id and o.operation_id = new.operation_id
             and o.closed_at is not null) then
    raise exception 'the operation is closed' using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger probing_open_check after insert on probing for each row execute function check_open();
create trigger arming_open_check after insert on arming for each row execute function check_open();

-- Whether looks may be taken for an operation at a moment.
create function probing_on(operation uuid, moment timestamptz) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  select exists (
    select from probing p join operation o on o.organisation_id = p.organisation_id and o.operation_id = p.operation_id
    where p.operation_id = $1 and p.started_at <= moment and (p.stopped_at is null or p.stopped_at > moment)
      and (o.closed_at is null or o.closed_at > moment)
  )
$$;

-- What was seen ----------------------------------------------------------------------------------------------------------

alter table probe
  add column round        timestamptz,
  add column finding      text collate "C",
  add column vantage_kind text collate "C" check (vantage_kind in ('direct', 'socks5', 'http-connect', 'agent')),
  add column network      text collate "C",
  add column country      text collate "C",
  add column address      text collate "C",
  add column seen         jsonb,
  add column signed       jsonb,
  -- Which fingerprint on file it matched.
  add column fingerprint_id uuid,
  -- A look of a machine has a round, a finding and a vantage of a kind; one that a person wrote down has none of them.
  add constraint probe_by_machine check ((round is null) = (finding is null) and (round is null) = (vantage_kind is null));

-- DER by its SHA-256, as looks name them.
create table certificate (
  organisation_id uuid  not null references organisation,
  sha256          text collate "C" not null,
  der             bytea not null check (octet_length(der) <= 262144),
  primary key (organisation_id, sha256),
  check (encode(sha256(der), 'hex') = sha256)
);

-- Rule 3 once more: no look into private or reserved space, of a drill none but into the laboratory; none where nobody has
-- switched probing on.
create function check_looks() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  bad text;
begin
  select coalesce(f.address, s.host) into bad
  from fresh f
  join dismantle.server s on s.organisation_id = f.organisation_id and s.server_id = f.server_id
  join dismantle.operation o on o.organisation_id = s.organisation_id and o.operation_id = s.operation_id
  where f.round is not null and f.address is not null and case
    when o.drill then not f.address::inet <<= '127.66.0.0/16'
    else f.address::inet <<= any(array[
      '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
      '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4']::inet[])
      or (family(f.address::inet) = 6 and (not f.address::inet <<= '2000::/3' or f.address::inet <<= any(array[
        '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']::inet[])))
    end
  limit 1;
  if bad is not null then
    raise exception 'a look at % is out of bounds', bad using errcode = 'P0403';
  end if;
  select s.host into bad
  from (select distinct organisation_id, server_id, round from fresh where round is not null) f
  join dismantle.server s on s.organisation_id = f.organisation_id and s.server_id = f.server_id
  where not dismantle.probing_on(s.operation_id, f.round)
  limit 1;
  if bad is not null then
    raise exception 'probing was not switched on when % was looked at', bad using errcode = 'P0403';
  end if;
  return null;
end $$;
create trigger probe_check after insert on probe referencing new table as fresh
  for each statement execute function check_looks();

-- A projection: the newest round counts as one look, so that no vantage speaks over another.
alter table server_look add column round timestamptz;
grant update (round) on server_look to dismantle_app;

-- A projection: what each endpoint answered with when it was first found alive, or what a person has accepted since.
create table service_baseline (
  organisation_id uuid not null references organisation,
  server_id       uuid not null,
  port            integer not null,
  seen            jsonb not null,
  at              timestamptz not null,
  accepted_by     text collate "C",
  primary key (organisation_id, server_id, port)
);

-- Verdicts ---------------------------------------------------------------------------------------------------------------

create table server_verdict (
  organisation_id uuid not null references organisation,
  server_id       uuid not null,
  operation_id    uuid not null,
  verdict         text collate "C" not null check (verdict in ('c2-live', 'live', 'answers-other', 'dark', 'inconclusive')),
  finding         text collate "C",
  since           timestamptz not null,
  last_live_at    timestamptz,
  dark_at         timestamptz,
  confirmed_at    timestamptz,
  primary key (organisation_id, server_id),
  check ((dark_at is not null) = (verdict = 'dark')),
  check (confirmed_at is null or dark_at is not null)
);
create index server_verdict_by_operation on server_verdict (organisation_id, operation_id);

-- Every change of it, as its entry tells.
create table verdict_change (
  organisation_id uuid   not null references organisation,
  sequence        bigint not null,
  server_id       uuid   not null,
  operation_id    uuid   not null,
  case_id         uuid,
  from_verdict    text collate "C",
  to_verdict      text collate "C" not null,
  finding         text collate "C",
  at              timestamptz not null,
  last_live_at    timestamptz,
  recorded_at     timestamptz not null,
  primary key (organisation_id, sequence)
);
create index verdict_change_by_server on verdict_change (organisation_id, server_id, sequence);

-- The times for which a server was confirmed dark.
create table dark_run (
  organisation_id uuid not null references organisation,
  server_id       uuid not null,
  operation_id    uuid not null,
  case_id         uuid,
  dark_at         timestamptz not null,
  last_live_at    timestamptz,
  confirmed_at    timestamptz not null,
  recorded_at     timestamptz not null,
  -- No notice about it had left by dark_at.
  unprompted      boolean not null,
  -- When it was found alive again; null while it stays dark.
  returned_at     timestamptz,
  primary key (organisation_id, server_id, dark_at)
);
create index dark_run_by_operation on dark_run (organisation_id, operation_id);

-- A case that is over is written about by nobody: what comes back has a case and a notice of its own.
create function check_closed_cases() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  bad text;
begin
  select s.host into bad
  from dismantle.dispatch d
  join dismantle.notice_item i on i.organisation_id = d.organisation_id and i.notice_id = d.notice_id
  join dismantle.case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
  join dismantle.server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
  where d.organisation_id = new.organisation_id and d.dispatch_id = new.dispatch_id and d.kind <> 'correction'
    and c.state in ('dark', 'settled')
  limit 1;
  if bad is not null then
    raise exception 'the case of % is closed', bad using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger dispatch_attempt_closed after insert on dispatch_attempt for each row execute function check_closed_cases();

insert into case_transition
select f.state, t.state
from (values ('held'), ('identified'), ('located'), ('decided'), ('drafted'), ('approved'), ('notified'), ('acknowledged'),
             ('refused'), ('contested')) f (state)
cross join (values ('dark'), ('settled')) t (state);
insert into case_transition values ('dark', 'retracted'), ('settled', 'retracted');

alter table case_file drop constraint case_file_state_check;
alter table case_file
  add constraint case_file_state_check check (state in
    ('held', 'identified', 'located', 'decided', 'drafted', 'approved', 'notified', 'acknowledged', 'refused', 'contested',
     'dark', 'settled', 'retracted')),
  -- The server's last episode.
  add column is_current       boolean not null default true,
  add column previous_case_id uuid,
  -- Of a case that began because something answers again which nobody can tell from a new tenant: only words from then on count.
  add column heard_from       timestamptz,
  -- When it first was identified and not held; it stays though it be held later.
  add column identified_at    timestamptz,
  add column closed_at        timestamptz,
  add column settled_as       text collate "C" check (settled_as in ('cleaned', 're-let', 'sinkholed', 'parked')),
  add column settlement       text collate "C",
  add constraint case_file_settled_check check ((settled_as is not null) = (settlement is not null));
create unique index case_file_current on case_file (organisation_id, server_id) where is_current;
grant update (is_current, identified_at, closed_at, settled_as, settlement) on case_file to dismantle_app;

-- Since when earlier versions had them identified, as the ledger says. The owner migrates for all organisations.
alter table case_file no force row level security;
alter table identification no force row level security;
alter table batch no force row level security;
alter table ledger_entry no force row level security;
update case_file c set identified_at = i.first_at
from (select i.organisation_id, i.case_id, min(e.recorded_at) as first_at
      from identification i
      join batch b on b.organisation_id = i.organisation_id and b.batch_id = i.batch_id
      join ledger_entry e on e.organisation_id = b.organisation_id and e.sequence = b.sequence
      where i.outcome = 'identified'
      group by i.organisation_id, i.case_id) i
where c.organisation_id = i.organisation_id and c.case_id = i.case_id;
update case_file set closed_at = retracted_at where state = 'retracted';
alter table case_file force row level security;
alter table identification force row level security;
alter table batch force row level security;
alter table ledger_entry force row level security;

-- Fingerprints that sources have tied to the botnet, and new addresses that carry one --------------------------------------

create table fingerprint (
  organisation_id  uuid not null,
  fingerprint_id   uuid not null,
  operation_id     uuid not null,
  kind             text collate "C" not null check (kind in ('certificate', 'public-key', 'http-body', 'http-header')),
  -- SHA-256 in lower-case hex; of a header "name: value", names in lower case.
  value            text collate "C" not null check (value <> ''),
  source           text collate "C" not null,
  -- Its independence group; "" is the unnamed one.
  source_group     text collate "C" not null,
  seen_at          timestamptz,
  note             text collate "C" not null,
  person           text collate "C" not null,
  recorded_at      timestamptz not null,
  withdrawn_at     timestamptz,
  withdrawn_by     text collate "C",
  withdrawal       text collate "C",
  primary key (organisation_id, fingerprint_id),
  foreign key (organisation_id, operation_id) references operation
);

create table candidate (
  organisation_id  uuid not null,
  candidate_id     uuid not null,
  operation_id     uuid not null,
  host_type        text collate "C" not null,
  host             text collate "C" not null,
  port             integer not null,
  kind             text collate "C" not null,
  value            text collate "C" not null,
  source           text collate "C" not null,
  source_group     text collate "C" not null,
  seen_at          timestamptz,
  -- Which tracked servers and which fingerprints on file carry the same.
  matches          jsonb not null,
  file             text collate "C" not null,
  line             integer not null,
  offered_at       timestamptz not null,
  settled_as       text collate "C" check (settled_as in ('accepted', 'dismissed')),
  settled_at       timestamptz,
  settled_by       text collate "C",
  reason           text collate "C",
  primary key (organisation_id, candidate_id),
  foreign key (organisation_id, operation_id) references operation
);
create index fingerprint_by_operation on fingerprint (organisation_id, operation_id, kind, value);
-- Of the few looks that matched one.
create index probe_by_match on probe (organisation_id, server_id, at) where fingerprint_id is not null;
create index probe_by_fingerprint on probe (organisation_id, fingerprint_id) where fingerprint_id is not null;
create index candidate_by_operation on candidate (organisation_id, operation_id, settled_at);

-- Configurations ---------------------------------------------------------------------------------------------------------

alter table configuration
  add column retired_at timestamptz,
  add column retired_by text collate "C",
  add column retirement text collate "C",
  -- [{"from", "until"}]: when it was out of circulation and came back.
  add column earlier_retirements jsonb not null default '[]',
  add constraint configuration_retirement_check
    check ((retired_at is not null) = (retirement is not null) and (retired_at is not null) = (retired_by is not null));
grant update (retired_at, retired_by, retirement, earlier_retirements) on configuration to dismantle_app;
-- Which servers a configuration lists.
create index sighting_by_configuration on sighting (organisation_id, configuration_id) where configuration_id is not null;

-- Who may do what --------------------------------------------------------------------------------------------------------

do $$
declare
  name text;
begin
  foreach name in array array['probing', 'certificate', 'service_baseline', 'server_verdict', 'verdict_change', 'dark_run', 'fingerprint', 'candidate']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (stopped_at, stopped_by, stop_reason) on probing to dismantle_app;
grant update (seen, at, accepted_by) on service_baseline to dismantle_app;
grant update (verdict, finding, since, last_live_at, dark_at, confirmed_at) on server_verdict to dismantle_app;
grant update (dark_at, returned_at) on dark_run to dismantle_app;
grant delete on dark_run to dismantle_app;
grant delete on fingerprint to dismantle_app;
grant update (withdrawn_at, withdrawn_by, withdrawal) on fingerprint to dismantle_app;
grant update (seen_at, matches, file, line, offered_at, settled_as, settled_at, settled_by, reason) on candidate to dismantle_app;

-- Erasing, with the further projections emptied as well.
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
  -- What has left this house is answered for as long as the ledger.
  if exists (
    select from ledger_entry e join dispatch d on d.organisation_id = e.organisation_id and d.notice_id::text = e.subject
    where e.organisation_id = own and e.sequence = any(sequences) and e.kind = 'notice.drafted'
  ) then
    raise exception 'a notice that was sent is never erased';
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
  delete from candidate where organisation_id = own;
  delete from fingerprint where organisation_id = own;
  delete from dark_run where organisation_id = own;
  delete from verdict_change where organisation_id = own;
  delete from server_verdict where organisation_id = own;
  delete from service_baseline where organisation_id = own;
  delete from probing where organisation_id = own;
  delete from attester where organisation_id = own;
  delete from received_mail where organisation_id = own;
  delete from dispatch_attempt where organisation_id = own;
  delete from dispatch where organisation_id = own;
  delete from notice_rejection where organisation_id = own;
  delete from notice_approval where organisation_id = own;
  delete from sharing_withdrawal where organisation_id = own;
  delete from contact_clearance where organisation_id = own;
  delete from server_release where organisation_id = own;
  delete from authority_service where organisation_id = own;
  delete from authority where organisation_id = own;
  delete from hands_off where organisation_id = own;
  delete from deconfliction_skip where organisation_id = own;
  delete from deconfliction_party where organisation_id = own;
  delete from deconfliction_server where organisation_id = own;
  delete from deconfliction_round where organisation_id = own;
  delete from server_look where organisation_id = own;
  delete from duty where organisation_id = own;
  delete from arming where organisation_id = own;
  delete from person where organisation_id = own;
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
