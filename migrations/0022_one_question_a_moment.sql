-- As in 0020, where the planner put the question whether probing was on before the rounds were folded: it was asked of each look.
-- Not for programs of before: what people sign names the newest entry of the ledger from here on, and an audit takes none behind it that does not.
set local search_path = dismantle;

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
  with asked as materialized (
    select s.operation_id, f.round, min(s.host) as host
    from fresh f
    join dismantle.server s on s.organisation_id = f.organisation_id and s.server_id = f.server_id
    where f.round is not null
    group by s.operation_id, f.round)
  select asked.host into bad
  from asked
  where not dismantle.probing_on(asked.operation_id, asked.round)
  limit 1;
  if bad is not null then
    raise exception 'probing was not switched on when % was looked at', bad using errcode = 'P0403';
  end if;
  return null;
end $$;
