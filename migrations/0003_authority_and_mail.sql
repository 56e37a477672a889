-- People, approvals, deconfliction, authorities, what leaves and what comes back. The rules of who may let what go stand here
-- once more, where nobody can go round them: triggers refuse what the program refuses.

set local search_path = dismantle;

-- People ---------------------------------------------------------------------------------------------------------------

create table person (
  organisation_id uuid not null references organisation,
  -- The name folded: one person under all spellings.
  person          text collate "C" not null check (person <> ''),
  name            text collate "C" not null check (name <> ''),
  roles           text[] collate "C" not null check (roles <@ array['analyst', 'counsel', 'approver', 'admin', 'duty'] and cardinality(roles) > 0),
  public_key      text collate "C" not null check (public_key like 'ssh-ed25519 %'),
  fingerprint     text collate "C" not null,
  added_at        timestamptz not null,
  removed_at      timestamptz,
  primary key (organisation_id, person)
);
-- One key is one person: two names behind one key are no four eyes.
create unique index person_by_key on person (organisation_id, public_key) where removed_at is null;

create table arming (
  organisation_id uuid   not null,
  operation_id    uuid   not null,
  sequence        bigint not null,
  traffic         text[] collate "C" not null,
  lab             boolean not null,
  until           timestamptz not null,
  person          text collate "C" not null,
  reason          text collate "C" not null check (reason <> ''),
  armed_at        timestamptz not null,
  disarmed_at     timestamptz,
  primary key (organisation_id, sequence),
  check (until > armed_at and until <= armed_at + interval '14 days'),
  foreign key (organisation_id, operation_id) references operation
);
create index arming_by_operation on arming (organisation_id, operation_id);

create table duty (
  organisation_id uuid not null references organisation,
  duty_id         uuid not null,
  person          text collate "C" not null,
  from_at         timestamptz not null,
  until_at        timestamptz not null,
  set_by          text collate "C" not null,
  primary key (organisation_id, duty_id),
  check (until_at > from_at)
);

-- What servers were found to do ------------------------------------------------------------------------------------------

alter table batch drop constraint batch_kind_check;
alter table batch add constraint batch_kind_check check (kind in ('import', 'identify', 'lookup', 'locate', 'decide', 'probe'));

create table probe (
  organisation_id uuid    not null,
  batch_id        uuid    not null,
  position        integer not null check (position >= 0),
  server_id       uuid    not null,
  port            integer check (port between 1 and 65535),
  at              timestamptz not null,
  vantage         text collate "C" not null check (vantage <> ''),
  outcome         text collate "C" not null check (outcome in ('c2-live', 'live', 'answers-other', 'dark', 'inconclusive')),
  how             text collate "C" not null,
  person          text collate "C" not null,
  primary key (organisation_id, batch_id, position)
);

create index probe_by_server on probe (organisation_id, server_id, at);

-- A projection: the newest look at a server that told anything.
create table server_look (
  organisation_id uuid not null references organisation,
  server_id       uuid not null,
  at              timestamptz not null,
  outcome         text collate "C" not null,
  vantage         text collate "C" not null,
  last_live_at    timestamptz,
  primary key (organisation_id, server_id)
);

-- Deconfliction ------------------------------------------------------------------------------------------------------------

create table deconfliction_round (
  organisation_id uuid not null,
  round_id        uuid not null,
  operation_id    uuid not null,
  number          integer not null check (number > 0),
  opened_at       timestamptz not null,
  person          text collate "C" not null,
  primary key (organisation_id, round_id),
  unique (organisation_id, operation_id, number),
  foreign key (organisation_id, operation_id) references operation
);

create table deconfliction_server (
  organisation_id uuid not null,
  round_id        uuid not null,
  server_id       uuid not null,
  primary key (organisation_id, round_id, server_id),
  foreign key (organisation_id, round_id) references deconfliction_round
);
create index deconfliction_server_by_server on deconfliction_server (organisation_id, server_id);

