-- Who may use the service over HTTP: partners, and tokens of people, programs and partners.
--
-- dismantle_partner is for reads on behalf of whoever is not of the organisation. It sees what is granted to it and nothing
-- else, so that a table that comes later is closed to it until somebody opens it. `dismantle.partner` (or `dismantle.notice`,
-- at the provider's door) is set for each transaction; unset sees nothing.

set local search_path = dismantle;

alter table person drop constraint person_roles_check;
alter table person add constraint person_roles_check
  check (roles <@ array['analyst', 'counsel', 'approver', 'admin', 'duty', 'auditor'] and cardinality(roles) > 0);

create function current_partner() returns text language sql stable parallel safe as
$$ select nullif(current_setting('dismantle.partner', true), '') $$;

create function current_notice() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('dismantle.notice', true), '')::uuid $$;

-- An organisation that works with ours: a CSIRT, a provider, an ISP.
create table partner (
  organisation_id uuid not null references organisation,
  partner         text collate "C" not null check (partner <> ''),
  name            text collate "C" not null check (name <> ''),
  -- What it may have besides what the community may: country:XX, provider:KEY.
  recipients      text[] collate "C" not null,
  may_contribute  boolean not null,
  -- Of what it contributes: null is as unknown as with any other source.
  reliability     text collate "C" check (reliability in ('A', 'B', 'C', 'D', 'E', 'F')),
  independence_group text collate "C",
  set_at          timestamptz not null,
  removed_at      timestamptz,
  primary key (organisation_id, partner)
);

create table api_token (
  organisation_id uuid not null references organisation,
  token_id        uuid not null,
  name            text collate "C" not null check (name <> ''),
  holder_kind     text collate "C" not null check (holder_kind in ('person', 'service', 'partner')),
  -- The key of the person or the partner; null for a program of the organisation.
  holder          text collate "C",
  -- Of a program; people have their own, as they are when the token is used.
  roles           text[] collate "C" not null check (roles <@ array['analyst', 'auditor']),
  scopes          text[] collate "C" not null check (scopes <@ array['read', 'write', 'metrics'] and cardinality(scopes) > 0),
  -- SHA-256 of the secret, which has 256 bits by chance: no salt is needed, and nobody guesses it.
  secret_hash     text collate "C" not null check (secret_hash ~ '^[0-9a-f]{64}$'),
  issued_at       timestamptz not null,
  expires_at      timestamptz not null check (expires_at > issued_at),
  issued_by       text collate "C" not null,
  revoked_at      timestamptz,
  primary key (organisation_id, token_id),
  check ((holder is null) = (holder_kind = 'service')),
  check ((cardinality(roles) > 0) = (holder_kind = 'service'))
);
create unique index api_token_by_secret on api_token (organisation_id, secret_hash);

do $$
declare
  name text;
begin
  foreach name in array array['partner', 'api_token']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (name, recipients, may_contribute, reliability, independence_group, set_at, removed_at) on partner to dismantle_app;
grant update (revoked_at) on api_token to dismantle_app;

-- A partner knows of itself.
grant usage on schema dismantle to dismantle_partner;
grant select on partner to dismantle_partner;
create policy oneself on partner as restrictive for select to dismantle_partner
  using (partner = (select current_partner()) and removed_at is null);
