import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { MethodTable } from '../../domain/method-table.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { MAX_HOLD_HOURS, STRATEGIES } from '../../domain/strike.ts';
import type { Strategy, StrikePlan } from '../../domain/strike.ts';
import { planStrike } from '../../policy/strike/plan-strike.ts';
import { byNotice, latestHold } from '../../policy/strike/hold.ts';
import { predict } from '../../policy/strike/predict.ts';
import { serviceHour } from '../../policy/strike/service-hour.ts';
import type { Windows } from '../../policy/strike/service-hour.ts';
import type { World } from '../../ports/world.ts';
import { planBody, planHash } from './plan-text.ts';

export interface PlanWish {
  readonly strategy: Strategy;
  /** Null: the service hour of most desks. */
  readonly aim: Instant | null;
  /** Null: of chance. */
  readonly seed: number | null;
  readonly as: string | null;
}

/** A plan that is on record. */
export interface PlannedStrike {
  readonly strikeId: string;
  readonly number: number;
  readonly planHash: string;
  readonly plan: StrikePlan;
}

/** Plans, plays every strategy out, and puts the plan on record. It changes nothing by itself. */
export async function makePlan(
  world: World,
  operation: Operation,
  sources: { readonly methodTable: MethodTable; readonly windows: Windows },
  wish: PlanWish,
): Promise<PlannedStrike> {
  const seed = wish.seed ?? Buffer.from(world.random.bytes(4)).readUInt32BE();
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw problem('usage', `the seed ${seed} is no whole number from 0 to 4294967295`);
  }
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const now = world.clock.now();
    const waiting = await transaction.waitingForStrike(operation.id, now);
    if (waiting.length === 0) {
      throw problem(
        'refused',
        `no notice of ${operation.name} waits to be sent, so there is nothing to plan`,
        `What there is: dismantle notices --operation ${operation.name}`,
      );
    }
    const aim = wish.aim ?? serviceHour(waiting, sources.windows, now);
    assertAim(aim, now);
    // What has been held for its day is held no more: one leftover must not make every later hold impossible.
    const naming = byNotice(await transaction.strikes(operation.id));
    const notices = waiting.filter(({ noticeId }) => latestHold(noticeId, naming.get(noticeId) ?? []) >= aim);
    if (notices.length === 0) {
      throw problem(
        'refused',
        `every notice of ${operation.name} that waits has been held back for its day already`,
        'They go as found: dismantle send',
      );
    }
    const rows = new Map(sources.methodTable.rows.map(({ result }) => [result.id, result]));
    const others = await transaction.otherLiveServers(operation.id, now);
    const planned = STRATEGIES.map((strategy) => {
      const items = planStrike(notices, { strategy, aim, now, rows, windows: sources.windows });
      return { strategy, items, forecast: predict({ strategy, now, aim, items, notices, others }, seed) };
    });
    const items = planned.find(({ strategy }) => strategy === wish.strategy)?.items ?? [];
    const forecasts = planned.map(({ forecast }) => forecast);
    const plan: StrikePlan = { strategy: wish.strategy, plannedAt: now, aim, seed, items, forecasts };
    const body = planBody(plan);
    const hash = planHash(body);
    const number = ((await transaction.strikes(operation.id)).at(-1)?.number ?? 0) + 1;
    const strikeId = world.ids.uuid();
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'strike.planned',
      subject: strikeId,
      body: {
        schema: 1,
        operation: operation.id,
        number,
        plan: body,
        planHash: hash,
        // A plan changes nothing, so that it needs nobody's word.
        by: wish.as === null ? world.actor : speakerOf(await transaction.people(), wish.as),
      },
    });
    return { strikeId, number, planHash: hash, plan };
  });
}

function assertAim(aim: Instant, now: Instant): void {
  if (aim <= now) {
    throw problem('usage', `the aim ${readableInstant(aim)} is past`, 'Give a moment to come: --aim 2026-11-30T14:00Z');
  }
  if (aim > now + MAX_HOLD_HOURS * 3_600_000) {
    throw problem(
      'usage',
      `the aim ${readableInstant(aim)} is more than ${MAX_HOLD_HOURS} hours ahead; nothing is held back for longer`,
      'Aim within a day, or plan again when it is nearer',
    );
  }
}
