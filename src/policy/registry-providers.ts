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
import { organisationKey } from './organisation-name.ts';

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

interface Organisation {
  readonly key: string;
  readonly name: string;
  readonly country: string | null;
  readonly source: string;
  readonly candidates: (ContactCandidate & { readonly where: string })[];
}

/**
 * Makes providers of registries' answers. One organisation has one provider, however many networks and AS numbers it
 * has: by its handle within a registry; over several registries where name and a registered abuse mailbox are the same,
 * so that what is merged goes to one desk anyway. All else that looks alike is for a person to merge.
 */
export function createRegistryProviders(answers: readonly RegisteredAnswer[], now: Instant): RegistryProviders {
  const organisations = new Map<string, Organisation>();
  const keyOf = new Map<RegisteredAnswer, string>();
  // In an order of its own, so that the same answers make the same providers whatever order they came in.
  const sorted = answers.toSorted((a, b) => (a.url < b.url ? -1 : a.url > b.url ? 1 : a.fetchedAt - b.fetchedAt));
  for (const answer of sorted) {
    const key = organisationHandle(answer.registration);
    if (key === null) continue;
    keyOf.set(answer, key);
    addAnswer(organisations, key, answer);
  }
  const canonical = mergeAlike(organisations);
  const providers = new Map<string, Provider>();
  for (const [key, members] of Map.groupBy(organisations.values(), ({ key: own }) => canonical.get(own) ?? own)) {
    providers.set(key, toProvider(key, members, now));
  }
  const registered = <Subject extends Registration | AutnumRegistration>(
    answer: RegisteredAnswer,
    registration: Subject,
  ): Registered<Subject> => {
    const key = keyOf.get(answer);
    const provider = key === undefined ? null : (providers.get(canonical.get(key) ?? key) ?? null);
    return { registration, fetchedAt: answer.fetchedAt, provider };
  };

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
function organisationHandle({ registry, registrant, handle, name }: Registration | AutnumRegistration): string | null {
  if (registrant !== null && registrant.handle !== null) return `org:${registry}:${registrant.handle}`;
  if (registrant === null && name === null) return null;
  return `net:${registry}:${handle}`;
}

function addAnswer(
  organisations: Map<string, Organisation>,
  key: string,
  { registration, url, fetchedAt }: RegisteredAnswer,
): void {
  const name = holderName(registration);
  if (name === null) return;
  let known = organisations.get(key);
  if (known === undefined) {
    const source = `the registry ${registration.registry}`;
    known = { key, name, country: registration.country, source, candidates: [] };
    organisations.set(key, known);
  }
  const by = 'asn' in registration ? 'rdap-autnum' : 'rdap-network';
  for (const candidate of registeredCandidates(registration, by, isoInstant(fetchedAt))) {
    known.candidates.push({ ...candidate, where: url });
  }
}

/** From the key of an organisation to the first key of those that are the same. */
function mergeAlike(organisations: ReadonlyMap<string, Organisation>): ReadonlyMap<string, string> {
  const canonical = new Map<string, string>();
  const first = new Map<string, string>();
  for (const { key, name, candidates } of [...organisations.values()].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const marks = candidates
      .filter(({ role }) => role === 'abuse')
      .map(({ mailbox }) => `${organisationKey(name)} ${mailbox.toLowerCase()}`);
    const same = marks.map((mark) => first.get(mark)).find((found) => found !== undefined) ?? key;
    canonical.set(key, same);
    for (const mark of marks) if (!first.has(mark)) first.set(mark, same);
  }
  return canonical;
}

function toProvider(key: string, members: readonly Organisation[], now: Instant): Provider {
  const [leading = members[0]] = members.filter((member) => member.key === key);
  if (leading === undefined) throw new Error('a provider without an organisation');
  const wheres = new Map(
    members.flatMap(({ candidates }) => candidates.map((each) => [each.mailbox.toLowerCase(), each.where] as const)),
  );
  const contacts = scoreContacts(
    members.flatMap(({ candidates }) => candidates),
    now,
  ).map(({ candidate, score, reasons, changedLately }): ProviderContact => ({
    mailbox: candidate.mailbox,
    source: candidate.source,
    where: wheres.get(candidate.mailbox.toLowerCase()) ?? '',
    date: candidate.recordedAt,
    changedAt: candidate.changedAt ?? candidate.objectChangedAt,
    score,
    reasons,
    changedLately,
  }));
  const abuse = new Set(
    members.flatMap(({ candidates }) =>
      candidates.filter(({ role }) => role === 'abuse').map(({ mailbox }) => mailbox.toLowerCase()),
    ),
  );
  return {
    key,
    name: leading.name,
    asn: null,
    country: leading.country,
    type: 'unknown',
    trust: 'unknown',
    channel: 'mail',
    // A mailbox that is not for abuse may be the customer's own: it is shown, and a person may put it into the book.
    contact: contacts.find(({ mailbox }) => abuse.has(mailbox.toLowerCase()))?.mailbox ?? null,
    source:
      members.length === 1
        ? leading.source
        : `the registries ${[...new Set(members.map(({ source }) => source.replace('the registry ', '')))].sort().join(', ')}`,
    contacts: contacts.slice(0, 20),
  };
}
