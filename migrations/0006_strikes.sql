-- Strikes: plans of whom to notify when, and the holds of two people that keep a plan's notices until their moments. What may
-- hold a notice, for how long, and what a held notice may not do stand here once more.

set local search_path = dismantle;

create table strike (
  organisation_id uuid not null,
  strike_id       uuid not null,
  operation_id    uuid not null,
  number          integer not null check (number > 0),
  strategy        text collate "C" not null check (strategy in ('rolling', 'simultaneous', 'converge')),
  aim             timestamptz not null,
  plan            jsonb not null,
  plan_hash       text collate "C" not null check (plan_hash ~ '^[0-9a-f]{64}$'),
  planned_at      timestamptz not null,
  planned_by      text collate "C" not null,
  released_at     timestamptz,
  released_by     text collate "C",
  release_reason  text collate "C" check (release_reason <> ''),
  release_harm    boolean,
  primary key (organisation_id, strike_id),
  unique (organisation_id, operation_id, number),
  check (aim <= planned_at + interval '24 hours'),
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null)
         and (released_at is null) = (release_harm is null)),
  -- What is made anew when something is erased goes with its operation.
  foreign key (organisation_id, operation_id) references operation on delete cascade
);

create table strike_item (
  organisation_id uuid not null,
  strike_id       uuid not null,
  notice_id       uuid not null,
  notify_at       timestamptz not null,
  may_forward     boolean not null,
  device          boolean not null,
  -- The cases that the plan speaks of: what joins the provider later is another notice.
  cases           uuid[] not null,
  primary key (organisation_id, strike_id, notice_id),
  foreign key (organisation_id, strike_id) references strike on delete cascade
);
create index strike_item_by_notice on strike_item (organisation_id, notice_id);

create table strike_hold (
  organisation_id uuid   not null,
  sequence        bigint not null,
  strike_id       uuid   not null,
  person          text collate "C" not null,
  role            text collate "C" not null check (role in ('approver', 'counsel')),
  until           timestamptz not null,
  reason          text collate "C" not null check (reason <> ''),
  approved_at     timestamptz not null,
  primary key (organisation_id, sequence),
  -- The same person twice is one approval.
  unique (organisation_id, strike_id, person),
  check (until <= approved_at + interval '24 hours'),
  foreign key (organisation_id, strike_id) references strike on delete cascade
);

-- Devices wait for nobody, and whoever may tell its customer is told at the aim and not before.
create function check_strike_item() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  s dismantle.strike%rowtype;
begin
  select * into s from dismantle.strike where strike_id = new.strike_id;
  if exists (select from dismantle.strike_hold h where h.strike_id = new.strike_id) then
    raise exception 'what is held is what was signed for: nothing joins a strike afterwards' using errcode = 'P0403';
  end if;
  if new.notify_at > greatest(s.aim, s.planned_at) then
    raise exception 'a notice of a strike goes out at its aim at the latest' using errcode = 'P0403';
  end if;
  if new.device and new.notify_at > s.planned_at then
    raise exception 'devices are never held back' using errcode = 'P0403';
  end if;
  if not new.device and exists (select from dismantle.notice n where n.notice_id = new.notice_id and n.method = 'isp-remediation') then
    raise exception 'what asks for devices to be cleaned is never held back' using errcode = 'P0403';
  end if;
  if new.may_forward and not new.device and s.strategy <> 'rolling' and new.notify_at < s.aim then
    raise exception 'a provider that may tell its customer is not notified before the aim' using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger strike_item_check after insert on strike_item for each row execute function check_strike_item();

create function check_strike_hold() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  s     dismantle.strike%rowtype;
  first timestamptz;
