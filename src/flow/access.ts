import { readToken, tokenText } from '../domain/access.ts';
import type { ApiToken, HttpRole, Partner, Principal } from '../domain/access.ts';
import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { recipientText } from '../domain/giving.ts';
import { problem } from '../domain/problem.ts';
import { spoken } from '../flow.ts';
import type { Signing } from '../ports/signing.ts';
import type { ReadTransaction, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { revokeToken as revoke, tokenAct } from '../steps/access/issue-token.ts';
import type { TokenWords } from '../steps/access/issue-token.ts';
import { partnerAct, removePartner as remove } from '../steps/access/set-partner.ts';
import type { PartnerWords } from '../steps/access/set-partner.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { parseRecipient } from './giving.ts';

/*
 * Who may come over HTTP: partners, and tokens of people, programs and partners.
 */

/** A new token with its secret, which nobody can be told again. */
export interface IssuedToken {
  readonly token: ApiToken;
  /** "dsm_…" */
  readonly secret: string;
}

/** Puts a new token on record; an admin signs for it. */
export async function issueToken(
  world: World,
  organisationId: string,
  signing: Signing,
  words: TokenWords,
): Promise<IssuedToken> {
  const { by, reason } = words;
  const { person } = spoken({ person: by, reason });
  const { act, secret } = tokenAct(world, { ...words, by: person });
  const { subject } = await actSigned(world, signing, act);
  const token = (await tokensOf(world)).find(({ id }) => id === subject);
  if (token === undefined) throw new Error('the token that was issued is not there');
  return { token, secret: tokenText(organisationId, secret) };
}

export async function revokeToken(
  world: World,
  named: string,
  words: { readonly person: string; readonly reason: string },
): Promise<ApiToken> {
  return revoke(world, named, spoken(words));
}

/** Everything that was ever issued, the newest first. */
export function tokensOf(world: World): Promise<readonly ApiToken[]> {
  return world.store.read((transaction) => transaction.tokens());
}

/** Makes an organisation a partner, or says anew what it may have; an admin signs for it. */
export async function setPartner(world: World, signing: Signing, words: PartnerWords): Promise<Partner> {
  const recipients = words.recipients
    .map((text) => recipientText(parseRecipient(text)))
    .filter((text) => text !== 'community');
  const { person, reason } = spoken({ person: words.by, reason: words.reason });
  const { subject } = await actSigned(world, signing, partnerAct({ ...words, recipients, by: person, reason }));
  return partnerNamed(world, subject);
}

export async function removePartner(
  world: World,
  key: string,
  words: { readonly person: string; readonly reason: string },
): Promise<string> {
  return remove(world, key, spoken(words));
}

export function partnersOf(world: World): Promise<readonly Partner[]> {
  return world.store.read((transaction) => transaction.partners());
}

export async function partnerNamed(world: World, key: string): Promise<Partner> {
  const found = await world.store.read((transaction) => transaction.partner(key));
  if (found !== null) return found;
  throw problem('not-found', `there is no partner "${key}"`, 'List them with: dismantle partner list');
}

/**
 * Whose token this is; null for whatever opens nothing: no token, of nobody, revoked, past its time, of a person or a
 * partner who is none any more. Why, nobody is told.
 */
export async function whoHolds(
  storeOf: (organisationId: string) => Store,
  text: string,
  now: Instant,
): Promise<Principal | null> {
  const read = readToken(text);
  if (read === null) return null;
  const { organisationId } = read;
  return storeOf(organisationId).read(async (transaction) => {
    const token = await transaction.tokenBySecret(read.secretHash);
    if (token === null || token.revokedAt !== null || token.expiresAt <= isoInstant(now)) return null;
    const holder = await holderOf(transaction, token);
    if (holder === null) return null;
    return { ...holder, organisationId, scopes: token.scopes, credential: { kind: 'token', id: token.id } };
  });
}

type Holder = Pick<Principal, 'name' | 'kind' | 'person' | 'partner' | 'roles'>;

async function holderOf(transaction: ReadTransaction, { name, holder }: ApiToken): Promise<Holder | null> {
  if (holder.kind === 'service') {
    return { name: `token ${name}`, kind: 'service', person: null, partner: null, roles: holder.roles };
  }
  if (holder.kind === 'partner') {
    const partner = await transaction.partner(holder.partner);
    if (partner === null || partner.removedAt !== null) return null;
    const roles: readonly HttpRole[] = ['partner'];
    return { name: `partner ${partner.partner}`, kind: 'partner', person: null, partner: partner.partner, roles };
  }
  const person = (await transaction.people()).find((each) => each.person === holder.person);
  if (person === undefined || person.removedAt !== null) return null;
  return { name: person.name, kind: 'person', person: person.person, partner: null, roles: person.roles };
}

export { LONGEST_TOKEN_DAYS } from '../steps/access/issue-token.ts';
export type { TokenWords } from '../steps/access/issue-token.ts';
export type { PartnerWords } from '../steps/access/set-partner.ts';
