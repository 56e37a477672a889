import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4Text, parseAddress } from '../../domain/address.ts';
import { probeScope } from './scope.ts';

// Made, not written: public addresses have no place in a source.
const ONE = ipv4Text(0x0102_0304);
const PUBLIC = [ONE, ipv4Text(0x5db8_d822), ipv4Text(0xdfff_ff01), '2a00:1450::1', '2600::'];

describe('the scope guard', () => {
  test.each(PUBLIC)('lets a look out to %s in earnest, never in a drill', (text) => {
    expect(probeScope(text, false)).toMatchObject({ ok: true, value: { text } });
    expect(probeScope(text, true).ok).toBe(false);
  });

  test.each(['127.66.0.1', '127.66.255.254'])('lets a drill look at %s, and nobody else', (text) => {
    expect(probeScope(text, true)).toMatchObject({ ok: true, value: { text } });
    expect(probeScope(text, false).ok).toBe(false);
  });

  test.each([
    ['private', '10.0.0.1'],
    ['private', '192.168.1.1'],
    ['private', '172.31.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback beside the laboratory', '127.65.255.255'],
    ['loopback beside the laboratory', '127.67.0.0'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['cloud metadata', '169.254.169.254'],
    ['this network', '0.0.0.0'],
    ['broadcast', '255.255.255.255'],
    ['multicast', '224.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['mapped', `::ffff:${ONE}`],
    ['mapped, in hexadecimal', '::ffff:102:304'],
    ['mapped laboratory', '::ffff:127.66.0.1'],
    ['mapped laboratory, written out', '0:0:0:0:0:ffff:7f42:0001'],
    ['IPv4-compatible', '::127.66.0.1'],
    ['IPv4-compatible', `::${ONE}`],
    ['translated', `64:ff9b::${ONE}`],
    ['translated, private', '64:ff9b::10.0.0.1'],
    ['translated for local use', '64:ff9b:1::102:304'],
    ['6to4', '2002:102:304::1'],
    ['Teredo', '2001:0:102:304::1'],
    ['IPv6 loopback', '::1'],
    ['unspecified', '::'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['unique local', 'fd00::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['octal', '0177.66.0.1'],
    ['octal', '01.02.03.04'],
    ['hexadecimal', '0x7f.66.0.1'],
    ['hexadecimal in one', '0x7f420001'],
    ['decimal in one', '2135031809'],
    ['short', '127.1'],
    ['with a port', `${ONE}:80`],
    ['in brackets', '[2600::]'],
    ['with blanks', ` ${ONE}`],
    ['with a newline', `${ONE}\n`],
    ['a name', 'c2.example'],
    ['other digits', '１.2.3.4'],
    ['nothing', ''],
  ])('refuses %s: %s', (_what, text) => {
    expect(probeScope(text, false).ok).toBe(false);
    expect(probeScope(text, true).ok).toBe(false);
  });

  test('gives back the very address it was asked about, and never the same to a drill and in earnest', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.tuple(octet, octet).map(([a, b]) => `127.66.${a}.${b}`),
        ),
        (text) => {
          const earnest = probeScope(text, false);
          const drill = probeScope(text, true);
          expect(earnest.ok && drill.ok).toBe(false);
          const parsed = parseAddress(text);
          for (const answer of [earnest, drill]) if (answer.ok) expect(parsed).toEqual(answer);
        },
      ),
    );
  });
});