begin
  select * into s from dismantle.strike where strike_id = new.strike_id;
  if not exists (select from dismantle.person p where p.person = new.person and p.added_at <= new.approved_at and p.removed_at is null
                   and new.role = any(p.roles)) then
    raise exception '% is no %, and approves no hold as one', new.person, new.role using errcode = 'P0403';
  end if;
  if s.released_at is not null or s.strategy = 'rolling' or s.aim <= new.approved_at then
    raise exception 'the strike % has nothing to hold back any more', s.number using errcode = 'P0403';
  end if;
  -- Of the strike itself, and of others that have held one of its notices: several in a row hold no longer than one.
  select min(h.approved_at) into first
  from dismantle.strike_hold h
  where h.strike_id = new.strike_id or (
    exists (select from dismantle.strike_item theirs join dismantle.strike_item ours on ours.notice_id = theirs.notice_id
            where theirs.strike_id = h.strike_id and ours.strike_id = new.strike_id and not ours.device)
    and (select count(distinct o.person) >= 2 and bool_or(o.role = 'counsel') from dismantle.strike_hold o where o.strike_id = h.strike_id));
  if new.until > first + interval '24 hours' then
    raise exception 'a notice is held back for 24 hours at most, and this goes on until %', new.until using errcode = 'P0403';
  end if;
  if new.until < s.aim then
    raise exception 'a hold reaches to the aim at least: %', s.aim using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger strike_hold_check after insert on strike_hold for each row execute function check_strike_hold();

-- Until when a notice is held back at a moment; null where it is not. src/policy/strike/hold.ts says the same.
create function held_until(notice_wanted uuid, moment timestamptz) returns timestamptz language sql stable
set search_path = dismantle, pg_temp as $$
  with named as (
    select i.strike_id, i.notify_at, s.released_at from strike_item i
    join strike s on s.organisation_id = i.organisation_id and s.strike_id = i.strike_id
    where i.notice_id = notice_wanted
  ), given as (
    select h.strike_id, h.person, h.role, h.until, h.approved_at, p.person is not null as stands
    from strike_hold h
    join named n on n.strike_id = h.strike_id
    left join person p on p.organisation_id = h.organisation_id and p.person = h.person and p.removed_at is null
      and p.added_at <= h.approved_at and h.role = any(p.roles)
  ), first_held as (
    select min(at) as at from (select min(approved_at) as at from given group by strike_id
                               having count(distinct person) >= 2 and bool_or(role = 'counsel')) f
  ), holds as (
    select strike_id, min(approved_at) + interval '24 hours' as latest, min(until) as until
    from given where stands group by strike_id having count(distinct person) >= 2 and bool_or(role = 'counsel')
  )
  select max(least(n.notify_at, h.until, h.latest, f.at + interval '24 hours'))
  from named n join holds h on h.strike_id = n.strike_id cross join first_held f
  where (n.released_at is null or n.released_at > moment)
    and least(n.notify_at, h.until, h.latest, f.at + interval '24 hours') > moment
$$;

-- Beside the approvals of the notice: a hold changes neither its text nor who has approved it.
create function check_hold() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  d    dismantle.dispatch%rowtype;
  n    dismantle.notice%rowtype;
  held timestamptz;
begin
  select * into d from dismantle.dispatch where dispatch_id = new.dispatch_id;
  select * into n from dismantle.notice where notice_id = d.notice_id;
  -- What undoes harm is never held; nor is what follows a notice that has left.
  if d.kind = 'correction' or n.sent_at is not null then
    return new;
  end if;
  held := held_until(d.notice_id, new.attempted_at);
  if held is not null then
    raise exception 'the notice % is held back by a strike until %', n.reference, held using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger dispatch_attempt_hold after insert on dispatch_attempt for each row execute function check_hold();

-- Whether two people hold a strike at a moment, whatever becomes of its notices. src/policy/strike/hold.ts says the same.
create function strike_holds(strike_wanted uuid, moment timestamptz) returns boolean language sql stable
set search_path = dismantle, pg_temp as $$
  select exists (
    select from strike s
    join strike_hold h on h.organisation_id = s.organisation_id and h.strike_id = s.strike_id and h.approved_at <= moment
    join person p on p.organisation_id = h.organisation_id and p.person = h.person and p.removed_at is null
      and p.added_at <= h.approved_at and h.role = any(p.roles)
    where s.strike_id = strike_wanted and s.strategy <> 'rolling' and s.aim > moment
      and (s.released_at is null or s.released_at > moment)
    group by s.strike_id
    having count(distinct h.person) >= 2 and bool_or(h.role = 'counsel')
      and least(min(h.until), min(h.approved_at) + interval '24 hours') > moment)
