import { expect, test } from 'vitest';
import { addressPart } from './address.ts';

test('a part of the address is read once, whatever stands in it', () => {
  const name = 'a/b 50% %2F ?#é';
  const pathname = `/app/${encodeURIComponent(name)}/cases/${encodeURIComponent('2001:db8::7')}`;
  expect(addressPart('operation', pathname)).toBe(name);
  expect(addressPart('subject', pathname)).toBe('2001:db8::7');
  expect(addressPart('subject', '/app/lab')).toBe('');
});

test('one that is broken off is none', () => {
  expect(addressPart('operation', '/app/%E0%A4%A')).toBeNull();
});
