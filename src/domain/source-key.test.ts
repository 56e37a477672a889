import { expect, test } from 'vitest';
import { sourceKey } from './source-key.ts';

test('spellings of one name are one source', () => {
  const spellings = [
    'École  du Nord',
    'école du nord ',
    'e\u0301cole du nord',
    'É\u200bcole du nord',
    'Ｅ\u0301cole du nord',
  ];
  expect(new Set(spellings.map(sourceKey)).size).toBe(1);
});

test('other names are other sources, punctuation included', () => {
  const names = ['a/feed.csv', 'b/feed.csv', 'afeed.csv', 'a-feed.csv', 'abuse.ch', 'abuse ch'];
  expect(new Set(names.map(sourceKey)).size).toBe(names.length);
});
