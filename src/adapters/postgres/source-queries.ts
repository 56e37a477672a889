import type { FeedSource, FeedState } from '../../domain/feed-source.ts';
import { UNREAD } from '../../domain/feed-source.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { FeedSourceReads, FeedSourceWrites } from '../../ports/sources.ts';
import type { Session } from './connect.ts';
import { instant, isoText } from './sql-values.ts';

const SOURCE = `
  select s.source_id as id, s.operation_id as "operationId", o.name as operation, s.name, s.kind, s.url, s.collection, s.credential,
         s.every_minutes as "everyMinutes", s.words, ${isoText('s.added_at')} as "addedAt", s.added_by as "addedBy",
         ${isoText('s.paused_at')} as "pausedAt", ${isoText('s.removed_at')} as "removedAt"
  from source s join operation o on o.organisation_id = s.organisation_id and o.operation_id = s.operation_id`;

export function feedSourceReads(session: Session): FeedSourceReads {
  return {
    feedSources: () => session.rows<FeedSource>(`${SOURCE} order by s.name, s.added_at`),
    feedSource: (id) => session.row<FeedSource>(`${SOURCE} where s.source_id = $1`, [id]),
    feedState: async (sourceId) =>
      (await session.row<FeedState>(
        `select place, ${instant('polled_at')} as "polledAt", ${instant('changed_at')} as "changedAt", ${instant('next_at')} as "nextAt",
                failures, problem, left_out as "leftOut"
         from source_state where source_id = $1`,
        [sourceId],
      )) ?? UNREAD,
    async feedEvents(sourceId) {
      const rows = await session.rows<{ event: string; stamp: string }>(
        'select event, stamp from source_event where source_id = $1',
        [sourceId],
      );
      return new Map(rows.map(({ event, stamp }) => [event, stamp]));
    },
  };
}

export function feedSourceWrites(session: Session): FeedSourceWrites {
  return {
    // The row of the source is held: whoever is removing it at this moment goes first, or finds what was kept and removes it.
    keepFeedState: async (sourceId, { place, polledAt, changedAt, nextAt, failures, problem, leftOut }) => {
      const kept = await session.row(
        `insert into source_state (organisation_id, source_id, place, polled_at, changed_at, next_at, failures, problem, left_out)
         select organisation_id, source_id, $2::jsonb, $3::timestamptz, $4::timestamptz, $5::timestamptz, $6::integer, $7::text, $8::jsonb
         from source where source_id = $1 and removed_at is null for share
         on conflict (organisation_id, source_id) do update
           set place = excluded.place, polled_at = excluded.polled_at, changed_at = excluded.changed_at,
               next_at = excluded.next_at, failures = excluded.failures, problem = excluded.problem, left_out = excluded.left_out
         returning 1`,
        [
          sourceId, JSON.stringify(place), momentOf(polledAt), momentOf(changedAt), momentOf(nextAt),
          failures, problem, JSON.stringify(leftOut),
        ], // prettier-ignore
      );
      return kept !== null;
    },
    keepFeedEvent: (sourceId, event, stamp) =>
      session.run(
        `insert into source_event (organisation_id, source_id, event, stamp) values (current_organisation(), $1, $2, $3)
         on conflict (organisation_id, source_id, event) do update set stamp = excluded.stamp`,
        [sourceId, event, stamp],
      ),
    async forgetFeedState(sourceId) {
      await session.run('delete from source_state where source_id = $1', [sourceId]);
      await session.run('delete from source_event where source_id = $1', [sourceId]);
    },
  };
}

function momentOf(instant: Instant | null): string | null {
  return instant === null ? null : isoInstant(instant);
}
