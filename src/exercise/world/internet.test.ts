import { expect, test } from 'vitest';
import { littleProvider, littleScenario } from '../../../test/support/little-scenario.ts';
import { ADDRESSES_OF_NETWORK } from '../../domain/scenario.ts';
import { Internet } from './internet.ts';

test('a provider gives out every address of its networks, each once, in their order', () => {
  const internet = new Internet(littleScenario({ providers: [littleProvider({ networks: 2 })] }));
  const [provider] = internet.providers;
  if (provider === undefined) throw new Error('a world without providers');
  const given = Array.from({ length: 2 * ADDRESSES_OF_NETWORK }, () => internet.freeAddress(provider));
  expect(new Set(given).size).toBe(482);
  expect([given[0], given[240], given[241], given[481]]).toEqual([
    '127.66.0.10',
    '127.66.0.250',
    '127.66.1.10',
    '127.66.1.250',
  ]);
  expect(internet.hasRoom(provider)).toBe(false);
  expect(() => internet.freeAddress(provider)).toThrow('has no free address');
});
