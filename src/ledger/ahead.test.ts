import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ahead, fewRows } from './ahead.ts';

const NUMBERS = Array.from({ length: 40 }, (_, index) => index);

describe('reading ahead', () => {
  test('keeps the order, however long each takes, and is never far ahead', async () => {
    let begun = 0;
    const read = async (number: number): Promise<number> => {
      begun += 1;
      await sleep(number % 3);
      return number;
    };
    const got: number[] = [];
    for await (const number of ahead(NUMBERS, read)) {
      expect(begun - got.length).toBeLessThanOrEqual(9);
      got.push(number);
    }
    expect(got).toEqual(NUMBERS);
  });

  test('whoever stops leaves nothing that goes on asking', async () => {
    let underWay = 0;
    const read = async (number: number): Promise<number> => {
      underWay += 1;
      await sleep(5);
      await sleep(5);
      underWay -= 1;
      return number;
    };
    for await (const number of ahead(NUMBERS, read)) if (number === 3) break;
    expect(underWay).toBe(0);
  });

  test('tells of what failed first in time, and not of what failed because of it', async () => {
    const read = async (number: number): Promise<number> => {
      if (number === 4) throw new Error('the page is broken');
      await sleep(5);
      if (number === 2) throw new Error('the transaction is aborted');
      return number;
    };
    const all = async (): Promise<number> => {
      let count = 0;
      for await (const number of ahead(NUMBERS, read)) count += number;
      return count;
    };
    await expect(all()).rejects.toThrow('the page is broken');
  });
});

describe('few rows', () => {
  const pages = async function* (...sizes: readonly number[]): AsyncGenerator<readonly string[]> {
    await Promise.resolve();
    for (const size of sizes) yield Array.from({ length: size }, () => 'x');
  };

  test('are all of them, or none where there are many, whatever the batch says', async () => {
    expect(await fewRows({ kind: 'probe.recorded', count: 3 }, () => pages(2, 1))).toHaveLength(3);
    expect(await fewRows({ kind: 'probe.recorded', count: 3 }, () => pages(500, 13))).toBeNull();
    expect(await fewRows({ kind: 'probe.recorded', count: 513 }, () => pages(513))).toBeNull();
    expect(await fewRows({ kind: 'lookup.recorded', count: 3 }, () => pages(3))).toBeNull();
  });
});
