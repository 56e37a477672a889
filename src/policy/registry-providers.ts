import { maskAddress, parseAddress, prefixContains } from '../domain/address.ts';
import type { Address, Prefix } from '../domain/address.ts';
import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { prefixesOfRange } from '../domain/prefixes-of-range.ts';
import type { Provider, ProviderContact } from '../domain/provider.ts';
import { createRangeTable } from '../domain/range-table.ts';
import type { PrefixValue } from '../domain/range-table.ts';
import { holderName } from '../domain/registration.ts';
import type { AutnumRegistration, Registration } from '../domain/registration.ts';
import { registeredCandidates, scoreContacts } from './contact-score.ts';
import type { ContactCandidate } from './contact-score.ts';

/** A registry's newest answer, as it was recorded. */
export interface RegisteredAnswer {
  /** The question: an address, or "AS" with a number. */
  readonly asked: string;
  readonly registration: Registration | AutnumRegistration;
  /** Where the registry answered. */
  readonly url: string;
  readonly fetchedAt: Instant;
}

/** A registration with the organisation that it belongs to. */
export interface Registered<Subject> {
  readonly registration: Subject;
  readonly fetchedAt: Instant;
  /** Null where the registry names nobody. */
  readonly provider: Provider | null;
}

/** Who is registered for addresses and AS numbers, after all answers at hand. */
export interface RegistryProviders {
  /** The smallest registered network that holds an address, as far as somebody has asked nearby. */
  networkOf(address: Address): Registered<Registration> | null;
  autnumOf(asn: number): Registered<AutnumRegistration> | null;
}

/**
 * Makes providers of registries' answers. One organisation, known by its handle within a registry, has one provider,
 * however many networks and AS numbers it has, as long as they name one desk. A network that names another abuse mailbox
 * than its holder's AS stands apart: whoever is let a network may put a mailbox of his own there, and must not be written
 * to about all the others. Over several registries nothing is merged by itself, since anybody can register a name and copy
 * a mailbox; what looks alike is for a person to merge.
 */
export function createRegistryProviders(answers: readonly RegisteredAnswer[], now: Instant): RegistryProviders {
  // The newest last, since the last one counts; and the same answers make the same providers whatever order they came in.
  const sorted = answers.toSorted((a, b) => a.fetchedAt - b.fetchedAt || (a.url < b.url ? -1 : a.url > b.url ? 1 : 0));
  const known = sorted.flatMap((answer): Known[] => {
    const key = organisationHandle(answer);
    return key === null ? [] : [{ answer, key, candidates: candidatesOf(answer, now) }];
  });
  const providerOf = new Map<RegisteredAnswer, Provider>();
  for (const [key, ofOrganisation] of Map.groupBy(known, (each) => each.key)) {
    const desks = Map.groupBy(ofOrganisation, ({ candidates }) => deskOf(candidates) ?? '');
    for (const [desk, members] of desks) {
      const provider = toProvider(
        desks.size === 1 || isOwnDesk(desk, ofOrganisation) ? key : `${key}/${desk || 'none'}`,
        members,
        now,
      );
      for (const { answer } of members) providerOf.set(answer, provider);
    }
  }
  const registered = <Subject extends Registration | AutnumRegistration>(
    answer: RegisteredAnswer,
    registration: Subject,
  ): Registered<Subject> => ({ registration, fetchedAt: answer.fetchedAt, provider: providerOf.get(answer) ?? null });

  const networks: Registered<Registration>[] = [];
  const ranges: PrefixValue[] = [];
  const autnums = new Map<number, Registered<AutnumRegistration>>();
  for (const answer of sorted) {
    const { registration, asked } = answer;
    if ('asn' in registration) {
      autnums.set(registration.asn, registered(answer, registration));
      continue;
    }
    const value = networks.push(registered(answer, registration)) - 1;
    for (const prefix of prefixesOfAnswer(asked, registration)) ranges.push({ prefix, value });
  }
  const table = createRangeTable(ranges);
  return {
    networkOf: (address) => networks[table.find(address)] ?? null,
    autnumOf: (asn) => autnums.get(asn) ?? null,
  };
}

/** An answer with the organisation that it names, and the contacts that it brings. */
interface Known {
  readonly answer: RegisteredAnswer;
  readonly key: string;
  readonly candidates: readonly ContactCandidate[];
}

