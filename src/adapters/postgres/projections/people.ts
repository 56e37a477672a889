import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const PEOPLE: Projections = {
  'person.added': projectAdded,
  'person.removed': projectRemoved,
  'operation.armed': projectArmed,
  'operation.disarmed': projectDisarmed,
};

/** Who comes back is added again, with the roles and the key that the new entry names. */
async function projectAdded(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into person (organisation_id, person, name, roles, public_key, fingerprint, added_at)
     select current_organisation(), $1, $2, array(select jsonb_array_elements_text($3::jsonb)), $4, $5, $6
     on conflict (organisation_id, person) do update
       set name = excluded.name, roles = excluded.roles, public_key = excluded.public_key,
           fingerprint = excluded.fingerprint, added_at = excluded.added_at, removed_at = null`,
    [subject, body['name'], JSON.stringify(body['roles']), body['publicKey'], body['fingerprint'], recordedAt],
  );
}

async function projectRemoved(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update person set removed_at = $2 where person = $1', [subject, recordedAt]);
}

/** One arming an operation: a new one ends the one before. */
async function projectArmed(session: Session, entry: ProjectedEntry): Promise<void> {
  const { subject, sequence, body, recordedAt } = entry;
  await projectDisarmed(session, entry);
  await session.run(
    `insert into arming (organisation_id, operation_id, sequence, traffic, lab, until, person, reason, armed_at)
     select current_organisation(), $1, $2, array(select jsonb_array_elements_text($3::jsonb)), $4, $5, $6, $7, $8`,
    [
      subject, sequence, JSON.stringify(body['traffic']), body['lab'], body['until'], body['person'], body['reason'], recordedAt,
    ],
  ); // prettier-ignore
}

async function projectDisarmed(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update arming set disarmed_at = $2 where operation_id = $1 and disarmed_at is null and until > $2`,
    [subject, recordedAt],
  );
}
