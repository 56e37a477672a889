-- People sign in with passkeys, and sign with them what they sign with SSH keys elsewhere: one record, one set of rules.

set local search_path = dismantle;

alter table person drop constraint person_public_key_check;
alter table person add constraint person_public_key_check
  check (public_key like 'ssh-ed25519 %' or public_key like 'webauthn-es256 %' or public_key like 'webauthn-ed25519 %');
-- The admin who put a person on record whose first key is a passkey: whoever has the link registers the passkey, and the
-- admin has the link as well. Null for SSH keys, which people bring themselves, and for the first person.
alter table person add column vouched_by text collate "C";
grant update (vouched_by) on person to dismantle_app;

create table passkey (
  organisation_id uuid not null references organisation,
  person          text collate "C" not null,
  -- Algorithm, SPKI and origin: one key at one site has one text.
  public_key      text collate "C" not null check (public_key like 'webauthn-es256 %' or public_key like 'webauthn-ed25519 %'),
  fingerprint     text collate "C" not null check (fingerprint <> ''),
  credential_id   text collate "C" not null check (credential_id ~ '^[A-Za-z0-9_-]+$'),
  -- What the person calls it.
  name            text collate "C" not null check (name <> ''),
  added_at        timestamptz not null,
  removed_at      timestamptz,
  primary key (organisation_id, person, public_key),
  foreign key (organisation_id, person) references person on delete cascade
);
create unique index passkey_by_credential on passkey (organisation_id, credential_id) where removed_at is null;
create unique index passkey_by_fingerprint on passkey (organisation_id, fingerprint) where removed_at is null;

-- A key is one person for ever: two names behind one key are no four eyes.
create function check_passkey() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if exists (select from dismantle.passkey k where k.fingerprint = new.fingerprint and k.person <> new.person) then
    raise exception 'the key % was somebody else''s', new.fingerprint using errcode = 'P0403';
  end if;
  if new.removed_at is null
    and not exists (select from dismantle.person p where p.person = new.person and p.removed_at is null) then
    raise exception '% is not on record', new.person using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger passkey_check after insert or update on passkey for each row execute function check_passkey();

-- Whether one of two people was put on record by the other with a key that the other could have made, or by whoever that one has put
-- on record so, as far as all of them are on record.
create function one_hand(first_person text, second_person text) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  with recursive vouching (person, voucher) as (
    select p.person, v.person from person p join person v on v.person = p.vouched_by and v.removed_at is null
    where p.person in (first_person, second_person) and p.removed_at is null
    union
    select g.person, v.person from vouching g join person p on p.person = g.voucher
    join person v on v.person = p.vouched_by and v.removed_at is null
  )
  select exists (select from vouching where (person = first_person and voucher = second_person)
                                         or (person = second_person and voucher = first_person))
$$;

create function refuse_one_hand() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  other text;
begin
  if tg_table_name = 'notice_approval' then
    select o.person into other from dismantle.notice_approval o
    join dismantle.person p on p.organisation_id = o.organisation_id and p.person = o.person and p.removed_at is null and p.added_at <= o.approved_at
    where o.notice_id = new.notice_id and o.hash = new.hash and o.withdrawn_at is null and o.expires_at > new.approved_at
      and dismantle.one_hand(o.person, new.person) limit 1;
  elsif tg_table_name = 'strike_hold' then
    select o.person into other from dismantle.strike_hold o
    join dismantle.person p on p.organisation_id = o.organisation_id and p.person = o.person and p.removed_at is null and p.added_at <= o.approved_at
    where o.strike_id = new.strike_id and dismantle.one_hand(o.person, new.person) limit 1;
  elsif tg_table_name = 'briefing_approval' then
    select o.person into other from dismantle.briefing_approval o
    join dismantle.person p on p.organisation_id = o.organisation_id and p.person = o.person and p.removed_at is null and p.added_at <= o.approved_at
    where o.briefing_id = new.briefing_id and o.hash = new.hash and dismantle.one_hand(o.person, new.person) limit 1;
  elsif tg_table_name = 'server_release' then
    select o.person into other from dismantle.server_release o
    join dismantle.person p on p.organisation_id = o.organisation_id and p.person = o.person and p.removed_at is null and p.added_at <= o.released_at
    where o.server_id = new.server_id and o.list = new.list and o.entry = new.entry and dismantle.one_hand(o.person, new.person) limit 1;
  else
    select o.person into other from dismantle.deconfliction_skip o
    join dismantle.person p on p.organisation_id = o.organisation_id and p.person = o.person and p.removed_at is null and p.added_at <= o.skipped_at
    where o.round_id = new.round_id and o.party_kind = new.party_kind and dismantle.one_hand(o.person, new.person) limit 1;
  end if;
  if other is not null then
    raise exception '% and % are not two: the passkey of one comes from the other', new.person, other using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger notice_approval_one_hand after insert on notice_approval for each row execute function refuse_one_hand();
