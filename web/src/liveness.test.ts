import { expect, test } from 'vitest';
import { SILENT_MS, livenessOf } from './liveness.ts';

const NOW = Date.parse('2020-10-12T12:00:00Z');
const heard = { isOpen: true, heardAt: NOW - 1000, isFailing: false };

test('live is only what is connected, was heard of lately, and could be read', () => {
  expect(livenessOf(heard, NOW)).toBe('live');
  expect(livenessOf({ ...heard, heardAt: NOW - SILENT_MS }, NOW)).toBe('live');
  expect(livenessOf({ ...heard, heardAt: NOW - SILENT_MS - 1 }, NOW)).toBe('behind');
  expect(livenessOf({ ...heard, isOpen: false }, NOW)).toBe('behind');
  expect(livenessOf({ ...heard, isFailing: true }, NOW)).toBe('behind');
});

test('nothing is live, and nothing was read, before anything was heard', () => {
  expect(livenessOf({ ...heard, heardAt: null }, NOW)).toBe('connecting');
  expect(livenessOf({ isOpen: false, heardAt: null, isFailing: true }, NOW)).toBe('connecting');
});
