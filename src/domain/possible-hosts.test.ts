import { describe, expect, it } from 'vitest';
import { prefixText } from './address.ts';
import { possibleHosts } from './possible-hosts.ts';
import { growth } from '../../test/support/growth.ts';

/** Each reading as text. */
const readings = (text: string): readonly string[] =>
  possibleHosts(text).hosts.map(({ address, name }) => address?.text ?? name);

describe('a canonical host', () => {
  it.each(['198.51.100.7', 'c2.shop.example', 'xn--bcher-kva.example', 'a_b.example', '2001:db8::7'])(
    'is itself alone: %s',
    (host) => {
      expect(possibleHosts(host)).toMatchObject({ prefix: null });
      expect(readings(host)).toEqual([host]);
    },
  );
});

describe('an address is seen in', () => {
  it.each([
    'http://198.51.100.7/gate.php',
    'HXXPS://198[.]51[.]100[.]7:8443',
    'https://www.shop.example@198.51.100.7/',
    '198.51.100.7:443',
    '198.51.100.7:3333:443',
    '[::ffff:198.51.100.7]:443',
    'http://[::ffff:c633:6407%25eth0]/',
    '198%2E51%2e100%2E7',
    '%3198.51.100.7',
    '198%252E51.100.7',
    '\uff11\uff19\uff18\uff0e\uff15\uff11\uff0e\uff11\uff10\uff10\uff0e\uff17',
    '198.51\u200b.100.7',
    ' 198.51.100.7\t',
    '//198.51.100.7',
    '198.51.100.7\\@www.shop.example',
    '0306.063.0144.07',
    '198.051.100.007',
    '0xc6336407',
    '3325256711',
    '198.51.25607',
    '198.51.100.7/24',
  ])('%s', (text) => {
    expect(readings(text)).toContain('198.51.100.7');
  });
});

describe('a name is seen in', () => {
  it.each([
    'http://user:password@C2.Shop.EXAMPLE:8080/x?y#z',
    'c2[.]shop[.]example.',
    '.c2.shop.example',
    'c2\u3002shop\uff61example',
    '\uff43\uff12.shop.example',
    'c2.shop.ex\u00adample',
    'c2%2eshop.example',
    'tcp://c2.shop.example:443',
  ])('%s', (text) => {
    expect(readings(text)).toContain('c2.shop.example');
  });
});

it('knows a whole prefix from one address with its length written out', () => {
  const prefixOf = (text: string): string | null => {
    const { prefix } = possibleHosts(text);
    return prefix === null ? null : prefixText(prefix);
  };
  expect(prefixOf('198.51.100.0/24')).toBe('198.51.100.0/24');
  expect(prefixOf('198.51.100[.]0/24')).toBe('198.51.100.0/24');
  expect(prefixOf('::ffff:198.51.100.0/120')).toBe('198.51.100.0/24');
  expect(prefixOf('2001:DB8::/32')).toBe('2001:db8::/32');
  expect(prefixOf('198.51.100.7/32')).toBeNull();
  expect(prefixOf('c2.shop.example/24')).toBeNull();
});

it('leaves look-alikes alone: with a Cyrillic letter it is another name', () => {
  expect(readings('shop.ex\u0430mple')).not.toContain('shop.example');
});

it.each([
  (times: number) => `${'a'.repeat(5000 * times)}!`,
  (times: number) => '%25'.repeat(5000 * times),
  (times: number) => '['.repeat(5000 * times),
  (times: number) => ':'.repeat(5000 * times),
  (times: number) => '@'.repeat(5000 * times),
  (times: number) => '0.'.repeat(5000 * times),
])('takes no longer for a part of hostile text than for any other (%s)', (make) => {
  expect(growth(8, make, possibleHosts)).toBeLessThan(24);
});