create table deconfliction_party (
  organisation_id uuid not null,
  round_id        uuid not null,
  party           text collate "C" not null check (party <> ''),
  party_kind      text collate "C" not null check (party_kind in ('law-enforcement', 'csirt', 'sinkhole-operator')),
  channel         text collate "C" not null,
  asked_at        timestamptz not null,
  asked_by        text collate "C" not null,
  answer          text collate "C" check (answer in ('clear', 'no-answer')),
  answered_at     timestamptz,
  answered_by     text collate "C",
  note            text collate "C",
  primary key (organisation_id, round_id, party),
  check ((answer is null) = (answered_at is null)),
  -- Nobody is silent before a day has gone by.
  check (answer is distinct from 'no-answer' or answered_at >= asked_at + interval '24 hours'),
  foreign key (organisation_id, round_id) references deconfliction_round
);

create table deconfliction_skip (
  organisation_id uuid not null,
  round_id        uuid not null,
  party_kind      text collate "C" not null check (party_kind in ('law-enforcement', 'csirt', 'sinkhole-operator')),
  person          text collate "C" not null,
  reason          text collate "C" not null check (reason <> ''),
  skipped_at      timestamptz not null,
  -- The same person twice is one word.
  primary key (organisation_id, round_id, party_kind, person),
  foreign key (organisation_id, round_id) references deconfliction_round
);

create function check_skip() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if not exists (select from dismantle.person p
                 where p.person = new.person and p.removed_at is null and p.roles && array['approver', 'counsel']) then
    raise exception '% is neither approver nor counsel', new.person using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger deconfliction_skip_check after insert on deconfliction_skip for each row execute function check_skip();

create table hands_off (
  organisation_id uuid   not null references organisation,
  sequence        bigint not null,
  operation_id    uuid   not null,
  server_id       uuid   not null,
  party           text collate "C" not null,
  until           timestamptz not null,
  note            text collate "C" not null,
  person          text collate "C" not null,
  recorded_at     timestamptz not null,
  lifted_at       timestamptz,
  primary key (organisation_id, sequence)
);
create index hands_off_by_server on hands_off (organisation_id, server_id);

create function round_complete(round uuid) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  select not exists (
    select from unnest(array['law-enforcement', 'csirt', 'sinkhole-operator']) as wanted(kind)
    where not (
      exists (select from deconfliction_party p where p.round_id = round and p.party_kind = wanted.kind and p.answer is not null)
      and not exists (select from deconfliction_party p where p.round_id = round and p.party_kind = wanted.kind and p.answer is null)
    )
    and (select count(distinct s.person) from deconfliction_skip s where s.round_id = round and s.party_kind = wanted.kind) < 2
  )
$$;

-- Somebody has asked about the server, and everybody has answered or been passed over by two people. A "hands off" that has
-- run out takes the server out of every round that was opened earlier than 48 hours before its end, or before it was said.
create function deconflicted(server uuid, moment timestamptz) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  select exists (
    select from deconfliction_server s
    join deconfliction_round r on r.organisation_id = s.organisation_id and r.round_id = s.round_id
    where s.server_id = server and r.opened_at <= moment
      and not exists (select from hands_off h
                      where h.server_id = server and h.until <= moment and (h.lifted_at is null or h.lifted_at >= h.until)
                        and r.opened_at < greatest(h.recorded_at, h.until - interval '48 hours'))
      and round_complete(r.round_id)
  )
$$;

create function hands_off_in_force(server uuid, moment timestamptz) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  select exists (select from hands_off h where h.server_id = server and h.lifted_at is null and h.until > moment)
$$;

-- Authorities -----------------------------------------------------------------------------------------------------------

