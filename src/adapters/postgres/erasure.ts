import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import type { ErasableEntry } from '../../ports/store.ts';
import type { Session } from './connect.ts';
import { replayLedger } from './ledger-store.ts';
import { isoText } from './sql-values.ts';

const ENTRY = `
  select e.sequence, e.kind, e.subject, ${isoText('e.recorded_at')} as "recordedAt",
         coalesce(b.body::jsonb->>'file', b.body::jsonb->>'reference', '') as about,
         coalesce((b.body::jsonb->'rows'->>'count')::int, 0) as rows,
         coalesce((b.body::jsonb->'counts'->>'withdrawn')::int, 0) as withdrawn,
         e.kind = 'import.recorded' and exists (
           select from batch t join sighting s on s.batch_id = t.batch_id join case_file f on f.server_id = s.server_id
           join notice_item i on i.case_id = f.case_id join dispatch d on d.notice_id = i.notice_id
           where t.sequence = e.sequence) as "isEvidence"
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

/** What the database says (migrations, erase_bodies). */
const SENT = 'a notice that was sent is never erased';

/** The database itself makes sure that an erasure entry names them (migrations, erase_bodies). */
export async function eraseEntries(session: Session, sequences: readonly number[]): Promise<void> {
  try {
    await session.run('select erase_bodies($1)', [sequences]);
  } catch (cause) {
    if (!(cause instanceof Error && cause.message === SENT)) throw cause;
    throw problem(
      'refused',
      `${SENT}, nor is the last import that tells of its servers`,
      'Name the entries without it; dismantle imports shows the entry of each file',
      cause,
    );
  }
  await replayLedger(session);
}
