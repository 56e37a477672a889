import type { ServerFacts, StatusWord } from '../../domain/figure-facts.ts';
import type { Instant } from '../../domain/instant.ts';
import { isAlive } from '../../domain/look.ts';
import type { OutsideCount } from '../../domain/report.ts';
import { outcomeOf } from './counted-server.ts';
import { byText, isoOrNull, latest } from './units.ts';

/**
 * What others count, beside our own looks. Of a source and a way in its newest word stands, and a server is online where any way in
 * is. The newest word is the one with the latest date that the source gives it, else with the time at which it told us; of two with
 * the same date the one that it told later. The same words again are no newer, unless they are all that the source lists: then it has
 * changed its list back. Servers that were cleared as wrong are in neither count.
 */
export function outsideCounts(
  words: readonly StatusWord[],
  servers: readonly ServerFacts[],
  ours: ReadonlyMap<string, ServerFacts> = new Map(servers.map((server) => [server.serverId, server])),
): readonly OutsideCount[] {
  return [...Map.groupBy(words, ({ source }) => source)]
    .map(([source, theirs]) => outsideCount(source, theirs, ours))
    .toSorted((one, other) => byText(one.source, other.source));
}

function outsideCount(
  source: string,
  words: readonly StatusWord[],
  ours: ReadonlyMap<string, ServerFacts>,
): OutsideCount {
  const newest = new Map<string, StatusWord>();
  for (const word of words) {
    if (ours.get(word.serverId)?.isWrong === true) continue;
    const key = `${word.serverId} ${word.endpoint}`;
    const before = newest.get(key);
    if (before === undefined || isNewer(word, before)) newest.set(key, word);
  }
  const hosts = [...Map.groupBy(newest.values(), ({ serverId }) => serverId)].map(([serverId, spoken]) => ({
    host: spoken[0]?.host ?? '',
    theirs: spoken.some(({ status }) => status === 'online') ? ('online' as const) : ('offline' as const),
    facts: ours.get(serverId),
  }));
  const count = { live: 0, dark: 0, other: 0 };
  const differences: OutsideCount['differences'][number][] = [];
  for (const { host, theirs, facts } of hosts) {
    const outcome = facts === undefined ? 'not-looked' : outcomeOf(facts);
    const live = outcome !== 'not-looked' && isAlive(outcome);
    if (live) count.live += 1;
    else if (outcome === 'dark') count.dark += 1;
    else count.other += 1;
    // What answers as something else, or could not be looked at, contradicts nobody who says offline.
    if (live === (theirs === 'online')) continue;
    differences.push({ host, theirs, ours: outcome, lastLookAt: isoOrNull(facts?.lastLookAt ?? null) });
  }
  const online = hosts.filter(({ theirs }) => theirs === 'online').length;
  return {
    source,
    asOf: isoOrNull(latest([...newest.values()].map(firstSaidAt))),
    online,
    offline: hosts.length - online,
    ours: count,
    differences: differences.toSorted((one, other) => byText(one.host, other.host)),
  };
}

/** A date that a source gives goes before when it told us; but nobody has seen anything after he told us. */
function saidAt({ seenAt, firstToldAt, toldAt }: StatusWord): Instant {
  return seenAt === null ? toldAt : Math.min(seenAt, firstToldAt);
}

function isNewer(word: StatusWord, than: StatusWord): boolean {
  const [one, other] = [saidAt(word), saidAt(than)];
  if (one !== other) return one > other;
  if (word.toldSequence !== than.toldSequence) return word.toldSequence > than.toldSequence;
  // One list that says both: the line that contradicts a take-down must not get lost by the order of the lines.
  return word.status === 'online';
}

function firstSaidAt({ seenAt, firstToldAt }: StatusWord): Instant {
  return Math.min(seenAt ?? firstToldAt, firstToldAt);
}