$$;

create function check_release() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if old.released_at is not null and (new.released_at, new.released_by, new.release_reason, new.release_harm)
     is distinct from (old.released_at, old.released_by, old.release_reason, old.release_harm) then
    raise exception 'the strike % was released already, and what was said of it stays', old.number using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger strike_release_check before update on strike for each row execute function check_release();

-- Briefings: what desks that are trusted are told ahead of a strike, under TLP:RED. They are no notices, and stand beside
-- dispatch, so that nothing that lets a notice go lets one of these go, and the other way round.

create table briefing (
  organisation_id uuid not null,
  briefing_id     uuid not null,
  operation_id    uuid not null,
  strike_id       uuid not null,
  provider_key    text collate "C" not null,
  -- What the strike holds back for this provider.
  notices         uuid[] not null check (cardinality(notices) > 0),
  recipient       text collate "C" not null check (recipient <> ''),
  -- One for all attempts.
  message_id      text collate "C" not null,
  text            jsonb not null,
  hash            text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  -- When the first of these notices leaves.
  leave_before    timestamptz not null,
  composed_at     timestamptz not null,
  composed_by     text collate "C" not null,
  state           text collate "C" not null check (state in ('waiting', 'attempted', 'sent', 'failed')),
  attempts        integer not null default 0,
  next_at         timestamptz not null,
  sent_at         timestamptz,
  code            integer,
  response        text collate "C",
  primary key (organisation_id, briefing_id),
  -- Nobody is told twice.
  unique (organisation_id, strike_id, provider_key),
  unique (organisation_id, message_id),
  check (composed_at < leave_before),
  foreign key (organisation_id, strike_id) references strike on delete cascade
);

create table briefing_approval (
  organisation_id uuid   not null,
  sequence        bigint not null,
  briefing_id     uuid   not null,
  hash            text collate "C" not null,
  person          text collate "C" not null,
  role            text collate "C" not null check (role in ('approver', 'counsel')),
  reason          text collate "C" not null check (reason <> ''),
  approved_at     timestamptz not null,
  primary key (organisation_id, sequence, briefing_id),
  -- The same person twice is one approval.
  unique (organisation_id, briefing_id, hash, person),
  foreign key (organisation_id, briefing_id) references briefing on delete cascade
);

create table briefing_attempt (
  organisation_id uuid    not null,
  briefing_id     uuid    not null,
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
  primary key (organisation_id, briefing_id, attempt),
  foreign key (organisation_id, briefing_id) references briefing on delete cascade
);
create index briefing_attempt_by_time on briefing_attempt (organisation_id, attempted_at);

-- A server of the operation that a text names; null where it names none. A leak must cost nothing.
create function server_named_in(operation uuid, words text) returns text language sql stable
set search_path = dismantle, pg_temp as $$
  select min(s.host) from server s
  where s.operation_id = operation
    and position(lower(s.host) in replace(replace(replace(lower(words), '[.]', '.'), '[:]', ':'), '(.)', '.')) > 0
$$;

-- Whom a strike may brief, with which words, and to which mailbox. Asked when a briefing is written, and before each attempt.
create function assert_briefing(b dismantle.briefing, moment timestamptz) returns void language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  s     dismantle.strike%rowtype;
  item  record;
  named uuid[] := '{}';
  found text;
