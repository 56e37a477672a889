import type { RawRow } from './format.ts';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivedId } from '../../domain/derived-id.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { normaliseRow as normalise, rejectedValue } from './normalise.ts';

const NOW = Date.UTC(2026, 10, 24);
const normaliseRow = (raw: RawRow, drill: boolean): ReturnType<typeof normalise> =>
  normalise(raw, { drill, now: NOW, seen: null, evidence: null });

const row = (observable: string, more: Partial<Parameters<typeof normaliseRow>[0]> = {}) => ({
  line: 7,
  value: observable,
  observable,
  ...more,
});

/** Pieces that observables are made of, and pieces that break them. */
const PIECES = [
  '203.0.113.7', '198.51.100.', '2001:db8::', '::ffff:', '7', '0', '010', '0x', 'c2', '.example', '.test', '.onion',
  'abcdefghij234567', '.bit', 'xn--', 'ü', '２０', '。', ':', ':443', '/', '/32', '//', '://', 'hxxp', 'https', 'tcp', '[',
  ']', '[.]', '(dot)', '{.}', '@', '\\', '%2e', '%', '?', '#', ' ', '\t', '\0', '\u202e', '\u00ad', '\ufffd', '\ud800',
  '\udc00', '🤖', '-', '_', '.',
]; // prettier-ignore

