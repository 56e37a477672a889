import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DAY, givenTo, givingFacts, GIVING_OPERATION, OPENED, textOf } from '../../../test/support/giving-facts.ts';
import { hasStixSchemas, stixValidator } from '../../../test/support/stix-schemas.ts';
import type { Given, GivingFacts, Recipient } from '../../domain/giving.ts';
import { observableId, stableId } from '../../domain/giving-ids.ts';
import { stixObjects } from './stix-objects.ts';
import type { StixObject } from './stix-objects.ts';

const HOST: Recipient = { kind: 'provider', key: 'host-example' };
const COMMUNITY: Recipient = { kind: 'community' };
const id = (number: number): string => `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;
const said = (
  port: number | null,
  marking: GivingFacts['sayings'][number]['marking'] = null,
  schemes: readonly string[] = [],
) => ({ port, marking, schemes, firstSeen: OPENED, lastSeen: OPENED + DAY }) as const;

/** One of each kind of thing that can be given. */
const VARIED: readonly GivingFacts[] = [
  givingFacts({ serverId: id(1), sayings: [said(443, 'clear'), said(449, 'amber', ['https'])] }),
  givingFacts({ serverId: id(2), host: '2001:db8::7', sayings: [said(443)], verdict: 'dark', darkAt: OPENED + DAY, confirmedAt: OPENED + 2 * DAY }),
  givingFacts({ serverId: id(3), host: '203.0.113.8', verdict: 'dark', darkAt: OPENED + DAY, confirmedAt: null, networks: [{ asn: 64501, from: '2026-10-01', to: '2026-10-01' }, { asn: 64500, from: null, to: null }] }),
  givingFacts({ serverId: id(4), hostType: 'domain', host: 'c2_x.xn--bcher-kva.example', sayings: [said(null), said(8080, 'clear', ['http'])], asn: null, networks: [] }),
  givingFacts({ serverId: id(5), hostType: 'onion', host: 'abcdefghijklmnop.onion', verdict: null, verdictSince: null, asn: null, networks: [], provider: null, holder: null }),
  givingFacts({ serverId: id(6), host: '203.0.113.9', state: 'retracted' }),
  givingFacts({ serverId: id(7), host: '203.0.113.10', verdict: 'answers-other' }),
  givingFacts({ serverId: id(8), host: '203.0.113.11', state: 'settled', settledAt: OPENED + 2 * DAY, sayings: [{ ...said(null), firstSeen: null, lastSeen: null }] }),
  givingFacts({ serverId: id(9), host: '203.0.113.12', kind: 'shared-hosting', names: [{ name: 'site.example', marking: null, group: 'a', isReliable: true }] }),
  givingFacts({ serverId: id(10), host: '203.0.113.13', verdict: 'dark', darkAt: OPENED - 2 * DAY, confirmedAt: OPENED - DAY }),
]; // prettier-ignore

const objectsOf = (
  facts: readonly GivingFacts[],
  to: Recipient = HOST,
  changes: Partial<Given> = {},
): readonly StixObject[] => [...stixObjects(givenTo(to, 'stix', facts, changes))];
const only = (objects: readonly StixObject[], type: string): StixObject => {
  const found = objects.filter((object) => object.type === type);
  expect(found).toHaveLength(1);
  return found[0] ?? { type, id: 'none' };
};
const relations = (objects: readonly StixObject[]): readonly string[] =>
  objects
    .filter(({ type }) => type === 'relationship')
    .map((object) => {
      const [source, target] = [text(object, 'source_ref'), text(object, 'target_ref')].map(
        (ref) => ref.split('--')[0],
      );
      return `${source} ${text(object, 'relationship_type')} ${target}`;
    });

/** A property that has to be text. */
const text = (object: StixObject, key: string): string => z.string().parse(object[key]);

function bundleOf<Bundle extends { readonly type: string }>(
  bundle: Bundle,
  objects: unknown,
): Bundle & { objects: unknown } {
  return { ...bundle, objects };
}

describe('ids', () => {
  test('of observables are those that the specification computes', () => {
    expect(observableId('ipv4-addr', { value: '198.51.100.3' })).toBe(
      'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4',
    );
    expect(observableId('autonomous-system', { number: 64500 })).toBe(
      'autonomous-system--0a5f7072-df00-5729-9f0a-4eb18631a446',
    );
    expect(observableId('domain-name', { value: 'c2.example' })).toBe(
      'domain-name--48a20b60-d03a-5e96-ad43-977ad0c63d84',
    );
  });

  test('of ours have the form of version 4, and follow from what they name', () => {
    expect(stableId('a', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(stableId('a', 1)).toBe(stableId('a', 1));
    expect(stableId('a', 1)).not.toBe(stableId('a', '1'));
  });
});

describe.skipIf(!hasStixSchemas)('every object (skipped where ../shared/data/stix is missing)', () => {
  const invalid = stixValidator();

  test('is valid by the official schemas, whoever it is for', () => {
    let count = 0;
    for (const to of [HOST, COMMUNITY, { kind: 'country', country: 'DE' } as const]) {
      for (const changes of [
        {},
        { organisation: null, operation: { ...GIVING_OPERATION, drill: true, malware: null } },
      ]) {
        for (const object of objectsOf(VARIED, to, changes)) {
          expect(invalid(object)).toBe('');
          count += 1;
        }
      }
    }
    expect(count).toBeGreaterThan(300);
  });

  test('and so is the bundle, whose objects are each there once', () => {
    const bundle = z
      .object({ type: z.literal('bundle'), id: z.string(), objects: z.array(z.looseObject({ id: z.string() })) })
      .parse(JSON.parse(textOf(givenTo(HOST, 'stix', VARIED), 'stix')));
    // The bundle's schema has been left without extension definitions, which have one of their own: it is asked about the rest.
    const objects = bundle.objects.filter(({ id }) => !id.startsWith('extension-definition--'));
    expect(objects.length).toBe(bundle.objects.length - 1);
    expect(invalid(bundleOf(bundle, objects)) === '').toBe(true);
    expect(new Set(bundle.objects.map((object) => object.id)).size).toBe(bundle.objects.length);
    expect(invalid({ type: 'bundle' })).not.toBe('');
  });
});

describe('what is told', () => {
  test('one infrastructure an endpoint, of which it consists, what it controls, who can switch it off', () => {
    const objects = objectsOf([givingFacts()]);
    expect(only(objects, 'infrastructure')).toMatchObject({
      name: '203.0.113.7:443',
      infrastructure_types: ['command-and-control'],
      first_seen: '2026-11-20T08:00:00.000Z',
      labels: ['state:live', 'kind:dedicated'],
      created: '2026-11-21T08:00:00.000Z',
      modified: '2026-11-23T08:00:00.000Z',
    });
    expect(relations(objects)).toEqual([
      'infrastructure consists-of ipv4-addr',
      'infrastructure consists-of network-traffic',
      'indicator indicates infrastructure',
      'infrastructure controls malware',
      'indicator indicates malware',
      'infrastructure related-to identity',
      'ipv4-addr belongs-to autonomous-system',
    ]);
    expect(only(objects, 'indicator')['pattern']).toBe(
      "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]",
    );
    expect(only(objects, 'indicator')).not.toHaveProperty('valid_until');
    expect(only(objects, 'malware')).toMatchObject({ name: 'LabBot', is_family: true });
    expect(only(objects, 'autonomous-system')).toMatchObject({ number: 64500, name: 'Host Example AS' });
  });

  test('every object carries a marking that stands in the bundle, every reference leads somewhere', () => {
    const objects = objectsOf(VARIED);
    const known = new Set(objects.map((object) => object.id));
    const revoked = new Set(objects.filter((object) => object['revoked'] === true).map((object) => object.id));
    for (const object of objects) {
      if (object.type === 'marking-definition') continue;
      for (const marking of z.array(z.string()).min(1).parse(object['object_marking_refs']))
        expect(known).toContain(marking);
      for (const key of ['created_by_ref', 'sighting_of_ref', 'source_ref', 'target_ref', 'dst_ref']) {
        const target = object[key];
        // Words on an observable are taken back without naming it once more.
        if (typeof target === 'string' && !revoked.has(object.id)) expect(known).toContain(target);
      }
    }
  });

  test('a confirmed dark server ends the indicator, and is a sighting that saw nothing', () => {
    const dark = { verdict: 'dark', darkAt: OPENED + DAY, confirmedAt: null } as const;
    const [before, after] = [dark, { ...dark, confirmedAt: OPENED + 2 * DAY }].map((changes) =>
      objectsOf([givingFacts(changes)]),
    );
    expect(only(before ?? [], 'indicator')).not.toHaveProperty('valid_until');
    expect(only(after ?? [], 'indicator')).toMatchObject({ valid_until: '2026-11-22T08:00:00.000Z' });
    expect(only(before ?? [], 'sighting')).toMatchObject({ count: 0, first_seen: '2026-11-21T08:00:00.000Z' });
    expect(only(objectsOf([givingFacts()]), 'sighting')).toMatchObject({ count: 1 });
    // Which of two ports answered is not known, so that nothing is said of either.
    const two = givingFacts({ sayings: [said(443), said(449)] });
    expect(objectsOf([two]).some(({ type }) => type === 'sighting')).toBe(false);
    // Nor to whom only one of them may be told.
    const secret = givingFacts({ sayings: [said(443), said(449, 'red')] });
    expect(objectsOf([secret]).some(({ type }) => type === 'sighting')).toBe(false);
    // A look at the address is none at the name that is given in its place.
    const named = givingFacts({
      kind: 'cdn-fronted',
      names: [{ name: 'c2.example', marking: null, group: '', isReliable: true }],
    });
    expect(objectsOf([named]).some(({ type }) => type === 'sighting')).toBe(false);
  });

  test('an indicator ends after it begins, though its source has seen it later than that', () => {
    for (const object of objectsOf(VARIED)) {
      if ('valid_until' in object) expect(text(object, 'valid_until') > text(object, 'valid_from')).toBe(true);
      if ('stop_time' in object) expect(text(object, 'stop_time') > text(object, 'start_time')).toBe(true);
      if ('modified' in object) expect(text(object, 'modified') >= text(object, 'created')).toBe(true);
    }
  });

  test('an AS that the address has left has a stop, the one it stands in has none', () => {
    const moved = givingFacts({ networks: [{ asn: 64501, from: '2026-10-01', to: '2026-10-03' }, { asn: 64500, from: '2026-11-01', to: '2026-11-20' }] }); // prettier-ignore
    expect(objectsOf([moved]).filter((object) => object['relationship_type'] === 'belongs-to')).toMatchObject([
      { start_time: '2026-10-01T00:00:00.000Z', stop_time: '2026-10-04T00:00:00.000Z' },
      { start_time: '2026-11-01T00:00:00.000Z' },
    ]);
  });

  test('a retracted server has the ids that it had, revoked, and a later version', () => {
    const before = objectsOf([givingFacts()]);
    const after = objectsOf([givingFacts({ state: 'retracted', changedAt: OPENED + 5 * DAY })]);
    const own = (objects: readonly StixObject[]) =>
      objects.filter(({ type }) => ['infrastructure', 'indicator', 'relationship', 'sighting'].includes(type));
    expect(own(after).map((object) => object.id)).toEqual(own(before).map((object) => object.id));
    expect(own(after).every((object) => object['revoked'] === true)).toBe(true);
    expect(own(after).map((object) => object['created'])).toEqual(own(before).map((object) => object['created']));
    expect(only(after, 'indicator')['modified']).toBe('2026-11-25T08:00:00.000Z');
    expect(after.some(({ type }) => type === 'ipv4-addr' || type === 'malware')).toBe(false);
  });

  test('what several lean on has the least strict marking of those, and what nobody knows is left out', () => {
    const amber = givingFacts({ serverId: id(2), host: '203.0.113.8', sayings: [said(443, 'amber')] });
    const marked = (facts: readonly GivingFacts[]) => only(objectsOf(facts), 'malware')['object_marking_refs'];
    expect(marked([amber])).toEqual(['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421']);
    expect(marked([amber, givingFacts()])).toEqual(['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb']);
    const unknown = givingFacts({
      provider: null,
      asn: null,
      holder: null,
      networks: [],
      verdict: null,
      kind: 'unknown',
    });
    const objects = objectsOf([unknown], COMMUNITY, {
      operation: { ...GIVING_OPERATION, malware: null },
      organisation: null,
    });
    expect(relations(objects)).toEqual([
      'infrastructure consists-of ipv4-addr',
      'infrastructure consists-of network-traffic',
      'indicator indicates infrastructure',
    ]);
    expect(only(objects, 'infrastructure')).toMatchObject({ labels: ['state:not-looked-at'] });
    expect(only(objects, 'infrastructure')).not.toHaveProperty('created_by_ref');
  });

  test('two recipients get the same object of the same server, the stricter ports apart', () => {
    const mixed = [givingFacts({ sayings: [said(443, 'amber'), said(449, 'green')] })];
    const ofServer = (to: Recipient) =>
      objectsOf(mixed, to).filter(({ type }) =>
        ['infrastructure', 'indicator', 'relationship', 'sighting'].includes(type),
      );
    const provider = ofServer(HOST);
    const community = ofServer(COMMUNITY);
    expect(community.length).toBeGreaterThan(5);
    for (const object of community) expect(provider).toContainEqual(object);
    expect(provider.length).toBeGreaterThan(community.length);
  });

  test('the same facts give the same bytes', () => {
    expect(textOf(givenTo(HOST, 'stix', VARIED), 'stix')).toBe(textOf(givenTo(HOST, 'stix', VARIED), 'stix'));
  });
});
