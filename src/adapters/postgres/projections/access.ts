import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const ACCESS: Projections = {
  'partner.set': projectPartner,
  'partner.removed': projectPartnerRemoved,
  'token.issued': projectToken,
  'token.revoked': projectTokenRevoked,
};

/** The newest word on a partner; one that was removed is one again. */
async function projectPartner(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into partner (organisation_id, partner, name, recipients, may_contribute, reliability, independence_group, set_at)
     select current_organisation(), $1, $2, array(select jsonb_array_elements_text($3::jsonb)), $4, $5, $6, $7
     on conflict (organisation_id, partner) do update
       set name = excluded.name, recipients = excluded.recipients, may_contribute = excluded.may_contribute,
           reliability = excluded.reliability, independence_group = excluded.independence_group, set_at = excluded.set_at,
           removed_at = null`,
    [
      subject, body['name'], JSON.stringify(body['recipients']), body['mayContribute'], body['reliability'], body['group'], recordedAt,
    ],
  ); // prettier-ignore
}

async function projectPartnerRemoved(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update partner set removed_at = $2 where partner = $1', [subject, recordedAt]);
  // Nobody sees to its servers any more: they are ours again.
  await session.run(
    `update assignment set state = 'ended', ended_at = $2 where partner = $1 and ended_at is null and assigned_at <= $2`,
    [subject, recordedAt],
  );
}

/** Replayed after an erasure the row is there already, for nobody erases a token. */
async function projectToken(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into api_token (organisation_id, token_id, name, holder_kind, holder, roles, scopes, secret_hash, issued_at, expires_at, issued_by)
     select current_organisation(), $1, $2, $3, $4, array(select jsonb_array_elements_text($5::jsonb)),
            array(select jsonb_array_elements_text($6::jsonb)), $7, $8, $9, $10
     on conflict (organisation_id, token_id) do update set revoked_at = null`,
    [
      subject, body['name'], body['holderKind'], body['holder'], JSON.stringify(body['roles']), JSON.stringify(body['scopes']),
      body['secretHash'], recordedAt, body['expiresAt'], body['person'],
    ],
  ); // prettier-ignore
}

async function projectTokenRevoked(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run('update api_token set revoked_at = $2 where token_id = $1', [subject, recordedAt]);
}
