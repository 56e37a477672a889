import { expect, test } from 'vitest';
import { Streams } from './streams.ts';

test('a body is what was written, and each credential has two at once', async () => {
  const streams = new Streams();
  const goOn = Promise.withResolvers<void>();
  const waiting = async (write: (chunk: Uint8Array) => Promise<void>): Promise<void> => {
    await write(Buffer.from('one '));
    await goOn.promise;
    await write(Buffer.from('two'));
  };
  const [first, second] = [streams.body('a', waiting), streams.body('a', waiting)];
  expect(() => streams.body('a', waiting)).toThrow('too many lists');
  const others = [streams.body('b', waiting), streams.body('c', waiting)];
  expect(() => streams.body('d', waiting)).toThrow('too many lists');
  goOn.resolve();
  expect(await Promise.all([first, second, ...others].map((body) => new Response(body).text()))).toEqual(
    Array.from({ length: 4 }, () => 'one two'),
  );
  const broken = streams.body('a', () => Promise.reject(new Error('the database is gone')));
  await expect(new Response(broken).text()).rejects.toThrow('the database is gone');
  expect(await new Response(streams.body('a', (write) => write(Buffer.from('again')))).text()).toBe('again');
});
