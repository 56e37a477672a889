import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ErasableEntry } from '../../ports/store.ts';
import type { Session } from './connect.ts';
import { replayLedger } from './ledger-store.ts';
import { isoText } from './sql-values.ts';

const ENTRY = `
  select e.sequence, e.kind, e.subject, ${isoText('e.recorded_at')} as "recordedAt",
         coalesce(b.body::jsonb->>'file', b.body::jsonb->>'reference', '') as about,
         coalesce((b.body::jsonb->'rows'->>'count')::int, 0) as rows,
         coalesce((b.body::jsonb->'counts'->>'withdrawn')::int, 0) as withdrawn
  from ledger_entry e
  join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence`;

export function erasableEntries(
  session: Session,
  kinds: readonly string[],
  before: Instant | null,
): Promise<ErasableEntry[]> {
  return session.rows<ErasableEntry>(
    `${ENTRY} where e.kind = any($1) and ($2::timestamptz is null or e.recorded_at < $2) order by e.sequence`,
    [kinds, before === null ? null : isoInstant(before)],
  );
}

export function noticesOnlyAbout(session: Session, importSequences: readonly number[]): Promise<ErasableEntry[]> {
  return session.rows<ErasableEntry>(
    `with gone as (
       select distinct s.server_id from sighting s join batch t on t.batch_id = s.batch_id where t.sequence = any($1)
     ), only_there as (
       select server_id from gone g where not exists (
         select from sighting s join batch t on t.batch_id = s.batch_id
         where s.server_id = g.server_id and t.sequence <> all($1))
     )
     ${ENTRY}
     where e.kind = 'notice.drafted' and exists (
       select from jsonb_array_elements_text(b.body::jsonb->'cases') c
       join case_file f on f.case_id = c::uuid
       join only_there o on o.server_id = f.server_id)
     order by e.sequence`,
    [importSequences],
  );
}

/** The database itself makes sure that an erasure entry names them (migrations, erase_bodies). */
export async function eraseEntries(session: Session, sequences: readonly number[]): Promise<void> {
  await session.run('select erase_bodies($1)', [sequences]);
  await replayLedger(session);
}
