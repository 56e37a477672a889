import type { JudgedRound, Quorum, QuorumVantage } from '../../src/domain/verdict.ts';

/**
 * When rounds, in their order, confirm a server dark that is still dark after the last of them: by trying every set of vantages
 * against every first and every last round. Written from DESIGN.md alone, and slow.
 */
export function confirmedByTwin(rounds: readonly JudgedRound[], quorum: Quorum): number | null {
  let confirmed: number | null = null;
  let run: JudgedRound[] = [];
  for (const round of rounds) {
    const outcomes = round.looks.map(({ outcome }) => outcome);
    const takesConnections = round.looks.some(({ finding }) => finding === 'changed-behaviour');
    if (
      takesConnections ||
      outcomes.some((each) => each === 'live' || each === 'c2-live' || each === 'answers-other')
    ) {
      run = [];
      confirmed = null;
      continue;
    }
    if (darkFrom(round).length === 0) continue;
    if (!round.isByHand) run.push(round);
    if (confirmed === null && isConfirmed(run, quorum)) confirmed = round.at;
  }
  return confirmed;
}

function isConfirmed(run: readonly JudgedRound[], { vantages, rounds, hours }: Quorum): boolean {
  const all = new Map(run.flatMap(darkFrom).map((vantage) => [vantage.name, vantage]));
  return subsets([...all.values()]).some((set) => {
    if (set.length !== vantages || !areApart(set)) return false;
    const counted = run.filter((round) => {
      const names = darkFrom(round).map(({ name }) => name);
      return set.every(({ name }) => names.includes(name));
    });
    return counted.some((first, from) =>
      counted.some((last, to) => to - from + 1 >= rounds && last.at - first.at >= hours * 3_600_000),
    );
  });
}

function darkFrom({ looks }: JudgedRound): readonly QuorumVantage[] {
  return looks
    .map(({ vantage }) => vantage)
    .filter(({ name }) => looks.every(({ vantage, outcome }) => vantage.name !== name || outcome === 'dark'));
}

function areApart(set: readonly QuorumVantage[]): boolean {
  return set.every((one, index) =>
    set.every(
      (other, at) =>
        index === at ||
        (one.network !== null &&
          one.country !== null &&
          one.network !== other.network &&
          one.country !== other.country),
    ),
  );
}

function subsets<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.reduce<readonly (readonly Item[])[]>(
    (sets, item) => [...sets, ...sets.map((set) => [...set, item])],
    [[]],
  );
}