describe('normaliseRow', () => {
  test('makes a sighting of a row', () => {
    const more = { port: '443', firstSeen: Date.UTC(2021, 0, 17), status: 'online' as const, label: 'Examplebot' };
    expect(normaliseRow(row('203.0.113[.]7', more), true)).toEqual({
      ok: true,
      value: {
        line: 7,
        hostType: 'address',
        host: '203.0.113.7',
        port: 443,
        scheme: null,
        path: null,
        firstSeen: '2021-01-17T00:00:00.000Z',
        lastSeen: null,
        status: 'online',
        label: 'Examplebot',
        reference: null,
        tlp: null,
      },
    });
  });

  test('takes the moment that the whole input was seen for a row without a date of its own, and for no other', () => {
    const seen = Date.UTC(2026, 10, 20);
    const judged = (more: Partial<RawRow>) =>
      normalise(row('203.0.113.7', more), { drill: true, now: NOW, seen, evidence: null });
    const day = '2026-11-20T00:00:00.000Z';
    expect(judged({})).toMatchObject({ ok: true, value: { firstSeen: day, lastSeen: day } });
    expect(judged({ lastSeen: Date.UTC(2026, 10, 1) })).toMatchObject({
      ok: true,
      value: { firstSeen: null, lastSeen: '2026-11-01T00:00:00.000Z' },
    });
  });

  test.each([
    ['203.0.113.7:443', '443', 443],
    ['203.0.113.7:443', '', 443],
    ['203.0.113.7', '443', 443],
    ['203.0.113.7', '', null],
    ['hxxps://c2[.]example/a', '443', 443],
  ])('takes %s with the port column "%s"', (observable, port, expected) => {
    expect(normaliseRow(row(observable, { port }), true)).toMatchObject({ ok: true, value: { port: expected } });
  });

  test.each([
    ['203.0.113.60:3333', '443', 'two ports, 3333 and 443'],
    ['http://c2.example/', '8080', 'two ports, 80 and 8080'],
    ['203.0.113.7', '99999', 'port'],
    ['203.0.113.7', '0', 'port'],
    ['203.0.113.7', '443/tcp', 'port'],
    ['203.0.113.60:3333:443', '', 'more than one port'],
    ['127.0.0.1:1', '', 'a drill takes'],
    ['198.51.100[.', '', 'not'],
  ])('refuses %s with the port column "%s"', (observable, port, reason) => {
    expect(normaliseRow(row(observable, { port }), true)).toMatchObject({ problem: expect.stringContaining(reason) });
  });

  test('refuses in a real operation what a drill lives on, and the other way round', () => {
    expect(normaliseRow(row('203.0.113.7'), false)).toMatchObject({
      problem: expect.stringContaining('documentation'),
    });
    expect(normaliseRow(row('127.0.0.1:1'), false)).toMatchObject({ problem: expect.stringContaining('loopback') });
    expect(normaliseRow(row('abcdefghij234567.onion'), false).ok).toBe(true);
    expect(normaliseRow(row('abcdefghij234567.onion'), true).ok).toBe(false);
  });

  test('refuses a mapped address for the IPv4 address that it is', () => {
    expect(normaliseRow(row('::ffff:127.0.0.1'), false)).toMatchObject({
      problem: expect.stringContaining('loopback'),
    });
  });

  test('says the format’s reason where there is no observable', () => {
    expect(normaliseRow({ line: 1, value: '', observable: null, reason: 'why' }, true)).toEqual({
      ok: false,
      problem: 'why',
    });
  });

  test.each([
    ['a\0b', 'a b'],
    ['\u001b]0;x\u0007', ']0;x'],
    [`${'a'.repeat(199)}🤖🤖`, `${'a'.repeat(199)}…`],
    ['\ud800', null],
    ['\ufffd', null],
    ['', null],
    ['a'.repeat(10_000), `${'a'.repeat(199)}…`],
  ])('cleans the label %#, which would break the database or a terminal', (label, expected) => {
    const normalised = normaliseRow(row('203.0.113.7', { label }), true);
    expect(normalised).toMatchObject({ ok: true, value: { label: expected } });
  });

  test('never throws: any text gives a canonical indicator that reads as itself, or a reason', () => {
    const text = fc.oneof(
      { weight: 4, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 7 }).map((pieces) => pieces.join('')) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
      { weight: 1, arbitrary: fc.ipV6() },
      { weight: 1, arbitrary: fc.webUrl() },
    );
    let accepted = 0;
    fc.assert(
      fc.property(text, fc.boolean(), (observable, drill) => {
        const normalised = normaliseRow(row(observable, { label: observable }), drill);
        if (!normalised.ok) {
          expect(normalised.problem).not.toBe('');
          expect(canonicalJson({ value: rejectedValue(observable), reason: normalised.problem })).not.toMatch(
            /\\u0000/,
          );
          return;
        }
        accepted += 1;
        const { hostType, host, port, scheme, path } = normalised.value;
        // It can be kept: in the ledger's canonical form, and in a text column.
        expect(canonicalJson(normalised.value)).not.toContain('\\u0000');
        expect(derivedId('server', hostType, host)).toHaveLength(36);
        // The host names itself, and no other way of writing it.
        // An IPv6 address in brackets: without them its end might be a port.
        const named = host.includes(':') ? `[${host}]` : host;
        expect(parseIndicator(named)).toMatchObject({ ok: true, value: { hostType, host, port: null, path: null } });
        const authority = `${named}${port === null ? '' : `:${port}`}`;
        const whole = `${scheme === null ? '' : `${scheme}://`}${authority}${path ?? ''}`;
        expect(parseIndicator(whole)).toMatchObject({ ok: true, value: { hostType, host, port, scheme, path } });
      }),
      { numRuns: 8000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

test('a rejected value is one line of at most 300 characters that every place takes', () => {
  expect(rejectedValue('a\0b\r\nc\u202ed')).toBe('a b c d');
  const long = rejectedValue(`${'a'.repeat(298)}🤖🤖🤖`);
  expect(long.isWellFormed()).toBe(true);
  expect(Array.from(long)).toHaveLength(300);
});

test('a moment in the future is no moment: nobody has seen it', () => {
  const day = 86_400_000;
  expect(normaliseRow(row('203.0.113.7', { firstSeen: NOW - day, lastSeen: NOW + 2 * day }), true)).toMatchObject({
    ok: true,
    value: { firstSeen: new Date(NOW - day).toISOString(), lastSeen: null },
  });
});
