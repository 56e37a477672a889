import type { Operation } from '../../domain/operation.ts';
import type { Instant } from '../../domain/instant.ts';
import { correctionProgress, toCorrect } from '../../policy/clock/corrections.ts';
import type { CorrectionProgress } from '../../policy/clock/corrections.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** One mistake, and how long it stood. */
export interface RetractedServer {
  readonly caseId: string;
  readonly host: string;
  /** References of the notices that told of it; none where nothing had left. */
  readonly notices: readonly string[];
  /** When the first of them left. */
  readonly sentAt: Instant | null;
  readonly retractedAt: Instant;
  /** From the first notice to the retraction; null where nothing had left for certain. */
  readonly standingMs: number | null;
  readonly corrections: CorrectionProgress;
}

/** Wrong notices and the time to retract them (rule 4): every report has them. */
export interface RetractionFigures {
  readonly servers: number;
  /** Notices that left, or may have, and named a server that was wrong. */
  readonly wrongNotices: number;
  /** Of those that had left; null where none had. */
  readonly longestStandingMs: number | null;
  readonly corrections: number;
  readonly delivered: number;
  readonly failed: number;
  readonly list: readonly RetractedServer[];
}

export async function readRetractions(transaction: ReadTransaction, { id }: Operation): Promise<RetractionFigures> {
  const list: RetractedServer[] = [];
  const wrong = new Set<string>();
  for (const { caseId, host, retractedAt } of await transaction.retractedCases(id)) {
    const notices = await transaction.clockNotices(id, caseId);
    for (const { noticeId } of notices) wrong.add(noticeId);
    const sent = notices.map(({ sentAt }) => sentAt).filter((at) => at !== null);
    const sentAt = sent.length === 0 ? null : Math.min(...sent);
    list.push({
      caseId,
      host,
      notices: notices.map(({ reference }) => reference),
      sentAt,
      retractedAt,
      standingMs: sentAt === null ? null : Math.max(0, retractedAt - sentAt),
      corrections: correctionProgress(
        notices.flatMap(({ messageId, dispatches }) => toCorrect(caseId, messageId, dispatches)),
        notices.flatMap(({ dispatches }) => dispatches),
      ),
    });
  }
  const standing = list.map(({ standingMs }) => standingMs).filter((time) => time !== null);
  const sum = (count: (progress: CorrectionProgress) => number): number =>
    list.reduce((total, { corrections }) => total + count(corrections), 0);
  return {
    servers: list.length,
    wrongNotices: wrong.size,
    longestStandingMs: standing.length === 0 ? null : Math.max(...standing),
    corrections: sum(({ total }) => total),
    delivered: sum(({ delivered }) => delivered),
    failed: sum(({ failed }) => failed),
    list,
  };
}