begin
  select * into s from dismantle.strike where strike_id = b.strike_id;
  if s.operation_id is distinct from b.operation_id then
    raise exception 'the strike is none of this operation' using errcode = 'P0403';
  end if;
  if not dismantle.strike_holds(b.strike_id, moment) then
    raise exception 'strike % is not held, so that nobody is told ahead of it', s.number using errcode = 'P0403';
  end if;
  if b.leave_before <= moment then
    raise exception 'its notice may leave by now, so that a briefing comes too late' using errcode = 'P0403';
  end if;
  for item in
    select i.notice_id, i.notify_at, i.may_forward, n.reference, n.contacts, n.state, n.sent_at, n.contested_at
    from dismantle.strike_item i
    join dismantle.notice n on n.organisation_id = i.organisation_id and n.notice_id = i.notice_id
    where i.strike_id = b.strike_id and n.provider_key = b.provider_key and not i.device
    order by i.notice_id
  loop
    named := named || item.notice_id;
    if item.may_forward then
      raise exception 'whoever may tell its customer is not briefed' using errcode = 'P0403';
    end if;
    if item.notify_at < b.leave_before then
      raise exception 'a briefing leaves before its notice may' using errcode = 'P0403';
    end if;
    if item.contacts[1] is distinct from b.recipient then
      raise exception 'a briefing goes to the mailbox of its notice % and to no other: %', item.reference, b.recipient using errcode = 'P0403';
    end if;
    if item.sent_at is not null or item.contested_at is not null or item.state not in ('drafted', 'approved')
       or dismantle.held_until(item.notice_id, moment) is null then
      raise exception 'the notice % is not held back', item.reference using errcode = 'P0403';
    end if;
  end loop;
  if named is distinct from array(select unnest(b.notices) order by 1) or cardinality(named) = 0 then
    raise exception 'a briefing is about what its strike holds back for its provider' using errcode = 'P0403';
  end if;
  if not exists (select from dismantle.provider p
                 where p.key = b.provider_key and p.trust = 'cooperative' and p.channel = 'mail')
     -- A word that takes the trust away counts at once, and not with the next run.
     or exists (select from dismantle.provider_correction c
                where c.key = b.provider_key and c.fields->>'trust' <> 'cooperative') then
    raise exception '% is not trusted, or not written to by mail', b.provider_key using errcode = 'P0403';
  end if;
  if b.text->>'body' not like 'TLP:RED%' or b.text->>'subject' not like '%TLP:RED%' then
    raise exception 'a briefing is marked TLP:RED in its subject and its first line' using errcode = 'P0403';
  end if;
  found := dismantle.server_named_in(b.operation_id, (b.text->>'subject') || ' ' || (b.text->>'body'));
  if found is not null then
    raise exception 'a briefing names no server, and this names %', found using errcode = 'P0403';
  end if;
end $$;

create function check_briefing() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if tg_op = 'UPDATE' and old.attempts > 0 then
    raise exception 'what may have left is not written anew' using errcode = 'P0403';
  end if;
  perform dismantle.assert_briefing(new, new.composed_at);
  return new;
end $$;
create trigger briefing_check after insert or update of notices, recipient, message_id, text, hash, leave_before, composed_at
  on briefing for each row execute function check_briefing();

create function check_briefing_approval() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  b dismantle.briefing%rowtype;
begin
  select * into b from dismantle.briefing where briefing_id = new.briefing_id;
  if b.hash is distinct from new.hash then
    raise exception 'the approval is for another text of the briefing' using errcode = 'P0403';
  end if;
  if not dismantle.strike_holds(b.strike_id, new.approved_at) then
    raise exception 'the strike is not held, so that there is nobody to brief' using errcode = 'P0403';
  end if;
  if not exists (select from dismantle.person p where p.person = new.person and p.added_at <= new.approved_at and p.removed_at is null
                   and new.role = any(p.roles)) then
    raise exception '% is no %, and approves no briefing as one', new.person, new.role using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger briefing_approval_check after insert on briefing_approval for each row execute function check_briefing_approval();

create function check_briefing_attempt() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
declare
  b      dismantle.briefing%rowtype;
  lab    boolean;
  moment timestamptz := new.attempted_at;