create table authority (
  organisation_id uuid not null,
  authority_id    uuid not null,
  operation_id    uuid not null,
  reference       text collate "C" not null check (reference <> ''),
  kind            text collate "C" not null check (kind in ('court-order', 'standing-order', 'supplemental-order', 'monitor-instruction', 'statute', 'contract')),
  court           text collate "C",
  docket          text collate "C",
  jurisdictions   text[] collate "C" not null check (cardinality(jurisdictions) > 0),
  issued_at       timestamptz not null,
  expires_at      timestamptz,
  bond            text collate "C",
  sealed          boolean not null,
  unseal_at       timestamptz,
  providers       text[] collate "C" not null,
  scope           jsonb not null,
  document_sha256 text collate "C" not null check (document_sha256 ~ '^[0-9a-f]{64}$'),
  document_name   text collate "C" not null,
  parent          text collate "C",
  person          text collate "C" not null,
  added_at        timestamptz not null,
  ends_at         timestamptz,
  end_reason      text collate "C",
  primary key (organisation_id, authority_id),
  unique (organisation_id, operation_id, reference),
  check (expires_at is null or expires_at > issued_at),
  foreign key (organisation_id, operation_id) references operation
);

create table authority_service (
  organisation_id uuid   not null,
  authority_id    uuid   not null,
  sequence        bigint not null,
  provider        text collate "C",
  method          text collate "C" not null,
  proof           text collate "C" not null,
  served_at       timestamptz not null,
  person          text collate "C" not null,
  primary key (organisation_id, sequence),
  foreign key (organisation_id, authority_id) references authority
);

create function authority_in_force(authority uuid, moment timestamptz) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  select exists (
    select from authority a
    where a.authority_id = authority_in_force.authority and a.issued_at <= moment
      and (a.expires_at is null or a.expires_at > moment) and (a.ends_at is null or a.ends_at > moment)
      -- A monitor's instruction is in force while the order is that it stands on.
      and (a.kind <> 'monitor-instruction' or exists (
        select from authority o
        where o.operation_id = a.operation_id and o.reference = a.parent and o.issued_at <= moment
          and o.kind in ('court-order', 'standing-order', 'supplemental-order')
          and (o.expires_at is null or o.expires_at > moment) and (o.ends_at is null or o.ends_at > moment)))
  )
$$;

alter table decision  add column authority_id uuid;
alter table case_file add column authority_id uuid;
grant update (authority_id) on case_file to dismantle_app;

-- Cases go on -----------------------------------------------------------------------------------------------------------

insert into case_transition values
  ('drafted', 'approved'),
  ('approved', 'drafted'), ('approved', 'decided'), ('approved', 'located'), ('approved', 'held'),
  ('approved', 'notified'), ('drafted', 'notified'), ('decided', 'notified'), ('held', 'notified'), ('identified', 'notified'), ('located', 'notified'),
  ('notified', 'acknowledged'), ('notified', 'refused'), ('notified', 'contested'),
  ('acknowledged', 'refused'), ('acknowledged', 'contested'),
  ('acknowledged', 'notified'), ('refused', 'notified'), ('contested', 'notified'),
  ('refused', 'acknowledged'), ('refused', 'contested'),
  ('contested', 'acknowledged'), ('contested', 'refused'),
  ('held', 'retracted'), ('identified', 'retracted'), ('located', 'retracted'), ('decided', 'retracted'),
  ('drafted', 'retracted'), ('approved', 'retracted'), ('notified', 'retracted'), ('acknowledged', 'retracted'),
  ('refused', 'retracted'), ('contested', 'retracted');

alter table case_file drop constraint case_file_state_check, drop constraint case_file_check, drop constraint case_file_check1;
alter table case_file
  add constraint case_file_state_check check (state in
    ('held', 'identified', 'located', 'decided', 'drafted', 'approved', 'notified', 'acknowledged', 'refused', 'contested', 'retracted')),
  -- A case that has been notified stays so even if a list names it later; held_by then says what a person has to see to.
  add constraint case_file_held_check check (case
    when state = 'held' then cardinality(held_by) > 0
    when state in ('identified', 'located', 'decided', 'drafted', 'approved') then cardinality(held_by) = 0
    else true end),
  add constraint case_file_method_check check (
    state not in ('decided', 'drafted', 'approved', 'notified', 'acknowledged', 'refused', 'contested') or method is not null),
  add column retracted_at timestamptz,
  add column retraction   text collate "C";
