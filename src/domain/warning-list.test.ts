import { expect, it } from 'vitest';
import { prefixText } from './address.ts';
import { canonicalHost, parseWarningEntry } from './warning-list.ts';

it.each([
  ['198.51.100.0/24', '198.51.100.0/24'],
  ['198.51.100.7', '198.51.100.7/32'],
  ['198.51.100.7/24', '198.51.100.0/24'],
  ['FE80::/10', 'fe80::/10'],
  ['2001:DB8:0:0::1', '2001:db8::1/128'],
  ['::ffff:198.51.100.0/120', '198.51.100.0/24'],
  ['::FFFF:C633:6407', '198.51.100.7/32'],
  [' 0.0.0.0/0 ', '0.0.0.0/0'],
])('reads the cidr entry %s as %s', (text, expected) => {
  const entry = parseWarningEntry('cidr', text);
  if (!entry.ok || entry.value.covers !== 'prefix') throw new Error('expected a prefix');
  expect(prefixText(entry.value.prefix)).toBe(expected);
  expect(entry.value.text).toBe(text);
});

it.each([
  '',
  '198.51.100.0/33',
  '198.51.100.0/',
  '198.51.100.0/-1',
  '010.1.1.1',
  'shop.example',
  '::ffff:198.51.100.0/24',
  '::/129',
])('finds the cidr entry "%s" odd', (text) => {
  expect(parseWarningEntry('cidr', text).ok).toBe(false);
});

it('takes an address in a list of names for the address', () => {
  expect(parseWarningEntry('string', '198.51.100.7')).toMatchObject({ value: { covers: 'prefix' } });
  expect(parseWarningEntry('hostname', '.Shop.EXAMPLE.')).toMatchObject({
    value: { covers: 'name-and-below', name: 'shop.example' },
  });
  expect(parseWarningEntry('string', 'bücher.example')).toMatchObject({
    value: { covers: 'name', name: 'xn--bcher-kva.example' },
  });
  expect(parseWarningEntry('hostname', '...').ok).toBe(false);
});

it.each([
  '198.51.100.7',
  '::ffff:198.51.100.7',
  '::FFFF:c633:6407',
  '[::ffff:198.51.100.7]',
  '198.51.100.7.',
  '0xC6.0x33.0x64.0x7',
  '0xc6336407',
  '3325256711',
  '198.51.25607',
  '１９８.51.100.7',
  '198。51。100。7',
])('unmasks the address in %s', (text) => {
  expect(canonicalHost(text).address?.text).toBe('198.51.100.7');
});
