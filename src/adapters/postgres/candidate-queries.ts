import type {
  CandidateReads,
  CandidateView,
  FingerprintRecord,
  FingerprintView,
  KnownFingerprint,
} from '../../ports/candidates.ts';
import type { Session } from './connect.ts';
import { instant } from './sql-values.ts';

const RECORD = `f.fingerprint_id as "fingerprintId", f.kind, f.value, f.source, f.source_group as "group",
         ${instant('f.seen_at')} as "seenAt"`;

/** A server that has gone dark, or answers as something else by now: its service may stand elsewhere. */
const HAS_LEFT = `exists (select from server_verdict v where v.organisation_id = s.organisation_id and v.server_id = s.server_id
                          and v.verdict in ('dark', 'answers-other'))`;

export function candidateReads(session: Session): CandidateReads {
  return {
    fingerprints: (operationId) =>
      session.rows<FingerprintRecord>(
        `select ${RECORD} from fingerprint f where f.operation_id = $1 and f.withdrawn_at is null
         order by f.kind, f.value, f.source, f.fingerprint_id`,
        [operationId],
      ),
    fingerprintViews: (operationId) =>
      session.rows<FingerprintView>(
        `select ${RECORD}, f.note, f.person, ${instant('f.recorded_at')} as "recordedAt",
                ${instant('f.withdrawn_at')} as "withdrawnAt", f.withdrawn_by as "withdrawnBy", f.withdrawal,
                (select count(distinct p.server_id)::int from probe p
                 where p.organisation_id = f.organisation_id and p.fingerprint_id = f.fingerprint_id) as servers
         from fingerprint f where f.operation_id = $1
         order by f.recorded_at desc, f.kind, f.value, f.source`,
        [operationId],
      ),
    knownFingerprints: (operationId) => knownFingerprints(session, operationId),
    candidates: (operationId) =>
      session.rows<CandidateView>(
        `select c.candidate_id as "candidateId", c.host_type as "hostType", c.host, c.port, c.kind, c.value, c.source,
                c.source_group as "group", ${instant('c.seen_at')} as "seenAt",
                (select coalesce(jsonb_agg(jsonb_build_object(
                          'server', m->>'server', 'fingerprint', m->>'fingerprint',
                          'name', coalesce(s.host, f.source, ''),
                          'moved', coalesce((m->>'moved')::boolean, false) or ${HAS_LEFT},
                          'withdrawn', f.withdrawn_at is not null) order by place), '[]')
                 from jsonb_array_elements(c.matches) with ordinality as e (m, place)
                 left join server s on s.organisation_id = c.organisation_id and s.server_id = (m->>'server')::uuid
                 left join fingerprint f on f.organisation_id = c.organisation_id
                   and f.fingerprint_id = (m->>'fingerprint')::uuid) as matches,
                c.file, c.line, ${instant('c.offered_at')} as "offeredAt", c.settled_as as "settledAs",
                ${instant('c.settled_at')} as "settledAt", c.settled_by as "settledBy", c.reason
         from candidate c where c.operation_id = $1
         order by c.offered_at desc, c.host_type, c.host, c.port, c.kind, c.value, c.source`,
        [operationId],
      ),
  };
}

/**
 * Servers whose certificate is their owner's or their platform's and not the botnet's are left out, and so are those that
 * nobody has identified, or that were taken back. What a look found when something else answered is not the botnet's either.
 */
const OWN_LOOKS = `
  select distinct s.server_id, p.seen->'tls'->'chain'->0 as leaf, ${HAS_LEFT} as moved
  from server s
  join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id and c.is_current
    and c.state not in ('held', 'retracted')
  join probe p on p.organisation_id = s.organisation_id and p.server_id = s.server_id
    and p.round is not null and p.outcome in ('c2-live', 'live') and p.seen->'tls'->'chain'->0 is not null
  where s.operation_id = $1 and s.kind not in ('shared-hosting', 'cdn-fronted', 'tor-exit', 'sinkhole')`;

/** No bound on hosts is higher (cli). */
const MAX_HOSTS = 1001;

async function knownFingerprints(session: Session, operationId: string): Promise<readonly KnownFingerprint[]> {
  const rows = await session.rows<
    Omit<KnownFingerprint, 'names'> & { readonly names: readonly (readonly unknown[])[] }
  >(
    `with seen as materialized (${OWN_LOOKS}),
     known as (
       select f.kind, f.value, jsonb_build_object('fingerprint', f.fingerprint_id) as match, '[]'::jsonb as names
       from fingerprint f where f.operation_id = $1 and f.withdrawn_at is null and f.kind <> 'http-header'
       union all
       select k.kind, k.value, jsonb_build_object('server', l.server_id, 'moved', l.moved),
              coalesce(l.leaf->'names', '[]') || jsonb_build_array(l.leaf->>'subject', l.leaf->>'issuer')
       from seen l
       cross join lateral (values ('certificate', l.leaf->>'sha256'), ('public-key', l.leaf->>'publicKeySha256')) k (kind, value)
       where k.value is not null
         -- A person has taken this very one back: nothing is searched by it, whoever carries it.
         and not exists (select from fingerprint w where w.operation_id = $1 and w.kind = k.kind and w.value = k.value
                         and w.withdrawn_at is not null))
     select k.kind, k.value, jsonb_agg(distinct k.match) as matches,
            jsonb_agg(k.names) as names,
            array(select distinct c.host from candidate c
                  where c.operation_id = $1 and c.kind = k.kind and c.value = k.value order by 1 limit ${MAX_HOSTS}) as hosts
     from known k
     group by k.kind, k.value
     order by k.kind, k.value`,
    [operationId],
  );
  return rows.map((row) => ({
    ...row,
    names: [...new Set(row.names.flat().filter((name) => typeof name === 'string'))].sort(),
  }));
}
