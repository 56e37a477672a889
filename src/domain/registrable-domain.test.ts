import { expect, test } from 'vitest';
import { registrableDomain } from './registrable-domain.ts';

test.each([
  ['gate.panel.lab.example', 'lab.example'],
  ['lab.example', 'lab.example'],
  ['A.Lab.Example.', 'lab.example'],
  ['xn--bcher-kva.test', 'xn--bcher-kva.test'],
  // Whoever runs the suffix lets strangers have names below it.
  ['lab.github.io', null],
  ['gate.lab.duckdns.org', null],
  ['github.io', null],
  ['203.0.113.7', null],
  ['2001:db8::7', null],
  [`${'a'.repeat(56)}.onion`, null],
  ['lab.bit', null],
  ['', null],
])('of %s it is %s', (host, domain) => {
  expect(registrableDomain(host)).toBe(domain);
});