grant update (retracted_at, retraction) on case_file to dismantle_app;

create table server_release (
  organisation_id uuid not null references organisation,
  server_id       uuid not null,
  list            text collate "C" not null,
  entry           text collate "C" not null,
  person          text collate "C" not null,
  reason          text collate "C" not null check (reason <> ''),
  released_at     timestamptz not null,
  primary key (organisation_id, server_id, list, entry, person)
);

create table contact_clearance (
  organisation_id uuid not null references organisation,
  provider_key    text collate "C" not null,
  mailbox         text collate "C" not null,
  person          text collate "C" not null,
  reason          text collate "C" not null check (reason <> ''),
  cleared_at      timestamptz not null,
  primary key (organisation_id, provider_key, mailbox, person)
);

create table sharing_withdrawal (
  organisation_id uuid not null references organisation,
  case_id         uuid not null,
  server_id       uuid not null,
  operation_id    uuid not null,
  reason          text collate "C" not null,
  withdrawn_at    timestamptz not null,
  primary key (organisation_id, case_id)
);

-- Notices and their approvals -----------------------------------------------------------------------------------------

alter table notice drop constraint notice_state_check;
alter table notice drop constraint notice_organisation_id_operation_id_provider_key_method_key;
alter table notice
  add constraint notice_state_check check (state in ('drafted', 'rejected', 'approved', 'sent', 'withdrawn', 'retracted')),
  -- Further servers of the same provider after a notice was sent make a further notice.
  add column round         integer not null default 0 check (round >= 0),
  add column authority_id  uuid,
  -- Where it may go, in order, and who else is told.
  add column contacts      text[] collate "C" not null default '{}',
  add column informed      jsonb not null default '[]',
  add column not_before    timestamptz,
  add column not_after     timestamptz,
  -- What follows in the same thread, and what the informed get; approved with the notice.
  add column reminders     jsonb not null default '[]',
  add column next_contact  jsonb,
  add column copy          jsonb,
  -- The least time that any of its servers is given.
  add column deadline_hours integer,
  add column sent_at       timestamptz,
  add column ticket        text collate "C",
  add column conversation  text collate "C",
  add column contested_at  timestamptz,
  add column last_reply_at timestamptz,
  add constraint notice_round unique nulls not distinct (organisation_id, operation_id, provider_key, method, authority_id, round);
grant update (deadline_hours, round, authority_id, contacts, informed, not_before, not_after, reminders, next_contact, copy, sent_at, ticket, conversation, contested_at, last_reply_at)
  on notice to dismantle_app;

-- The aim of an operation: when its first notices are to leave.
alter table operation add column not_before timestamptz, add column not_after timestamptz;
grant update (not_before, not_after) on operation to dismantle_app;

create table notice_approval (
  organisation_id uuid   not null,
  sequence        bigint not null,
  notice_id       uuid   not null,
  hash            text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  person          text collate "C" not null,
  approved_at     timestamptz not null,
  expires_at      timestamptz not null,
  withdrawn_at    timestamptz,
  primary key (organisation_id, sequence),
  check (expires_at > approved_at and expires_at <= approved_at + interval '14 days'),
  foreign key (organisation_id, notice_id) references notice
);
-- The same person twice is one approval.
create unique index notice_approval_once on notice_approval (organisation_id, notice_id, hash, person) where withdrawn_at is null;

create table notice_rejection (
  organisation_id uuid   not null,
  sequence        bigint not null,
  notice_id       uuid   not null,
  hash            text collate "C" not null,
  person          text collate "C" not null,
  reason          text collate "C" not null check (reason <> ''),
  rejected_at     timestamptz not null,
  primary key (organisation_id, sequence),
  foreign key (organisation_id, notice_id) references notice
);

