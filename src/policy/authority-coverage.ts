import { ORDER_KINDS } from '../domain/authority.ts';
import type { Authority } from '../domain/authority.ts';
import { indexScope } from '../domain/authority-scope.ts';
import type { ScopeIndex } from '../domain/authority-scope.ts';
import { foldedProvider } from '../domain/authority-words.ts';
import { readableInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { AuthorityInForce } from '../domain/method.ts';
import type { HostType } from '../domain/server.ts';

/** What an authority is asked about. */
export interface CoveredServer {
  readonly hostType: HostType;
  readonly host: string;
  /** Who can switch it off; null where nobody is known. */
  readonly provider: { readonly key: string; readonly name: string } | null;
  /** The provider's country, else the server's; null where neither is known. */
  readonly country: string | null;
}

/** How one authority stands to one server at one moment. */
export interface CoverageAnswer {
  readonly authority: Authority;
  readonly covers: boolean;
  /** The entry of its scope that names the server, "standing" where it means all; null where it does not cover. */
  readonly by: string | null;
  /** Why not, a sentence each; empty exactly when it covers. */
  readonly reasons: readonly string[];
}

export interface Coverage {
  /** `none` where nothing covers. */
  readonly fact: AuthorityInForce;
  readonly covering: CoverageAnswer | null;
  /** All authorities, in the order in which they would be taken. */
  readonly answers: readonly CoverageAnswer[];
}

/** The authorities of one operation, made ready to be asked about many servers. */
export interface Authorities {
  coverageOf(server: CoveredServer, now: Instant): Coverage;
}

const FACTS = {
  'court-order': 'court-order',
  'supplemental-order': 'court-order',
  'monitor-instruction': 'court-order',
  'standing-order': 'standing-order',
  statute: 'statute',
  contract: 'contract',
} as const satisfies Record<Authority['kind'], AuthorityInForce>;

const RANK: readonly AuthorityInForce[] = ['court-order', 'standing-order', 'statute', 'contract'];

export function prepareAuthorities(authorities: readonly Authority[]): Authorities {
  const ready = authorities.map((authority) => ({
    authority,
    scope: indexScope(authority.scope),
    providers: new Set(authority.providers.map(foldedProvider)),
  }));
  const byReference = new Map(authorities.map((authority) => [authority.reference, authority]));
  return {
    coverageOf(server, now) {
      const answers = ready.map((each) => answerOf(each, byReference, server, now)).toSorted(before);
      const covering = answers.find(({ covers }) => covers) ?? null;
      return { fact: covering === null ? 'none' : FACTS[covering.authority.kind], covering, answers };
    },
  };
}

interface Ready {
  readonly authority: Authority;
  readonly scope: ScopeIndex;
  readonly providers: ReadonlySet<string>;
}

function answerOf(
  { authority, scope, providers }: Ready,
  byReference: ReadonlyMap<string, Authority>,
  server: CoveredServer,
  now: Instant,
): CoverageAnswer {
  const by = scope.entryFor(server);
  const reasons = [
    ...notInForce(authority, byReference, now),
    ...(by === null ? ['its scope does not name the server'] : []),
    ...otherProviders(authority, providers, server),
    ...otherCountries(authority, server),
  ];
  return { authority, covers: reasons.length === 0, by: reasons.length === 0 ? by : null, reasons };
}

/** Why it is not in force at that moment, a sentence each; an instruction is in force only while its order is. */
export function notInForce(
  authority: Authority,
  byReference: ReadonlyMap<string, Authority>,
  now: Instant,
): readonly string[] {
  const reasons = outOfForce(authority, now);
  if (authority.kind !== 'monitor-instruction') return reasons;
  const parent = authority.parent === null ? undefined : byReference.get(authority.parent);
  if (parent === undefined || !ORDER_KINDS.includes(parent.kind))
    return [...reasons, 'it stands on no order that is on record'];
  return [...reasons, ...outOfForce(parent, now).map((reason) => `the order ${parent.reference}: ${reason}`)];
}

function outOfForce({ issuedAt, expiresAt, endsAt }: Authority, now: Instant): readonly string[] {
  return [
    ...(issuedAt > now ? [`issued only on ${readableInstant(issuedAt)}`] : []),
    ...(expiresAt !== null && expiresAt <= now ? [`expired ${readableInstant(expiresAt)}`] : []),
    ...(endsAt !== null && endsAt <= now ? [`ended ${readableInstant(endsAt)}`] : []),
  ];
}

function otherProviders(
  { providers }: Authority,
  named: ReadonlySet<string>,
  { provider }: CoveredServer,
): readonly string[] {
  if (providers.length === 0) return [];
  if (provider === null) return ['it names providers, and nobody knows whose the server is'];
  const isNamed = named.has(foldedProvider(provider.key)) || named.has(foldedProvider(provider.name));
  return isNamed ? [] : ['it names other providers'];
}

function otherCountries({ jurisdictions }: Authority, { country }: CoveredServer): readonly string[] {
  if (country === null) return ['nobody knows in which country the server is'];
  return jurisdictions.includes(country) ? [] : [`it is for ${jurisdictions.join(', ')}, not for ${country}`];
}

/**
 * Which of several is taken: the stronger in law, then the one that names the server over one that means all, then the one
 * that lasts longest (its end would void what was approved on it), the newest, the reference. Never the order of the rows.
 */
function before(left: CoverageAnswer, right: CoverageAnswer): number {
  const [a, b] = [left.authority, right.authority];
  return (
    RANK.indexOf(FACTS[a.kind]) - RANK.indexOf(FACTS[b.kind]) ||
    Number(left.by === 'standing') - Number(right.by === 'standing') ||
    compare(lastMoment(b), lastMoment(a)) ||
    compare(b.issuedAt, a.issuedAt) ||
    compare(a.reference, b.reference)
  );
}

function compare<Value extends number | string>(left: Value, right: Value): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function lastMoment({ expiresAt, endsAt }: Authority): number {
  return Math.min(expiresAt ?? Infinity, endsAt ?? Infinity);
}

/**
 * Whether anybody outside may be told that it exists. What leaves only at a later moment may name what is unsealed by
 * then.
 */
export function mayBeNamed({ sealed, unsealAt }: Pick<Authority, 'sealed' | 'unsealAt'>, leavesAt: Instant): boolean {
  return !sealed || (unsealAt !== null && unsealAt <= leavesAt);
}
