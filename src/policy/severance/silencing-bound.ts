import type { SilencingProblem } from './silencing-problem.ts';

/** Sums of fractions are rounded down to whole configurations only past this much, far above what floating point loses. */
export const ROUNDING = 1e-6;

/**
 * A number of configurations that no `budget` servers can silence more than.
 *
 * Proof. Part the weight w of each set c among its groups in any way: parts y(c,g) >= 0 that sum to w(c). Let S be any choice
 * of at most k servers. It silences the sets that lie within it whole, so the sum of their weights is
 *   sum over c within S of sum over g in c of y(c,g)  <=  sum over groups g within S of V(g),  where V(g) = sum over c of y(c,g),
 * since every group of a set within S lies within S, and no y is negative. The groups within S have at most k servers
 * together, so the last sum is at most the value of the knapsack of capacity k with items of size |g| and value V(g), and
 * that at most the value of its relaxation, in which one item may be taken in part. Sets of more than k servers lie within no
 * S and may be left out. So every y gives a valid bound, whatever finds it, and being whole the answer is at most its floor.
 *
 * The least such bound over all y is the linear relaxation of the problem (by duality); the steps below only go towards it:
 * parts move away from groups that the relaxed knapsack takes (multiplicative weights, after Arora, Hazan and Kale 2012).
 */
export function silencingBound(problem: SilencingProblem, budget: number, steps: number): number {
  const { sizes } = problem;
  const sets = problem.sets.filter(({ servers }) => servers <= budget);
  const total = sets.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return 0;
  // Parts in proportion to the groups' sizes to begin with.
  const parts = sets.map(({ groups, servers }) => Float64Array.from(groups, (group) => (sizes[group] ?? 0) / servers));
  const values = new Float64Array(sizes.length);
  const taken = new Float64Array(sizes.length);
  const order = Array.from(sizes, (_, group) => group).filter((group) => (sizes[group] ?? 0) <= budget);
  let least = total;
  for (let step = 1; step <= steps; step += 1) {
    values.fill(0);
    for (const [index, { groups, weight }] of sets.entries()) {
      const part = parts[index] ?? new Float64Array(0);
      for (const [place, group] of groups.entries()) values[group] = (values[group] ?? 0) + weight * (part[place] ?? 0);
    }
    least = Math.min(least, relaxedKnapsack(values, sizes, order, budget, taken));
    const rate = 1 / Math.sqrt(step);
    for (const [index, { groups }] of sets.entries()) {
      const part = parts[index] ?? new Float64Array(0);
      let sum = 0;
      for (const [place, group] of groups.entries()) {
        const moved = (part[place] ?? 0) * Math.exp(-rate * (taken[group] ?? 0));
        part[place] = moved;
        sum += moved;
      }
      for (const place of groups.keys()) part[place] = (part[place] ?? 0) / sum;
    }
  }
  return Math.floor(least + ROUNDING);
}

/** The relaxed knapsack's value; `taken` says afterwards how much of each item it takes, 0 to 1. Sorts `order`. */
function relaxedKnapsack(
  values: Float64Array,
  sizes: Int32Array,
  order: number[],
  capacity: number,
  taken: Float64Array,
): number {
  const worth = (group: number): number => (values[group] ?? 0) / (sizes[group] ?? 1);
  order.sort((a, b) => worth(b) - worth(a) || a - b);
  taken.fill(0);
  let left = capacity;
  let value = 0;
  for (const group of order) {
    if (left <= 0) break;
    const share = Math.min(1, left / (sizes[group] ?? 1));
    taken[group] = share;
    value += share * (values[group] ?? 0);
    left -= share * (sizes[group] ?? 1);
  }
  return value;
}