-- A person's key, as src/domain/person.ts makes it. In "C" only ASCII has small letters, so another collation is named.
create function folded_name(name text) returns text language sql immutable
set search_path = dismantle, pg_temp as $$
  select btrim(regexp_replace(normalize(lower(normalize(name, NFKC) collate "pg_unicode_fast"), NFKC), '\s+', ' ', 'g'))
$$;

-- Who has ever vouched for a server: taking the word back makes nobody somebody who had not looked at it before.
create table attester (
  organisation_id uuid not null references organisation,
  server_id       uuid not null,
  person          text collate "C" not null,
  primary key (organisation_id, server_id, person)
);

-- What earlier versions have recorded is made what the ledger makes of it from now on, words that were taken back included. The
-- owner migrates for all organisations, so that the policies stand aside for these statements.
alter table ledger_entry no force row level security;
alter table ledger_body no force row level security;
alter table notice no force row level security;
insert into attester
select distinct e.organisation_id, e.subject::uuid, b.body::jsonb->>'person'
from ledger_entry e join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
where e.kind = 'server.attested';
update notice set contacts = array[recipient] where recipient is not null;
alter table ledger_entry force row level security;
alter table ledger_body force row level security;
alter table notice force row level security;

-- Whoever vouched for a server, or for an import that names it, under this name.
create function attested_by(case_wanted uuid, who text) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  select exists (
    select from case_file c
    join attester a on a.organisation_id = c.organisation_id and a.server_id = c.server_id
    where c.case_id = case_wanted and folded_name(a.person) = who
  ) or exists (
    select from case_file c cross join unnest(c.attested_by) as name
    where c.case_id = case_wanted and folded_name(name) = who
  )
$$;

create function check_approval() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  n dismantle.notice%rowtype;
begin
  select * into n from dismantle.notice where notice_id = new.notice_id;
  if n.hash is distinct from new.hash then
    raise exception 'the approval is for another text of the notice %', n.reference using errcode = 'P0403';
  end if;
  if n.state not in ('drafted', 'approved') then
    raise exception 'the notice % is %, so nobody can approve it', n.reference, n.state using errcode = 'P0403';
  end if;
  if not exists (select from dismantle.person p where p.person = new.person and p.added_at <= new.approved_at and p.removed_at is null and 'approver' = any(p.roles)) then
    raise exception '% is no approver', new.person using errcode = 'P0403';
  end if;
  if exists (select from dismantle.notice_item i where i.notice_id = new.notice_id and dismantle.attested_by(i.case_id, new.person)) then
    raise exception '% has vouched for a server of the notice %', new.person, n.reference using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger notice_approval_check after insert on notice_approval for each row execute function check_approval();

create function check_arming() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if not exists (select from dismantle.person p where p.person = new.person and p.removed_at is null and 'admin' = any(p.roles)) then
    raise exception '% is no admin, and may not arm an operation', new.person using errcode = 'P0403';
  end if;
  if new.lab is distinct from (select drill from dismantle.operation where operation_id = new.operation_id) then
    raise exception 'a drill is armed for the lab only, every other operation never for it' using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger arming_check after insert on arming for each row execute function check_arming();

-- What leaves ---------------------------------------------------------------------------------------------------------

