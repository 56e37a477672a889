import { describe, expect, test } from 'vitest';
import type { HeldObject } from '../../domain/collection.ts';
import { isoInstant } from '../../domain/instant.ts';
import { atGeneration, bareRevocation, idAt, leaving, newVersion, revocation } from './collection-changes.ts';
import { MAKER } from './stix-objects.ts';
import type { StixObject } from './stix-objects.ts';

const NOON = Date.UTC(2026, 10, 23, 12);

function held(baseId: string, changes: Partial<HeldObject> = {}): HeldObject {
  return {
    stixId: baseId,
    baseId,
    generation: 0,
    version: NOON,
    revoked: false,
    contentHash: '0'.repeat(64),
    ...changes,
  };
}

const INDICATOR: StixObject = {
  type: 'indicator',
  id: 'indicator--1',
  created: isoInstant(NOON),
  modified: isoInstant(NOON),
  name: '203.0.113.7:443',
};

describe('what leaves a collection', () => {
  test('is taken back where it says something of a server, hidden where it is an observable, and kept where it is neither', () => {
    const there = [
      'infrastructure--1',
      'indicator--1',
      'relationship--1',
      'sighting--1',
      'ipv4-addr--1',
      'network-traffic--1',
      'malware--1',
      'identity--1',
      'marking-definition--1',
    ].map((id) => held(id));
    const { revoked, pastSightings, hidden } = leaving(there, new Set());
    expect(revoked).toEqual(['infrastructure--1', 'indicator--1', 'relationship--1']);
    expect(pastSightings.map(({ baseId }) => baseId)).toEqual(['sighting--1']);
    expect(hidden).toEqual(['ipv4-addr--1', 'network-traffic--1']);
    expect(leaving(there, new Set(there.map(({ baseId }) => baseId)))).toEqual({
      revoked: [],
      pastSightings: [],
      hidden: [],
    });
  });

  test('is taken back once', () => {
    expect(leaving([held('indicator--1', { revoked: true })], new Set()).revoked).toEqual([]);
  });
});

describe('a new version', () => {
  const as = (given: HeldObject | null) => ({ baseId: INDICATOR.id, generation: 0, held: given });

  test('is none where nothing but `modified` differs', () => {
    const first = newVersion(INDICATOR, as(null));
    expect(first).toMatchObject({ version: NOON, isFirst: true, revoked: false, object: JSON.stringify(INDICATOR) });
    const there = held(INDICATOR.id, { contentHash: first?.contentHash ?? '' });
    expect(newVersion({ ...INDICATOR, modified: isoInstant(NOON + 5000) }, as(there))).toBeNull();
  });

  test('is later than the one before, whatever the facts say (STIX 2.1 section 3.6.1)', () => {
    const version = newVersion({ ...INDICATOR, name: 'another' }, as(held(INDICATOR.id, { version: NOON + 7 })));
    expect(version).toMatchObject({ version: NOON + 8, isFirst: false });
    expect(JSON.parse(version?.object ?? '')).toMatchObject({ modified: isoInstant(NOON + 8) });
  });

  test('goes by `created` where it has no `modified`, and by nothing where it has neither (TAXII 2.1 section 3.4.1)', () => {
    const marking = newVersion({ type: 'marking-definition', id: 'm', created: isoInstant(NOON) }, as(null));
    expect(marking?.version).toBe(NOON);
    expect(newVersion({ type: 'ipv4-addr', id: 'i', value: '203.0.113.7' }, as(null))?.version).toBeNull();
  });

  test('of a revocation keeps all that was said, and is later', () => {
    const version = revocation(JSON.stringify(INDICATOR), held(INDICATOR.id, { version: NOON + 9000 }), NOON);
    expect(version).toMatchObject({ revoked: true, version: NOON + 9001, isFirst: false });
    const { modified, ...rest } = INDICATOR;
    expect(modified).toBe(isoInstant(NOON));
    expect(JSON.parse(version.object)).toEqual({ ...rest, modified: isoInstant(NOON + 9001), revoked: true });
  });
});

test('an id that was revoked is never used again, and what refers to it follows (STIX 2.1 section 3.6)', () => {
  const generations = new Map([['indicator--1', 2]]);
  const again = idAt('indicator--1', generations);
  expect(again).toMatch(/^indicator--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(idAt('indicator--1', new Map([['indicator--1', 1]]))).not.toBe(again);
  expect(idAt('indicator--2', generations)).toBe('indicator--2');
  const relationship: StixObject = {
    type: 'relationship',
    id: 'relationship--1',
    source_ref: 'indicator--1',
    target_ref: 'infrastructure--1',
    description: 'indicator--1',
  };
  expect(atGeneration(relationship, generations)).toEqual({ ...relationship, source_ref: again });
});

describe('what is left of a revocation when what it was about is erased', () => {
  const kept = { spec_version: '2.1', created: isoInstant(NOON), modified: isoInstant(NOON + 1), object_marking_refs: ['marking-definition--1'] };
  const said = { name: '203.0.113.7:443', labels: ['state:c2-live'], description: '203.0.113.7', extensions: { x: { state: '203.0.113.7' } } };

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['infrastructure', { last_seen: 'x' }, { name: 'erased' }],
    ['indicator', { pattern: "[ipv4-addr:value = '203.0.113.7']", pattern_type: 'suricata', valid_from: '2026-01-01T00:00:00.000Z' }, { pattern: "[x-dismantle-erased:value = 'erased']", pattern_type: 'stix', valid_from: isoInstant(NOON) }],
    ['relationship', { relationship_type: 'consists-of', source_ref: 'infrastructure--1', target_ref: 'ipv4-addr--1' }, { relationship_type: 'related-to', source_ref: 'infrastructure--1', target_ref: MAKER }],
    ['sighting', { sighting_of_ref: 'infrastructure--1', first_seen: 'x', where_sighted_refs: '203.0.113.7' }, { sighting_of_ref: 'infrastructure--1' }],
  ])('of %s is its id, and what STIX 2.1 demands', (type, more, demanded) => {
    const object = { type, id: `${type}--1`, ...kept, ...said, ...more, revoked: true };
    const bare = bareRevocation(JSON.stringify(object));
    expect(JSON.parse(bare)).toEqual({ type, id: `${type}--1`, ...kept, revoked: true, ...demanded });
    expect(bareRevocation(bare)).toBe(bare);
  });
}); // prettier-ignore
