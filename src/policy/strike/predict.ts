import type { Instant } from '../../domain/instant.ts';
import type { Forecast, OtherServer, PlannedNotice, Spread, Strategy, WaitingForStrike } from '../../domain/strike.ts';
import { REACTIONS, reactionOf } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import { seededRandom } from './seeded-random.ts';
import type { SeededRandom } from './seeded-random.ts';

const HOUR_MS = 3_600_000;

/** What the simulation assumes of the operators. */
export interface Assumptions {
  /** Histories that are played out. At most MAX_RUNS. */
  readonly runs: number;
  /**
   * How long after the aim, whatever the strategy, and how long after the operators are warned a history is followed. Counted from
   * one moment for all, waiting would look as if it had kept replacements away.
   */
  readonly horizonHours: number;
  /** Chance that a provider which may tell its customer does. Our assumption. */
  readonly forwardChance: number;
  /** From the notice to the operator's knowing of it. Our assumption. */
  readonly forwardHours: number;
  /** Median from the first loss to the operators' noticing it, and its spread. Our assumption. */
  readonly noticeLossHours: number;
  readonly noticeLossSigma: number;
  /** Between two replacements: TrickBot's operators brought up 59 within the eight days from 12 to 20 October 2020. */
  readonly replacementHours: number;
  /** Mean from a replacement's first hour to its notice. Microsoft took less than three hours once it was seen; seeing it is our assumption. */
  readonly replacementFoundHours: number;
  /** More than these are not played out in one history. */
  readonly maxReplacements: number;
}

export const ASSUMPTIONS: Assumptions = {
  runs: 1000,
  horizonHours: 168,
  forwardChance: 0.5,
  forwardHours: 1,
  noticeLossHours: 2,
  noticeLossSigma: 1,
  replacementHours: 3.25,
  replacementFoundHours: 12,
  maxReplacements: 200,
};
export const MAX_RUNS = 10_000;

/** The notices with their moments, and the live servers that no waiting notice names. */
export interface Scene {
  readonly strategy: Strategy;
  readonly now: Instant;
  readonly aim: Instant;
  readonly items: readonly PlannedNotice[];
  readonly notices: readonly WaitingForStrike[];
  readonly others: readonly OtherServer[];
}

interface Actor {
  readonly notifyHour: number;
  readonly reaction: Reaction;
  readonly mayForward: boolean;
  /** Of the strike, and no device. */
  readonly isTarget: boolean;
  /** Its live servers. */
  readonly servers: number;
  /** Hours that these have been alive since they were identified. */
  readonly hoursBefore: number;
  /** Hours since the notice left: whoever has not acted by now acts later than that. */
  readonly waitedHours: number;
}

/** Plays a strategy out many times. The same seed gives every strategy the same chance, so that they can be held together. */
export function predict(scene: Scene, seed: number, assumptions: Assumptions = ASSUMPTIONS): Forecast {
  const { runs } = assumptions;
  if (!Number.isInteger(runs) || runs < 1 || runs > MAX_RUNS) throw new Error(`runs are from 1 to ${MAX_RUNS}`);
  const actors = [...actorsOf(scene), ...othersOf(scene)].filter(({ servers }) => servers > 0);
  const endHour = Math.max(0, scene.aim - scene.now) / HOUR_MS + assumptions.horizonHours;
  const chance = seededRandom(seed);
  const exposures: number[] = [];
  const hours: number[] = [];
  let [open, none] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    // A history of its own for each run: how much chance one strategy uses changes nothing in the next run of another.
    const one = playOut(actors, endHour, assumptions, seededRandom(Math.floor(chance.uniform() * 2 ** 32)));
    if (one.exposureHours !== null) exposures.push(one.exposureHours * 60);
    if (one.isOpen) open += 1;
    if (one.isNoneLeft) none += 1;
    hours.push(one.victimHours);
  }
  return {
    strategy: scene.strategy,
    exposureMinutes: exposures.length === 0 ? null : spreadOf(exposures),
    stillOpen: rounded(open / runs, 4),
    victimHours: spreadOf(hours),
    noneLeftAlive: wilson(none, runs),
  };
}

function actorsOf({ now, items, notices }: Scene): readonly Actor[] {
  const known = new Map(notices.map((notice) => [notice.noticeId, notice]));
  return items.map((item) => {
    const notice = known.get(item.noticeId);
    if (notice === undefined) throw new Error(`the plan names ${item.reference}, which does not wait`);
    const alive = notice.servers.filter(({ isGone }) => !isGone);
    return {
      notifyHour: (item.notifyAt - now) / HOUR_MS,
      reaction: reactionOf(notice.trust, item.isDevice, notice.history),
      mayForward: item.mayForward && !item.isDevice,
      isTarget: !item.isDevice,
      servers: alive.length,
      hoursBefore: alive.reduce((sum, { identifiedAt }) => sum + Math.max(0, now - identifiedAt) / HOUR_MS, 0),
      waitedHours: 0,
    };
  });
}

