-- A watch asks of each server when it was last looked at, and found it by going through the looks of each. Kept beside the newest look,
-- which an inconclusive one does not replace, it is one row a server.

set local search_path = dismantle;

alter table server_look add column last_round timestamptz;
grant update (last_round) on server_look to dismantle_app;
-- Row-level security holds for the owner as well: without this nothing would be found.
alter table server_look no force row level security;
alter table probe no force row level security;
update server_look l set last_round = r.round
from (select organisation_id, server_id, max(round) as round from probe where round is not null group by organisation_id, server_id) r
where r.organisation_id = l.organisation_id and r.server_id = l.server_id;
alter table server_look force row level security;
alter table probe force row level security;

-- As in 0004, where it was asked of each round of each server whether probing was on: of a batch's rounds most began in one moment.
create or replace function check_looks() returns trigger language plpgsql
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
  select (select min(s.host) from fresh f
          join dismantle.server s on s.organisation_id = f.organisation_id and s.server_id = f.server_id
          where s.operation_id = asked.operation_id and f.round = asked.round) into bad
  from (
    select distinct s.operation_id, f.round
    from fresh f
    join dismantle.server s on s.organisation_id = f.organisation_id and s.server_id = f.server_id
    where f.round is not null) asked
  where not dismantle.probing_on(asked.operation_id, asked.round)
  limit 1;
  if bad is not null then
    raise exception 'probing was not switched on when % was looked at', bad using errcode = 'P0403';
  end if;
  return null;
end $$;
