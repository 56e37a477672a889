import { isoInstant } from '../../domain/instant.ts';
import type { RowPlace } from '../../ledger/build-proof.ts';
import type { EvidenceReads, EvidenceServer } from '../../ports/evidence.ts';
import { everyTableWith } from './batch-rows.ts';
import type { Session } from './connect.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What bundles of evidence are gathered from: rows by what they name, whatever table a part keeps them in. */
export function evidenceReads(session: Session): EvidenceReads {
  return {
    evidenceServer: (operationId, id) =>
      session.row<EvidenceServer>(
        `select s.server_id as "serverId", s.host, s.kind,
                array(select c.case_id::text from case_file c where c.server_id = s.server_id order by c.episode) as cases
         from server s
         where s.operation_id = $1 and (s.server_id = $2 or exists (
           select from case_file c where c.server_id = s.server_id and c.case_id = $2))`,
        [operationId, id],
      ),
    evidenceProviders: async (operationId, serverId) =>
      (
        await session.rows<{ key: string }>(
          `select distinct key from location l
           join server s on s.organisation_id = l.organisation_id and s.server_id = l.server_id
           cross join lateral (values (l.provider_key), (l.other_provider)) as named (key)
           where s.operation_id = $1 and ($2::uuid is null or s.server_id = $2) and key is not null order by key`,
          [operationId, serverId],
        )
      ).map(({ key }) => key),
    evidenceRows: (server) => rowsAbout(session, server),
    evidenceBatches: async (operationId) =>
      (
        await session.rows<{ sequence: number }>(
          'select sequence from batch where operation_id = $1 order by sequence',
          [operationId],
        )
      ).map(({ sequence }) => sequence),
    evidenceDevices: async (operationId) =>
      (
        await session.rows<{ id: string }>(
          `select s.server_id::text as id from server s where s.operation_id = $1 and s.kind = 'iot-device'
           union all
           select c.case_id::text from case_file c
           join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
           where s.operation_id = $1 and s.kind = 'iot-device'`,
          [operationId],
        )
      ).map(({ id }) => id),
    sealedAuthorities: async (operationId, now) =>
      (
        await session.rows<{ id: string }>(
          `select authority_id::text as id from authority
           where operation_id = $1 and sealed and (unseal_at is null or unseal_at > $2)`,
          [operationId, isoInstant(now)],
        )
      ).map(({ id }) => id),
    sharedNotices: async (serverId) =>
      (
        await session.rows<{ id: string }>(
          `select i.notice_id::text as id from notice_item i
           join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
           group by i.notice_id having bool_or(c.server_id = $1) and bool_or(c.server_id <> $1)`,
          [serverId],
        )
      ).map(({ id }) => id),
    async certificate(sha256) {
      const row = await session.row<{ der: Buffer }>('select der from certificate where sha256 = $1', [sha256]);
      return row?.der ?? null;
    },
  };
}

async function rowsAbout(
  session: Session,
  { serverId, host, cases }: EvidenceServer,
): Promise<{ places: readonly RowPlace[]; ids: readonly string[] }> {
  const places = new Map<string, RowPlace>();
  const ids = new Set<string>();
  const take = async (
    tables: readonly string[],
    condition: string,
    values: readonly unknown[],
    gathers: boolean,
  ): Promise<void> => {
    for (const table of tables) {
      const rows = await session.rows<RowPlace & { text: string }>(
        `select b.sequence, t.position as index, ${gathers ? 'to_jsonb(t)::text' : "''"} as text
         from ${table} t join batch b on b.organisation_id = t.organisation_id and b.batch_id = t.batch_id
         where ${condition}`,
        values,
      );
      for (const { sequence, index, text } of rows) {
        places.set(`${sequence} ${index}`, { sequence, index });
        for (const [id] of text.matchAll(UUID)) ids.add(id);
      }
    }
  };
  await take(everyTableWith('server_id'), 't.server_id = $1', [serverId], true);
  const byCase = everyTableWith('case_id').filter((table) => !everyTableWith('server_id').includes(table));
  await take(byCase, 't.case_id = any($1::uuid[])', [cases], true);
  await take(
    ['configuration_record'],
    't.configuration_id in (select configuration_id from sighting where server_id = $1)',
    [serverId],
    false,
  );
  await take(
    ['provider_version'],
    `t.provider->>'key' in (select provider_key from location where server_id = $1
                            union all select other_provider from location where server_id = $1)`,
    [serverId],
    false,
  );
  // Of its address, of the registered network around it, and of its AS.
  await take(
    ['registration'],
    `t.asked = $1 or t.asked in (select 'AS' || asn from location where server_id = $2)
     or exists (select from location l where l.server_id = $2 and l.network->>'handle' = t.registration->>'handle'
                and l.network->>'start' = t.registration->>'start')`,
    [host, serverId],
    false,
  );
  return { places: [...places.values()], ids: [...ids] };
}
