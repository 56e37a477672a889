import { expect, test } from 'vitest';
import { parseFilters } from './filter.ts';

const KEYS = ['host', 'state', 'heldBy', 'port', 'provider'];
const ROW = new Map<string, unknown>([
  ['host', '203.0.113.7'],
  ['state', 'held'],
  ['heldBy', ['needs-corroboration', 'Sinkholes']],
  ['port', 443],
  ['provider', null],
]);

test.each([
  [[], true],
  [['state=held'], true],
  [['state=HELD'], true],
  [['state=hel'], false],
  [['state~el'], true],
  [['state!=held'], false],
  [['state!=drafted'], true],
  [['heldBy=sinkholes'], true],
  [['heldBy!=sinkholes'], false],
  [['heldBy~corro'], true],
  [['port=443'], true],
  [['provider=-'], true],
  [['provider!=-'], false],
  [['state=held', 'port=80'], false],
  [['state=held', 'port=443'], true],
  [['host=203.0.113.7'], true],
  [['host~'], true],
  [['host='], false],
  [['host~a=b'], false],
] as const)('the conditions %j let the row through: %s', (conditions, expected) => {
  expect(parseFilters(conditions, KEYS)(ROW)).toBe(expected);
});

test('a list without members, and a row without the key, are not known', () => {
  expect(parseFilters(['heldBy=-'], KEYS)(new Map([['heldBy', []]]))).toBe(true);
  expect(parseFilters(['heldBy=-'], KEYS)(new Map())).toBe(true);
});

test.each(['', 'state', '=held', 'State=held', 'nothing=1', 'state>held', '__proto__=1', 'state =held'])(
  '--filter "%s" is wrong usage, and the keys are named',
  (condition) => {
    expect(() => parseFilters([condition], KEYS)).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'usage', hint: expect.stringContaining('heldBy') }),
      }),
    );
  },
);

test('a host may be given as it is shown, defanged', () => {
  const filter = parseFilters(['host=203.0.113[.]7'], ['host']);
  expect(filter(new Map([['host', '203.0.113.7']]))).toBe(true);
  expect(filter(new Map([['host', '203.0.113.8']]))).toBe(false);
});
