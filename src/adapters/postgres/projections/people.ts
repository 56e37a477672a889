import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const PEOPLE: Projections = {
  'person.added': projectAdded,
  'person.removed': projectRemoved,
  'passkey.added': projectPasskey,
  'passkey.removed': projectPasskeyRemoved,
  'identity.linked': projectIdentity,
  'identity.unlinked': projectIdentityUnlinked,
  'operation.armed': projectArmed,
  'operation.disarmed': projectDisarmed,
};

const FIRST_PASSKEY = 'the first';

/** Who comes back is added again, with the roles and the key that the new entry names. */
async function projectAdded(session: Session, entry: ProjectedEntry): Promise<void> {
  const { subject, body, recordedAt } = entry;
  const isPasskey = body['credentialId'] !== undefined;
  await session.run(
    `insert into person (organisation_id, person, name, roles, public_key, fingerprint, added_at, vouched_by)
     select current_organisation(), $1, $2, array(select jsonb_array_elements_text($3::jsonb)), $4, $5, $6, $7
     on conflict (organisation_id, person) do update
       set name = excluded.name, roles = excluded.roles, public_key = excluded.public_key,
           fingerprint = excluded.fingerprint, added_at = excluded.added_at, vouched_by = excluded.vouched_by,
           removed_at = null`,
    [
      subject, body['name'], JSON.stringify(body['roles']), body['publicKey'], body['fingerprint'], recordedAt,
      isPasskey && body['person'] !== subject ? body['person'] : null,
    ],
  ); // prettier-ignore
  if (isPasskey) await projectPasskey(session, { ...entry, body: { ...body, name: FIRST_PASSKEY } });
}

async function projectRemoved(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update person set removed_at = $2 where person = $1', [subject, recordedAt]);
  await session.run('update passkey set removed_at = $2 where person = $1 and removed_at is null', [
    subject,
    recordedAt,
  ]);
  await session.run('update identity set unlinked_at = $2 where person = $1 and unlinked_at is null', [
    subject,
    recordedAt,
  ]);
}

async function projectIdentity(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into identity (organisation_id, person, issuer, subject, linked_at)
     values (current_organisation(), $1, $2, $3, $4)
     on conflict (organisation_id, person, issuer, subject) do update
       set linked_at = excluded.linked_at, unlinked_at = null`,
    [subject, body['issuer'], body['account'], recordedAt],
  );
}

async function projectIdentityUnlinked(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update identity set unlinked_at = $4 where person = $1 and issuer = $2 and subject = $3', [
    subject,
    body['issuer'],
    body['account'],
    recordedAt,
  ]);
}

async function projectPasskey(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into passkey (organisation_id, person, public_key, fingerprint, credential_id, name, added_at)
     values (current_organisation(), $1, $2, $3, $4, $5, $6)
     on conflict (organisation_id, person, public_key) do update
       set fingerprint = excluded.fingerprint, credential_id = excluded.credential_id, name = excluded.name,
           added_at = excluded.added_at, removed_at = null`,
    [subject, body['publicKey'], body['fingerprint'], body['credentialId'], body['name'], recordedAt],
  );
}

async function projectPasskeyRemoved(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update passkey set removed_at = $3 where person = $1 and public_key = $2', [
    subject,
    body['publicKey'],
    recordedAt,
  ]);
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
