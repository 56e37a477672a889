import type { ApiToken, Partner, ServiceRole, TokenHolder, TokenScope } from '../../domain/access.ts';
import type { AccessReads, DoorReads, PartnerReads } from '../../ports/access.ts';
import { ownAssignments } from './assignment-queries.ts';
import { collectionPages } from './collection-queries.ts';
import { contributionStatus } from './contribution-queries.ts';
import type { Session } from './connect.ts';
import { atDoorReads } from './door-queries.ts';
import { isoText } from './sql-values.ts';

const PARTNER = `
  select partner, name, recipients, may_contribute as "mayContribute", reliability, independence_group as "group",
         ${isoText('set_at')} as "setAt", ${isoText('removed_at')} as "removedAt"
  from partner`;

const TOKEN = `
  select token_id as id, name, holder_kind as "holderKind", holder, roles, scopes, ${isoText('issued_at')} as "issuedAt",
         ${isoText('expires_at')} as "expiresAt", issued_by as "issuedBy", ${isoText('revoked_at')} as "revokedAt"
  from api_token`;

interface TokenRow extends Omit<ApiToken, 'holder'> {
  readonly holderKind: TokenHolder['kind'];
  readonly holder: string | null;
  readonly roles: readonly ServiceRole[];
  readonly scopes: readonly TokenScope[];
}

export function accessReads(session: Session): AccessReads {
  return {
    async tokenBySecret(secretHash) {
      const row = await session.row<TokenRow>(`${TOKEN} where secret_hash = $1`, [secretHash]);
      return row === null ? null : tokenOf(row);
    },
    tokens: async () => (await session.rows<TokenRow>(`${TOKEN} order by issued_at desc, token_id`)).map(tokenOf),
    partners: () => session.rows<Partner>(`${PARTNER} order by partner`),
    partner: (key) => session.row<Partner>(`${PARTNER} where partner = $1`, [key]),
  };
}

function tokenOf({ holderKind, holder, roles, ...token }: TokenRow): ApiToken {
  return { ...token, holder: holderOf(holderKind, holder ?? '', roles) };
}

function holderOf(kind: TokenHolder['kind'], key: string, roles: readonly ServiceRole[]): TokenHolder {
  if (kind === 'person') return { kind, person: key };
  return kind === 'partner' ? { kind, partner: key } : { kind, roles };
}

/** Over a session of the outsiders' role. */
export function partnerReads(session: Session): PartnerReads {
  return {
    ...collectionPages(session),
    ...contributionStatus(session),
    ...ownAssignments(session),
    self: () => session.row<Partner>(PARTNER),
  };
}

/** Over a session of the outsiders' role. */
export function doorReads(session: Session): DoorReads {
  return {
    noticeId: async () => (await session.row<{ id: string | null }>('select current_notice() as id'))?.id ?? null,
    ...atDoorReads(session),
  };
}
