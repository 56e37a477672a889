import type { Instant } from '../../../domain/instant.ts';
import type { SeveredFigure } from '../../../domain/report.ts';
import type { ReadTransaction } from '../../../ports/store.ts';

export interface SeveranceAnswer {
  readonly severed: SeveredFigure;
  readonly liveNotInLatestConfiguration: readonly string[];
}

/** The one place at which the report asks about severance. Nothing is weighed yet, and then nothing is known. */
export function severedOf(
  _transaction: ReadTransaction,
  _operationId: string,
  _asOf: Instant,
): Promise<SeveranceAnswer> {
  return Promise.resolve({
    severed: {
      state: 'unknown',
      since: null,
      reasons: ['Configurations are not weighed against servers.'],
      coverage: {
        configurations: 0, inCirculation: 0, newestConfiguration: null, daysSinceNewest: null, sources: [],
        unreadableEntries: 0, listedServers: 0, live: 0, dark: 0, provisionallyDark: 0, answersOther: 0, inconclusive: 0,
        fallbacks: 0, gaps: [],
      },
    },
    liveNotInLatestConfiguration: [],
  }); // prettier-ignore
}
