import { createHash } from 'node:crypto';
import { isoInstant } from '../../domain/instant.ts';
import type { StrikePlan } from '../../domain/strike.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { JsonObject } from '../../ledger/canonical.ts';

/** A plan as it goes on record; its hash is what people approve. It names no server. */
export function planBody({ strategy, plannedAt, aim, seed, items, forecasts }: StrikePlan): JsonObject {
  return {
    strategy,
    plannedAt: isoInstant(plannedAt),
    aim: isoInstant(aim),
    seed,
    items: items.map((item) => ({
      notice: item.noticeId,
      reference: item.reference,
      provider: item.providerKey,
      cases: item.cases,
      notifyAt: isoInstant(item.notifyAt),
      mayForward: item.mayForward,
      trust: item.trust,
      device: item.isDevice,
      reasons: item.reasons,
    })),
    forecasts: forecasts.map(({ strategy: of, exposureMinutes, stillOpen, victimHours, noneLeftAlive }) => ({
      strategy: of,
      exposureMinutes: exposureMinutes === null ? null : { ...exposureMinutes },
      stillOpen,
      victimHours: { ...victimHours },
      noneLeftAlive: { ...noneLeftAlive },
    })),
  };
}

/** SHA-256 over the canonical JSON. */
export function planHash(plan: unknown): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}
