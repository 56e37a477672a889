import { expect, test } from 'vitest';
import { Closers } from './closers.ts';

function closersOf(outcomes: readonly (Error | null)[]): { readonly closers: Closers; readonly closed: number[] } {
  const closers = new Closers();
  const closed: number[] = [];
  for (const [at, failure] of outcomes.entries()) {
    closers.add(async () => {
      closed.push(at);
      if (failure !== null) throw failure;
      await Promise.resolve();
    });
  }
  return { closers, closed };
}

test('what was opened last is closed first, and each once', async () => {
  const { closers, closed } = closersOf([null, null, null]);
  await closers.close();
  await closers.close();
  expect(closed).toEqual([2, 1, 0]);
});

test('one that cannot be closed keeps none of the others open, and is told as it is', async () => {
  const failure = new Error('the queue does not stop');
  const { closers, closed } = closersOf([null, null, failure]);
  await expect(closers.close()).rejects.toBe(failure);
  expect(closed).toEqual([2, 1, 0]);
});

test('of several everything is told', async () => {
  const { closers, closed } = closersOf([new Error('one'), null, new Error('two')]);
  const failure = await closers.close().catch((cause: unknown) => cause);
  expect(failure).toMatchObject({
    message: '2 things could not be closed: two; one',
    errors: [{ message: 'two' }, { message: 'one' }],
  });
  expect(closed).toEqual([2, 1, 0]);
});
