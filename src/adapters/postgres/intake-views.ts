import type { ConfigurationView, ImportView, SightingView } from '../../ports/views.ts';
import type { Session } from './connect.ts';
import { isoText } from './sql-values.ts';

export function importViews(session: Session, operationId: string): Promise<ImportView[]> {
  return session.rows<ImportView>(
    `select i.import_id as "importId", i.sequence, i.file, i.format, i.sha256, i.source, i.independence_group as "group",
            i.reliability, i.tlp, i.snapshot, i.rows, i.accepted, i.rejected, i.repeated,
            array(select distinct a.person from attestation a
                  where a.organisation_id = i.organisation_id and a.import_id = i.import_id order by 1) as "attestedBy",
            ${isoText('i.recorded_at')} as "importedAt"
     from import i where i.operation_id = $1 order by i.sequence`,
    [operationId],
  );
}

export function configurationViews(session: Session, operationId: string): Promise<ConfigurationView[]> {
  return session.rows<ConfigurationView>(
    `select c.configuration_id as "configurationId", c.version, c.tag, ${isoText('c.collected_at')} as "collectedAt",
            c.entries, c.accepted, coalesce(listed.servers, 0) as servers, coalesce(listed.sources, '{}') as sources,
            ${isoText('c.retired_at')} as "retiredAt", c.retired_by as "retiredBy", c.retirement
     from configuration c
     left join (
       select s.configuration_id, count(distinct s.server_id)::int as servers,
              array_agg(distinct i.source order by i.source) as sources
       from sighting s
       join import i on i.organisation_id = s.organisation_id and i.import_id = s.batch_id
       where i.operation_id = $1 and s.configuration_id is not null
       group by s.configuration_id
     ) listed on listed.configuration_id = c.configuration_id
     where c.operation_id = $1
     order by c.collected_at nulls first, c.version, c.tag`,
    [operationId],
  );
}

export function sightingViews(session: Session, serverId: string, limit: number): Promise<SightingView[]> {
  return session.rows<SightingView>(
    `select i.source, i.independence_group as "group", i.reliability, coalesce(s.tlp, i.tlp) as tlp, i.file, s.line,
            s.port, s.scheme, s.path, ${isoText('s.first_seen')} as "firstSeen", ${isoText('s.last_seen')} as "lastSeen",
            s.status, s.label, s.reference, nullif(concat_ws(' ', c.version, c.tag), '') as configuration,
            ${isoText('i.recorded_at')} as "importedAt",
            not exists (select from standing_sighting t
                        where t.organisation_id = s.organisation_id and t.server_id = s.server_id
                          and t.batch_id = s.batch_id and t.position = s.position) as withdrawn
     from sighting s
     join import i on i.organisation_id = s.organisation_id and i.import_id = s.batch_id
     left join configuration c on c.organisation_id = s.organisation_id and c.configuration_id = s.configuration_id
     where s.server_id = $1
     order by i.sequence desc, s.position desc limit $2`,
    [serverId, limit],
  );
}