create table dispatch (
  organisation_id uuid not null,
  dispatch_id     uuid not null,
  operation_id    uuid not null,
  notice_id       uuid not null,
  kind            text collate "C" not null check (kind in ('notice', 'csirt-copy', 'reminder', 'correction', 'upstream', 'referral')),
  channel         text collate "C" not null check (channel in ('mail', 'form', 'phone', 'designated-agent', 'api')),
  -- In the order in which they are tried; contact_index is the one whose turn it is.
  contacts        text[] collate "C" not null,
  contact_index   integer not null default 0 check (contact_index >= 0),
  -- One for all attempts at all contacts.
  message_id      text collate "C" not null,
  in_reply_to     text collate "C",
  reference_ids   text[] collate "C" not null default '{}',
  hash            text collate "C" not null,
  -- Null: the notice's own message.
  text            jsonb,
  not_before      timestamptz,
  not_after       timestamptz,
  approved_by     text[] collate "C" not null default '{}',
  state           text collate "C" not null check (state in ('queued', 'attempted', 'sent', 'failed', 'waiting', 'cancelled')),
  attempts        integer not null default 0,
  queued_at       timestamptz not null,
  next_at         timestamptz not null,
  recipient       text collate "C",
  sent_at         timestamptz,
  bounced_at      timestamptz,
  code            integer,
  response        text collate "C",
  ticket          text collate "C",
  primary key (organisation_id, dispatch_id),
  unique (organisation_id, message_id),
  foreign key (organisation_id, notice_id) references notice
);
create index dispatch_by_notice on dispatch (organisation_id, notice_id);
create index dispatch_due on dispatch (organisation_id, operation_id, state, next_at);

create table dispatch_attempt (
  organisation_id uuid    not null,
  dispatch_id     uuid    not null,
  attempt         integer not null check (attempt > 0),
  recipient       text collate "C" not null,
  message_sha256  text collate "C" not null check (message_sha256 ~ '^[0-9a-f]{64}$'),
  host            text collate "C" not null,
  port            integer not null,
  attempted_at    timestamptz not null,
  -- unknown: lost before the answer; it may have arrived.
  outcome         text collate "C" check (outcome in ('delivered', 'failed', 'unknown')),
  code            integer,
  response        text collate "C",
  settled_at      timestamptz,
  primary key (organisation_id, dispatch_id, attempt),
  foreign key (organisation_id, dispatch_id) references dispatch
);

create index dispatch_attempt_by_time on dispatch_attempt (organisation_id, attempted_at);
create index notice_by_reference on notice (organisation_id, reference);

-- Rules 2 to 4 and 6 once more: what the program must not let out, the database does not let be begun.
create function check_attempt() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  d       dismantle.dispatch%rowtype;
  n       dismantle.notice%rowtype;
  lab     boolean;
  moment  timestamptz := new.attempted_at;
  bad     text;
