import type { SilencingProblem } from './silencing-problem.ts';

/** Two to this power subsets are looked at one by one: a million, in some hundredths of a second. */
export const EXACT_LIMIT = 20;

/** A choice of groups, and how many configurations its fall silences. */
export interface Choice {
  /** Groups of the problem, ascending. */
  readonly groups: readonly number[];
  readonly silenced: number;
}

/**
 * The best choice for every number of servers from 0 to `largest`, by looking at every subset of the groups, or of the sets,
 * whichever are fewer; null where both are more than EXACT_LIMIT.
 */
export function exactChoices(problem: SilencingProblem, largest: number): readonly Choice[] | null {
  if (problem.groups.length <= EXACT_LIMIT) return bySubsetsOfGroups(problem, largest);
  if (problem.sets.length <= EXACT_LIMIT) return bySubsetsOfSets(problem, largest);
  return null;
}

/** What each subset of groups silences is the sum over all sets within it: the zeta transform of their weights. */
function bySubsetsOfGroups({ groups, sizes, sets }: SilencingProblem, largest: number): readonly Choice[] {
  const subsets = 2 ** groups.length;
  const silenced = new Int32Array(subsets);
  for (const set of sets) {
    const mask = set.groups.reduce((bits, group) => bits | (1 << group), 0);
    silenced[mask] = (silenced[mask] ?? 0) + set.weight;
  }
  for (let group = 0; group < groups.length; group += 1) {
    const bit = 1 << group;
    for (let mask = bit; mask < subsets; mask = (mask + 1) | bit) {
      silenced[mask] = (silenced[mask] ?? 0) + (silenced[mask ^ bit] ?? 0);
    }
  }
  const size = new Int32Array(subsets);
  const best = new Int32Array(largest + 1);
  for (let mask = 1; mask < subsets; mask += 1) {
    const low = mask & -mask;
    const servers = (size[mask ^ low] ?? 0) + (sizes[31 - Math.clz32(low)] ?? 0);
    size[mask] = servers;
    if (servers <= largest && (silenced[mask] ?? 0) > (silenced[best[servers] ?? 0] ?? 0)) best[servers] = mask;
  }
  return upTo(
    Array.from(best, (mask) => ({
      groups: groups.flatMap((_, group) => ((mask & (1 << group)) === 0 ? [] : [group])),
      silenced: silenced[mask] ?? 0,
    })),
  );
}

/** An optimal choice is the union of the sets that it silences, so the unions of all subsets of the sets are enough. */
function bySubsetsOfSets({ groups, sizes, sets }: SilencingProblem, largest: number): readonly Choice[] {
  const held = new Int32Array(groups.length);
  const best: Choice[] = Array.from({ length: largest + 1 }, () => ({ groups: [], silenced: 0 }));
  const goOn = (next: number, servers: number, silenced: number): void => {
    const known = best[servers];
    if (known !== undefined && silenced > known.silenced) {
      best[servers] = { groups: groups.flatMap((_, group) => ((held[group] ?? 0) > 0 ? [group] : [])), silenced };
    }
    for (const [offset, set] of sets.slice(next).entries()) {
      let more = 0;
      for (const group of set.groups) if (held[group] === 0) more += sizes[group] ?? 0;
      if (servers + more > largest) continue;
      for (const group of set.groups) held[group] = (held[group] ?? 0) + 1;
      goOn(next + offset + 1, servers + more, silenced + set.weight);
      for (const group of set.groups) held[group] = (held[group] ?? 0) - 1;
    }
  };
  goOn(0, 0, 0);
  return upTo(best);
}

/** From the best of exactly k servers to the best of at most k. */
function upTo(choices: readonly Choice[]): readonly Choice[] {
  const found: Choice[] = [];
  for (const choice of choices) {
    const before = found.at(-1);
    found.push(before === undefined || choice.silenced > before.silenced ? choice : before);
  }
  return found;
}
