import type { Instant } from '../../../domain/instant.ts';
import type { SeveredFigure } from '../../../domain/report.ts';
import { liveNotInLatest, severed } from '../../../policy/severance/severed.ts';
import type { ReadTransaction } from '../../../ports/store.ts';

export interface SeveranceSays {
  readonly severed: SeveredFigure;
  readonly liveNotInLatestConfiguration: readonly string[];
}

/** How many of the newest configurations are meant by "the latest": those that Intel 471 looked at in 2020. */
const LATEST = 5;

/** @param staleDays Days without a collected configuration after which nobody knows any more. */
export async function severedOf(
  transaction: ReadTransaction,
  operationId: string,
  { asOf, staleDays }: { readonly asOf: Instant; readonly staleDays: number },
): Promise<SeveranceSays> {
  const facts = await transaction.severanceFacts(operationId);
  return {
    severed: severed(facts, { asOf, staleDays }),
    liveNotInLatestConfiguration: liveNotInLatest(facts, LATEST).map(({ host }) => host),
  };
}