/** The abuse mailbox that an answer would have us write to. */
function deskOf(candidates: readonly ContactCandidate[]): string | null {
  return candidates.find(({ role }) => role === 'abuse')?.mailbox.toLowerCase() ?? null;
}

/** Whether the organisation's own AS names this desk: no customer has a say in that. */
function isOwnDesk(desk: string, known: readonly Known[]): boolean {
  return known.some(({ answer, candidates }) => 'asn' in answer.registration && deskOf(candidates) === desk);
}

/** The candidates of one answer, the best first. */
function candidatesOf({ registration, fetchedAt }: RegisteredAnswer, now: Instant): readonly ContactCandidate[] {
  const by = 'asn' in registration ? 'rdap-autnum' : 'rdap-network';
  const candidates = registeredCandidates(registration, by, isoInstant(fetchedAt));
  return scoreContacts(candidates, now).map(({ candidate }) => candidate);
}

function neighbourhoodBits({ version }: Address): number {
  return version === 4 ? 24 : 48;
}

/** The first address of the /24 or /48 around one: no registered network that many share reaches beyond. */
export function neighbourhoodOf(address: Address): Address {
  return maskAddress(address, neighbourhoodBits(address));
}

/**
 * What an answer is good for: its network around the address that was asked, no wider than a /24 or a /48. Of a larger
 * network a part may be registered for somebody else, and only asking for an address there would tell.
 */
export function prefixesOfAnswer(asked: string, { start, end }: Registration): readonly Prefix[] {
  const address = parseAddress(asked);
  const first = parseAddress(start);
  const last = parseAddress(end);
  if (!address.ok || !first.ok || !last.ok) return [];
  const around: Prefix = { address: neighbourhoodOf(address.value), bits: neighbourhoodBits(address.value) };
  const { bits } = around;
  return prefixesOfRange(first.value, last.value).flatMap((prefix) => {
    if (prefix.bits >= bits) return prefixContains(around, prefix.address) ? [prefix] : [];
    return prefixContains(prefix, around.address) ? [around] : [];
  });
}

/** "org:ripe:ORG-EX1-RIPE"; the network's own handle where the registry gives its holder none. */
function organisationHandle({ registration, url }: RegisteredAnswer): string | null {
  const { registrant, handle } = registration;
  // Two national registries may give the same handle to two organisations.
  const registry = registration.registry === 'other' ? `other:${hostOf(url)}` : registration.registry;
  if (registrant !== null && registrant.handle !== null) return `org:${registry}:${registrant.handle}`;
  return holderName(registration) === null ? null : `net:${registry}:${handle}`;
}

function hostOf(url: string): string {
  return /^https:\/\/([^/?#]+)/.exec(url)?.[1] ?? '';
}

function toProvider(key: string, members: readonly Known[], now: Instant): Provider {
  const first = members.at(-1);
  if (first === undefined) throw new Error('a provider without a registration');
  // The AS tells of the organisation itself; of networks the newest.
  const { registration } = (members.findLast(({ answer }) => 'asn' in answer.registration) ?? first).answer;
  const where = new Map(
    members.flatMap(({ answer, candidates }) =>
      candidates.map(({ mailbox }) => [mailbox.toLowerCase(), answer.url] as const),
    ),
  );
  const candidates = members.flatMap((member) => member.candidates);
  const contacts = scoreContacts(candidates, now).map(
    ({ candidate, score, reasons, changedLately }): ProviderContact => ({
      mailbox: candidate.mailbox,
      source: candidate.source,
      where: where.get(candidate.mailbox.toLowerCase()) ?? '',
      date: candidate.recordedAt,
      changedAt: candidate.changedAt ?? candidate.objectChangedAt,
      score,
      reasons,
      changedLately,
    }),
  );
  const abuse = new Set(candidates.filter(({ role }) => role === 'abuse').map(({ mailbox }) => mailbox.toLowerCase()));
  return {
    key,
    name: holderName(registration) ?? registration.handle,
    asn: null,
    country: registration.country,
    type: 'unknown',
    trust: 'unknown',
    channel: 'mail',
    // A mailbox that is not for abuse may be the customer's own: it is shown, and a person may put it into the book.
    contact: contacts.find(({ mailbox }) => abuse.has(mailbox.toLowerCase()))?.mailbox ?? null,
    source: `the registry ${registration.registry}`,
    contacts: contacts.slice(0, 20),
  };
}
