import { isoInstant } from '../../domain/instant.ts';
import type { WorkCount, WorkItem, WorkReads, WorkRecord, WorkWrites, WorkerRecord } from '../../ports/work.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

const ITEM = `kind, subject, ${instant('due_at')} as "dueAt", asked, failures`;
/** $1 is now. What fails waits for its time, whatever the ledger says meanwhile. */
const IS_DUE = `(due_at <= $1 or (news_at <= $1 and failures = 0 and head < coalesce((select (h.head->'previous'->>'sequence')::bigint from ledger_head h), 0)))`;
const LONGEST_PROBLEM = 500;

export function workReads(session: Session): WorkReads {
  return {
    workDue: (kinds, now, limit) =>
      session.rows<WorkItem>(
        `with due as (
           select *, row_number() over (partition by kind order by least(due_at, news_at), subject) as place
           from work where ${IS_DUE} and kind = any($2))
         select ${ITEM} from due order by place, kind limit $3`,
        [isoInstant(now), kinds, limit],
      ),
    workItem: ({ kind, subject }, now) =>
      session.row<WorkItem>(`select ${ITEM} from work where ${IS_DUE} and kind = $2 and subject = $3`, [
        isoInstant(now),
        kind,
        subject,
      ]),
    workRecords: (limit) =>
      session.rows<WorkRecord>(
        `select ${ITEM}, problem, done, ${instant('done_at')} as "doneAt", took_ms as "tookMs", worker
         from work order by failures desc, due_at, kind, subject limit $1`,
        [limit],
      ),
    workCounts: (now) =>
      session.rows<WorkCount>(
        `select kind, count(*)::int as things, (count(*) filter (where ${IS_DUE}))::int as due,
                (count(*) filter (where failures > 0))::int as failing, sum(done)::bigint as done
         from work group by kind order by kind`,
        [isoInstant(now)],
      ),
    workers: () =>
      session.rows<WorkerRecord>(
        `select worker_id as id, name, version, kinds, cannot, busy, settings, ${instant('started_at')} as "startedAt",
                ${instant('seen_at')} as "seenAt"
         from worker order by name, started_at, worker_id`,
      ),
    operationsWithNotices: async () =>
      (
        await session.rows<{ id: string }>(
          `select operation_id as id from operation o
           where exists (select from notice n where n.organisation_id = o.organisation_id and n.operation_id = o.operation_id)
           order by 1`,
        )
      ).map(({ id }) => id),
  };
}

export function workWrites(session: Session): WorkWrites {
  return {
    askFor: ({ kind, subject }, at) =>
      session.run(
        `insert into work as w (organisation_id, kind, subject, due_at, asked)
         values (current_organisation(), $1, $2, $3, 1)
         on conflict (organisation_id, kind, subject)
         do update set asked = w.asked + 1, due_at = least(w.due_at, excluded.due_at)`,
        [kind, subject, isoInstant(at)],
      ),
    async planWork(kind, subjects, now) {
      // Only what is new is written: most plans change nothing, and two planners at once shall not wait for each other.
      await session.run(
        `insert into work (organisation_id, kind, subject, due_at)
         select current_organisation(), $1, s.subject, $3 from unnest($2::text[]) as s (subject)
         where not exists (select from work w where w.kind = $1 and w.subject = s.subject)
         order by s.subject
         on conflict do nothing`,
        [kind, subjects, isoInstant(now)],
      );
      await session.run('delete from work where kind = $1 and asked = 0 and subject <> all($2)', [kind, subjects]);
    },
    async workDone({ item: { kind, subject, asked }, worker, at, tookMs, nextAt, news }) {
      if (nextAt === null) {
        const over = await session.row<{ kind: string }>(
          'delete from work where kind = $1 and subject = $2 and asked = $3 returning kind',
          [kind, subject, asked],
        );
        if (over !== null) return;
      }
      // Whoever asked while it was being done gets it done once more; otherwise nobody's wish is open.
      await session.run(
        `update work set due_at = case when asked = $3 then coalesce($4, due_at) else due_at end,
                         asked = case when asked = $3 then 0 else asked end,
                         failures = 0, problem = null, head = $5, news_at = $6,
                         done = done + 1, done_at = $7, took_ms = $8, worker = $9
         where kind = $1 and subject = $2`,
        [
          kind,
          subject,
          asked,
          nextAt === null ? null : isoInstant(nextAt),
          news?.head ?? null,
          news === null ? null : isoInstant(news.from),
          isoInstant(at),
          Math.round(tookMs),
          worker,
        ],
      );
    },
    workFailed: ({ item: { kind, subject }, worker, tookMs, problem, nextAt }) =>
      session.run(
        `update work set due_at = $3, failures = failures + 1, problem = $4, took_ms = $5, worker = $6
         where kind = $1 and subject = $2`,
        [kind, subject, isoInstant(nextAt), problem.slice(0, LONGEST_PROBLEM), Math.round(tookMs), worker],
      ),
    async beat({ id, name, version, kinds, cannot, busy, settings, startedAt, seenAt }, forgetBefore) {
      await session.run(
        `insert into worker (organisation_id, worker_id, name, version, kinds, cannot, busy, settings, started_at, seen_at)
         values (current_organisation(), $1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, $9)
         on conflict (organisation_id, worker_id) do update set busy = excluded.busy, seen_at = excluded.seen_at`,
        [
          id,
          name,
          version,
          kinds,
          JSON.stringify(cannot),
          JSON.stringify(busy),
          settings,
          isoInstant(startedAt),
          isoInstant(seenAt),
        ],
      );
      await session.run('delete from worker where seen_at < $1', [isoInstant(forgetBefore)]);
    },
    workerLeft: (id) => session.run('delete from worker where worker_id = $1', [id]),
  };
}
