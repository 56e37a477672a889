import { BRIEFING_MARKING } from '../../domain/briefing.ts';
import type { Briefing } from '../../domain/briefing.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { DispatchText } from '../../domain/dispatch.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { Strike } from '../../domain/strike.ts';
import { briefingHash } from '../../ledger/briefing-hash.ts';
import { addressIn, whoIsBriefed } from '../../policy/strike/briefing.ts';
import type { Briefed, NotBriefed } from '../../policy/strike/briefing.ts';
import { strikeState } from '../../policy/strike/hold.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { namedStrike } from './named-strike.ts';

/** Writes what one desk is told; the text is notify's. */
export type ComposeBriefing = (briefed: Briefed) => DispatchText;

export interface WrittenBriefings {
  readonly strike: Strike;
  readonly briefings: readonly Briefing[];
  readonly others: readonly NotBriefed[];
}

/**
 * Writes what the trusted desks of a held strike are told ahead, and puts it on record. Nothing leaves by that. What says the
 * same already stays; what has changed is written anew, and approved anew; what may have left stays as it is.
 */
export async function writeBriefings(
  world: World,
  operation: Operation,
  compose: ComposeBriefing,
  words: { readonly strike: string; readonly as: string | null },
): Promise<WrittenBriefings> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const now = world.clock.now();
    const strike = await namedStrike(transaction, operation, words.strike);
    assertHeld(strike, now);
    const { briefed, others } = whoIsBriefed(strike, await transaction.briefingNotices(strike.strikeId));
    const by = words.as === null ? world.actor : speakerOf(await transaction.people(), words.as);
    const known = new Map((await briefingsOf(transaction, strike)).map((each) => [each.providerKey, each]));
    for (const each of briefed) {
      if (each.leaveBefore <= now) continue;
      const written = briefingOf(strike, each, compose(each));
      const before = known.get(each.providerKey);
      if (before !== undefined && (before.attempts > 0 || before.hash === written.hash)) continue;
      await assertNamesNothing(transaction, operation, each, written.text);
      await transaction.append({
        actor: world.actor,
        recordedAt: now,
        kind: 'briefing.composed',
        subject: written.briefingId,
        body: {
          schema: 1,
          operation: operation.id,
          strike: strike.strikeId,
          number: strike.number,
          planHash: strike.planHash,
          provider: each.providerKey,
          notices: written.notices,
          recipient: each.recipient,
          messageId: written.messageId,
          leaveBefore: isoInstant(each.leaveBefore),
          messageSubject: written.text.subject,
          messageBody: written.text.body,
          hash: written.hash,
          by,
        },
      });
    }
    return { strike, briefings: await briefingsOf(transaction, strike), others };
  });
}

export function briefingsOf(transaction: ReadTransaction, strike: Strike): Promise<readonly Briefing[]> {
  return transaction.briefings(strike.operationId, strike.strikeId);
}

/** Desks are told ahead of what is sure to wait, and of nothing else. */
export function assertHeld(strike: Strike, now: number): void {
  const { number } = strike;
  const state = strikeState(strike, now);
  if (state === 'held') return;
  throw problem(
    'refused',
    `strike ${number} is not held, so that nobody is told ahead of it`,
    state === 'planned' || state === 'half-approved'
      ? `First two people hold it: dismantle strike hold ${number} --as PERSON --reason TEXT`
      : `See: dismantle strike show ${number}`,
  );
}

interface Written {
  readonly briefingId: string;
  readonly notices: readonly string[];
  readonly messageId: string;
  readonly text: DispatchText;
  readonly hash: string;
}

/** One for each strike and provider, under one Message-ID: whoever dies over it never makes a second one. */
function briefingOf(strike: Strike, briefed: Briefed, text: DispatchText): Written {
  const briefingId = derivedId('briefing', strike.strikeId, briefed.providerKey);
  const [first] = briefed.notices;
  const host = first?.messageId.slice(first.messageId.lastIndexOf('@')) ?? '';
  const messageId = `${briefingId}${host}`;
  const notices = briefed.notices.map(({ noticeId }) => noticeId).sort();
  const hash = briefingHash({
    strike: strike.strikeId,
    planHash: strike.planHash,
    provider: briefed.providerKey,
    notices,
    recipient: briefed.recipient,
    messageId,
    leaveBefore: isoInstant(briefed.leaveBefore),
    subject: text.subject,
    body: text.body,
  });
  return { briefingId, notices, messageId, text, hash };
}

/** Texts can be changed by whoever runs this: whatever they say, no address goes with them. */
async function assertNamesNothing(
  transaction: ReadTransaction,
  { id }: Operation,
  { provider }: Briefed,
  { subject, body }: DispatchText,
): Promise<void> {
  const text = `${subject} ${body}`;
  const named = addressIn(text) ?? (await transaction.serverNamedIn(id, text));
  if (named !== null) {
    throw problem(
      'refused',
      `the briefing for ${provider} names ${named}; a briefing names no address and no server`,
      'Look at the text: dismantle notices texts',
    );
  }
  if (body.startsWith(BRIEFING_MARKING) && subject.includes(BRIEFING_MARKING)) return;
  throw new Error('a briefing without its marking');
}
