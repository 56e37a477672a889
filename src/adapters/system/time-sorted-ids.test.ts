import { expect, test } from 'vitest';
import { systemClock } from './system-clock.ts';
import { systemRandom } from './system-random.ts';
import { createIds } from './time-sorted-ids.ts';

const constant = (byte: number) => ({ bytes: (size: number) => new Uint8Array(size).fill(byte) });

test('an id is a UUID version 7 that sorts by the time of its making', () => {
  let now = Date.UTC(2026, 10, 23);
  const ids = createIds({ now: () => (now += 1) }, systemRandom);
  const made = Array.from({ length: 50 }, () => ids.uuid());
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(50);
  expect(Number.parseInt(made[0]?.replaceAll('-', '').slice(0, 12) ?? '', 16)).toBe(Date.UTC(2026, 10, 23) + 1);
});

test('the same clock and chance give the same ids', () => {
  const clock = { now: () => Date.UTC(2026, 10, 23) };
  expect(createIds(clock, constant(7)).uuid()).toBe(createIds(clock, constant(7)).uuid());
  expect(createIds(clock, constant(0xff)).uuid()).toMatch(/^.{14}7fff-bfff-f{12}$/);
  expect(createIds(clock, constant(7)).reference()).toBe('DSM-99999999');
});

test('a reference uses no letter or digit that people mishear, and every one that is left alike', () => {
  const ids = createIds(systemClock, systemRandom);
  const counts = new Map<string, number>();
  for (let time = 0; time < 3000; time++) {
    const reference = ids.reference();
    expect(reference).toMatch(/^DSM-[2-9A-HJKMNP-TV-Z]{8}$/);
    for (const letter of reference.slice(4)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  expect(counts.size).toBe(30);
  // 800 are expected of each; 150 are more than five standard deviations.
  for (const count of counts.values()) expect(Math.abs(count - 800)).toBeLessThan(150);
});

test('a reference takes no byte that would favour the first letters', () => {
  const bytes = [240, 255, 0, 250, 29, 30, 239, 1, 2, 241, 3, 4];
  let next = 0;
  const random = {
    bytes: (size: number) => Uint8Array.from({ length: size }, () => bytes[next++ % bytes.length] ?? 0),
  };
  expect(createIds(systemClock, random).reference()).toBe('DSM-2Z2Z3456');
});
