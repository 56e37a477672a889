import * as fc from 'fast-check';
import { test } from 'vitest';
import { TLP_LABELS } from '../../domain/tlp.ts';
import { HOST_TYPES } from '../../domain/server.ts';
import type { SightingRow } from '../../domain/rows.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { sightingJson } from './sighting-rows.ts';

const nullOr = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const moment = nullOr(fc.constantFrom('2026-11-20T07:30:05.000Z', '1970-01-01T00:00:00.000Z'));
// Well-formed text of any kind: what intake lets through as free text.
const free = nullOr(fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => text.isWellFormed()));

const row: fc.Arbitrary<SightingRow> = fc.record({
  type: fc.constant('sighting' as const),
  line: fc.nat(),
  serverId: fc.uuid(),
  hostType: fc.constantFrom(...HOST_TYPES),
  host: fc.constantFrom('203.0.113.7', '2001:db8::7', 'xn--bcher-kva.example', 'c2_x.example'),
  port: nullOr(fc.integer({ min: 1, max: 65_535 })),
  scheme: nullOr(fc.constantFrom('http', 'https', 'tcp')),
  path: free,
  firstSeen: moment,
  lastSeen: moment,
  status: nullOr(fc.constantFrom('online' as const, 'offline' as const)),
  label: free,
  reference: free,
  tlp: nullOr(fc.constantFrom(...TLP_LABELS)),
  configurationId: nullOr(fc.uuid()),
});

test('a sighting is written as canonical JSON has it', () => {
  fc.assert(fc.property(row, (sighting) => sightingJson(sighting) === canonicalJson(sighting)));
});
