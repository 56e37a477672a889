import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KnownFingerprint } from '../../ports/candidates.ts';
import { ScanMatcher } from './match-scan.ts';
import type { ScanRow } from './read-scan-row.ts';

const known = (value: string, more: Partial<KnownFingerprint> = {}): KnownFingerprint => ({
  kind: 'certificate',
  value,
  matches: [{ fingerprint: `id of ${value}` }],
  names: [],
  hosts: [],
  ...more,
});

const row = (host: string, ...values: readonly string[]): ScanRow => ({
  hostType: 'address',
  host,
  port: 443,
  seen: null,
  fingerprints: values.map((value) => ({ kind: 'certificate', value })),
});

test('every host of a fingerprint is found up to the bound, and none above it, in whatever order they come', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('a', 'b', 'unknown')), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 8 }), (scan, maxHosts) => {
      const matcher = new ScanMatcher([known('a'), known('b')], maxHosts);
      for (const [line, [host, value]] of scan.entries()) matcher.take(line, row(`198.51.100.${host}`, value));
      const { hits, common } = matcher.result();
      for (const value of ['a', 'b']) {
        const carrying = scan.filter(([, each]) => each === value);
        const hosts = new Set(carrying.map(([host]) => `198.51.100.${host}`));
        const isCommon = hosts.size > maxHosts;
        const found = hits.filter(({ known: { value: own } }) => own === value).map(({ row: { host } }) => host);
        expect(new Set(found)).toEqual(isCommon ? new Set() : hosts);
        expect(found).toHaveLength(isCommon ? 0 : hosts.size);
        expect(common.filter((each) => each.value === value)).toEqual(
          isCommon ? [expect.objectContaining({ rows: carrying.length, hosts: maxHosts + 1 })] : [],
        );
      }
    }),
  );
});

test('hosts of earlier files count, so that a scan cut into pieces stays common', () => {
  const matcher = new ScanMatcher([known('a', { hosts: ['198.51.100.1', '198.51.100.2'] })], 3);
  matcher.take(2, row('198.51.100.1', 'a'));
  matcher.take(3, row('198.51.100.3', 'a'));
  expect(matcher.result().hits).toHaveLength(2);
  matcher.take(4, row('198.51.100.4', 'a'));
  expect(matcher.result()).toMatchObject({ hits: [], common: [{ rows: 3, hosts: 4 }] });
});

test('one service is offered once, by the most telling that it carries', () => {
  const matcher = new ScanMatcher([known('a'), known('b')], 3);
  expect(matcher.take(2, row('198.51.100.1', 'x', 'b', 'a'))).toBe(true);
  expect(matcher.take(3, row('198.51.100.1', 'x'))).toBe(false);
  expect(matcher.result().hits).toMatchObject([{ line: 2, known: { value: 'b' } }]);
});

test('a platform’s certificate is not searched for by our own look alone, and is where a source has tied it', () => {
  const names = ['CN=*.cloudfront.net'];
  const own = new ScanMatcher([known('a', { names, matches: [{ server: 's', moved: false }] })], 3);
  own.take(2, row('198.51.100.1', 'a'));
  expect(own.result()).toMatchObject({ hits: [], common: [{ rows: 1, hosts: 1 }] });
  const tied = new ScanMatcher([known('a', { names })], 3);
  tied.take(2, row('198.51.100.1', 'a'));
  expect(tied.result().hits).toHaveLength(1);
});
