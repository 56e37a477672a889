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

const autnum = (handle: string, mailbox: string): AutnumRegistration => ({
  ...common, registry: 'ripe', handle: 'AS64500', name: 'ALPHA-AS', asn: 64500,
  registrant: { handle, name: 'Alpha', where: 'entities[0]' }, abuse: [contact(mailbox)],
}); // prettier-ignore

test('one organisation with several networks and an AS is one provider, with one desk', () => {
  const registries = createRegistryProviders(
    [
      answer(network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha'], ['abuse@alpha.example'])),
      answer(network('2001:db8::', '2001:db8::ffff', ['ORG-A', 'Alpha'], ['Abuse@alpha.example'])),
      answer(autnum('ORG-A', 'abuse@alpha.example')),
    ],
    NOW,
  );
  const provider = registries.networkOf(address('2001:db8::1'))?.provider;
  expect(registries.autnumOf(64500)?.provider).toBe(provider);
  expect(registries.networkOf(address('198.51.100.1'))?.provider).toBe(provider);
  expect(provider).toMatchObject({ key: 'org:ripe:ORG-A', contact: 'abuse@alpha.example' });
});

test('a network that names a desk of its own is not written to about the others', () => {
  const registries = createRegistryProviders(
    [
      answer(network('198.51.100.0', '198.51.100.255', ['ORG-A', 'Alpha'], ['evil@customer.example'])),
      answer(network('203.0.113.0', '203.0.113.255', ['ORG-A', 'Alpha'], ['abuse@alpha.example'])),
      answer(autnum('ORG-A', 'abuse@alpha.example')),
    ],
    NOW,
  );
  const of = (text: string) => registries.networkOf(address(text))?.provider;
  expect(of('203.0.113.1')).toMatchObject({ key: 'org:ripe:ORG-A', contact: 'abuse@alpha.example' });
  expect(of('203.0.113.1')?.contacts?.map(({ mailbox }) => mailbox)).toEqual(['abuse@alpha.example']);
  expect(of('198.51.100.1')).toMatchObject({
    key: 'org:ripe:ORG-A/evil@customer.example',
    contact: 'evil@customer.example',
  });
});

test('nothing is merged over organisations: a name and a mailbox can be copied', () => {
  const ripe = network('198.51.100.0', '198.51.100.255', ['ORG-B', 'Alpha GmbH'], ['abuse@alpha.example']);
  const copy = network(
    '192.0.2.0',
    '192.0.2.255',
    ['ORG-A', 'Alpha GmbH'],
    ['abuse@alpha.example', 'evil@copy.example'],
  );
  const arin = network('203.0.113.0', '203.0.113.255', ['ALPHA-1', 'Alpha GmbH'], ['abuse@alpha.example'], 'arin');
  const registries = createRegistryProviders(
    [ripe, copy, arin].map((each) => answer(each)),
    NOW,
  );
  const of = (text: string) => registries.networkOf(address(text))?.provider;
  expect(of('198.51.100.1')).toMatchObject({ key: 'org:ripe:ORG-B', contact: 'abuse@alpha.example' });
  expect(of('203.0.113.1')?.key).toBe('org:arin:ALPHA-1');
  expect(of('192.0.2.1')?.key).toBe('org:ripe:ORG-A');
});

test('the same handle at two national registries is two organisations', () => {
  const one = network('198.51.100.0', '198.51.100.255', ['EX1', 'One'], ['a@one.example'], 'other');
  const two = network('203.0.113.0', '203.0.113.255', ['EX1', 'Two'], ['a@two.example'], 'other');
  const registries = createRegistryProviders(
    [answer(one, 'https://rdap.one.example/'), answer(two, 'https://rdap.two.example/')],
    NOW,
  );
  expect(registries.networkOf(address('198.51.100.1'))?.provider?.name).toBe('One');
  expect(registries.networkOf(address('203.0.113.1'))?.provider?.name).toBe('Two');
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
