import type { Instant } from '../../../domain/instant.ts';
import { readableInstant } from '../../../domain/instant.ts';
import { problem } from '../../../domain/problem.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { TransparencyFacts, TransparencyReport } from '../../../domain/transparency.ts';
import { mayBeNamed } from '../../../policy/authority-coverage.ts';
import { transparencyReport } from '../../../policy/transparency/transparency.ts';
import type { TransparencyQuestion } from '../../../policy/transparency/transparency.ts';
import type { ReadTransaction } from '../../../ports/store.ts';
import type { World } from '../../../ports/world.ts';
import { readRetractions } from '../retractions.ts';

export interface TransparencyWish extends Omit<TransparencyQuestion, 'asOf' | 'ledger'> {
  /** Null: now. */
  readonly asOf: Instant | null;
}

/** A year of all operations that are no drills, as of now or of a past moment. */
export async function readTransparency(world: World, wish: TransparencyWish): Promise<TransparencyReport> {
  const now = world.clock.now();
  const asOf = wish.asOf ?? now;
  if (asOf > now) {
    throw problem('usage', `${readableInstant(asOf)} has not come yet`, 'Name a past moment, or leave --as-of out');
  }
  if (asOf < Date.UTC(wish.year, 0, 1)) {
    throw problem('usage', `${wish.year} had not begun at ${readableInstant(asOf)}`, 'Name a year that has begun');
  }
  const read = async (transaction: ReadTransaction): Promise<TransparencyReport> => {
    const facts: TransparencyFacts[] = [];
    for (const operation of await transaction.operations()) {
      if (!operation.drill) facts.push(await factsOf(transaction, operation, asOf));
    }
    return transparencyReport(facts, { ...wish, asOf, ledger: await transaction.ledgerHead() });
  };
  return wish.asOf === null ? world.store.read(read) : world.store.asOf(asOf, read);
}

/** What stands for orders of courts, sealed or not: were only the sealed ones told so, that would tell of them. */
const UNTOLD_METHOD = 'other';

async function factsOf(transaction: ReadTransaction, operation: Operation, asOf: Instant): Promise<TransparencyFacts> {
  const facts = await transaction.figureFacts(operation.id);
  const authorities = await transaction.authorities().list(operation.id);
  const notices = new Map((await transaction.notices(operation.id)).map((notice) => [notice.reference, notice]));
  const { list } = await readRetractions(transaction, operation);
  return {
    operation: facts,
    notices: facts.services.flatMap(({ at, kind, reference }) => {
      const notice = notices.get(reference);
      if (kind !== 'notice' || notice === undefined) return [];
      const method = notice.method === 'court-order' ? UNTOLD_METHOD : notice.method;
      return [{ sentAt: at, method, country: notice.country, provider: notice.provider }];
    }),
    mistakes: list.map((each) => ({
      retractedAt: each.retractedAt,
      notices: each.notices,
      standingMs: each.standingMs,
      corrections: each.corrections.total,
      correctionsDelivered: each.corrections.delivered,
    })),
    orders: authorities
      .filter((authority) => mayBeNamed(authority, asOf))
      .map(({ kind, issuedAt, services }) => ({ kind, issuedAt, servedAt: services.map(({ servedAt }) => servedAt) })),
  };
}
