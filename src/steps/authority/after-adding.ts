import { foldedProvider } from '../../domain/authority-words.ts';
import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import type { AuthorityRecord } from '../../ports/authorities.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { namedAuthority } from './named-authority.ts';

/* What becomes of an instrument once it is on record. Counsel signs each. */

interface Spoken {
  readonly name: string;
  readonly operation: Operation;
  /** The authority's reference. */
  readonly reference: string;
  readonly reason: string;
}

export interface ServiceWords extends Spoken {
  /** To whom; null: on all that it concerns. */
  readonly provider: string | null;
  readonly method: string;
  readonly proof: string;
  readonly servedAt: Instant;
}

/** That it was handed over, how, and what proves it. */
export function serviceAct(world: World, words: ServiceWords): SignedAct {
  const { name, operation, reference, provider, method, proof, servedAt, reason } = words;
  return {
    name,
    act: 'authority.served',
    lock: operation.id,
    async prepare(transaction) {
      const authority = await namedAuthority(transaction, operation, reference);
      if (servedAt > world.clock.now())
        throw problem('usage', `${readableInstant(servedAt)} has not come`, 'Record service once it has been made');
      if (servedAt < authority.issuedAt)
        throw problem('usage', `${authority.reference} was issued only on ${readableInstant(authority.issuedAt)}`);
      const served = provider === null ? null : await knownProvider(transaction, authority, provider);
      const terms = { provider: served, method, proof, servedAt: isoInstant(servedAt), reason };
      return { subject: authority.authorityId, terms: { operation: operation.id, ...terms } };
    },
  };
}

/** A slip in the name would leave the provider's notice waiting for ever. */
async function knownProvider(transaction: ReadTransaction, authority: AuthorityRecord, text: string): Promise<string> {
  const named = authority.providers.find((each) => foldedProvider(each) === foldedProvider(text));
  if (named !== undefined) return named;
  const found = await transaction.findProviders(text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.key;
  throw problem(
    'not-found',
    found.length === 0 ? `there is no provider "${text}"` : `several providers are called "${text}"`,
    found.length === 0
      ? 'List them with: dismantle providers'
      : `Name one by its key: ${found.map(({ key }) => key).join(', ')}`,
  );
}

/** From when on it may be told of: the court has lifted the seal, or said when it falls. */
export function unsealAct(words: Spoken & { readonly unsealAt: Instant }): SignedAct {
  const { name, operation, reference, unsealAt, reason } = words;
  return {
    name,
    act: 'authority.unsealed',
    lock: operation.id,
    async prepare(transaction) {
      const authority = await namedAuthority(transaction, operation, reference);
      if (!authority.sealed) throw problem('refused', `${authority.reference} is not under seal`);
      if (unsealAt < authority.issuedAt)
        throw problem('usage', `${authority.reference} was issued only on ${readableInstant(authority.issuedAt)}`);
      return {
        subject: authority.authorityId,
        terms: { operation: operation.id, unsealAt: isoInstant(unsealAt), reason },
      };
    },
  };
}

/** It is over before its time: vacated, withdrawn, superseded. What has not been sent does not leave any more. */
export function endAct(words: Spoken & { readonly endsAt: Instant }): SignedAct {
  const { name, operation, reference, endsAt, reason } = words;
  return {
    name,
    act: 'authority.ended',
    lock: operation.id,
    async prepare(transaction) {
      const authority = await namedAuthority(transaction, operation, reference);
      const last = Math.min(authority.expiresAt ?? Infinity, authority.endsAt ?? Infinity);
      if (last <= endsAt)
        throw problem('refused', `${authority.reference} is over by then: its last moment is ${readableInstant(last)}`);
      if (endsAt < authority.issuedAt)
        throw problem('usage', `${authority.reference} was issued only on ${readableInstant(authority.issuedAt)}`);
      return { subject: authority.authorityId, terms: { operation: operation.id, endsAt: isoInstant(endsAt), reason } };
    },
  };
}
