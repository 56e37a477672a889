import type { ServiceFacts, ConfigurationFacts } from '../../domain/figure-facts.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { OperationReport } from '../../domain/report.ts';
import type { CountedServer } from './counted-server.ts';
import { byText } from './units.ts';

/** A chart has no more points across than that; beyond it, moments of one interval stand together at the last of them. */
const MOST_MOMENTS = 500;

interface Change {
  readonly at: Instant;
  readonly identified: number;
  readonly disabled: number;
  readonly dark: number;
}

/**
 * The counts as they came about. `disabled` goes up where a quorum was reached and down where a server was found alive again, so that
 * it is at each moment what was known then; `dark` tells the same servers from their first dark look on.
 */
export function overTime(counted: readonly CountedServer[], asOf: Instant): OperationReport['overTime'] {
  const changes = counted
    .flatMap(changesOf)
    .filter(({ at }) => at <= asOf)
    .toSorted((one, other) => one.at - other.at);
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return [];
  const moments = new Set(changes.map(({ at }) => at));
  const widthMs = moments.size <= MOST_MOMENTS ? 1 : Math.ceil((last.at - first.at + 1) / MOST_MOMENTS);
  const series: { at: string; identified: number; disabled: number; open: number; dark: number }[] = [];
  let [identified, disabled, dark] = [0, 0, 0];
  for (const [index, change] of changes.entries()) {
    identified += change.identified;
    disabled += change.disabled;
    dark += change.dark;
    const next = changes[index + 1];
    const bucket = (at: Instant): number => Math.floor((at - first.at) / widthMs);
    if (next !== undefined && bucket(next.at) === bucket(change.at)) continue;
    series.push({ at: isoInstant(change.at), identified, disabled, open: identified - disabled, dark });
  }
  return series;
}

function changesOf({ identifiedAt, facts: { darkRuns } }: CountedServer): readonly Change[] {
  const changes: Change[] = [{ at: identifiedAt, identified: 1, disabled: 0, dark: 0 }];
  let isDark = false;
  // What was dark before it was identified counts from then on.
  const after = (at: Instant): Instant => Math.max(at, identifiedAt);
  for (const { darkAt, confirmedAt, returnedAt } of darkRuns) {
    if (!isDark) {
      changes.push({ at: after(darkAt), identified: 0, disabled: 0, dark: 1 });
      changes.push({ at: after(confirmedAt), identified: 0, disabled: 1, dark: 0 });
    }
    isDark = returnedAt === null;
    if (returnedAt !== null) changes.push({ at: after(returnedAt), identified: 0, disabled: -1, dark: -1 });
  }
  return changes;
}

/** Of each kind; the newest stay. */
const MOST_MARKS = 1000;

export function momentsOf(
  counted: readonly CountedServer[],
  services: readonly ServiceFacts[],
  configurations: readonly ConfigurationFacts[],
  asOf: Instant,
): OperationReport['moments'] {
  type Mark = {
    readonly at: Instant;
    readonly kind: OperationReport['moments'][number]['kind'];
    readonly text: string;
  };
  const inOrder = (marks: readonly Mark[]): readonly Mark[] =>
    marks.filter(({ at }) => at <= asOf).toSorted((one, other) => one.at - other.at || byText(one.text, other.text));
  const served = services.map(({ at, kind, reference, provider }) => ({
    at,
    kind,
    text: provider === null ? reference : `${reference}, ${provider}`,
  }));
  const collected = configurations.flatMap(({ version, tag, collectedAt }) =>
    collectedAt === null
      ? []
      : [{ at: collectedAt, kind: 'configuration' as const, text: tag === '' ? version : `${version} (${tag})` }],
  );
  const returned = counted.flatMap(({ facts: { host, darkRuns } }) =>
    darkRuns.flatMap(({ returnedAt }) =>
      returnedAt === null ? [] : [{ at: returnedAt, kind: 'returned' as const, text: host }],
    ),
  );
  return inOrder([served, collected, returned].flatMap((marks) => inOrder(marks).slice(-MOST_MARKS))).map((mark) => ({
    ...mark,
    at: isoInstant(mark.at),
  }));
}
