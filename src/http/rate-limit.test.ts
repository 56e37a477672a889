import { expect, test } from 'vitest';
import { RateLimiter, networkOf } from './rate-limit.ts';

test('so many at once, then so many a minute', () => {
  let now = 0;
  const limiter = new RateLimiter(() => now);
  const limit = { burst: 3, perMinute: 6 };
  expect([1, 2, 3, 4].map(() => limiter.take('a', limit))).toEqual([0, 0, 0, 10]);
  expect(limiter.take('b', limit)).toBe(0);
  expect(limiter.isEmpty('a', limit)).toBe(true);
  now = 9_000;
  expect(limiter.take('a', limit)).toBe(1);
  now = 10_000;
  expect([limiter.take('a', limit), limiter.take('a', limit)]).toEqual([0, 10]);
});

test('a line of IPv6 counts as one, and so does one address in either form', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8::9')).toBe('2001:db8:0:0::/64');
  expect(networkOf('::ffff:192.0.2.1')).toBe(networkOf('192.0.2.1'));
});
