import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import type { DutyRecord, HandsOffRecord, ReplyRecord } from '../../ports/clock-facts.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { readDue } from './read-due.ts';
import type { DueStep } from './read-due.ts';
import type { ClockSetup } from './sent-notice.ts';

/** What the next shift must know, so short that it is read. */
export interface Handover {
  readonly at: Instant;
  /** When the shift that ends began; a day ago where the roster does not say. */
  readonly since: Instant;
  readonly onDuty: readonly DutyRecord[];
  readonly next: readonly DutyRecord[];
  /** Until when mail may leave; null where nothing may. */
  readonly armedUntil: Instant | null;
  readonly contests: readonly DueStep[];
  readonly retractions: readonly DueStep[];
  readonly handsOff: readonly HandsOffRecord[];
  /** What has left since the shift began. */
  readonly sent: readonly {
    readonly reference: string;
    readonly provider: string;
    readonly kind: string;
    readonly recipient: string | null;
    readonly at: Instant;
  }[];
  /** What came in since the shift began, and whatever nobody could place. */
  readonly replies: readonly ReplyRecord[];
  /** Everything else that is due, the most pressing first. */
  readonly due: readonly DueStep[];
}

const DAY_MS = 86_400_000;
const APART = new Set<DueStep['kind']>(['contest', 'retraction']);

export async function readHandover(
  transaction: ReadTransaction,
  operation: Operation,
  setup: ClockSetup,
  now: Instant,
): Promise<Handover> {
  const duties = await transaction.duties(now - DAY_MS * 14);
  const onDuty = duties.filter(({ from, until }) => from <= now && until > now);
  const since = sinceWhen(duties, now);
  const due = await readDue(transaction, operation, setup, now);
  const armed = (await transaction.armings(operation.id))
    .filter(({ disarmedAt, until }) => disarmedAt === null && Date.parse(until) > now)
    .map(({ until }) => Date.parse(until));
  const notices = await transaction.clockNotices(operation.id);
  const briefings = await transaction.briefings(operation.id);
  return {
    at: now,
    since,
    onDuty,
    next: duties.filter(({ from }) => from > now).slice(0, 3),
    armedUntil: armed.length === 0 ? null : Math.max(...armed),
    contests: due.filter(({ kind }) => kind === 'contest'),
    retractions: due.filter(({ kind }) => kind === 'retraction'),
    handsOff: (await transaction.handsOffRecords(operation.id)).filter(({ until }) => until > now),
    sent: [
      ...notices.flatMap(({ reference, provider, dispatches }) =>
        dispatches.flatMap(({ kind, sentAt, attemptedAt, contacts }) =>
          sentAt === null || sentAt < since
            ? []
            : [{ reference, provider, kind, recipient: attemptedAt.at(-1) ?? contacts[0] ?? null, at: sentAt }],
        ),
      ),
      ...briefings.flatMap(({ reference, provider, recipient, sentAt: at }) =>
        at === null || at < since ? [] : [{ reference, provider, kind: 'briefing', recipient, at }],
      ),
    ].toSorted((one, other) => one.at - other.at),
    replies: await transaction.repliesSince(operation.id, since),
    due: due.filter(({ kind }) => !APART.has(kind)),
  };
}

/** The earliest shift that runs now began then; where none runs, the last one that ended did; else a day ago. */
function sinceWhen(duties: readonly DutyRecord[], now: Instant): Instant {
  const running = duties.filter(({ from, until }) => from <= now && until > now).map(({ from }) => from);
  if (running.length > 0) return Math.min(...running);
  const ended = duties.filter(({ until }) => until <= now).toSorted((one, other) => other.until - one.until);
  return ended[0]?.from ?? now - DAY_MS;
}