begin
  select * into d from dismantle.dispatch where dispatch_id = new.dispatch_id;
  select * into n from dismantle.notice where notice_id = d.notice_id;
  select drill into lab from dismantle.operation where operation_id = d.operation_id;
  if not new.recipient = any(d.contacts) then
    raise exception '% is no contact of this dispatch', new.recipient using errcode = 'P0403';
  end if;
  if lab and not (new.recipient ~* '@([a-z0-9-]+\.)*(example|test|invalid)$'
                  and (new.host in ('localhost', '::1') or new.host ~ '^127\.\d+\.\d+\.\d+$')) then
    raise exception 'a drill writes to the lab only: % through %', new.recipient, new.host using errcode = 'P0403';
  end if;
  if not lab and new.recipient ~* '@([a-z0-9-]+\.)*(example|test|invalid|localhost)$' then
    raise exception '% is a name of the lab', new.recipient using errcode = 'P0403';
  end if;
  -- A correction undoes harm: it needs no arming, but goes to nobody who has not been written to before.
  if d.kind = 'correction' then
    if not exists (select from dismantle.dispatch o
                   join dismantle.dispatch_attempt a on a.organisation_id = o.organisation_id and a.dispatch_id = o.dispatch_id
                   where o.notice_id = d.notice_id and o.kind <> 'correction' and a.recipient = new.recipient) then
      raise exception 'a correction goes only to whom something went: %', new.recipient using errcode = 'P0403';
    end if;
    return new;
  end if;
  if not exists (select from dismantle.arming a
                 join dismantle.person admin on admin.organisation_id = a.organisation_id and admin.person = a.person and admin.removed_at is null
                 where a.operation_id = d.operation_id and 'send' = any(a.traffic) and a.armed_at <= moment and a.until > moment
                   and (a.disarmed_at is null or a.disarmed_at > moment)) then
    raise exception 'the operation is not armed' using errcode = 'P0403';
  end if;
  if n.hash <> d.hash then
    raise exception 'the notice % has changed since it was approved', n.reference using errcode = 'P0403';
  end if;
  if (select count(distinct a.person) from dismantle.notice_approval a
      join dismantle.person p on p.organisation_id = a.organisation_id and p.person = a.person
        -- Whoever came back with a new key has not given the old approvals anew. What has left stays answered for.
        and p.added_at <= a.approved_at and ((p.removed_at is null and 'approver' = any(p.roles)) or n.sent_at is not null)
      where a.notice_id = d.notice_id and a.hash = d.hash and a.withdrawn_at is null
        -- Once the notice has left, its reminders stand on the approvals under which it left.
        and (a.expires_at > moment or n.sent_at is not null)
        and not exists (select from dismantle.notice_item i
                        where i.notice_id = d.notice_id and dismantle.attested_by(i.case_id, a.person))) < n.approvals then
    raise exception 'the notice % is not approved', n.reference using errcode = 'P0403';
  end if;
  if exists (select from dismantle.notice_rejection r where r.notice_id = d.notice_id and r.hash = d.hash) then
    raise exception 'the notice % was rejected', n.reference using errcode = 'P0403';
  end if;
  if n.state in ('withdrawn', 'retracted', 'rejected') then
    raise exception 'the notice % is %', n.reference, n.state using errcode = 'P0403';
  end if;
  if n.contested_at is not null then
    raise exception 'the notice % is contested', n.reference using errcode = 'P0403';
  end if;
  if d.kind in ('notice', 'reminder') and not new.recipient = any(n.contacts) then
    raise exception '% is not among the contacts that were approved', new.recipient using errcode = 'P0403';
  end if;
  if (n.method = 'court-order' or n.authority_id is not null)
     and (n.authority_id is null or not dismantle.authority_in_force(n.authority_id, moment)) then
    raise exception 'no authority is in force for the notice %', n.reference using errcode = 'P0403';
  end if;
  select s.host into bad
  from dismantle.notice_item i
  join dismantle.case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
  join dismantle.server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
  where i.notice_id = d.notice_id and dismantle.hands_off_in_force(c.server_id, moment) limit 1;
  if bad is not null then
    raise exception 'hands off: somebody has asked to leave % alone', bad using errcode = 'P0403';
  end if;
  if exists (
    select from dismantle.notice_item i
    join dismantle.case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
    where i.notice_id = d.notice_id and c.state in ('contested', 'retracted')
  ) then
    raise exception 'the notice % names a server that is contested or was taken back', n.reference using errcode = 'P0403';
  end if;
  if d.kind = 'csirt-copy' and not exists (
    select from jsonb_array_elements(n.informed) as party where party->>'contact' = new.recipient
  ) then
    raise exception '% is not among those who are informed', new.recipient using errcode = 'P0403';
  end if;
  if d.kind in ('upstream', 'referral') then
    raise exception 'what goes to an upstream or to the police is a notice of its own, approved for itself' using errcode = 'P0403';
  end if;
  -- What has been learnt since it left stops what follows it.
  if d.kind = 'reminder' and exists (
    select from dismantle.notice_item i
    join dismantle.case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
    join dismantle.server_look l on l.organisation_id = c.organisation_id and l.server_id = c.server_id
    where i.notice_id = d.notice_id and l.outcome in ('dark', 'answers-other')
  ) then
    raise exception 'a server of the notice % was found dark or answering otherwise', n.reference using errcode = 'P0403';
  end if;
  -- After a bounce the notice goes on to the next contact, and everything has to hold anew.
  if n.sent_at is not null and d.kind <> 'notice' then
    return new;
  end if;
  if d.not_before > moment or d.not_after < moment then
    raise exception 'the notice % may leave from % to %', n.reference, d.not_before, d.not_after using errcode = 'P0403';
  end if;
  select s.host into bad
  from dismantle.notice_item i
  join dismantle.case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
  join dismantle.server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
  left join dismantle.server_look l on l.organisation_id = c.organisation_id and l.server_id = c.server_id
  where i.notice_id = d.notice_id and (
    cardinality(c.held_by) > 0 or c.state in ('held', 'retracted', 'contested', 'refused') or not c.ground_checked
    or coalesce(c.assessment->>'basis', 'none') in ('none', 'attested-import')
    or coalesce((c.assessment->'evidence'->>'seen')::timestamptz, '-infinity') < moment - interval '7 days'
    or coalesce(l.outcome, '') not in ('live', 'c2-live') or coalesce(l.last_live_at, '-infinity') < moment - interval '24 hours'
    or not dismantle.deconflicted(c.server_id, moment)) limit 1;
  if bad is not null then
    raise exception 'what is known of % does not let a notice go: held, not deconflicted, or evidence or look too old', bad
      using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger dispatch_attempt_check after insert on dispatch_attempt for each row execute function check_attempt();

