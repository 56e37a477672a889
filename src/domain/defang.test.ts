import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4Text, ipv6Text, parseAddress } from './address.ts';
import { defang, defangSentence, defangUrl, refang } from './defang.ts';

describe('defang', () => {
  test('brackets the last dot of an IPv4 address', () => {
    expect(defang('203.0.113.7')).toBe('203.0.113[.]7');
    expect(defang('203.0.113.7', 443)).toBe('203.0.113[.]7:443');
  });

  test('brackets one colon of an IPv6 address, and says its port in a word, so that no bracket stands within another', () => {
    expect(defang('2001:db8::7')).toBe('2001:db8[:]:7');
    expect(defang('2001:db8::7', 443)).toBe('2001:db8[:]:7 port 443');
    expect(defang('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2:3:4:5[:]6');
    expect(defang('::1')).toBe('[:]:1');
    expect(defang('2001:db8::', 443)).toBe('2001:db8[:]: port 443');
  });

  test('leaves no piece of an IPv6 address that is an address of its own', () => {
    const groups = fc.array(fc.constantFrom('0', '1', 'db8', 'ffff', 'a1'), { minLength: 8, maxLength: 8 });
    const whole = groups.map((parts) => parts.join(':'));
    const shortened = fc
      .tuple(groups, fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 8 }))
      .map(
        ([parts, from, length]) =>
          `${parts.slice(0, from).join(':')}::${parts.slice(Math.min(8, from + length)).join(':')}`,
      );
    fc.assert(
      fc.property(fc.oneof(whole, shortened), (address) => {
        const written = defang(address);
        expect(refang(written)).toBe(address);
        for (const piece of written.split('[:]')) expect(parseAddress(piece).ok).toBe(false);
      }),
    );
  });

  test('reads the form with every colon bracketed, which it wrote before, as well', () => {
    expect(refang('2001[:]db8[:][:]7')).toBe('2001:db8::7');
    expect(refang('[2001:db8[:]:7]:443')).toBe('[2001:db8::7]:443');
    expect(refang('[2001:db8[:]:]:443')).toBe('[2001:db8::]:443');
  });

  test('brackets every dot of a name, since a part of it could be a name of its own', () => {
    expect(defang('a.test.example', 8080)).toBe('a[.]test[.]example:8080');
  });

  test('writes URLs with hxxp and leaves the path for searching in logs', () => {
    expect(defangUrl({ scheme: 'https', host: 'c2.example', port: 8443, path: '/a.php' })).toBe(
      'hxxps://c2[.]example:8443/a.php',
    );
    expect(defangUrl({ scheme: 'tcp', host: '203.0.113.7', port: 4, path: null })).toBe('tcp[://]203.0.113[.]7:4');
    expect(defangUrl({ scheme: 'http', host: '2001:db8::7', port: null, path: '/' })).toBe('hxxp://2001:db8[:]:7/');
    expect(defangUrl({ scheme: 'http', host: '2001:db8::7', port: 8080, path: '/a.php' })).toBe(
      'hxxp://2001:db8[:]:7 port 8080/a.php',
    );
  });

  test('takes the links out of a sentence and leaves version numbers alone', () => {
    expect(defangSentence('See https://c2.example/x and 203.0.113.7, TLS 1.2, e.g. this.')).toBe(
      'See hxxps://c2[.]example/x and 203.0.113[.]7, TLS 1.2, e.g. this.',
    );
  });
});

describe('refang', () => {
  test.each([
    ['203.0.113[.]7:443', '203.0.113.7:443'],
    ['203(.)0{.}113[dot]7', '203.0.113.7'],
    ['c2 [.] example', 'c2 . example'],
    ['c2[ DOT ]example', 'c2.example'],
    ['c2(dot)example', 'c2.example'],
    ['hxxp://c2[.]example/a', 'http://c2.example/a'],
    ['hXXps[:]//c2[.]example', 'https://c2.example'],
    ['hxxps[://]c2[.]example[/]a', 'https://c2.example/a'],
    ['htxp(://)c2.example', 'http://c2.example'],
    ['h**p://c2.example', 'http://c2.example'],
    ['203.0.113[.]7[:]443', '203.0.113.7:443'],
    ['[2001[:]db8[:][:]7]:443', '[2001:db8::7]:443'],
    ['2001:db8[:]:7 port 443', '[2001:db8::7]:443'],
    ['see 2001:db8[:]: port 443, and', 'see [2001:db8::]:443, and'],
    ['hxxp://2001:db8[:]:7 port 8080/a.php', 'http://[2001:db8::7]:8080/a.php'],
    ['hxxps://2001:db8[:]:7/a.php', 'https://[2001:db8::7]/a.php'],
    ['hxxp://[2001:db8[:]:7]/', 'http://[2001:db8::7]/'],
  ])('reads %s', (written, meant) => {
    expect(refang(written)).toBe(meant);
  });

  test.each([
    '[2001:db8::7]:443',
    '[::]:443',
    'c2 dot example',
    'c2[.example',
    'c2.]example',
    String.raw`203\.0\.113\.7`,
    'hxxp stands for http',
    'shxxp://c2.example',
    'a (see below). b',
    '',
  ])('leaves %j alone, because undoing it would be a guess', (text) => {
    expect(refang(text)).toBe(text);
  });

  test('undoes every defanged address, port and name', () => {
    const host = fc.oneof(
      fc.nat(0xffff_ffff).map(ipv4Text),
      fc
        .tuple(fc.bigInt(0n, 0xffff_ffff_ffff_ffffn), fc.bigInt(0n, 0xffff_ffff_ffff_ffffn))
        .map(([high, low]) => ipv6Text(high, low)),
      fc.domain(),
    );
    fc.assert(
      fc.property(host, fc.option(fc.integer({ min: 1, max: 65_535 })), (host, port) => {
        const defanged = defang(host, port);
        const plain = port === null ? host : host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
        expect(refang(defanged)).toBe(plain);
        expect(defanged).not.toBe(plain);
      }),
    );
  });

  test('changes nothing where there is no bracket and no disguised scheme', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[[({]|h(xx|tx|xt|\*\*)p/i.test(text)),
        (text) => {
          expect(refang(text)).toBe(text);
        },
      ),
    );
  });
});
