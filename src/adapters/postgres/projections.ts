import { BEFORE_NOTICE } from '../../domain/case.ts';
import { problem } from '../../domain/problem.ts';
import type { Session } from './connect.ts';
import type { ProjectedEntry, Projections } from './projected-entry.ts';
import { ASSIGNMENTS } from './projections/assignments.ts';
import { ACCESS } from './projections/access.ts';
import { APPROVALS } from './projections/approvals.ts';
import { AUTHORITIES } from './projections/authorities.ts';
import { CANDIDATES } from './projections/candidates.ts';
import { CLOCK } from './projections/clock.ts';
import { CONFIGURATIONS } from './projections/configurations.ts';
import { DECONFLICTION } from './projections/deconfliction.ts';
import { DOORS, projectDoor } from './projections/door.ts';
import { DISPATCHES } from './projections/dispatches.ts';
import { MAIL } from './projections/mail.ts';
import { METHOD_TABLES } from './projections/method-tables.ts';
import { projectNotice, projectWithdrawal } from './projections/notices.ts';
import { PEOPLE } from './projections/people.ts';
import { isOfFewRows, joinRows } from './projections/join-rows.ts';
import { FEED_SOURCES } from './projections/sources.ts';
import { WEBHOOKS } from './projections/webhooks.ts';
import { PROBING } from './projections/probing.ts';
import { STRIKES } from './projections/strikes.ts';
import { VERDICTS } from './projections/verdicts.ts';

/**
 * State tables follow from the ledger alone: this is the only code that writes them, and replaying every entry into
 * empty tables gives the same tables (test/contract/projections.test.ts).
 */
const PROJECTIONS: Projections = {
  'operation.opened': projectOperation,
  'operation.described': projectDescription,
  'import.recorded': projectImport,
  'import.attested': projectAttestation,
  'server.attested': projectServerAttestation,
  'server.attestation-withdrawn': projectAttestationWithdrawal,
  'server.kind-corrected': projectKindCorrection,
  'provider.corrected': projectProviderCorrection,
  'provider.merged': projectMerge,
  'provider.split': projectSplit,
  'provider.preferred': projectPreference,
  'identify.recorded': projectIdentify,
  'lookup.recorded': projectLookup,
  'locate.recorded': projectLocate,
  'decide.recorded': projectDecide,
  'notice.drafted': projectNoticeAndDoor,
  'notice.withdrawn': projectWithdrawal,
  ...PEOPLE,
  ...ACCESS,
  ...ASSIGNMENTS,
  ...FEED_SOURCES,
  ...WEBHOOKS,
  ...METHOD_TABLES,
  ...DECONFLICTION,
  ...AUTHORITIES,
  ...APPROVALS,
  ...DISPATCHES,
  ...MAIL,
  ...CLOCK,
  ...VERDICTS,
  ...PROBING,
  ...CONFIGURATIONS,
  ...CANDIDATES,
  ...STRIKES,
  ...DOORS,
  // About the ledger itself: no state table follows from them.
  'key.introduced': projectNothing,
  'key.rotated': projectNothing,
  'checkpoint.timestamped': projectNothing,
  // About what was given: it follows from the ledger, and nothing follows from it.
  'collections.published': projectNothing,
  // What was handed in stands in its import.
  'contribution.received': projectNothing,
  'contribution.settled': projectNothing,
  erasure: projectNothing,
};

/** Every kind of entry that this version knows (docs/events.md). */
export const KNOWN_KINDS: readonly string[] = Object.keys(PROJECTIONS);

async function projectNoticeAndDoor(session: Session, entry: ProjectedEntry): Promise<void> {
  await projectNotice(session, entry);
  await projectDoor(session, entry);
}

function projectNothing(): Promise<void> {
  return Promise.resolve();
}

export async function project(session: Session, entry: ProjectedEntry): Promise<void> {
  const projection = PROJECTIONS[entry.kind];
  if (projection === undefined) {
    throw problem(
      'database',
      `the ledger's entry ${entry.sequence} is of the kind ${entry.kind}, which this version does not know`,
    );
  }
  await projection(session, entry);
}

