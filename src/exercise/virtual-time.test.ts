import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ReadTransaction, Store } from '../ports/store.ts';
import { VirtualTime } from './virtual-time.ts';

const BEGIN = Date.parse('2020-10-12T08:00:00Z');
const going = (): AbortSignal => new AbortController().signal;

test('whoever pauses wakes in order of time, whoever asked first; and an hour takes no time', async () => {
  const time = new VirtualTime(BEGIN);
  const woke: string[] = [];
  const pause = async (name: string, milliseconds: number): Promise<void> => {
    await time.pause(milliseconds, going());
    woke.push(`${name} ${time.now() - BEGIN}`);
  };
  await Promise.all([pause('hour', 3_600_000), pause('second', 1000), pause('also a second', 1000), pause('none', 0)]);
  expect(woke).toEqual(['none 1', 'second 1000', 'also a second 1000', 'hour 3600000']);
});

test('who pauses again is overtaken by nobody who is due before', async () => {
  const time = new VirtualTime(BEGIN);
  const woke: string[] = [];
  const everyTen = async (): Promise<void> => {
    for (let turn = 1; turn <= 3; turn++) {
      await time.pause(10, going());
      woke.push(`ten ${time.now() - BEGIN}`);
    }
  };
  const once = async (): Promise<void> => {
    await time.pause(25, going());
    woke.push(`once ${time.now() - BEGIN}`);
  };
  await Promise.all([everyTen(), once()]);
  expect(woke).toEqual(['ten 10', 'ten 20', 'once 25', 'ten 30']);
});

test('time stands still while a store works', async () => {
  const time = new VirtualTime(BEGIN);
  const store = time.watching(readable);
  let woken = false;
  const reading = store.read(async () => {
    await sleep(60);
    return [woken, time.now()];
  });
  const paused = time.pause(5, going()).then(() => (woken = true));
  expect(await reading).toEqual([false, BEGIN]);
  await paused;
  expect(time.now()).toBe(BEGIN + 5);
});

test('a store that fails lets time go on', async () => {
  const time = new VirtualTime(BEGIN);
  const store = time.watching(readable);
  await expect(store.write(() => Promise.resolve())).rejects.toThrow('lost');
  await time.pause(5, going());
  expect(time.now()).toBe(BEGIN + 5);
});

test('an abort wakes at once, and time does not pass for it', async () => {
  const time = new VirtualTime(BEGIN);
  const controller = new AbortController();
  const store = time.watching(readable);
  await store.read(async () => {
    const paused = time.pause(1000, controller.signal);
    controller.abort();
    await paused;
    await time.pause(1000, controller.signal);
  });
  expect(time.now()).toBe(BEGIN);
});

test('time never goes back', () => {
  const time = new VirtualTime(BEGIN);
  time.advanceTo(BEGIN + 10);
  time.advanceTo(BEGIN);
  expect(time.now()).toBe(BEGIN + 10);
});

/** Nothing in these tests asks a transaction anything. */
const readable: Store = {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a transaction that nobody uses
  read: (work) => work({} as ReadTransaction),
  asOf: () => Promise.reject(new Error('nobody looks back here')),
  write: () => Promise.reject(new Error('lost')),
  readAsPartner: () => Promise.reject(new Error('nobody comes from outside here')),
  readAtDoor: () => Promise.reject(new Error('nobody comes from outside here')),
  exclusively: () => Promise.resolve(null),
  close: () => Promise.resolve(),
};
