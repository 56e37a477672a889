import { describe, expect, test } from 'vitest';
import { clientAddress, trustedProxies } from './client-address.ts';

const TRUSTED = trustedProxies(['127.0.0.1', '192.0.2.0/28', '2001:db8:ffff::/48']);
const from = (peer: string, xff?: string, forwarded?: string): string =>
  clientAddress(peer, { 'x-forwarded-for': xff, forwarded }, TRUSTED);

describe('who comes', () => {
  test('is the other end of the connection, whatever that says of itself', () => {
    expect(from('198.51.100.9')).toBe('198.51.100.9');
    expect(from('198.51.100.9', '203.0.113.1')).toBe('198.51.100.9');
    expect(from('198.51.100.9', '127.0.0.1', 'for=192.0.2.1')).toBe('198.51.100.9');
    expect(from('192.0.2.16', '203.0.113.1')).toBe('192.0.2.16');
    expect(from('unknown', '203.0.113.1')).toBe('unknown');
    const none = { 'x-forwarded-for': '203.0.113.1', forwarded: undefined };
    expect(clientAddress('127.0.0.1', none, [])).toBe('127.0.0.1');
  });

  test.each([
    ['alone', '203.0.113.1', '203.0.113.1'],
    ['behind what the client has made up', '198.51.100.1, 198.51.100.2,203.0.113.1', '203.0.113.1'],
    ['before proxies of ours', '198.51.100.1, 203.0.113.1, 192.0.2.3, 127.0.0.1', '203.0.113.1'],
    ['with a port', '203.0.113.1:50123', '203.0.113.1'],
    ['of IPv6', '2001:DB8::7', '2001:db8::7'],
    ['of IPv6 in brackets', '[2001:db8::7]:443', '2001:db8::7'],
    ['as IPv6 writes IPv4', '::ffff:203.0.113.1', '203.0.113.1'],
    ['where all are ours', '192.0.2.3, 192.0.2.4', '192.0.2.3'],
    ['that is none', '203.0.113.1, unknown', '127.0.0.1'],
    ['that is none, behind one of ours', '203.0.113.1, x, 192.0.2.3', '192.0.2.3'],
    ['that is empty', '203.0.113.1, ', '127.0.0.1'],
    ['that is nothing at all', '', '127.0.0.1'],
  ])('is whom a proxy of ours names: %s', (_what, header, address) => {
    expect(from('127.0.0.1', header)).toBe(address);
    expect(from('::ffff:127.0.0.1', header)).toBe(address);
  });

  test.each([
    ['for=203.0.113.1', '203.0.113.1'],
    ['for=198.51.100.1, For="203.0.113.1:8080";proto=https;by=192.0.2.1', '203.0.113.1'],
    ['for="[2001:db8::7]:443"', '2001:db8::7'],
    ['proto=https;for=203.0.113.1, for=192.0.2.2', '203.0.113.1'],
    ['for=203.0.113.1, proto=https', '127.0.0.1'],
    ['for=203.0.113.1, for=_hidden', '127.0.0.1'],
  ])('also as RFC 7239 has it: %s', (header, address) => {
    expect(from('127.0.0.1', undefined, header)).toBe(address);
  });

  test('is the proxy where two headers say different things: the client may have written one', () => {
    expect(from('127.0.0.1', '203.0.113.1', 'for=203.0.113.2')).toBe('127.0.0.1');
    expect(from('127.0.0.1', '203.0.113.1', 'for=203.0.113.1')).toBe('203.0.113.1');
  });
});
