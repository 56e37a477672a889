import type { Session } from '../connect.ts';
import type { ProjectedEntry } from '../projected-entry.ts';

/*
 * What projections/verdicts.ts does entry by entry, for many entries at once: an operation of 100,000 servers has several hundred
 * thousand of these, and a look into the past replays them all. The same statements over a set of rows; what they make is held
 * against what the others make (test/contract/report-as-of).
 */

const IN_BULK: Readonly<Record<string, (session: Session, entries: readonly ProjectedEntry[]) => Promise<void>>> = {
  'server.verdict-changed': projectChanges,
  'server.confirmed-dark': projectConfirmations,
};

export function isInBulk(kind: string): boolean {
  return Object.hasOwn(IN_BULK, kind);
}

/**
 * Entries that follow each other in the ledger. They touch nothing but their own server and its case, so that those of different
 * servers may change places; those of one server stay in their order, one after the other in rounds.
 */
export async function projectInBulk(session: Session, entries: readonly ProjectedEntry[]): Promise<void> {
  const rounds: Map<string, ProjectedEntry[]>[] = [];
  const seen = new Map<string, number>();
  for (const entry of entries) {
    const round = seen.get(entry.subject) ?? 0;
    seen.set(entry.subject, round + 1);
    const byKind = (rounds[round] ??= new Map<string, ProjectedEntry[]>());
    const same = byKind.get(entry.kind);
    if (same === undefined) byKind.set(entry.kind, [entry]);
    else same.push(entry);
  }
  for (const byKind of rounds) {
    for (const [kind, same] of byKind) await IN_BULK[kind]?.(session, same);
  }
}

const ROWS = `
  from jsonb_to_recordset($1::jsonb) as e (
    sequence bigint, subject uuid, "recordedAt" timestamptz, operation uuid, "case" uuid, "from" text, "to" text, finding text,
    at timestamptz, since timestamptz, "lastLiveAt" timestamptz, "darkAt" timestamptz, "confirmedAt" timestamptz, unprompted boolean)`;

function rowsOf(entries: readonly ProjectedEntry[]): string {
  return JSON.stringify(
    entries.map(({ sequence, subject, recordedAt, body }) => ({ ...body, sequence, subject, recordedAt })),
  );
}

async function projectChanges(session: Session, entries: readonly ProjectedEntry[]): Promise<void> {
  const rows = rowsOf(entries);
  await session.run(
    `insert into server_verdict (organisation_id, server_id, operation_id, verdict, finding, since, last_live_at, dark_at, confirmed_at)
     select (select current_organisation()), e.subject, e.operation, e."to", e.finding, e.since, e."lastLiveAt", e."darkAt", null ${ROWS}
     on conflict (organisation_id, server_id) do update
       set verdict = excluded.verdict, finding = excluded.finding, since = excluded.since,
           last_live_at = greatest(server_verdict.last_live_at, excluded.last_live_at), dark_at = excluded.dark_at,
           confirmed_at = null`,
    [rows],
  );
  await session.run(
    `insert into verdict_change (organisation_id, sequence, server_id, operation_id, case_id, from_verdict, to_verdict, finding, at,
                                 last_live_at, recorded_at)
     select (select current_organisation()), e.sequence, e.subject, e.operation, e."case", e."from", e."to", e.finding, e.at,
            e."lastLiveAt", e."recordedAt" ${ROWS}`,
    [rows],
  );
  await session.run(
    `delete from dark_run r using (select e.subject, e."darkAt" ${ROWS} where e."from" = 'dark' and e."to" = 'dark') e
     where r.server_id = e.subject and r.returned_at is null and r.dark_at < e."darkAt"`,
    [rows],
  );
}

async function projectConfirmations(session: Session, entries: readonly ProjectedEntry[]): Promise<void> {
  const rows = rowsOf(entries);
  await session.run(
    `update server_verdict v set confirmed_at = e."confirmedAt" ${ROWS} where v.server_id = e.subject`,
    [rows],
  );
  await session.run(
    `insert into dark_run (organisation_id, server_id, operation_id, case_id, dark_at, last_live_at, confirmed_at, recorded_at, unprompted)
     select (select current_organisation()), e.subject, e.operation, e."case", e."darkAt", e."lastLiveAt", e."confirmedAt",
            e."recordedAt", e.unprompted ${ROWS}
     where not exists (select from dark_run r where r.server_id = e.subject and r.returned_at is null)`,
    [rows],
  );
  await session.run(
    `update dark_run r set dark_at = e."darkAt" ${ROWS}
     where r.server_id = e.subject and r.returned_at is null and r.dark_at > e."darkAt"`,
    [rows],
  );
  await session.run(
    `update case_file c set state = 'dark', state_since = e."recordedAt", closed_at = e."recordedAt" ${ROWS}
     where c.case_id = e."case" and c.state not in ('dark', 'settled', 'retracted')`,
    [rows],
  );
}
