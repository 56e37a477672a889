import type { Collection, CollectionFilter, HeldObject, ManifestRecord, PagedObject } from '../../domain/collection.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { CollectionPages, CollectionReads, CollectionWrites } from '../../ports/collections.ts';
import type { Session } from './connect.ts';
import { pagesOf } from './pages.ts';
import { instant } from './sql-values.ts';

/** What is asked in the same words by whoever is of the organisation and, under other rights, by partners. */
export function collectionPages(session: Session): CollectionPages {
  return {
    collections: (operationId) =>
      session.rows<Collection>(
        `select collection_id as id, operation_id as "operationId", operation, drill, recipient, title
         from collection where $1::uuid is null or operation_id = $1
         order by operation, operation_id, recipient <> 'community', recipient`,
        [operationId],
      ),
    collectionObjects: (collectionId, filter, limit) =>
      page<PagedObject>(session, `${micro('date_added')} as "dateAdded", object`, collectionId, filter, limit),
    collectionManifest: (collectionId, filter, limit) =>
      page<ManifestRecord>(
        session,
        `${micro('date_added')} as "dateAdded", stix_id as id,
         case when version = date_trunc('milliseconds', version) then to_char(version, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
              else ${micro('version')} end as version`,
        collectionId,
        filter,
        limit,
      ),
  };
}

export function collectionReads(session: Session): CollectionReads {
  return {
    ...collectionPages(session),
    heldObjects: (collectionId) =>
      pagesOf<HeldObject>(
        session,
        `select stix_id as "stixId", base_id as "baseId", generation, ${instant('version')} as version, revoked,
                content_hash as "contentHash"
         from collection_object where collection_id = $1 and is_last and not is_withdrawn`,
        [collectionId],
      ),
    async heldTexts(collectionId, stixIds) {
      const texts = await session.rows<{ id: string; object: string }>(
        `select stix_id as id, object from collection_object
         where collection_id = $1 and stix_id = any($2) and is_last and not is_withdrawn`,
        [collectionId, stixIds],
      );
      return new Map(texts.map(({ id, object }) => [id, object]));
    },
    async generationsOf(operationId) {
      const rows = await session.rows<{ id: string; next: number }>(
        `select o.base_id as id, max(o.generation) + 1 as next
         from collection_object o
         where o.revoked and o.collection_id in (select collection_id from collection where operation_id = $1)
         group by o.base_id`,
        [operationId],
      );
      return new Map(rows.map(({ id, next }) => [id, next]));
    },
    async collectionBasis(operationId) {
      const row = await session.row<{ basis: string }>('select basis from collection_basis where operation_id = $1', [
        operationId,
      ]);
      return row?.basis ?? null;
    },
    async wereSightingsErasedSince(sequence) {
      const row = await session.row<{ erased: boolean }>(
        `select exists (
           select from ledger_entry e
           join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
           cross join jsonb_array_elements(b.body::jsonb->'sequences') as named (sequence)
           join ledger_entry i on i.organisation_id = e.organisation_id and i.sequence = named.sequence::bigint
           where e.kind = 'erasure' and e.sequence > $1 and i.kind = 'import.recorded') as erased`,
        [sequence],
      );
      return row?.erased === true;
    },
    async newestEntryToPublish() {
      const row = await session.row<{ sequence: number }>(
        `select sequence from ledger_entry where kind not in ('collections.published', 'contribution.received', 'contribution.settled') order by sequence desc limit 1`,
      );
      return row?.sequence ?? 0;
    },
  };
}

