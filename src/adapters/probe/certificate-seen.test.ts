import { expect, test } from 'vitest';
import { alternativeNames } from './certificate-seen.ts';

test.each([
  ['', []],
  ['DNS:a.example, DNS:b.example, IP Address:192.0.2.1', ['a.example', 'b.example', '192.0.2.1']],
  ['DNS:"a.example, DNS:b.example"', ['a.example, DNS:b.example']],
  ['URI:http://a.example/, DNS:b.example', ['b.example']],
  ['email:desk@a.example, othername:<unsupported>, DNS:*.b.example', ['*.b.example']],
  ['DNS:"a\\"b", DNS:c.example', ['a\\"b', 'c.example']],
  ['DNS:"without an end', []],
])('names of a certificate as Node writes them (CVE-2021-44532): %s', (text, names) => {
  expect(alternativeNames(text)).toEqual(names);
});

test('however many names there are and however they are broken, reading them is quick', () => {
  expect(alternativeNames('DNS:a.example, '.repeat(100_000))).toHaveLength(50);
  for (const part of ['DNS:"', 'DNS:"\\', ', ', '"', 'x', 'DNS:', ','])
    expect(alternativeNames(part.repeat(50_000)).length).toBeLessThanOrEqual(50);
});
