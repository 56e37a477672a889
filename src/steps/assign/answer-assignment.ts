import type { AssignmentAnswer } from '../../domain/assignment.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { plainText } from '../../domain/plain-text.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';

const DAY_MS = 86_400_000;
const LONGEST_HANDS_OFF_DAYS = 90;
const MAX_NOTE_LENGTH = 1000;

export interface PartnersAnswer {
  readonly state: AssignmentAnswer;
  readonly note: string | null;
  /** With hands-off: until when it is to be left alone. */
  readonly until: Instant | null;
}

/**
 * What a partner says of a server that it has. It changes no verdict: "done" is a claim, and our looks go on. "Hands off" blocks as any
 * party's does, looks and notices of everybody.
 */
export async function answerAssignment(
  world: World,
  partner: string,
  serverId: string,
  operationId: string,
  { state, note, until }: PartnersAnswer,
): Promise<void> {
  const now = world.clock.now();
  const words = note === null || note.trim() === '' ? null : plainText(note, MAX_NOTE_LENGTH);
  if (state === 'hands-off' && (until === null || until <= now || until > now + LONGEST_HANDS_OFF_DAYS * DAY_MS)) {
    throw problem('usage', `"hands-off" says until when, at most ${LONGEST_HANDS_OFF_DAYS} days from now`);
  }
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operationId);
    const standing = (await transaction.assignments(operationId)).find((each) => each.serverId === serverId);
    if (standing === undefined || standing.partner !== partner || standing.endedAt !== null) {
      throw problem('not-found', 'there is nothing here that you may know of');
    }
    // Said twice it is one word: the ledger keeps no echo.
    if (standing.state === state && standing.note === words && state !== 'hands-off') return;
    const entry = { actor: world.actor, recordedAt: now, subject: serverId };
    const by = `partner ${partner}`;
    await transaction.append({
      ...entry,
      kind: 'assignment.answered',
      body: { schema: 1, operation: operationId, partner, state, note: words, by },
    });
    if (state !== 'hands-off' || until === null) return;
    await transaction.append({
      ...entry,
      kind: 'hands-off.recorded',
      body: {
        schema: 1,
        operation: operationId,
        party: partner,
        until: isoInstant(until),
        note: words ?? 'said as a partner',
        by,
      },
    });
  });
}

/** Takes servers back from their partner: they are ours again. Returns their hosts. */
export async function endAssignments(
  world: World,
  operation: Operation,
  serverIds: readonly string[],
  words: { readonly person: string; readonly reason: string },
): Promise<readonly string[]> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), words.person);
    const standing = new Map(
      (await transaction.assignments(operation.id))
        .filter(({ endedAt }) => endedAt === null)
        .map((each) => [each.serverId, each]),
    );
    const hosts: string[] = [];
    for (const serverId of serverIds) {
      const found = standing.get(serverId);
      if (found === undefined) {
        throw problem('not-found', 'one of the servers is with no partner', 'See what is: dismantle assignment list');
      }
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'assignment.ended',
        subject: serverId,
        body: { schema: 1, operation: operation.id, partner: found.partner, reason: words.reason, by },
      });
      hosts.push(found.host);
    }
    return hosts;
  });
}