-- What comes back ----------------------------------------------------------------------------------------------------

create table received_mail (
  organisation_id uuid   not null references organisation,
  sha256          text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  sequence        bigint not null,
  operation_id    uuid,
  notice_id       uuid,
  dispatch_id     uuid,
  message_id      text collate "C",
  in_reply_to     text collate "C",
  from_address    text collate "C",
  from_domain     text collate "C",
  subject         text collate "C" not null,
  received_at     timestamptz not null,
  placed_by       text collate "C" check (placed_by in ('message-id', 'token', 'ticket', 'person')),
  is_confirmed    boolean not null,
  class           text collate "C" not null check (class in
    ('bounce', 'auto-acknowledgement', 'acknowledgement', 'action-claimed', 'refusal', 'question', 'contest', 'unrelated')),
  proposed_class  text collate "C" not null,
  reasons         text[] collate "C" not null,
  ticket          text collate "C",
  auth            jsonb not null,
  bounce          jsonb,
  by_person       text collate "C",
  source          text collate "C" not null,
  primary key (organisation_id, sha256)
);
create index received_mail_by_sequence on received_mail (organisation_id, sequence);
create index received_mail_confirmed on received_mail (organisation_id, notice_id) where is_confirmed;
create index received_mail_by_notice on received_mail (organisation_id, notice_id);

-- Who may do what ----------------------------------------------------------------------------------------------------

do $$
declare
  name text;
begin
  foreach name in array array['attester', 'person', 'arming', 'duty', 'probe', 'server_look', 'deconfliction_round', 'deconfliction_server',
    'deconfliction_party', 'deconfliction_skip', 'hands_off', 'authority', 'authority_service', 'server_release', 'contact_clearance',
    'sharing_withdrawal', 'notice_approval', 'notice_rejection', 'dispatch', 'dispatch_attempt', 'received_mail']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (name, roles, public_key, fingerprint, added_at, removed_at) on person to dismantle_app;
grant update (disarmed_at) on arming to dismantle_app;
grant update (at, outcome, vantage, last_live_at) on server_look to dismantle_app;
grant update (channel, asked_at, asked_by, answer, answered_at, answered_by, note) on deconfliction_party to dismantle_app;
grant update (lifted_at) on hands_off to dismantle_app;
grant update (unseal_at, ends_at, end_reason) on authority to dismantle_app;
grant update (withdrawn_at) on notice_approval to dismantle_app;
grant update (reason, cleared_at) on contact_clearance to dismantle_app;
grant update (channel, contacts, hash, text, not_before, not_after, approved_by, queued_at, contact_index, state, attempts, next_at, recipient, sent_at, bounced_at, code, response, ticket) on dispatch to dismantle_app;
grant update (outcome, code, response, settled_at) on dispatch_attempt to dismantle_app;
grant update (operation_id, notice_id, dispatch_id, placed_by, is_confirmed, class, by_person, reasons) on received_mail to dismantle_app;

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
