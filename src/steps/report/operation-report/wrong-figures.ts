import { isoInstant } from '../../../domain/instant.ts';
import type { OperationReport } from '../../../domain/report.ts';
import { isoOrNull, minutesOf } from '../../../policy/figures/units.ts';
import type { RetractionFigures } from '../retractions.ts';

/** Wrong notices and the time to retract them (rule 4): every report has them. */
export function wrongFigures(retractions: RetractionFigures): Pick<OperationReport, 'wrong' | 'wrongNotices'> {
  const standing = retractions.list
    .map(({ standingMs }) => standingMs)
    .filter((time) => time !== null)
    .toSorted((one, other) => one - other);
  // As by Kaplan-Meier: every one has ended, and by this time at least half of them had.
  const median = standing[Math.ceil(standing.length / 2) - 1];
  const { longestStandingMs } = retractions;
  return {
    wrongNotices: retractions.wrongNotices,
    wrong: {
      servers: retractions.servers,
      longestStandingMinutes: longestStandingMs === null ? null : minutesOf(longestStandingMs),
      medianStandingMinutes: median === undefined ? null : minutesOf(median),
      list: retractions.list.map(({ caseId, host, notices, sentAt, retractedAt, standingMs, corrections }) => ({
        caseId,
        host,
        notices,
        sentAt: isoOrNull(sentAt),
        retractedAt: isoInstant(retractedAt),
        standingMinutes: standingMs === null ? null : minutesOf(standingMs),
        correctionsDelivered: corrections.delivered,
        corrections: corrections.total,
      })),
    },
  };
}
