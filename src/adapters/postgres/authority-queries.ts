import type { AuthorityReads, AuthorityRecord, CoverageServer } from '../../ports/authorities.ts';
import type { Session } from './connect.ts';
import { pagesOfServers } from './pages.ts';
import { EVIDENCE, LAST_LOOK, MAY_BE_TOLD, OF_RECORD, standingSightings, TELLABLE } from './step-facts.ts';
import { instant, isoText } from './sql-values.ts';

const AUTHORITY = `
  select a.authority_id as "authorityId", a.operation_id as "operationId", a.reference, a.kind, a.court, a.docket,
         a.jurisdictions, ${instant('a.issued_at')} as "issuedAt", ${instant('a.expires_at')} as "expiresAt", a.bond, a.sealed,
         ${instant('a.unseal_at')} as "unsealAt", a.providers, a.scope, a.document_sha256 as "documentSha256",
         a.document_name as "documentName", a.parent, a.person, ${instant('a.added_at')} as "addedAt",
         ${instant('a.ends_at')} as "endsAt", a.end_reason as "endReason",
         (select coalesce(jsonb_agg(jsonb_build_object('sequence', v.sequence, 'provider', v.provider, 'method', v.method,
                   'proof', v.proof, 'servedAt', ${instant('v.served_at')}, 'person', v.person) order by v.sequence), '[]')
          from authority_service v
          where v.organisation_id = a.organisation_id and v.authority_id = a.authority_id) as services
  from authority a`;

export function authorityReads(session: Session): AuthorityReads {
  return {
    authorities: () => ({
      list: (operationId) =>
        session.rows<AuthorityRecord>(`${AUTHORITY} where a.operation_id = $1 order by a.added_at, a.reference`, [
          operationId,
        ]),
      openServers: (operationId) => openServers(session, operationId),
    }),
  };
}

/** What may be told of the server `s` by sources with a record. */
const TOLD = `${TELLABLE} and ${OF_RECORD}`;

/** States in which somebody stands up for it, and nobody has taken it back. */
const OPEN = `('identified', 'located', 'decided', 'drafted', 'approved', 'notified', 'acknowledged', 'refused', 'contested')`;

function openServers(session: Session, operationId: string): AsyncIterable<readonly CoverageServer[]> {
  return pagesOfServers<CoverageServer>(
    session,
    `select s.server_id as "serverId", s.host_type as "hostType", s.host, s.kind, c.state,
            case when p.key is null then null else jsonb_build_object('key', p.key, 'name', p.name) end as provider,
            coalesce(p.country, s.country) as country, s.asn, ${MAY_BE_TOLD} as "mayBeTold", ${LAST_LOOK} as look,
            said.ports, said.evidence, ${isoText('said.first_seen')} as "firstSeen", ${isoText('said.last_seen')} as "lastSeen",
            said.groups, exists (select from server_attestation v
              where v.organisation_id = s.organisation_id and v.server_id = s.server_id) as "isAttested"
     from server s
     join lateral (
       select * from case_file where organisation_id = s.organisation_id and server_id = s.server_id
       order by episode desc limit 1
     ) c on c.state in ${OPEN}
     left join provider p on p.organisation_id = s.organisation_id and p.key = s.provider_key
     cross join lateral (
       select coalesce(array_agg(distinct x.port) filter (where x.port is not null), '{}') as ports,
              coalesce(array_agg(distinct x.evidence), '{}') as evidence,
              min(coalesce(x.first_seen, x.last_seen)) as first_seen, max(coalesce(x.last_seen, x.first_seen)) as last_seen,
              count(distinct nullif(x.independence_group, ''))::int as groups
       from ${standingSightings(`port, first_seen, last_seen, independence_group, ${EVIDENCE} as evidence`, TOLD)} x
     ) said
     where s.operation_id = $1
     order by s.host_type, s.host`,
    [operationId],
  );
}