export function collectionWrites(session: Session): CollectionWrites {
  return {
    async openCollection({ id, operationId, operation, drill, recipient, title }, at) {
      await session.run(
        `insert into collection (organisation_id, collection_id, operation_id, operation, drill, recipient, title, opened_at)
         values (current_organisation(), $1, $2, $3, $4, $5, $6, $7)
         on conflict (organisation_id, collection_id) do update set title = excluded.title where collection.title <> excluded.title`,
        [id, operationId, operation, drill, recipient, title, isoInstant(at)],
      );
    },
    async addVersions(collectionId, at, versions) {
      await session.run(
        `update collection_object o set is_last = false, is_withdrawn = o.is_withdrawn or v.revoked
         from unnest($2::text[], $3::boolean[]) as v (stix_id, revoked)
         where o.collection_id = $1 and o.stix_id = v.stix_id and not o.is_withdrawn and (o.is_last or v.revoked)`,
        [collectionId, versions.map(({ stixId }) => stixId), versions.map(({ revoked }) => revoked)],
      );
      const added = await session.row<{ first: string }>(
        `with added as (
           insert into collection_object (organisation_id, collection_id, date_added, stix_id, stix_type, base_id, generation,
                                          version, revoked, content_hash, object, is_first, is_last)
           select current_organisation(), $1, d.date_added, v.stix_id, v.stix_type, v.base_id, v.generation,
                  coalesce(v.version, d.date_added), v.revoked, v.content_hash, v.object, v.is_first, true
           from (select greatest($2::timestamptz, (select max(date_added) + interval '1 microsecond' from collection_object
                                                   where collection_id = $1)) as at) begin
           cross join unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::boolean[], $9::text[], $10::text[],
                             $11::boolean[]) with ordinality
             as v (stix_id, stix_type, base_id, generation, version, revoked, content_hash, object, is_first, place)
           cross join lateral (select begin.at + (v.place - 1) * interval '1 microsecond' as date_added) d
           order by v.place
           returning date_added)
         select ${micro('min(date_added)')} as first from added`,
        [
          collectionId,
          isoInstant(at),
          versions.map(({ stixId }) => stixId),
          versions.map(({ stixType }) => stixType),
          versions.map(({ baseId }) => baseId),
          versions.map(({ generation }) => generation),
          versions.map(({ version }) => (version === null ? null : isoInstant(version))),
          versions.map(({ revoked }) => revoked),
          versions.map(({ contentHash }) => contentHash),
          versions.map(({ object }) => object),
          versions.map(({ isFirst }) => isFirst),
        ],
      );
      if (added === null) throw new Error('nothing was added');
      return added.first;
    },
    async hideObjects(collectionId, stixIds) {
      await session.run(
        `update collection_object set is_withdrawn = true, is_last = false
         where collection_id = $1 and stix_id = any($2) and not is_withdrawn`,
        [collectionId, stixIds],
      );
    },
    async forgetVersions(operationId, bare) {
      await session.run('select forget_versions($1, $2, $3, $4)', [
        operationId,
        bare.map(({ collectionId }) => collectionId),
        bare.map(({ stixId }) => stixId),
        bare.map(({ object }) => object),
      ]);
    },
    async rememberBasis(operationId, basis, at) {
      await session.run(
        `insert into collection_basis (organisation_id, operation_id, basis, made_at) values (current_organisation(), $1, $2, $3)
         on conflict (organisation_id, operation_id) do update set basis = excluded.basis, made_at = excluded.made_at`,
        [operationId, basis, isoInstant(at)],
      );
    },
  };
}

function micro(moment: string): string {
  return `to_char(${moment}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/**
 * A page, in the order of adding. What is asked for by id, by version or by type is looked up by that, each value on its own and each
 * no further than a page: so the last page costs what the first does, however few of a million rows match.
 */
async function page<Row extends PagedObject | ManifestRecord>(
  session: Session,
  columns: string,
  collectionId: string,
  filter: CollectionFilter,
  limit: number,
): Promise<readonly Row[]> {
  const { addedAfter, ids, versions } = filter;
  let { types } = filter;
  const values: unknown[] = [collectionId, limit];
  const value = (bound: unknown, type: string): string => `$${values.push(bound)}::${type}`;
  const conditions = ['o.collection_id = $1', 'not o.is_withdrawn'];
  if (addedAfter !== null) conditions.push(`o.date_added > ${value(addedAfter, 'timestamptz')}`);

  const { last, first, all, at } = versions;
  let each: string | null = null;
  if (ids !== null) {
    each = `unnest(${value(ids, 'text[]')}) as wanted (value)`;
    conditions.push('o.stix_id = wanted.value');
  } else if (!last && !first && !all) {
    each = `unnest(${value(at, 'timestamptz[]')}) as wanted (value)`;
    conditions.push('o.version = wanted.value');
  } else if (types !== null && last && !first && at.length === 0) {
    each = `unnest(${value(types, 'text[]')}) as wanted (value)`;
    conditions.push('o.stix_type = wanted.value', 'o.is_last');
    types = null;
  }
  if (types !== null) conditions.push(`o.stix_type = any(${value(types, 'text[]')})`);
  const kinds = [...(last ? ['o.is_last'] : []), ...(first ? ['o.is_first'] : [])];
  if (at.length > 0) kinds.push(`o.version = any(${value(at, 'timestamptz[]')})`);
  if (!all) conditions.push(`(${kinds.join(' or ')})`);
  const rows = `select o.date_added, o.stix_id, o.version, o.object from collection_object o
                where ${conditions.join(' and ')} order by o.date_added limit $2`;
  const found =
    each === null
      ? rows
      : `select found.* from ${each} cross join lateral (${rows}) found order by date_added limit $2`;
  return session.anew.rows<Row>(`select ${columns} from (${found}) page order by date_added`, values);
}
