import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';

export const AUTHORITIES: Projections = {
  'authority.added': projectAdded,
  'authority.served': projectServed,
  'authority.unsealed': projectUnsealed,
  'authority.ended': projectEnded,
};

async function projectAdded(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into authority (organisation_id, authority_id, operation_id, reference, kind, court, docket, jurisdictions, issued_at,
                            expires_at, bond, sealed, unseal_at, providers, scope, document_sha256, document_name, parent,
                            person, added_at)
     select current_organisation(), $1, $2, $3, $4, $5, $6, array(select jsonb_array_elements_text($7::jsonb)), $8, $9, $10, $11,
            $12, array(select jsonb_array_elements_text($13::jsonb)), $14::jsonb, $15, $16, $17, $18, $19`,
    [
      subject, body['operation'], body['reference'], body['kind'], body['court'], body['docket'],
      JSON.stringify(body['jurisdictions']), body['issuedAt'], body['expiresAt'], body['bond'], body['sealed'],
      body['unsealAt'], JSON.stringify(body['providers']), JSON.stringify(body['scope']), body['documentSha256'],
      body['documentName'], body['parent'], body['person'], recordedAt,
    ],
  ); // prettier-ignore
}

async function projectServed(session: Session, { subject, sequence, body }: ProjectedEntry): Promise<void> {
  await session.run(
    `insert into authority_service (organisation_id, authority_id, sequence, provider, method, proof, served_at, person)
     values (current_organisation(), $1, $2, $3, $4, $5, $6, $7)`,
    [subject, sequence, body['provider'], body['method'], body['proof'], body['servedAt'], body['person']],
  );
}

async function projectUnsealed(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run('update authority set unseal_at = $2 where authority_id = $1', [subject, body['unsealAt']]);
}

/** The earliest end counts: what has been ended does not come back by ending it later. */
async function projectEnded(session: Session, { subject, body }: ProjectedEntry): Promise<void> {
  await session.run(
    `update authority set ends_at = $2, end_reason = $3
     where authority_id = $1 and (ends_at is null or ends_at > $2)`,
    [subject, body['endsAt'], body['reason']],
  );
}
