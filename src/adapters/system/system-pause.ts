import { setTimeout as sleep } from 'node:timers/promises';
import type { Pause } from '../../ports/pause.ts';

/** Longer than that a timer of Node's goes off at once. */
const LONGEST_MS = 2_147_483_647;

export const systemPause: Pause = async (milliseconds, signal) => {
  await sleep(Math.min(milliseconds, LONGEST_MS), undefined, { signal }).catch(() => undefined);
};
