import type { Arming, IdentityRecord, PasskeyRecord, PeopleReads, PersonRecord } from '../../ports/people.ts';
import type { Session } from './connect.ts';
import { isoText } from './sql-values.ts';

export function peopleReads(session: Session): PeopleReads {
  return {
    people: () =>
      session.rows<PersonRecord>(
        `select person, name, roles, public_key as "publicKey", fingerprint, ${isoText('added_at')} as "addedAt",
                ${isoText('removed_at')} as "removedAt",
                vouched_by as "vouchedBy",
                case when removed_at is not null then '[]' else
                  (case when public_key like 'ssh-%'
                     then jsonb_build_array(jsonb_build_object('publicKey', public_key, 'fingerprint', fingerprint, 'credentialId', null))
                     else '[]' end)
                  || (select coalesce(jsonb_agg(jsonb_build_object('publicKey', k.public_key, 'fingerprint', k.fingerprint,
                                                                   'credentialId', k.credential_id)
                                                order by k.added_at, k.public_key), '[]')
                      from passkey k where k.person = person.person and k.removed_at is null) end as keys
         from person order by person`,
      ),
    passkeys: () =>
      session.rows<PasskeyRecord>(
        `select person, name, public_key as "publicKey", fingerprint, credential_id as "credentialId",
                ${isoText('added_at')} as "addedAt", ${isoText('removed_at')} as "removedAt"
         from passkey order by added_at, public_key`,
      ),
    identities: () =>
      session.rows<IdentityRecord>(
        `select person, issuer, subject, ${isoText('linked_at')} as "linkedAt", ${isoText('unlinked_at')} as "unlinkedAt"
         from identity order by linked_at, person, issuer, subject`,
      ),
    armings: (operationId) =>
      session.rows<Arming>(
        `select a.operation_id as "operationId", o.name as operation, a.sequence, a.traffic, a.lab, a.person, a.reason,
                ${isoText('a.until')} as until, ${isoText('a.armed_at')} as "armedAt",
                ${isoText('a.disarmed_at')} as "disarmedAt"
         from arming a join operation o on o.organisation_id = a.organisation_id and o.operation_id = a.operation_id
         where $1::uuid is null or a.operation_id = $1
         order by a.sequence desc`,
        [operationId],
      ),
  };
}
