import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { Arming } from '../../ports/people.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { World } from '../../ports/world.ts';

const DAY_MS = 86_400_000;
export const LONGEST_ARMING_DAYS = 14;

/** Lets mail out for one operation, until a moment. A drill is armed for the lab only. */
export function arming(
  world: World,
  operation: Operation,
  words: { readonly person: string; readonly reason: string; readonly until: Instant },
): SignedAct {
  const { person: name, reason, until } = words;
  if (until > world.clock.now() + LONGEST_ARMING_DAYS * DAY_MS) {
    throw problem(
      'usage',
      `an operation is armed for at most ${LONGEST_ARMING_DAYS} days, and ${readableInstant(until)} is later`,
      'Arm it again when the time is up',
    );
  }
  return {
    name,
    act: 'operation.armed',
    lock: operation.id,
    async prepare(transaction) {
      if (((await transaction.findOperation(operation.name))?.closedAt ?? null) !== null) {
        throw problem(
          'refused',
          `${operation.name} is closed, and nothing of it is sent`,
          `Open it again first: dismantle operation reopen --operation ${operation.name}`,
        );
      }
      // It is armed from the moment of its entry, which is never before the one before it.
      if (until <= Math.max(world.clock.now(), (await transaction.ledgerTime()) ?? 0)) {
        throw problem('usage', `${readableInstant(until)} is past`, 'Name a later moment: --until, or --hours');
      }
      const terms = { traffic: ['send'], lab: operation.drill, until: isoInstant(until), reason };
      return { subject: operation.id, terms };
    },
  };
}

/** Ends it before its time. Whoever is on record may, without a key: it lets nothing out. */
export async function disarmOperation(
  world: World,
  operation: Operation,
  words: { readonly person: string; readonly reason: string },
): Promise<void> {
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const now = world.clock.now();
    const armings = await transaction.armings(operation.id);
    if (!armings.some((each) => isInForce(each, now))) {
      throw problem('refused', `${operation.name} is not armed`, 'See what is: dismantle armed');
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'operation.disarmed',
      subject: operation.id,
      body: { schema: 1, reason: words.reason, by: speakerOf(await transaction.people(), words.person) },
    });
  });
}

/** Whether traffic may leave by this arming at a moment. */
export function isInForce({ until, disarmedAt }: Arming, now: Instant): boolean {
  return disarmedAt === null && until > isoInstant(now);
}
