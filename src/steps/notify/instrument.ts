import { foldedProvider } from '../../domain/authority-words.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { NoticeInstrument } from '../../domain/notice.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Provider } from '../../domain/provider.ts';
import { mayBeNamed } from '../../policy/authority-coverage.ts';
import type { AuthorityRecord } from '../../ports/authorities.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { NoticeGroup } from './assemble-notices.ts';

/** What a group's notice says of the authority that it rests on, as of a moment; null where it rests on none. */
export type InstrumentOf = (
  group: Pick<NoticeGroup, 'authorityId'>,
  provider: Provider,
  now: Instant,
) => NoticeInstrument | null;

/** Reads the authorities once for all groups, and only where one of them rests on any. */
export async function readInstruments(
  transaction: ReadTransaction,
  operation: Operation,
  groups: readonly Pick<NoticeGroup, 'authorityId'>[],
): Promise<InstrumentOf> {
  const isNeeded = groups.some(({ authorityId }) => authorityId !== null);
  const authorities = isNeeded ? await transaction.authorities().list(operation.id) : [];
  const byId = new Map(authorities.map((authority) => [authority.authorityId, authority]));
  const byReference = new Map(authorities.map((authority) => [authority.reference, authority]));
  return ({ authorityId }, provider, now) => {
    if (authorityId === null) return null;
    const authority = byId.get(authorityId);
    if (authority === undefined) throw new Error(`the authority ${authorityId} is not in the store`);
    const parent = authority.parent === null ? undefined : byReference.get(authority.parent);
    // What is embargoed until an aim time may name what is unsealed by then.
    const leavesAt = Math.max(now, operation.aim?.notBefore ?? 0);
    return instrumentOf(authority, parent ?? null, provider, leavesAt);
  };
}

function instrumentOf(
  authority: AuthorityRecord,
  parent: AuthorityRecord | null,
  provider: Provider,
  leavesAt: Instant,
): NoticeInstrument {
  const { authorityId: id, jurisdictions, documentSha256, issuedAt, expiresAt } = authority;
  // An instruction names the order that it stands on, under that order's seal as well.
  const court = authority.court ?? parent?.court ?? null;
  const docket = authority.docket ?? parent?.docket ?? null;
  const sealed = !mayBeNamed(authority, leavesAt) || (parent !== null && !mayBeNamed(parent, leavesAt));
  if (sealed || court === null || docket === null) return { id, named: null, sealed };
  return {
    id,
    sealed,
    named: {
      court,
      docket,
      issuedAt: isoInstant(issuedAt),
      expiresAt: expiresAt === null ? null : isoInstant(expiresAt),
      jurisdictions,
      documentSha256,
      served: servedOn(authority, provider),
    },
  };
}

/** The last service on this provider, or on all. */
function servedOn({ services }: AuthorityRecord, { key, name }: Provider): { at: string; method: string } | null {
  const theirs = new Set([foldedProvider(key), foldedProvider(name)]);
  const last = services.findLast(({ provider }) => provider === null || theirs.has(foldedProvider(provider)));
  return last === undefined ? null : { at: isoInstant(last.servedAt), method: last.method };
}
