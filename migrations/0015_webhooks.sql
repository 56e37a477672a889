-- Webhooks: a provider's desk is told by machine that there is something about a notice, and asks for it at the door.

set local search_path = dismantle;

-- As people have put them on record, one a provider at a time. The secret that its messages are signed with is nowhere in here: it
-- follows from the id and a secret in a file.
create table webhook (
  organisation_id uuid not null references organisation,
  webhook_id      uuid not null,
  provider_key    text collate "C" not null check (provider_key <> ''),
  url             text collate "C" not null check (url ~ '^https?://' and length(url) <= 2000),
  set_at          timestamptz not null,
  set_by          text collate "C" not null,
  removed_at      timestamptz,
  primary key (organisation_id, webhook_id)
);
create unique index webhook_of_provider on webhook (organisation_id, provider_key) where removed_at is null;

-- What is told, and how that went: the intent of each attempt before it, its outcome after. Not state of the ledger, and it hangs on no
-- row that a replay makes anew. The id follows from what it tells of: told twice, it bears the same.
create table webhook_message (
  organisation_id uuid not null references organisation,
  message_id      text collate "C" not null check (message_id ~ '^msg_[0-9a-f]{32}$'),
  webhook_id      uuid not null,
  kind            text collate "C" not null
                  check (kind in ('notice.sent', 'notice.checked', 'notice.corrected', 'notice.retracted', 'notice.withdrawn', 'webhook.test')),
  -- Null: a test, which is about no notice.
  notice_id       uuid,
  reference       text collate "C",
  drill           boolean not null,
  happened_at     timestamptz not null,
  queued_at       timestamptz not null,
  state           text collate "C" not null default 'waiting' check (state in ('waiting', 'delivered', 'failed', 'cancelled')),
  attempts        integer not null default 0 check (attempts >= 0),
  -- The newest attempt; without an outcome after it, nobody knows whether it arrived.
  attempted_at    timestamptz,
  next_at         timestamptz not null,
  status          integer,
  problem         text collate "C",
  settled_at      timestamptz,
  primary key (organisation_id, message_id),
  check ((notice_id is null) = (kind = 'webhook.test') and (reference is null) = (notice_id is null))
);
create index webhook_message_waiting on webhook_message (organisation_id, webhook_id, next_at) where state = 'waiting';

-- When a notice was withdrawn stands in the ledger alone.
create index ledger_entry_withdrawing on ledger_entry (organisation_id, subject) where kind = 'notice.withdrawn';

-- Once more by the database: a drill reaches this machine alone, nothing that is settled is begun again, and what was
-- removed is told nothing.
create function check_webhook_attempt() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  w   dismantle.webhook%rowtype;
  lab boolean;
begin
  if new.attempts = old.attempts then
    return new;
  end if;
  select * into w from dismantle.webhook where webhook_id = new.webhook_id;
  if old.state <> 'waiting' or w.webhook_id is null or w.removed_at is not null then
    raise exception 'nothing is to be sent to the webhook of %', w.provider_key using errcode = 'P0403';
  end if;
  select o.drill into lab from dismantle.notice n
  join dismantle.operation o on o.organisation_id = n.organisation_id and o.operation_id = n.operation_id
  where n.notice_id = new.notice_id;
  if (lab or new.drill) and w.url !~ '^https?://(127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(/|$)' then
    raise exception 'a drill tells nobody outside of this machine' using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger webhook_attempt_check before update on webhook_message for each row execute function check_webhook_attempt();

do $$
declare
  name text;
begin
  foreach name in array array['webhook', 'webhook_message']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    -- Nobody of another organisation has a grant on them, and would see nothing with one.
    execute format(
      'create policy nothing_for_outsiders on dismantle.%I as restrictive to dismantle_partner using (false)', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (removed_at) on webhook to dismantle_app;
grant update (state, attempts, attempted_at, next_at, status, problem, settled_at) on webhook_message to dismantle_app;