/** What no waiting notice names: it goes dark by an earlier notice, or not at all. */
function othersOf({ now, others }: Scene): readonly Actor[] {
  return others.map(({ trust, isDevice, identifiedAt, notifiedAt, history }) => {
    const reaction = reactionOf(trust, isDevice, history);
    return {
      notifyHour: 0,
      reaction: notifiedAt === null ? { ...reaction, neverChance: 1 } : reaction,
      mayForward: false,
      isTarget: false,
      servers: 1,
      hoursBefore: Math.max(0, now - identifiedAt) / HOUR_MS,
      waitedHours: notifiedAt === null ? 0 : Math.max(0, now - notifiedAt) / HOUR_MS,
    };
  });
}

interface History {
  /** Null: no target was lost. */
  readonly exposureHours: number | null;
  readonly isOpen: boolean;
  readonly victimHours: number;
  readonly isNoneLeft: boolean;
}

function playOut(actors: readonly Actor[], endHour: number, assumptions: Assumptions, chance: SeededRandom): History {
  const { horizonHours: horizon, maxReplacements } = assumptions;
  let [firstLoss, firstDark, lastDark, lastAlive, warned] = [Infinity, Infinity, 0, 0, Infinity];
  let victimHours = 0;
  for (const actor of actors) {
    const darkAt = actor.notifyHour + reactionHours(actor.reaction, actor.waitedHours, chance);
    const forwards = chance.uniform() < assumptions.forwardChance;
    if (actor.mayForward && forwards) warned = Math.min(warned, actor.notifyHour + assumptions.forwardHours);
    firstLoss = Math.min(firstLoss, darkAt);
    lastAlive = Math.max(lastAlive, darkAt);
    victimHours += actor.hoursBefore + actor.servers * Math.min(darkAt, endHour);
    if (!actor.isTarget) continue;
    firstDark = Math.min(firstDark, darkAt);
    lastDark = Math.max(lastDark, darkAt);
  }
  const noticed = assumptions.noticeLossHours * Math.exp(assumptions.noticeLossSigma * chance.normal());
  warned = Math.min(warned, firstLoss + noticed);
  // One live server is enough to push a list with a new one; with none, nothing can be pushed any more.
  const followedTo = warned + horizon;
  let at = warned + chance.exponential(assumptions.replacementHours);
  let count = 0;
  for (; count < maxReplacements && at < lastAlive && at < followedTo; count += 1) {
    const foundAt = at + chance.exponential(assumptions.replacementFoundHours);
    const darkAt = foundAt + reactionHours({ ...REACTIONS.unknown, fromCases: 0 }, 0, chance);
    lastAlive = Math.max(lastAlive, darkAt);
    victimHours += Math.min(darkAt - foundAt, horizon);
    at += chance.exponential(assumptions.replacementHours);
  }
  return {
    exposureHours: firstDark < endHour ? Math.min(lastDark, endHour) - firstDark : null,
    isOpen: lastDark >= endHour,
    victimHours,
    // Nothing lived when the next was to come up, and so none could be told of any more.
    isNoneLeft: at >= lastAlive && lastAlive < Math.max(endHour, followedTo),
  };
}

/** From now, or from the notice if that is to come; always as much chance, whatever comes of it. */
function reactionHours({ medianHours, sigma, neverChance }: Reaction, waited: number, chance: SeededRandom): number {
  const never = chance.uniform() < neverChance;
  let hours = medianHours * Math.exp(sigma * chance.normal());
  if (never) return Infinity;
  // It has not acted so far. Where that is past all that is usual for it, it acts as from anew.
  for (let tries = 0; hours <= waited && tries < 20; tries += 1) {
    hours = medianHours * Math.exp(sigma * chance.normal());
  }
  return hours > waited ? hours - waited : hours;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? 0, 1);
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

/** A share with its 95 % interval (E. B. Wilson 1927). */
export function wilson(count: number, of: number): Forecast['noneLeftAlive'] {
  const z = 1.96;
  const share = count / of;
  const middle = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return {
    chance: rounded(share, 4),
    low: rounded(count === 0 ? 0 : Math.max(0, middle - half), 4),
    high: rounded(count === of ? 1 : Math.min(1, middle + half), 4),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
