import type { Instant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { SeveredFigure } from '../../domain/report.ts';
import type { SeveranceConfiguration, SeveranceFacts, SeveranceSetup } from '../../domain/severance.ts';
import { collectedAt, isAlive, isFallback, isUnresolved, lastCollectedAt } from './circulation.ts';

const DAY_MS = 86_400_000;

type State = SeveredFigure['state'];

interface Happening {
  readonly at: Instant;
  /** Happenings of one moment in the order in which they came. */
  readonly order: number;
  carryOut(): void;
}

/**
 * Since when the answer has been `state`, by going once through everything that could change it, in order: configurations
 * came, went out of circulation and came back; verdicts changed; the newest configuration grew stale. Null where it has
 * been so from the beginning, and where the changes on record do not lead to it (a list of liveness given by hand has none).
 * A configuration counts from when it was recorded: nobody could have said so before. Sightings withdrawn since and servers
 * retracted since are left out of the past as well.
 */
export function severedSince(facts: SeveranceFacts, state: State, { asOf, staleDays }: SeveranceSetup): Instant | null {
  const tally = new Tally(facts);
  const happenings = happeningsOf(facts, tally, staleDays)
    .filter(({ at }) => at <= asOf)
    .toSorted((a, b) => a.at - b.at || a.order - b.order);
  let known: State = 'unknown';
  let since: Instant | null = null;
  for (const [index, happening] of happenings.entries()) {
    happening.carryOut();
    // What happens at one moment is judged once, together.
    if (happenings[index + 1]?.at === happening.at) continue;
    const now = tally.state();
    if (now === known) continue;
    known = now;
    since = happening.at;
  }
  return known === state ? since : null;
}

function happeningsOf(facts: SeveranceFacts, tally: Tally, staleDays: number): readonly Happening[] {
  const found: Happening[] = [];
  const add = (at: Instant, carryOut: () => void): void => {
    found.push({ at, order: found.length, carryOut });
  };
  for (const configuration of facts.configurations) {
    const { lists } = configuration;
    add(configuration.recordedAt, () => tally.circulate(lists, 1));
    for (const { from, until } of configuration.earlierRetirements) {
      add(from, () => tally.circulate(lists, -1));
      add(until, () => tally.circulate(lists, 1));
    }
    if (configuration.retirement !== null) add(configuration.retirement.at, () => tally.circulate(lists, -1));
    for (const { from, until } of freshSpans(configuration, staleDays)) {
      add(from, () => tally.freshen(1));
      add(until, () => tally.freshen(-1));
    }
  }
  const last = new Float64Array(facts.servers.length);
  for (const { server, at, to } of facts.changes) {
    // A look may be written down late; what was recorded last stands.
    const moment = Math.max(at, last[server] ?? 0);
    last[server] = moment;
    add(moment, () => tally.judge(server, to));
  }
  return found;
}

/** When the collecting of a configuration speaks against staleness: from when it was known to when it is stale. */
function freshSpans(
  configuration: SeveranceConfiguration,
  staleDays: number,
): readonly { readonly from: Instant; readonly until: Instant }[] {
  return [
    { collected: collectedAt(configuration), knownAt: configuration.recordedAt },
    { collected: lastCollectedAt(configuration), knownAt: configuration.lastListedAt },
  ].flatMap(({ collected, knownAt }) => {
    if (collected === null) return [];
    // Stale from the first moment after.
    const until = collected + staleDays * DAY_MS + 1;
    return knownAt < until ? [{ from: knownAt, until }] : [];
  });
}

/** How many servers stand how, kept as things happen. */
class Tally {
  readonly #isFallback: Uint8Array;
  readonly #isNamedElsewhere: Uint8Array;
  readonly #listings: Int32Array;
  readonly #verdicts: (LookOutcome | null)[];
  #alive = 0;
  #unresolved = 0;
  #fresh = 0;

  constructor({ servers }: SeveranceFacts) {
    this.#isFallback = Uint8Array.from(servers, (server) => (isFallback(server) ? 1 : 0));
    this.#isNamedElsewhere = Uint8Array.from(servers, ({ isNamedElsewhere }) => (isNamedElsewhere ? 1 : 0));
    this.#listings = new Int32Array(servers.length);
    this.#verdicts = Array.from({ length: servers.length }, () => null);
    for (let server = 0; server < servers.length; server += 1) this.#count(server, 1);
  }

  circulate(lists: readonly number[], by: 1 | -1): void {
    for (const server of lists) {
      this.#count(server, -1);
      this.#listings[server] = (this.#listings[server] ?? 0) + by;
      this.#count(server, 1);
    }
  }

  judge(server: number, verdict: LookOutcome): void {
    this.#count(server, -1);
    this.#verdicts[server] = verdict;
    this.#count(server, 1);
  }

  freshen(by: 1 | -1): void {
    this.#fresh += by;
  }

  state(): State {
    if (this.#alive > 0) return 'no';
    return this.#unresolved > 0 || this.#fresh === 0 ? 'unknown' : 'none-observed-live';
  }

  #count(server: number, by: 1 | -1): void {
    const isCounted =
      (this.#listings[server] ?? 0) > 0 || (this.#isFallback[server] === 1 && this.#isNamedElsewhere[server] === 1);
    if (!isCounted) return;
    const verdict = this.#verdicts[server] ?? null;
    if (isAlive(verdict)) this.#alive += by;
    else if (isUnresolved(verdict)) this.#unresolved += by;
  }
}
