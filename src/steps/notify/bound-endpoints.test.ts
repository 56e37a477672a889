import { expect, test } from 'vitest';
import { parse } from 'csv-parse/sync';
import type { NoticeCase } from '../../ports/store.ts';
import type { Endpoint } from '../../domain/server.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { ownNoticeTexts, sampleFacts, sampleItem, sampleRow } from '../../../test/support/notice-facts.ts';
import { assembleNotices } from './assemble-notices.ts';
import { boundEndpoints, MAX_ENDPOINTS } from './bound-endpoints.ts';
import { draftNotice } from './draft-notice.ts';
import { hashNotice } from './hash-notice.ts';

const texts = await ownNoticeTexts();
const pathsOf = (count: number, port = 80): readonly Endpoint[] =>
  Array.from({ length: count }, (_none, index) => ({ port, scheme: 'http', path: `/${index}` }));

test('keeps as many endpoints as fit as they are', () => {
  const all = pathsOf(MAX_ENDPOINTS);
  expect(boundEndpoints(all)).toEqual({ endpoints: all, endpointsLeftOut: 0 });
  expect(boundEndpoints([])).toEqual({ endpoints: [], endpointsLeftOut: 0 });
});

test('names every port before a second path of one, in the same order whatever order they come in', () => {
  const all = [...pathsOf(200), ...pathsOf(1, 443), ...pathsOf(1, 8080), { port: null, scheme: null, path: null }];
  const { endpoints, endpointsLeftOut } = boundEndpoints(all);
  expect(endpoints).toHaveLength(MAX_ENDPOINTS);
  expect(endpointsLeftOut).toBe(203 - MAX_ENDPOINTS);
  expect([...new Set(endpoints.map(({ port }) => port))]).toEqual([null, 80, 443, 8080]);
  expect(boundEndpoints(all.toReversed())).toEqual({ endpoints, endpointsLeftOut });
});

test('more ports than fit are cut as well', () => {
  const { endpoints, endpointsLeftOut } = boundEndpoints(
    Array.from({ length: 65_535 }, (_none, index) => ({ port: 65_535 - index, scheme: null, path: null })),
  );
  expect(endpoints.map(({ port }) => port)).toEqual(Array.from({ length: MAX_ENDPOINTS }, (_none, index) => index + 1));
  expect(endpointsLeftOut).toBe(65_535 - MAX_ENDPOINTS);
});

const caseOf = (endpoints: readonly Endpoint[], host: string): NoticeCase => ({
  caseId: host, state: 'decided', providerKey: 'as64500', method: 'abuse-notice', rowId: 'any-abuse-notice', missing: [],
  hostType: 'address', host, kind: 'dedicated', endpoints,
  sightings: [
    { group: 'partner', port: 80, label: 'Labbot', importedAt: '2026-11-23T10:00:00.000Z', firstSeen: null, lastSeen: null, status: null },
  ],
}); // prettier-ignore

function draftOf(...cases: readonly NoticeCase[]): ReturnType<typeof draftNotice> {
  const { operation } = sampleFacts();
  const [group] = assembleNotices(operation, cases, new Map([['any-abuse-notice', sampleRow()]]));
  if (group === undefined) throw new Error('no notice');
  const { items, reportIds } = group;
  return draftNotice(sampleFacts({ items, reportIds }), { texts, program: 'dismantle/0.0.0' });
}

const payloadOf = (report: unknown): string => {
  const [, payload = ''] = /"payload":"([^"]+)"/.exec(JSON.stringify(report)) ?? [];
  return Buffer.from(payload, 'base64').toString('utf8');
};

const LEFT_OUT = '149950 further endpoints of this server are left out; the full list is available on request';

test('a notice about 150,000 paths on one address stays small, and says in every part what is left out', () => {
  const many = caseOf(pathsOf(150_000), '203.0.113.7');
  const one = draftOf(many);
  expect(one.text.replaceAll(/\n +/g, ' ')).toContain(LEFT_OUT);
  expect(payloadOf(one.xarf[0])).toContain(`${LEFT_OUT}\n`);
  expect(JSON.stringify(one.xarf).length + one.text.length).toBeLessThan(30_000);
  const two = draftOf(many, caseOf(pathsOf(3), '203.0.113.8'));
  const rows: Record<string, string>[] = parse(two.itemsCsv ?? '', { columns: true, record_delimiter: '\r\n' });
  expect(rows).toHaveLength(MAX_ENDPOINTS + 1 + 3);
  expect(rows[MAX_ENDPOINTS]).toMatchObject({
    host: '203.0.113.7',
    port: '',
    endpoint: '',
    observed: LEFT_OUT.replace(';', ','),
  });
  expect(rows.filter(({ observed }) => observed === LEFT_OUT.replace(';', ','))).toHaveLength(1);
});

test('what an approval binds to is what is sent', () => {
  const hash = (endpoints: readonly Endpoint[]): string =>
    hashNotice(draftOf(caseOf(endpoints, '203.0.113.7')), canonicalJson);
  const all = pathsOf(60);
  expect(hash(all.toReversed())).toBe(hash(all));
  expect(hash(all.slice(1))).not.toBe(hash(all));
  expect(hash([...all, ...pathsOf(1, 443)])).not.toBe(hash(all));
});

test('nothing is said to be left out where nothing is', () => {
  const { text, itemsCsv, xarf } = draftNotice(sampleFacts({ items: [sampleItem(), sampleItem()] }), {
    texts,
    program: 'dismantle/0.0.0',
  });
  expect(`${text}${itemsCsv}${xarf.map(payloadOf).join('')}`).not.toContain('left out');
});