/** Every table that projections write, children first. */
export const PROJECTED_TABLES = [
  'method_table', 'webhook', 'source', 'assignment', 'api_token', 'partner', 'identity', 'passkey',
  'briefing_attempt', 'briefing_approval', 'briefing', 'strike_hold', 'strike_item', 'strike',
  'dark_run', 'verdict_change', 'server_verdict', 'service_baseline', 'probing',
  'candidate', 'fingerprint',
  'attester', 'received_mail', 'dispatch_attempt', 'dispatch', 'notice_rejection', 'notice_approval', 'sharing_withdrawal',
  'contact_clearance', 'server_release', 'authority_service', 'authority', 'hands_off', 'deconfliction_skip',
  'deconfliction_party', 'deconfliction_server', 'deconfliction_round', 'server_look', 'duty', 'arming', 'person',
  'door_check', 'door_find', 'door', 'notice_item', 'notice', 'case_file', 'configuration', 'last_withdrawal', 'kind_correction', 'server_attestation', 'server',
  'provider_preference', 'provider_merge', 'provider_correction', 'registry_answer', 'provider', 'attestation', 'import', 'operation',
] as const; // prettier-ignore

async function projectOperation(session: Session, { body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into operation (organisation_id, operation_id, name, drill, malware, opened_at, aliases)
     values (current_organisation(), $1, $2, $3, $4, $5, coalesce($6::text[], '{}'))`,
    [body['operation'], body['name'], body['drill'], body['malware'], recordedAt, body['aliases'] ?? null],
  );
}

async function projectDescription(session: Session, { body }: ProjectedEntry): Promise<void> {
  await session.run(
    'update operation set malware = $2, aliases = coalesce($3::text[], aliases) where operation_id = $1',
    [body['operation'], body['malware'], body['aliases'] ?? null],
  );
}

async function projectImport(session: Session, { subject, sequence, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into import (organisation_id, import_id, operation_id, sequence, file, format, sha256, source, source_key,
                         independence_group, reliability, tlp, snapshot, rows, accepted, rejected, repeated, undated, recorded_at)
     select current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, counts.*, $14
     from jsonb_to_record($13::jsonb) as counts (rows int, accepted int, rejected int, repeated int, undated int)`,
    [
      subject, body['operation'], sequence, body['file'], body['format'], body['sha256'], body['source'],
      body['sourceKey'], body['group'], body['reliability'], body['tlp'], body['snapshot'], JSON.stringify(body['counts']), recordedAt,
    ],
  ); // prettier-ignore
  await mergeServers(session, { subject, body, recordedAt });
  await session.run(
    `insert into last_withdrawal (organisation_id, operation_id, source_key, server_id, port, path, sequence, position)
     select current_organisation(), $2, $3, server_id, port, path, $4, max(position)
     from withdrawal where batch_id = $1
     group by server_id, port, path
     on conflict (server_id, port, path_hash, source_key, operation_id, organisation_id)
       do update set sequence = excluded.sequence, position = excluded.position`,
    [subject, body['operation'], body['sourceKey'], sequence],
  );
  await session.run(
    `insert into configuration (organisation_id, configuration_id, operation_id, version, tag, collected_at, entries,
                                accepted, recorded_at)
     select current_organisation(), configuration_id, $2, version, tag, collected_at, entries, accepted, $3
     from configuration_record where batch_id = $1
     on conflict (organisation_id, configuration_id) do update
       set collected_at = least(configuration.collected_at, excluded.collected_at)`,
    [subject, body['operation'], recordedAt],
  );
}

/** The servers that an import's sightings name, folded: sightings have no other way to become few. */
const NAMED_SERVERS = `
  select server_id, any_value(host_type) as host_type, any_value(host) as host,
         min(coalesce(first_seen, last_seen)) as first_seen, max(coalesce(last_seen, first_seen)) as last_seen
  from sighting where batch_id = $1
  group by server_id`;

/**
 * Adds the servers that an import names for the first time, and widens the span of those that are known. No ON CONFLICT:
 * it costs as much as the row. Whoever adds servers to an operation holds its lock, so that what is missing now stays
 * missing until it stands here.
 */
