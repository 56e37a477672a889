import { expect, test } from 'vitest';
import { createZipBundle } from './zip-bundle.ts';

test('who reads a bundle that was given up before is told so, instead of waiting for ever', async () => {
  const bundle = createZipBundle();
  bundle.fail(new Error('there is no such operation'));
  const read = async (): Promise<void> => {
    for await (const chunk of bundle.chunks()) expect(chunk).toBeUndefined();
  };
  await expect(read()).rejects.toThrow('there is no such operation');
});
