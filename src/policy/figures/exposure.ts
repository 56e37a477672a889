import type { Instant } from '../../domain/instant.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { OperationReport } from '../../domain/report.ts';
import type { CountedServer } from './counted-server.ts';
import { earliest, isoOrNull, latest, minutesOf } from './units.ts';

/**
 * How long the operators had between the first loss and the last. Until strikes are planned one by one, the targets are the servers
 * that a notice has named while they were not dark yet, devices apart.
 */
export function exposureOf(counted: readonly CountedServer[], asOf: Instant): OperationReport['exposure'] {
  const targets = counted.filter(
    ({ isDevice, isDarkUnprompted, facts }) => !isDevice && !isDarkUnprompted && facts.notifiedAt !== null,
  );
  const firstDarkAt = earliest(
    targets.flatMap(({ facts: { darkRuns, notifiedAt } }) =>
      darkRuns.map(({ darkAt }) => darkAt).filter((darkAt) => darkAt >= (notifiedAt ?? darkAt)),
    ),
  );
  // What answers as something else stands open until a person has said that it is no controller any more.
  const open = targets.some(({ standing }) => standing !== 'disabled' && standing !== 'settled-otherwise');
  const lastDarkAt = open ? null : latest(targets.map(({ darkRun, settledAt }) => darkRun?.darkAt ?? settledAt));
  return {
    minutes: firstDarkAt === null ? null : minutesOf(Math.max(0, (lastDarkAt ?? asOf) - firstDarkAt)),
    open,
    targets: targets.length,
    firstDarkAt: isoOrNull(firstDarkAt),
    lastDarkAt: firstDarkAt === null || lastDarkAt === null ? null : isoInstant(lastDarkAt),
  };
}