async function mergeServers(
  session: Session,
  { subject: batchId, body, recordedAt }: Pick<ProjectedEntry, 'subject' | 'body' | 'recordedAt'>,
): Promise<void> {
  const operationId = body['operation'];
  const isLarge = !isOfFewRows(body);
  // A million servers do not fit the usual share of memory, and on disk it takes twice the time.
  if (isLarge) await session.run(`set local work_mem = '256MB'`);
  const known = await session.row('select from server where operation_id = $1 limit 1', [operationId]);
  if (known !== null) {
    await joinRows(
      session,
      body,
      `update server s
       set first_seen = least(s.first_seen, n.first_seen), last_seen = greatest(s.last_seen, n.last_seen)
       from (${NAMED_SERVERS}) n
       where s.server_id = n.server_id
         and (least(s.first_seen, n.first_seen), greatest(s.last_seen, n.last_seen))
             is distinct from (s.first_seen, s.last_seen)`,
      [batchId],
    );
  }
  // In the order of the key, which appends to its index instead of searching it.
  await joinRows(
    session,
    body,
    `insert into server (organisation_id, server_id, operation_id, host_type, host, kind, first_seen, last_seen, recorded_at)
     select (select current_organisation()), n.server_id, $2, n.host_type, n.host, 'unknown', n.first_seen, n.last_seen, $3
     from (${NAMED_SERVERS}) n
     ${known === null ? '' : 'where not exists (select from server s where s.server_id = n.server_id)'}
     order by n.server_id`,
    [batchId, operationId, recordedAt],
  );
  if (isLarge) await session.run('set local work_mem to default');
}

async function projectAttestation(session: Session, { body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    // Of an import that has been erased since, nobody's word counts.
    `insert into attestation (organisation_id, import_id, person, reason, attested_at)
     select current_organisation(), $1, $2, $3, $4 where exists (select from import where import_id = $1)`,
    [body['import'], body['person'], body['reason'], recordedAt],
  );
}

// People's words on a server stand whether an import that names it has been erased or not: another one may name it later in
// the replay. Of a server that nothing names any more nobody asks.
async function projectServerAttestation(session: Session, entry: ProjectedEntry): Promise<void> {
  const { subject, body, recordedAt } = entry;
  await noteAttester(session, entry);
  await session.run('delete from server_attestation where server_id = $1 and person = $2', [subject, body['person']]);
  await session.run(
    `insert into server_attestation (organisation_id, server_id, operation_id, person, reason, evidence, seen, attested_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7)`,
    [subject, body['operation'], body['person'], body['reason'], body['evidence'], body['seen'], recordedAt],
  );
}

/** Who has looked at a server once is not its second pair of eyes, whatever becomes of the word. */
async function noteAttester(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into attester (organisation_id, server_id, person) values (current_organisation(), $1, $2) on conflict do nothing`,
    [subject, body['person']],
  );
}

async function projectAttestationWithdrawal(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run('delete from server_attestation where server_id = $1 and person = $2', [subject, body['person']]);
}

/** A kind of null takes the correction back. */
async function projectKindCorrection(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('delete from kind_correction where server_id = $1', [subject]);
  await session.run(
    `insert into kind_correction (organisation_id, server_id, operation_id, kind, person, reason, corrected_at)
     select current_organisation(), $1, $2, $3, $4, $5, $6 where $3::text is not null`,
    [subject, body['operation'], body['kind'], body['person'], body['reason'], recordedAt],
  );
}

/** The fields of earlier corrections stay where the new one does not name them; null takes one back. */
async function projectProviderCorrection(
  session: Session,
  { subject, body, recordedAt }: ProjectedEntry,
): Promise<void> {
  await session.run(
    `insert into provider_correction (organisation_id, key, fields, person, reason, corrected_at)
     values (current_organisation(), $1, jsonb_strip_nulls($2::jsonb), $3, $4, $5)
     on conflict (organisation_id, key) do update
       set fields = jsonb_strip_nulls(provider_correction.fields || $2::jsonb), person = excluded.person,
           reason = excluded.reason, corrected_at = excluded.corrected_at`,
    [subject, JSON.stringify(body['fields']), body['person'], body['reason'], recordedAt],
  );
}

async function projectMerge(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('delete from provider_merge where key = $1', [subject]);
  await session.run(
    `insert into provider_merge (organisation_id, key, into_key, person, reason, merged_at)
     values (current_organisation(), $1, $2, $3, $4, $5)`,
    [subject, body['into'], body['person'], body['reason'], recordedAt],
  );
}

async function projectSplit(session: Session, { subject }: ProjectedEntry): Promise<void> {
  await session.run('delete from provider_merge where key = $1', [subject]);
}

async function projectPreference(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `delete from provider_preference
     where (first_key = $1 and second_key = $2) or (first_key = $2 and second_key = $1)`,
    [subject, body['over']],
  );
  await session.run(
    `insert into provider_preference (organisation_id, first_key, second_key, person, reason, preferred_at)
     values (current_organisation(), $1, $2, $3, $4, $5)`,
    [subject, body['over'], body['person'], body['reason'], recordedAt],
  );
}

async function projectLookup(session: Session, { subject }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into registry_answer (organisation_id, asked, outcome, reason, registration, url, fetched_at, sha256)
     select distinct on (asked) current_organisation(), asked, outcome, reason, registration, url, fetched_at, sha256
     from registration where batch_id = $1
     order by asked, position desc
     on conflict (organisation_id, asked) do update
       set outcome = excluded.outcome, reason = excluded.reason, registration = excluded.registration, url = excluded.url,
           fetched_at = excluded.fetched_at, sha256 = excluded.sha256
       -- A question that fails today does not unsay yesterday's answer.
       where excluded.outcome in ('answered', 'not-found') or registry_answer.outcome not in ('answered', 'not-found')`,
    [subject],
  );
}

