import type { InvitationRecord, SessionRecord } from '../../domain/session.ts';
import type { SignInReads, SignInWrites } from '../../ports/sign-in.ts';
import type { Session } from './connect.ts';
import { isoText } from './sql-values.ts';

const SESSION = `
  select session_id as id, person, method, agent, ${isoText('began_at')} as "beganAt", ${isoText('seen_at')} as "seenAt",
         ${isoText('ends_at')} as "endsAt", ${isoText('ended_at')} as "endedAt"
  from session`;

const INVITATION = `
  select invitation_id as id, name, roles, invited_by as "invitedBy", ${isoText('made_at')} as "madeAt",
         ${isoText('ends_at')} as "endsAt", public_key as "publicKey", fingerprint, credential_id as "credentialId",
         ${isoText('registered_at')} as "registeredAt", ${isoText('settled_at')} as "settledAt"
  from invitation`;

export function signInReads(session: Session): SignInReads {
  return {
    sessionBySecret: (secretHash) => session.row<SessionRecord>(`${SESSION} where secret_hash = $1`, [secretHash]),
    sessions: (person) =>
      session.rows<SessionRecord>(
        `${SESSION} where $1::text is null or person = $1 order by began_at desc, session_id desc`,
        [person],
      ),
    invitationBySecret: (secretHash) =>
      session.row<InvitationRecord>(`${INVITATION} where secret_hash = $1`, [secretHash]),
    invitations: () => session.rows<InvitationRecord>(`${INVITATION} order by made_at desc, invitation_id desc`),
  };
}

export function signInWrites(session: Session): SignInWrites {
  /** How many rows a statement has changed, which it returns. */
  const changed = async (sql: string, values: readonly unknown[]): Promise<number> =>
    (await session.rows(`${sql} returning 1`, values)).length;
  return {
    async beginSession({ id, person, method, agent, secretHash, at, endsAt }) {
      await session.run(
        `insert into session (organisation_id, session_id, person, method, agent, secret_hash, began_at, seen_at, ends_at)
         values (current_organisation(), $1, $2, $3, $4, $5, $6, $6, $7)`,
        [id, person, method, agent, secretHash, at, endsAt],
      );
    },
    async seeSession(id, at) {
      await session.run('update session set seen_at = greatest(seen_at, $2) where session_id = $1', [id, at]);
    },
    endSessions: (which, at) =>
      'id' in which
        ? changed('update session set ended_at = $2 where session_id = $1 and ended_at is null', [which.id, at])
        : changed('update session set ended_at = $2 where person = $1 and ended_at is null', [which.person, at]),
    async addInvitation({ id, secretHash, name, roles, invitedBy, at, endsAt }) {
      await session.run(
        `insert into invitation (organisation_id, invitation_id, secret_hash, name, roles, invited_by, made_at, ends_at)
         values (current_organisation(), $1, $2, $3, $4, $5, $6, $7)`,
        [id, secretHash, name, roles, invitedBy, at, endsAt],
      );
    },
    registerInvitation: async (id, { publicKey, fingerprint, credentialId }, at) =>
      (await changed(
        `update invitation set public_key = $2, fingerprint = $3, credential_id = $4, registered_at = $5
         where invitation_id = $1 and registered_at is null and settled_at is null`,
        [id, publicKey, fingerprint, credentialId, at],
      )) === 1,
    settleInvitation: async (id, at) =>
      (await changed('update invitation set settled_at = $2 where invitation_id = $1 and settled_at is null', [
        id,
        at,
      ])) === 1,
    async forgetSignIns(before) {
      await session.run('delete from session where coalesce(ended_at, ends_at) < $1', [before]);
      await session.run('delete from invitation where coalesce(settled_at, ends_at) < $1', [before]);
    },
  };
}
