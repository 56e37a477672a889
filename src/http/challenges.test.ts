import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Challenges } from './challenges.ts';

const answerTo = (challenge: unknown): string => Buffer.from(JSON.stringify({ challenge })).toString('base64url');
const chance = (bytes: number): Uint8Array => randomBytes(bytes);

test('a challenge is answered once, for what it was made, within five minutes', () => {
  let now = 1e9;
  const challenges = new Challenges(() => now, chance);
  const [one, other, late] = [challenges.make('sign-in'), challenges.make('sign-in'), challenges.make('sign-in')];
  expect(challenges.asked('sign-in', answerTo(one))).toBe(one);
  expect(challenges.asked('enrol 1', answerTo(one))).toBeNull();
  expect(challenges.answer('enrol 1', one)).toBe(false);
  expect(challenges.answer('sign-in', one)).toBe(true);
  expect(challenges.asked('sign-in', answerTo(one))).toBeNull();
  expect(challenges.answer('sign-in', one)).toBe(false);
  now += 5 * 60_000 - 1;
  expect(challenges.asked('sign-in', answerTo(other))).toBe(other);
  now += 1;
  expect(challenges.asked('sign-in', answerTo(late))).toBeNull();
  expect(challenges.answer('sign-in', late)).toBe(false);
  // What was answered is not good again once nothing is remembered of it.
  expect(challenges.answer('sign-in', one)).toBe(false);
});

test.each(['', 'x', answerTo(''), answerTo(null), answerTo(['x']), Buffer.from('[]').toString('base64url')])(
  'nothing is asked by "%s"',
  (text) => {
    expect(new Challenges(() => 0, chance).asked('sign-in', text)).toBeNull();
  },
);

test('not a byte of it can be changed, nor how it is spelt, and another process takes none of it', () => {
  const challenges = new Challenges(() => 0, chance);
  const text = challenges.make('sign-in');
  const bytes = Buffer.from(text, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(challenges.isOpen('sign-in', changed.toString('base64url'))).toBe(false);
  }
  for (const spelt of [`${text}=`, `${text} `, bytes.toString('base64'), `${text}AAAA`])
    if (spelt !== text) expect(challenges.isOpen('sign-in', spelt)).toBe(false);
  expect(new Challenges(() => 0, chance).isOpen('sign-in', text)).toBe(false);
  expect(challenges.isOpen('sign-in', text)).toBe(true);
});

test('no flood of questions that nobody answers pushes one out', () => {
  const challenges = new Challenges(() => 0, chance);
  const first = challenges.make('sign-in');
  for (let at = 0; at < 20_000; at++) challenges.make('sign-in');
  expect(challenges.asked('sign-in', answerTo(first))).toBe(first);
});

test('secrets that follow from it differ by name, by challenge and by process', () => {
  const challenges = new Challenges(() => 0, chance);
  const [one, other] = [challenges.make('oidc'), challenges.make('oidc')];
  const secrets = [
    challenges.secretOf('state', one),
    challenges.secretOf('nonce', one),
    challenges.secretOf('state', other),
    new Challenges(() => 0, chance).secretOf('state', one),
  ];
  expect(new Set(secrets).size).toBe(4);
  expect(challenges.secretOf('state', one)).toBe(secrets[0]);
});
