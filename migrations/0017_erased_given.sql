-- What partners can fetch says no more of what has been erased than that it is revoked (docs/decisions/0042-erased-given.md).

set local search_path = dismantle;

-- For an erasure of sightings that the collections of this operation have not followed yet: takes away every version but the newest of
-- each object, since nobody can tell any more which of them were made from what is gone, and what is not shown to anybody; and has a
-- revocation say nothing but that it is one. With the owner's rights, since dismantle_app may change no version.
create function forget_versions(of_operation uuid, collections uuid[], ids text[], bare text[]) returns void language plpgsql security definer
set search_path = dismantle, pg_temp as $$
declare
  own    uuid := current_organisation();
  reached bigint;
  forgotten bigint;
begin
  if own is null then
    raise exception 'no organisation is set';
  end if;
  select (b.basis::jsonb->>2)::bigint into reached
  from collection_basis b where b.organisation_id = own and b.operation_id = of_operation;
  if not exists (
    select from ledger_entry e
    join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
    cross join jsonb_array_elements(b.body::jsonb->'sequences') as named (sequence)
    join ledger_entry i on i.organisation_id = e.organisation_id and i.sequence = named.sequence::bigint
    where e.organisation_id = own and e.kind = 'erasure' and e.sequence > coalesce(reached, 0) and i.kind = 'import.recorded'
  ) then
    raise exception 'nothing was erased since these collections were last made';
  end if;
  delete from collection_object o using collection c
  where o.organisation_id = own and c.organisation_id = own and c.collection_id = o.collection_id and c.operation_id = of_operation
    and (o.is_withdrawn or not o.is_last);
  update collection_object o set is_first = true from collection c
  where o.organisation_id = own and c.organisation_id = own and c.collection_id = o.collection_id and c.operation_id = of_operation
    and not o.is_first;
  update collection_object o
  set object = f.bare, content_hash = encode(sha256(convert_to(f.bare, 'UTF8')), 'hex')
  from unnest(collections, ids, bare) as f (collection_id, stix_id, bare)
  join collection c on c.organisation_id = own and c.collection_id = f.collection_id and c.operation_id = of_operation
  where o.organisation_id = own and o.collection_id = f.collection_id and o.stix_id = f.stix_id and o.revoked
    and f.bare::jsonb - array['type', 'spec_version', 'id', 'created', 'modified', 'revoked', 'created_by_ref', 'object_marking_refs',
                              'name', 'pattern', 'pattern_type', 'valid_from', 'relationship_type', 'source_ref', 'target_ref',
                              'sighting_of_ref'] = '{}'
    and f.bare::jsonb @> jsonb_build_object('type', o.stix_type, 'id', o.stix_id, 'revoked', true)
    and coalesce(f.bare::jsonb->>'name', 'erased') = 'erased'
    and coalesce(f.bare::jsonb->>'pattern', '[x-dismantle-erased:value = ''erased'']') = '[x-dismantle-erased:value = ''erased'']';
  get diagnostics forgotten = row_count;
  if forgotten <> cardinality(ids) then
    raise exception 'what is to stand for a revoked object says more than that it is revoked, or stands for none';
  end if;
end $$;
revoke all on function forget_versions(uuid, uuid[], text[], text[]) from public;
grant execute on function forget_versions(uuid, uuid[], text[], text[]) to dismantle_app;
