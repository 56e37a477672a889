import { refang } from '../domain/defang.ts';
import { groundReason } from '../domain/ground.ts';
import { parseIndicator } from '../domain/indicator.ts';
import { isStricter } from '../domain/list-effect.ts';
import type { Effect } from '../domain/list-effect.ts';
import type { HostType } from '../domain/server.ts';
import type { ListHit, ProtectedGround } from './protected-ground.ts';

/** What is known of one host's ground, before it is anybody's server. */
export interface GroundAnswer {
  /** As it was asked. */
  readonly asked: string;
  /** As intake would take it; null where intake refuses it. */
  readonly host: string | null;
  readonly hostType: HostType | null;
  /** Whether an operation would take it in; `drill`: a drill alone would. */
  readonly intake: 'accepted' | 'drill' | 'refused';
  /** Why an operation would not. */
  readonly refusal: string | null;
  /** The strictest word of all lists; null where none names it. */
  readonly effect: Effect | null;
  readonly hits: readonly ListHit[];
  /** A name leads to addresses that nobody has looked up: whether those are protected, nobody knows. */
  readonly addressesChecked: boolean;
}

/** Asks the lists about a text in the way that a row of a feed is asked about; what intake refuses is asked about as well. */
export function answerGround(text: string, ground: ProtectedGround): GroundAnswer {
  const parsed = parseIndicator(refang(text.trim()));
  const indicator = parsed.ok ? parsed.value : null;
  const reserved = indicator === null ? null : groundReason(indicator, false);
  const isDrills = indicator !== null && groundReason(indicator, true) === null;
  const refusal = parsed.ok ? reserved : parsed.problem;
  const hits = ground.check({ hostType: indicator?.hostType ?? 'domain', host: indicator?.host ?? text.trim() });
  return {
    asked: text,
    host: indicator?.host ?? null,
    hostType: indicator?.hostType ?? null,
    intake: refusal === null ? 'accepted' : isDrills ? 'drill' : 'refused',
    refusal,
    effect: hits.reduce<Effect | null>(
      (strictest, { effect }) => (strictest === null || isStricter(effect, strictest) ? effect : strictest),
      null,
    ),
    hits,
    addressesChecked: indicator?.hostType === 'address',
  };
}
