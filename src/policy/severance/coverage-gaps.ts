import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SeveranceFacts, SeveranceSetup } from '../../domain/severance.ts';
import { collectedAt, inCirculation, lastCollectedAt, nameOf } from './circulation.ts';

const DAY_MS = 86_400_000;
/** How many of a kind a sentence names. */
const NAMED = 3;

/** What the answer cannot know, one sentence each. */
export function coverageGaps(facts: SeveranceFacts, { staleDays }: SeveranceSetup): readonly string[] {
  const circulating = inCirculation(facts);
  const gaps: string[] = [];
  const tell = (names: readonly string[], one: string, several: string): void => {
    if (names.length === 0) return;
    const shown = names.slice(0, NAMED).join(', ');
    gaps.push(`${names.length} ${names.length === 1 ? one : several}: ${shown}${names.length > NAMED ? ' …' : ''}`);
  };
  if (facts.configurations.length > 0 && circulating.length === 0) gaps.push('no configuration is in circulation');
  tell(
    circulating.filter(({ accepted }) => accepted === 0).map(nameOf),
    'configuration in circulation has no entry that could be read',
    'configurations in circulation have no entry that could be read',
  );
  tell(
    circulating.filter((one) => one.collectedAt === null).map(nameOf),
    'configuration in circulation does not say when it was collected',
    'configurations in circulation do not say when they were collected',
  );
  tell(
    circulating.filter((one) => one.collectedAt !== null && collectedAt(one) === null).map(nameOf),
    'configuration is dated after it was imported, which is not believed',
    'configurations are dated after they were imported, which is not believed',
  );
  tell(
    facts.configurations
      .filter(({ retirement, lastListedAt }) => retirement !== null && lastListedAt > retirement.at)
      .map(nameOf),
    'retired configuration was told by a source again since',
    'retired configurations were told by a source again since',
  );
  const retracted = circulating.reduce((sum, one) => sum + one.retracted, 0);
  if (retracted > 0) {
    gaps.push(
      `${retracted} ${retracted === 1 ? 'entry names' : 'entries name'} servers that were retracted as wrong, which count no more`,
    );
  }
  gaps.push(...quietTimes(facts, staleDays));
  return gaps;
}

/** The longest times between two collected configurations that were longer than `staleDays`. */
function quietTimes({ configurations }: SeveranceFacts, staleDays: number): readonly string[] {
  const dates = [
    ...new Set(configurations.flatMap((one) => [collectedAt(one), lastCollectedAt(one)]).filter((at) => at !== null)),
  ].toSorted((a, b) => a - b);
  return dates
    .flatMap((until, index) => {
      const from = dates[index - 1];
      return from !== undefined && until - from > staleDays * DAY_MS ? [{ from, until }] : [];
    })
    .toSorted((a, b) => b.until - b.from - (a.until - a.from) || a.from - b.from)
    .slice(0, NAMED)
    .map(
      ({ from, until }) =>
        `no configuration was collected for ${Math.floor((until - from) / DAY_MS)} days, from ${day(from)} to ${day(until)}`,
    );
}

function day(instant: Instant): string {
  return isoInstant(instant).slice(0, 10);
}
