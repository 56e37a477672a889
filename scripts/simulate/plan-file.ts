import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CRASH_ENTRIES, FEED_WORDS, FORGED_WORDS, PERSON_DEEDS } from '../../src/exercise/simulation/fault.ts';
import type { SimulationPlan } from '../../src/exercise/simulation/small-scenario.ts';

const count = z.number().int().min(0);
const minute = { atMinute: count };
const during = { ...minute, minutes: count };
const picked = { ...minute, pick: z.number().min(0).lt(1) };
const when = z.enum(['before', 'after']);
const entry = z.enum(CRASH_ENTRIES);
const onItsWay = { nth: count, what: z.enum(['lost', 'late', 'twice']) };

const fault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('crash'), entry, when, nth: count }),
  z.strictObject({ fault: z.literal('crash-at-mail'), when, nth: count }),
  z.strictObject({ fault: z.literal('lost-answer'), entry, nth: count }),
  z.strictObject({ fault: z.literal('no-database'), ...during }),
  z.strictObject({ fault: z.literal('clock'), ...during, byMinutes: z.number().int() }),
  z.strictObject({
    fault: z.literal('mail-server'),
    nth: count,
    answers: z.enum(['4xx', '5xx', 'unknown', 'unknown-lost']),
  }),
  z.strictObject({ fault: z.literal('no-mail-server'), ...during }),
  z.strictObject({ fault: z.literal('mail-out'), ...onItsWay }),
  z.strictObject({ fault: z.literal('mail-in'), ...onItsWay }),
  z.strictObject({ fault: z.literal('forged-mail'), ...picked, says: z.enum(FORGED_WORDS), knows: z.boolean() }),
  z.strictObject({ fault: z.literal('contest'), ...picked }),
  z.strictObject({
    fault: z.literal('vantage'),
    ...during,
    ...picked,
    what: z.enum(['cut-off', 'says-dark', 'says-live']),
  }),
  z.strictObject({ fault: z.literal('feed'), ...picked, says: z.enum(FEED_WORDS) }),
  z.strictObject({ fault: z.literal('person'), ...picked, does: z.enum(PERSON_DEEDS) }),
  z.strictObject({ fault: z.literal('return'), ...picked }),
]);

const planFile = z.strictObject({
  /** What it once showed. */
  about: z.string(),
  /** The rule that it broke. */
  broke: z.string(),
  world: z.strictObject({
    seed: count,
    hours: count.min(1),
    providers: count.min(1).max(8),
    servers: count,
    devices: count,
    named: count,
    handsOff: count,
    decoys: count,
    replacementsPerDay: count,
    strategy: z.enum(['rolling', 'simultaneous']),
  }),
  faults: z.array(fault),
});

/** A simulation that stays: what it showed once, and what it is made of. */
export type PlanFile = SimulationPlan & { readonly about: string; readonly broke: string };

export async function readPlanFile(file: string): Promise<PlanFile> {
  return planFile.parse(JSON.parse(await readFile(file, 'utf8')));
}
