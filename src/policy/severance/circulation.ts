import type { Instant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { SeveranceConfiguration, SeveranceFacts, SeveranceServer } from '../../domain/severance.ts';

const DAY_MS = 86_400_000;

/** Whether an outcome means that a bot which asks there is answered. */
export function isAlive(outcome: LookOutcome | null): boolean {
  return outcome === 'c2-live' || outcome === 'live';
}

/** Whether an outcome tells nothing; where nobody has looked, none does. */
export function isUnresolved(outcome: LookOutcome | null): boolean {
  return outcome === null || outcome === 'inconclusive';
}

/** Nobody can have it switched off: there is no provider (.onion) or no registry (blockchain names) to ask. */
export function isFallback({ hostType }: Pick<SeveranceServer, 'hostType'>): boolean {
  return hostType === 'onion' || hostType === 'blockchain-name';
}

/**
 * A date of collection as far as it can be believed. Nothing is collected after it was imported: what is dated up to a day
 * later is a clock or a zone that is off, and counts as collected when it was recorded; what is dated later still is no date.
 * Otherwise one configuration from the future would keep the figures fresh, and stand first among the newest, for years.
 */
export function believedDate(dated: Instant | null, recordedAt: Instant): Instant | null {
  if (dated === null || dated <= recordedAt) return dated;
  return dated - recordedAt <= DAY_MS ? recordedAt : null;
}

/** When a configuration was first collected, as far as that can be believed. */
export function collectedAt(configuration: SeveranceConfiguration): Instant | null {
  return believedDate(configuration.collectedAt, configuration.recordedAt);
}

/** When a configuration was last collected, as far as that can be believed. */
export function lastCollectedAt(configuration: SeveranceConfiguration): Instant | null {
  return believedDate(configuration.lastCollectedAt, configuration.lastListedAt) ?? collectedAt(configuration);
}

export function inCirculation({ configurations }: SeveranceFacts): readonly SeveranceConfiguration[] {
  return configurations.filter(({ retirement }) => retirement === null);
}

/** The newest first: by the believed date of collection (none last), then by version as a number, then by tag. */
export function newestFirst(configurations: readonly SeveranceConfiguration[]): readonly SeveranceConfiguration[] {
  return configurations.toSorted((a, b) => {
    const dated = (collectedAt(b) ?? -1) - (collectedAt(a) ?? -1);
    if (dated !== 0) return dated;
    const longer = b.version.length - a.version.length;
    if (longer !== 0) return longer;
    return (
      descending(a.version, b.version) || descending(a.tag, b.tag) || descending(a.configurationId, b.configurationId)
    );
  });
}

/** By code units, so that no machine's locale changes an order. */
function descending(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? 1 : -1;
}

/** "1000512 (tmt2)". */
export function nameOf({ version, tag }: Pick<SeveranceConfiguration, 'version' | 'tag'>): string {
  return tag === '' ? version : `${version} (${tag})`;
}

/** Fallbacks that still count: a configuration in circulation lists them, or a source names them outside of any. */
export function fallbacksInUse(facts: SeveranceFacts): readonly number[] {
  const listed = listedIn(facts, inCirculation(facts));
  return facts.servers.flatMap((server, index) =>
    isFallback(server) && (listed[index] === 1 || server.isNamedElsewhere) ? [index] : [],
  );
}

/** For each server 1 where any of these configurations lists it, else 0. */
export function listedIn(facts: SeveranceFacts, configurations: readonly SeveranceConfiguration[]): Uint8Array {
  const listed = new Uint8Array(facts.servers.length);
  for (const { lists } of configurations) for (const server of lists) listed[server] = 1;
  return listed;
}
