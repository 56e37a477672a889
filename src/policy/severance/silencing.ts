import type { SeveranceFacts, SeveranceServer } from '../../domain/severance.ts';
import { exactChoices } from './exact-silencing.ts';
import type { Choice } from './exact-silencing.ts';
import { silencingBound } from './silencing-bound.ts';
import { silencingProblem } from './silencing-problem.ts';
import { searchChoice } from './silencing-search.ts';

/** Elementary steps for all sizes together: about half a second. */
const EFFORT = 40_000_000;
/** How often the parts of a bound are moved. */
const BOUND_STEPS = 120;

/** The servers to take down next, `k` at the most. */
export interface SilencingStep {
  readonly k: number;
  /** Fewer than k where a further one silences nothing more. In the order of the facts. */
  readonly servers: readonly SeveranceServer[];
  /** Configurations that reach no live server any more once these have fallen. */
  readonly silenced: number;
  /** No k servers silence more. */
  readonly atMost: number;
  /** Nothing better exists: every choice was looked at, or the bound is reached. */
  readonly isExact: boolean;
}

export interface Silencing {
  /** Configurations in circulation that list a live server or a live fallback. */
  readonly reaching: number;
  /** Of those, the ones that list a live fallback: nobody can silence them. */
  readonly beyondReach: number;
  /** Live servers that all have to fall to silence all others. */
  readonly servers: number;
  /** One for each k from 1 on, as far as it was asked for and until all is silenced. */
  readonly steps: readonly SilencingStep[];
}

/**
 * For each k up to `largest` the k servers whose fall silences most configurations. A configuration is silenced when every
 * live server in it has fallen, so servers help one another: half of a configuration's servers silence nothing, and taking
 * the best server each time comes without any promise (the problem is that of the densest k-subhypergraph, NP-hard, and no
 * constant factor is known). So it is exact where it is small, and otherwise a search that says what nobody can exceed.
 */
export function silencing(facts: SeveranceFacts, largest: number, effort: number = EFFORT): Silencing {
  const problem = silencingProblem(facts);
  const sizes = Math.min(largest, problem.servers);
  const exact = exactChoices(problem, sizes);
  const found: { choice: Choice; atMost: number }[] = [];
  for (let k = 1; k <= sizes; k += 1) {
    const best = exact?.[k];
    if (best !== undefined) {
      found.push({ choice: best, atMost: best.silenced });
      continue;
    }
    if (k === problem.servers) {
      const all = { groups: [...problem.groups.keys()], silenced: problem.silenceable };
      found.push({ choice: all, atMost: all.silenced });
      continue;
    }
    const bound = silencingBound(problem, k, BOUND_STEPS);
    const before = found.at(-1)?.choice ?? { groups: [], silenced: 0 };
    const searched = searchChoice(problem, k, before.silenced === bound ? 0 : effort / sizes, before);
    found.push({ choice: searched.choice, atMost: Math.min(bound, searched.atMost) });
  }
  // What more servers cannot do, fewer cannot either.
  let least = Infinity;
  const steps = found
    .toReversed()
    .map(({ choice, atMost }, index): SilencingStep => {
      least = Math.min(least, atMost);
      return {
        k: sizes - index,
        servers: choice.groups
          .flatMap((group) => problem.groups[group] ?? [])
          .toSorted((a, b) => a - b)
          .flatMap((server) => facts.servers[server] ?? []),
        silenced: choice.silenced,
        atMost: least,
        isExact: choice.silenced === least,
      };
    })
    .toReversed();
  return {
    reaching: problem.silenceable + problem.beyondReach,
    beyondReach: problem.beyondReach,
    servers: problem.servers,
    steps,
  };
}
