import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { personNamed, speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { DutyRecord } from '../../ports/clock-facts.ts';
import type { World } from '../../ports/world.ts';

/** Shifts longer than this are typing errors. */
const LONGEST_SHIFT_DAYS = 14;
const DAY_MS = 86_400_000;

export interface DutyWords {
  /** Who is on duty. */
  readonly person: string;
  readonly from: Instant;
  readonly until: Instant;
  /** Who says so. */
  readonly by: string;
}

/** Puts a person on duty for a time. Shifts may overlap: two people are better than none. */
export async function scheduleDuty(world: World, words: DutyWords): Promise<DutyRecord> {
  const { from, until } = words;
  if (until <= from) {
    throw problem('usage', `${readableInstant(until)} is not after ${readableInstant(from)}`, 'Name a later --until');
  }
  if (until - from > LONGEST_SHIFT_DAYS * DAY_MS) {
    throw problem('usage', `a shift has at most ${LONGEST_SHIFT_DAYS} days`, 'Name an earlier --until');
  }
  const dutyId = world.ids.uuid();
  return world.store.write(async (transaction) => {
    const people = await transaction.people();
    // A name that nobody knows would be telephoned in vain.
    const person = people.length === 0 ? words.person : personNamed(people, words.person).person;
    const setBy = speakerOf(people, words.by);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'duty.scheduled',
      subject: dutyId,
      body: { schema: 1, person, from: isoInstant(from), until: isoInstant(until), by: setBy },
    });
    return { dutyId, person, from, until, setBy };
  });
}