create trigger strike_hold_one_hand after insert on strike_hold for each row execute function refuse_one_hand();
create trigger briefing_approval_one_hand after insert on briefing_approval for each row execute function refuse_one_hand();
create trigger server_release_one_hand after insert on server_release for each row execute function refuse_one_hand();
create trigger deconfliction_skip_one_hand after insert on deconfliction_skip for each row execute function refuse_one_hand();

-- Who is signed in. Not a projection: it says nothing that anybody has to answer for, and goes after a month.
create table session (
  organisation_id uuid not null references organisation,
  session_id      uuid not null,
  person          text collate "C" not null check (person <> ''),
  -- SHA-256 of the cookie's secret, which has 256 bits by chance.
  secret_hash     text collate "C" not null check (secret_hash ~ '^[0-9a-f]{64}$'),
  method          text collate "C" not null check (method in ('passkey', 'oidc')),
  -- What the browser says it is.
  agent           text collate "C" not null,
  began_at        timestamptz not null,
  seen_at         timestamptz not null,
  ends_at         timestamptz not null check (ends_at > began_at and ends_at <= began_at + interval '7 days'),
  ended_at        timestamptz,
  primary key (organisation_id, session_id)
);
create unique index session_by_secret on session (organisation_id, secret_hash);
create index session_by_person on session (organisation_id, person);

-- A link by which somebody registers a passkey, once. Without `invited_by` it is the first admin's.
create table invitation (
  organisation_id uuid not null references organisation,
  invitation_id   uuid not null,
  secret_hash     text collate "C" not null check (secret_hash ~ '^[0-9a-f]{64}$'),
  -- Null for the first admin, who says it.
  name            text collate "C" check (name <> ''),
  roles           text[] collate "C" not null check (roles <@ array['analyst', 'counsel', 'approver', 'admin', 'duty', 'auditor'] and cardinality(roles) > 0),
  invited_by      text collate "C",
  made_at         timestamptz not null,
  ends_at         timestamptz not null check (ends_at > made_at),
  -- What was registered with it; it then waits for the admin's signature.
  public_key      text collate "C",
  fingerprint     text collate "C",
  credential_id   text collate "C",
  registered_at   timestamptz,
  -- When it was used up, or taken back.
  settled_at      timestamptz,
  primary key (organisation_id, invitation_id),
  check ((name is null) = (invited_by is null)),
  check ((registered_at is null) = (public_key is null) and (public_key is null) = (credential_id is null) and (public_key is null) = (fingerprint is null))
);
create unique index invitation_by_secret on invitation (organisation_id, secret_hash);

do $$
declare
  name text;
begin
  foreach name in array array['passkey', 'session', 'invitation']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (fingerprint, credential_id, name, added_at, removed_at) on passkey to dismantle_app;
grant update (seen_at, ended_at) on session to dismantle_app;
grant delete on session, invitation to dismantle_app;
grant update (public_key, fingerprint, credential_id, registered_at, settled_at) on invitation to dismantle_app;
