-- Work that processes on any number of machines share, who they are, and what stops those that are too old.
--
-- Neither table is state of an operation: what is due follows from what the ledger made, and these rows say when somebody
-- last saw to it. They are not replayed, and losing them loses nothing but the wait until the next look.

set local search_path = dismantle;

-- One row for each thing that is to be done again and again, or that somebody has asked for. Who works at it holds the
-- advisory lock of its key; no row is written when it begins, so that nothing has to be cleared up after a death.
create table work (
  organisation_id uuid not null references organisation,
  kind            text collate "C" not null check (kind ~ '^[a-z][a-z-]{0,39}$'),
  -- An operation's id, or whatever the kind is about; '' for the organisation as a whole.
  subject         text collate "C" not null,
  due_at          timestamptz not null,
  -- How often somebody asked for it: what was asked for while it was being done is done once more.
  asked           bigint not null default 0 check (asked >= 0),
  -- Failures since it last went well, and what the last one said.
  failures        integer not null default 0 check (failures >= 0),
  problem         text collate "C",
  -- Entries of the ledger when it last began, if new ones make it due from `news_at` on.
  head            bigint,
  news_at         timestamptz,
  done            bigint not null default 0,
  done_at         timestamptz,
  took_ms         bigint,
  worker          text collate "C",
  primary key (organisation_id, kind, subject),
  check ((head is null) = (news_at is null))
);
create index work_due on work (organisation_id, due_at);
create index work_news on work (organisation_id, head) where news_at is not null;

-- Who is at work: a row is renewed every few seconds, and goes with whoever ends in peace.
create table worker (
  organisation_id uuid not null references organisation,
  worker_id       uuid not null,
  name            text collate "C" not null check (name <> ''),
  version         text collate "C" not null,
  kinds           text[] collate "C" not null,
  -- Kinds that this machine cannot do, each with why.
  cannot          jsonb not null,
  -- What it is at: kind and subject.
  busy            jsonb not null,
  -- A hash over what decisions are made by; workers that differ in it decide differently.
  settings        text collate "C" not null,
  started_at      timestamptz not null,
  seen_at         timestamptz not null,
  primary key (organisation_id, worker_id)
);

do $$
declare
  name text;
begin
  foreach name in array array['work', 'worker']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert, delete on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (due_at, asked, failures, problem, head, news_at, done, done_at, took_ms, worker) on work to dismantle_app;
grant update (busy, seen_at) on worker to dismantle_app;

-- Every transaction of a program begins with this, so that one that does not know the schema any more does nothing further.
-- `known` is the newest migration that it brings. Run as the owner, since nobody else reads the list of migrations.
create function assert_known_schema(known text) returns void language plpgsql stable security definer
  set search_path = pg_catalog as $$
declare
  newer record;
begin
  select m.name, m.version into newer from public.dismantle_migration m
  where m.name > known collate "C" and not m.compatible order by m.name collate "C" limit 1;
  if found then
    raise exception using errcode = 'P0426', message = newer.name, detail = coalesce(newer.version, '');
  end if;
end $$;
