import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Challenges } from './challenges.ts';

const answerTo = (challenge: unknown): string => Buffer.from(JSON.stringify({ challenge })).toString('base64url');

test('a challenge is taken once, for what it was made, within five minutes', () => {
  let now = 0;
  const challenges = new Challenges(
    () => now,
    (bytes) => randomBytes(bytes),
  );
  const [one, other, late] = [challenges.make('sign-in'), challenges.make('sign-in'), challenges.make('sign-in')];
  expect(challenges.take('sign-in', answerTo(one))).toBe(one);
  expect(challenges.take('sign-in', answerTo(one))).toBeNull();
  expect(challenges.take('enrol 1', answerTo(other))).toBeNull();
  expect(challenges.take('sign-in', answerTo(other))).toBeNull();
  now = 5 * 60_000;
  expect(challenges.take('sign-in', answerTo(late))).toBeNull();
});

test.each(['', 'x', answerTo(''), answerTo(null), answerTo(['x']), Buffer.from('[]').toString('base64url')])(
  'nothing is taken for "%s"',
  (text) => {
    const challenges = new Challenges(
      () => 0,
      (bytes) => randomBytes(bytes),
    );
    challenges.make('sign-in');
    expect(challenges.take('sign-in', text)).toBeNull();
  },
);

test('of very many the oldest are forgotten', () => {
  const challenges = new Challenges(
    () => 0,
    (bytes) => randomBytes(bytes),
  );
  const first = challenges.make('sign-in');
  let last = '';
  for (let at = 0; at < 10_000; at++) last = challenges.make('sign-in');
  expect(challenges.take('sign-in', answerTo(first))).toBeNull();
  expect(challenges.take('sign-in', answerTo(last))).toBe(last);
});
