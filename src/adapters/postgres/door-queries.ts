import { isoInstant } from '../../domain/instant.ts';
import type { DoorReads } from '../../ports/access.ts';
import type { AtDoor, DoorFind, DoorRecord, DoorRecordReads } from '../../ports/door.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

const FIND = `
  select f.find_id as "findId", f.notice_id as "noticeId", f.operation_id as "operationId", o.name as operation, n.reference,
         f.lines, f.note, ${instant('f.offered_at')} as "offeredAt", ${instant('f.settled_at')} as "settledAt",
         f.settled_as as "settledAs", f.settled_by as "settledBy", f.reason
  from door_find f
  join notice n on n.organisation_id = f.organisation_id and n.notice_id = f.notice_id
  join operation o on o.organisation_id = f.organisation_id and o.operation_id = f.operation_id`;

export function doorRecordReads(session: Session): DoorRecordReads {
  return {
    async door(noticeId) {
      const door = await session.row<Omit<DoorRecord, 'finds'>>(
        `select d.notice_id as "noticeId", n.operation_id as "operationId", n.reference, ${instant('d.expires_at')} as "expiresAt",
                ${instant('d.closed_at')} as "closedAt", d.closed_by as "closedBy", d.close_reason as "closeReason",
                jsonb_array_length(d.content->'items') as servers,
                coalesce((select jsonb_agg(jsonb_build_object('sha256', m.sha256, 'class', m.class, 'at', ${instant('m.received_at')})
                                           order by m.sequence)
                          from received_mail m where m.notice_id = d.notice_id and m.source = 'door'), '[]') as said,
                coalesce((select jsonb_agg(jsonb_build_object('askedAt', ${instant('c.asked_at')}, 'servers', cardinality(c.cases), 'cases', to_jsonb(c.cases))
                                           order by c.sequence)
                          from door_check c where c.notice_id = d.notice_id), '[]') as checks
         from door d join notice n on n.organisation_id = d.organisation_id and n.notice_id = d.notice_id
         where d.notice_id = $1`,
        [noticeId],
      );
      if (door === null) return null;
      const finds = await session.rows<DoorFind>(`${FIND} where f.notice_id = $1 order by f.sequence`, [noticeId]);
      return { ...door, finds };
    },
    doorFinds: (operationId, waiting) =>
      session.rows<DoorFind>(
        `${FIND} where ($1::uuid is null or f.operation_id = $1) and (not $2 or f.settled_at is null)
         order by f.sequence desc limit 1000`,
        [operationId, waiting],
      ),
    doorFindsNamed: (start) =>
      session.rows<DoorFind>(`${FIND} where starts_with(f.find_id::text, $1) order by f.find_id limit 2`, [start]),
    async saidAtDoor(noticeId, since) {
      const row = await session.row<{ said: number }>(
        `select ((select count(*) from received_mail where notice_id = $1 and source = 'door' and received_at >= $2)
                 + (select count(*) from door_find where notice_id = $1 and offered_at >= $2))::int as said`,
        [noticeId, isoInstant(since)],
      );
      return row?.said ?? 0;
    },
  };
}

/** Over a session of the outsiders' role, which may read no table: the database's own functions show what it may see (migrations/0009). */
export function atDoorReads(session: Session): Omit<DoorReads, 'noticeId'> {
  return {
    noticeOf: async (hash) =>
      (await session.row<{ id: string | null }>('select door_of($1) as id', [hash]))?.id ?? null,
    notice: async () => (await session.row<{ notice: AtDoor | null }>('select at_door() as notice'))?.notice ?? null,
    message: async () =>
      (await session.row<{ message: Uint8Array | null }>('select message_at_door() as message'))?.message ?? null,
  };
}
