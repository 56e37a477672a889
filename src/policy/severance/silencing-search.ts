import type { Choice } from './exact-silencing.ts';
import { ROUNDING } from './silencing-bound.ts';
import type { SilencingProblem } from './silencing-problem.ts';

/** What a search came to: the best choice that it has seen, and what no choice can exceed. Equal: it is proved the best. */
export interface Searched {
  readonly choice: Choice;
  readonly atMost: number;
}

interface Candidate {
  readonly groups: Int32Array;
  readonly weight: number;
  /** How many of its servers have not been chosen yet. */
  readonly missing: number;
}

/**
 * The best choice of at most `budget` servers by branch and bound over the sets: take the one that silences most for each server
 * that it still costs, then do without it. What is left to gain in a branch is bounded as silencing-bound.ts proves, each
 * set parted evenly among its servers that are missing. The first way down is the greedy choice. After `effort` elementary
 * steps it goes no further: what it did not look at is bounded, so that the answer states how far off it can be. Steps are
 * counted and no time is taken, so the same facts give the same answer on every machine.
 */
export function searchChoice(
  { groups, sizes, sets }: SilencingProblem,
  budget: number,
  effort: number,
  start: Choice,
): Searched {
  const chosen = new Uint8Array(groups.length);
  let best = start;
  let steps = 0;

  const goOn = (candidates: readonly Candidate[], servers: number, silenced: number): number => {
    const left = budget - servers;
    if (silenced > best.silenced) {
      best = { groups: groups.flatMap((_, group) => (chosen[group] === 1 ? [group] : [])), silenced };
    }
    let atMost = silenced;
    const worth = new Float64Array(groups.length);
    let weightLeft = 0;
    for (const { groups: members, weight, missing } of candidates) {
      weightLeft += weight;
      for (const group of members) if (chosen[group] === 0) worth[group] = (worth[group] ?? 0) + weight / missing;
      steps += members.length;
    }
    for (const [index, candidate] of candidates.entries()) {
      steps += groups.length;
      const bound = silenced + Math.min(weightLeft, Math.floor(gain(worth, sizes, left) + ROUNDING));
      if (bound <= best.silenced) return Math.max(atMost, bound);
      // The greedy way down is gone to its end in any case.
      if (steps > effort && index > 0) return Math.max(atMost, bound);
      const added: number[] = [];
      for (const group of candidate.groups) {
        if (chosen[group] === 1) continue;
        chosen[group] = 1;
        added.push(group);
      }
      const within: Candidate[] = [];
      let gained = candidate.weight;
      for (const other of candidates.slice(index + 1)) {
        const missing = missingOf(other.groups, chosen, sizes);
        steps += other.groups.length;
        if (missing === 0) gained += other.weight;
        else if (missing <= left - candidate.missing) within.push({ ...other, missing });
      }
      atMost = Math.max(atMost, goOn(mostFirst(within), servers + candidate.missing, silenced + gained));
      for (const group of added) chosen[group] = 0;
      // From here on without it.
      weightLeft -= candidate.weight;
      for (const group of candidate.groups) {
        if (chosen[group] === 0) worth[group] = (worth[group] ?? 0) - candidate.weight / candidate.missing;
      }
    }
    return atMost;
  };

  const first = sets
    .filter(({ servers }) => servers <= budget)
    .map(({ groups: members, weight, servers }) => ({ groups: members, weight, missing: servers }));
  const atMost = goOn(mostFirst(first), 0, 0);
  return { choice: best, atMost: Math.max(best.silenced, atMost) };
}

/** The relaxed knapsack over single servers, which are worth the same within a group. */
function gain(worth: Float64Array, sizes: Int32Array, capacity: number): number {
  const order: number[] = [];
  for (const [group, value] of worth.entries()) if (value > ROUNDING) order.push(group);
  order.sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0));
  let left = capacity;
  let sum = 0;
  for (const group of order) {
    const servers = Math.min(left, sizes[group] ?? 0);
    sum += servers * (worth[group] ?? 0);
    left -= servers;
    if (left === 0) break;
  }
  return sum;
}

function missingOf(groups: Int32Array, chosen: Uint8Array, sizes: Int32Array): number {
  let missing = 0;
  for (const group of groups) if (chosen[group] === 0) missing += sizes[group] ?? 0;
  return missing;
}

function mostFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted((a, b) => b.weight / b.missing - a.weight / a.missing || a.missing - b.missing);
}
