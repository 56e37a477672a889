import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLAST_CODES, blastRadius } from './blast-radius.ts';
import type { BlastCode, BlastServer } from './blast-radius.ts';

const network = {
  registry: 'ripe',
  handle: 'EX-NET',
  name: 'EXAMPLE-NET',
  start: '192.0.2.0',
  end: '192.0.2.255',
  country: 'DE',
  registrant: 'Hosting Example',
  relation: 'the same',
};
const quiet: BlastServer = {
  host: '192.0.2.11',
  hostType: 'address',
  kind: 'dedicated',
  groundChecked: true,
  listHits: [],
  names: [],
  network,
  elsewhere: [],
  asks: ['preserve', 'suspend'],
};
const hit = (effect: 'hold' | 'hostname-only' | 'note') => ({
  list: 'some-list',
  version: '1',
  effect,
  entry: '192.0.2.0/24',
});
const found = (change: Partial<BlastServer>, code: BlastCode) =>
  blastRadius([{ ...quiet, ...change }]).find((finding) => finding.code === code);

test.each<[string, Partial<BlastServer>, BlastCode, string]>([
  ['a host of many', { kind: 'shared-hosting' }, 'shared-ground', 'harm'],
  ['a CDN', { kind: 'cdn-fronted' }, 'shared-ground', 'harm'],
  ['ground of which a list says that many share it', { listHits: [hit('hostname-only')] }, 'shared-ground', 'harm'],
  ["a victim's host", { kind: 'compromised-host' }, 'victims', 'harm'],
  ['a device', { kind: 'iot-device' }, 'victims', 'harm'],
  ['a Tor exit', { kind: 'tor-exit' }, 'tor-exit', 'harm'],
  ['names that would go with the address', { names: ['shop.example'] }, 'other-names', 'harm'],
  ['names that stay', { names: ['shop.example'], asks: ['block-hostname'] }, 'other-names', 'note'],
  ['a list', { listHits: [hit('note')] }, 'listed', 'note'],
  ['a domain with all below it', { hostType: 'domain', host: 'a.example', asks: ['suspend-domain'] }, 'whole-registered-name', 'harm'],
  ['unchecked ground', { groundChecked: false }, 'ground-unchecked', 'unknown'],
  ['names nobody asked for', {}, 'other-names-unknown', 'unknown'],
  ['the network', {}, 'network', 'note'],
  ['a network nobody asked for', { network: null }, 'network-unknown', 'unknown'],
  ['another operation', { elsewhere: ['other'] }, 'elsewhere', 'note'],
])('shows %s', (_, change, code, level) => {
  expect(found(change, code)).toMatchObject({ level, hosts: [change.host ?? quiet.host] });
}); // prettier-ignore

test('what is not known is said, and is not said where it is known', () => {
  expect(found({}, 'other-names-unknown')?.sentence).toBe('other names on this address: not known, nobody was asked');
  expect(found({ names: ['shop.example'] }, 'other-names-unknown')).toBeUndefined();
  expect(found({ hostType: 'domain', host: 'c2.example' }, 'other-names-unknown')).toBeUndefined();
});

test('words of others are details, each once, and never stand in the sentence', () => {
  const servers = ['192.0.2.1', '192.0.2.2'].map((host) => ({ ...quiet, host, names: ['shop.example'] }));
  expect(blastRadius(servers).find(({ code }) => code === 'other-names')).toMatchObject({
    details: ['shop.example'],
    hosts: ['192.0.2.1', '192.0.2.2'],
  });
  for (const { sentence } of blastRadius(servers)) expect(sentence).not.toMatch(/192\.|example/);
});

test('every address is accounted for: its other names are told or said to be unknown', () => {
  const server = fc.record({
    names: fc.array(fc.constantFrom('a.example', 'b.example'), { maxLength: 2 }),
    kind: fc.constantFrom('dedicated' as const, 'unknown' as const, 'shared-hosting' as const),
    network: fc.constantFrom(network, null),
    groundChecked: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(server, { minLength: 1, maxLength: 8 }), (changes) => {
      const servers = changes.map((change, index) => ({ ...quiet, ...change, host: `192.0.2.${index}` }));
      const findings = blastRadius(servers);
      const hostsOf = (...codes: BlastCode[]) =>
        findings.filter(({ code }) => codes.includes(code)).flatMap(({ hosts }) => hosts);
      const all = servers.map(({ host }) => host);
      expect(hostsOf('other-names', 'other-names-unknown').toSorted()).toEqual(all.toSorted());
      expect(hostsOf('network', 'network-unknown').toSorted()).toEqual(all.toSorted());
      expect(BLAST_CODES).toEqual(expect.arrayContaining(findings.map(({ code }) => code)));
    }),
  );
});

test('nothing is found where there is no server', () => {
  expect(blastRadius([])).toEqual([]);
});
