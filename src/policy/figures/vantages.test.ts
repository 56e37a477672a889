import { expect, test } from 'vitest';
import { isSingleVantage } from './vantages.ts';

const vantage = (name: string, network: string | null, country: string | null, hasSeen = true) =>
  ({ name, kind: 'direct', network, country, looks: 3, lastLookAt: 1, hasSeen }) as const;
const BERLIN = vantage('berlin', 'AS64500', 'DE');

test('one that only ever failed, or that stands beside the other, makes no second vantage', () => {
  expect(isSingleVantage([BERLIN, vantage('oslo', 'AS64501', 'NO')])).toBe(false);
  expect(isSingleVantage([BERLIN, vantage('oslo', 'AS64501', 'NO', false)])).toBe(true);
  expect(isSingleVantage([BERLIN, vantage('potsdam', 'AS64500', 'DE')])).toBe(true);
  expect(isSingleVantage([BERLIN, vantage('munich', 'AS64501', 'DE')])).toBe(true);
  expect(isSingleVantage([BERLIN, vantage('somewhere', null, null)])).toBe(true);
  expect(isSingleVantage([])).toBe(true);
});