async function projectIdentify(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  // A case that was held and is not any more begins anew at `identified`; one that is further on stays where it is. What has
  // been notified stays notified, and held_by tells a person that it is held now.
  await session.run(
    `insert into case_file (organisation_id, case_id, operation_id, server_id, episode, state, state_since, opened_at,
                            identified_at, held_by, groups, attested_by, ground_checked, list_hits, assessment)
     select current_organisation(), case_id, $2, server_id, 1, outcome, $3, $3,
            case when outcome = 'identified' then $3::timestamptz end, held_by, groups, attested_by, ground_checked, list_hits, assessment
     from identification n
     where batch_id = $1 and exists (select from server s where s.server_id = n.server_id)
     on conflict (organisation_id, case_id) do update
       set state = case when case_file.state = any($4) and (excluded.state = 'held' or case_file.state = 'held')
                        then excluded.state else case_file.state end,
           state_since = case when case_file.state = any($4) and (excluded.state = 'held') <> (case_file.state = 'held')
                              then excluded.state_since else case_file.state_since end,
           identified_at = coalesce(case_file.identified_at, excluded.identified_at),
           held_by = excluded.held_by, groups = excluded.groups, attested_by = excluded.attested_by,
           ground_checked = excluded.ground_checked, list_hits = excluded.list_hits, assessment = excluded.assessment`,
    [subject, body['operation'], recordedAt, BEFORE_NOTICE],
  );
}

async function projectLocate(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into provider (organisation_id, key, name, asn, country, type, trust, channel, contact, source, contacts)
     select distinct on (p.key) current_organisation(), p.key, p.name, p.asn, p.country, p.type, p.trust, p.channel,
            p.contact, p.source, coalesce(p.contacts, '[]')
     from provider_version v,
          jsonb_to_record(v.provider) as p (key text, name text, asn bigint, country text, type text, trust text,
                                            channel text, contact text, source text, contacts jsonb)
     where v.batch_id = $1
     order by p.key, v.position desc
     on conflict (organisation_id, key) do update
       set name = excluded.name, asn = excluded.asn, country = excluded.country, type = excluded.type,
           trust = excluded.trust, channel = excluded.channel, contact = excluded.contact, source = excluded.source,
           contacts = excluded.contacts`,
    [subject],
  );
  await joinRows(
    session,
    body,
    `update server s
     set provider_key = l.provider_key, asn = l.asn, holder = l.holder, country = l.country,
         location_source = l.source, location_date = l.data_date, other_provider = l.other_provider, network = l.network
     from location l
     where l.batch_id = $1 and s.server_id = l.server_id`,
    [subject],
  );
  await joinRows(
    session,
    body,
    `update case_file c set state = 'located', state_since = $2
     from location l
     where l.batch_id = $1 and c.server_id = l.server_id and l.provider_key is not null and c.state = 'identified'`,
    [subject, recordedAt],
  );
  await projectKinds(session, subject, body);
}

async function projectKinds(session: Session, batchId: string, body: ProjectedEntry['body']): Promise<void> {
  await joinRows(
    session,
    body,
    `update server s set kind = k.kind, kind_reasons = k.reasons
     from kind_judgement k
     where k.batch_id = $1 and s.server_id = k.server_id`,
    [batchId],
  );
}

async function projectDecide(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await joinRows(
    session,
    body,
    `update case_file c
     set state = 'decided', state_since = $2, method = d.method, row_id = d.row_id, playbook = d.playbook,
         decided_for = d.provider_key, missing = d.missing, facts = d.facts,
         authority_id = d.authority_id
     from decision d
     where d.batch_id = $1 and c.case_id = d.case_id and c.state = any($3)`,
    [subject, recordedAt, BEFORE_NOTICE],
  );
}