begin
  select * into b from dismantle.briefing where briefing_id = new.briefing_id;
  select drill into lab from dismantle.operation where operation_id = b.operation_id;
  if new.recipient is distinct from b.recipient then
    raise exception '% is not whom this briefing is for', new.recipient using errcode = 'P0403';
  end if;
  if lab is null or lab and not (new.recipient ~* '@([a-z0-9-]+\.)*(example|test|invalid)$'
                  and (new.host in ('localhost', '::1') or new.host ~ '^127\.\d+\.\d+\.\d+$')) then
    raise exception 'a drill writes to the lab only: % through %', new.recipient, new.host using errcode = 'P0403';
  end if;
  if not lab and new.recipient ~* '@([a-z0-9-]+\.)*(example|test|invalid|localhost)$' then
    raise exception '% is a name of the lab', new.recipient using errcode = 'P0403';
  end if;
  if not exists (select from dismantle.arming a
                 join dismantle.person admin on admin.organisation_id = a.organisation_id and admin.person = a.person and admin.removed_at is null
                 where a.operation_id = b.operation_id and 'send' = any(a.traffic) and a.armed_at <= moment and a.until > moment
                   and (a.disarmed_at is null or a.disarmed_at > moment)) then
    raise exception 'the operation is not armed' using errcode = 'P0403';
  end if;
  -- A notice waits for its next run; a desk must not be told meanwhile of what it is to leave alone, or of what is no C2.
  if exists (
    select from dismantle.strike_item i
    join dismantle.case_file c on c.organisation_id = i.organisation_id and c.case_id = any(i.cases)
    where i.strike_id = b.strike_id and i.notice_id = any(b.notices)
      and (c.state in ('held', 'contested', 'retracted', 'dark', 'settled') or cardinality(c.held_by) > 0
           or c.list_hits @> '[{"effect": "never"}]'
           or exists (select from dismantle.hands_off h where h.organisation_id = c.organisation_id and h.server_id = c.server_id
                      and h.lifted_at is null and h.recorded_at <= moment and h.until > moment))) then
    raise exception 'a server of its notice is held, settled, or to be left alone by now' using errcode = 'P0403';
  end if;
  if b.state in ('sent', 'failed') then
    raise exception 'this briefing has left, or a person has to see to it' using errcode = 'P0403';
  end if;
  perform dismantle.assert_briefing(b, moment);
  if not exists (
    select from dismantle.briefing_approval a
    join dismantle.person p on p.organisation_id = a.organisation_id and p.person = a.person and p.removed_at is null
      and p.added_at <= a.approved_at and a.role = any(p.roles)
    where a.briefing_id = b.briefing_id and a.hash = b.hash and a.approved_at <= moment
    having count(distinct a.person) >= 2 and bool_or(a.role = 'counsel')
  ) then
    raise exception 'the briefing is not approved by two people, one of them counsel' using errcode = 'P0403';
  end if;
  return new;
end $$;
create trigger briefing_attempt_check after insert on briefing_attempt for each row execute function check_briefing_attempt();

-- What a desk was told of is answered for, as what has left is.
create function keep_what_was_briefed() returns trigger language plpgsql
set search_path = dismantle, pg_temp as $$
begin
  if exists (
    select from dismantle.ledger_entry e
    join dismantle.briefing b on b.organisation_id = e.organisation_id and e.subject = any(b.notices::text[])
    where e.organisation_id = old.organisation_id and e.sequence = old.sequence and e.kind = 'notice.drafted'
      and b.attempts > 0
  ) then
    raise exception 'a notice of which a desk was told ahead is never erased';
  end if;
  return old;
end $$;
create trigger ledger_body_briefed before delete on ledger_body for each row execute function keep_what_was_briefed();

do $$
declare
  name text;
begin
  foreach name in array array['strike', 'strike_item', 'strike_hold', 'briefing', 'briefing_approval', 'briefing_attempt']
  loop
    execute format('alter table dismantle.%I enable row level security', name);
    execute format('alter table dismantle.%I force row level security', name);
    execute format(
      'create policy own_organisation on dismantle.%I using (organisation_id = (select dismantle.current_organisation()))
       with check (organisation_id = (select dismantle.current_organisation()))', name);
    execute format('grant select, insert on dismantle.%I to dismantle_app', name);
  end loop;
end $$;
grant update (released_at, released_by, release_reason, release_harm) on strike to dismantle_app;
grant update (notices, recipient, message_id, text, hash, leave_before, composed_at, composed_by, state, attempts, next_at, sent_at, code, response)
  on briefing to dismantle_app;
grant update (outcome, code, response, settled_at) on briefing_attempt to dismantle_app;

-- An attempt that may have arrived and was given up to a person; tried again by hand, it is not given up a second time.
alter table dispatch_attempt add column given_up boolean not null default false;
grant update (given_up) on dispatch_attempt to dismantle_app;
