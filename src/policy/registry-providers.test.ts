import { expect, test } from 'vitest';
import { parseAddress } from '../domain/address.ts';
import type { Address } from '../domain/address.ts';
import type { AutnumRegistration, RegisteredContact, Registration } from '../domain/registration.ts';
import { createRegistryProviders } from './registry-providers.ts';
import type { RegisteredAnswer } from './registry-providers.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

const contact = (email: string, role: RegisteredContact['role'] = 'abuse', changedAt = '2020-01-01T00:00:00.000Z'): RegisteredContact => ({
  email, role, handle: null, name: null, where: 'entities[0]', changedAt, unvalidated: false, remark: null,
}); // prettier-ignore

const common = { country: 'DE', status: [], registeredAt: null, changedAt: null, remarks: [], otherContacts: [] };

function network(
  start: string,
  end: string,
  holder: [string | null, string],
  abuse: string[],
  registry: Registration['registry'] = 'ripe',
): Registration {
  return {
    ...common, registry, handle: `NET-${start}`, name: 'NET', start, end, parentHandle: null,
    registrant: { handle: holder[0], name: holder[1], where: 'entities[0]' }, abuse: abuse.map((mailbox) => contact(mailbox)),
  }; // prettier-ignore
}

const answer = (registration: Registration | AutnumRegistration, url = 'https://rdap.example/'): RegisteredAnswer => ({
  asked: 'asn' in registration ? `AS${registration.asn}` : registration.start,
  registration,
  url: `${url}${registration.handle}`,
  fetchedAt: NOW,
});

test('the smallest registered network answers for an address', () => {
  const wide = network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha'], ['abuse@alpha.example']);
  const narrow = network('198.51.100.64', '198.51.100.99', ['ORG-B', 'Beta'], ['abuse@beta.example']);
  const registries = createRegistryProviders([answer(narrow), answer(wide)], NOW);
  expect(registries.networkOf(address('198.51.100.63'))?.provider?.key).toBe('org:ripe:ORG-A');
  expect(registries.networkOf(address('198.51.100.99'))?.provider).toMatchObject({
    key: 'org:ripe:ORG-B',
    contact: 'abuse@beta.example',
  });
  expect(registries.networkOf(address('203.0.113.1'))).toBeNull();
});

test('an answer speaks for the neighbourhood of what was asked, and for no more of a large network', () => {
  const large = network('198.18.0.0', '198.19.255.255', ['ORG-A', 'Alpha'], []);
  const registries = createRegistryProviders([{ ...answer(large), asked: '198.18.7.9' }], NOW);
  expect(registries.networkOf(address('198.18.7.200'))?.provider?.key).toBe('org:ripe:ORG-A');
  expect(registries.networkOf(address('198.18.8.1'))).toBeNull();
});

test('one organisation with several networks and an AS is one provider, with all of its contacts', () => {
  const autnum: AutnumRegistration = {
    ...common, registry: 'ripe', handle: 'AS64500', name: 'ALPHA-AS', asn: 64500,
    registrant: { handle: 'ORG-A', name: 'Alpha', where: 'entities[0]' }, abuse: [contact('as-abuse@alpha.example')],
  }; // prettier-ignore
  const registries = createRegistryProviders(
    [
      answer(network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha'], ['abuse@alpha.example'])),
      answer(network('2001:db8::', '2001:db8::ffff', ['ORG-A', 'Alpha'], ['v6@alpha.example'])),
      answer(autnum),
    ],
    NOW,
  );
  const provider = registries.networkOf(address('2001:db8::1'))?.provider;
  expect(registries.autnumOf(64500)?.provider).toBe(provider);
  expect(provider?.contacts?.map(({ mailbox }) => mailbox).sort()).toEqual([
    'abuse@alpha.example',
    'as-abuse@alpha.example',
    'v6@alpha.example',
  ]);
});

test('over several registries one name with one abuse mailbox is one provider; a name alone is not', () => {
  const ripe = network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha GmbH'], ['abuse@alpha.example']);
  const arin = network('203.0.113.0', '203.0.113.255', ['ALPHA-1', 'ALPHA'], ['Abuse@alpha.example'], 'arin');
  const apnic = network('192.0.2.0', '192.0.2.255', ['ORG-X', 'Alpha'], ['abuse@other.example'], 'apnic');
  const registries = createRegistryProviders(
    [ripe, arin, apnic].map((each) => answer(each)),
    NOW,
  );
  const of = (text: string) => registries.networkOf(address(text))?.provider;
  expect(of('198.51.100.1')).toBe(of('203.0.113.1'));
  expect(of('198.51.100.1')?.source).toBe('the registries arin, ripe');
  expect(of('192.0.2.1')?.key).toBe('org:apnic:ORG-X');
});

test('a mailbox that is not for abuse is shown, and never written to by itself', () => {
  const registration = {
    ...network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha'], []),
    otherContacts: [contact('noc@alpha.example', 'noc')],
  };
  const provider = createRegistryProviders([answer(registration)], NOW).networkOf(address('198.51.100.1'))?.provider;
  expect(provider?.contact).toBeNull();
  expect(provider?.contacts).toMatchObject([{ mailbox: 'noc@alpha.example', changedLately: false }]);
});

test('a contact that changed lately is flagged', () => {
  const changed = {
    ...network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha'], []),
    abuse: [contact('new@alpha.example', 'abuse', '2026-11-20T00:00:00.000Z')],
  };
  const provider = createRegistryProviders([answer(changed)], NOW).networkOf(address('198.51.100.1'))?.provider;
  expect(provider?.contacts?.[0]).toMatchObject({ mailbox: 'new@alpha.example', changedLately: true });
});

test('the order in which answers came makes no difference', () => {
  const answers = [
    answer(network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha'], ['abuse@alpha.example'])),
    answer(network('203.0.113.0', '203.0.113.255', ['ORG-B', 'Alpha'], ['abuse@alpha.example'], 'arin')),
    answer(network('192.0.2.0', '192.0.2.255', [null, 'Nobody'], ['x@nobody.example'])),
  ];
  const providersOf = (list: readonly RegisteredAnswer[]) =>
    ['198.51.100.1', '203.0.113.1', '192.0.2.1'].map(
      (text) => createRegistryProviders(list, NOW).networkOf(address(text))?.provider,
    );
  expect(providersOf(answers.toReversed())).toEqual(providersOf(answers));
});
