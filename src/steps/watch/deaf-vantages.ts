import type { Instant } from '../../domain/instant.ts';
import type { LookTaken, Round } from '../../domain/verdict.ts';
import { hasHeard, isSilent } from './take-round.ts';

/** Fewer silent servers than that are no sign of a vantage that hears nothing. */
const FEWEST = 3;
/** The only vantage is believed after so long: what it reports can be confirmed by nobody in any case. */
const LONGEST_DOUBT_MS = 6 * 3_600_000;
/** Servers remembered for a vantage that hears nothing. */
const MOST_REMEMBERED = 10_000;

interface Ear {
  /** Servers looked at since it last heard anybody; true for those that were alive by the last word. */
  readonly silent: Map<string, boolean>;
  silentSince: Instant | null;
}

/**
 * Tells a vantage whose own network is down from servers that went dark: since it last heard anything from anybody it has
 * looked at three servers or more, among them three that were alive by the last word (all of them, where there are
 * fewer). Where other vantages looked at the same servers and heard nothing either, it is believed.
 */
export class DeafVantages {
  private readonly ears = new Map<string, Ear>();

  /**
   * @param wasAlive whether a server was alive by the last word
   * @param expected how many servers are
   * @returns the rounds, the looks of a deaf vantage turned into failures
   */
  judge(rounds: readonly Round[], wasAlive: (serverId: string) => boolean, expected: number): readonly Round[] {
    for (const { serverId, at, looks } of rounds) {
      for (const look of looks) this.listen(serverId, at, look, wasAlive);
    }
    const deaf = new Set([...this.ears.keys()].filter((name) => this.isDeaf(name, rounds, expected)));
    if (deaf.size === 0) return rounds;
    return rounds.map((round) => ({
      ...round,
      looks: round.looks.map((look) => (deaf.has(look.vantage.name) && isSilent(look) ? deafened(look) : look)),
    }));
  }

  private listen(serverId: string, at: Instant, look: LookTaken, wasAlive: (serverId: string) => boolean): void {
    const { name } = look.vantage;
    let ear = this.ears.get(name);
    if (ear === undefined) this.ears.set(name, (ear = { silent: new Map(), silentSince: null }));
    if (hasHeard(look)) {
      ear.silent.clear();
      ear.silentSince = null;
    } else if (isSilent(look) && ear.silent.size < MOST_REMEMBERED && !ear.silent.has(serverId)) {
      ear.silent.set(serverId, wasAlive(serverId));
      ear.silentSince ??= at;
    }
  }

  private isDeaf(name: string, rounds: readonly Round[], expected: number): boolean {
    const { silent, silentSince } = this.ears.get(name) ?? { silent: new Map<string, boolean>(), silentSince: null };
    if (silentSince === null || silent.size < FEWEST) return false;
    let alive = 0;
    for (const was of silent.values()) if (was) alive += 1;
    if (alive === 0 || alive < Math.min(FEWEST, expected)) return false;
    const others = rounds.flatMap(({ serverId, looks }) =>
      silent.has(serverId) ? looks.filter(({ vantage }) => vantage.name !== name) : [],
    );
    if (others.some(hasHeard)) return true;
    if (others.some(isSilent)) return false;
    const latest = rounds.reduce((last, { at }) => Math.max(last, at), silentSince);
    return latest - silentSince < LONGEST_DOUBT_MS;
  }
}

function deafened(look: LookTaken): LookTaken {
  return {
    ...look,
    result: {
      failure: 'vantage-deaf',
      message: `${look.vantage.name} heard nothing from anybody at that time, servers among them that were alive before`,
    },
    certificates: [],
    signed: null,
  };
}
