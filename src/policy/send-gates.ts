import type { Gates } from '../domain/gates.ts';
import type { Instant } from '../domain/instant.ts';
import type { SendFacts } from '../domain/send-facts.ts';
import { aimGates, approvalGates } from './gates/approval-gates.ts';
import { authorityGates } from './gates/authority-gates.ts';
import { armingGates, contactGates } from './gates/contact-gates.ts';
import { itemGates } from './gates/item-gates.ts';
import { SEND_REFUSAL_CODES } from './gates/refusal.ts';
import type { SendRefusal } from './gates/refusal.ts';

/** The organisation's own gates, never wider than the design's. */
export type SendLimits = Gates;

/**
 * Everything that must hold before a notice leaves (rules 2, 3, 4 and 6 of DESIGN.md). Empty where all of it does. Asked
 * right before each attempt, with facts read at that moment: what was fine when somebody approved may not be any more.
 *
 * `aim-not-reached` is the one refusal that time alone mends; all others wait for a person or a run.
 */
export function sendGates(facts: SendFacts, now: Instant, limits: Gates): readonly SendRefusal[] {
  const refusals = [
    ...approvalGates(facts, now),
    ...contactGates(facts, now),
    ...authorityGates(facts, now),
    ...itemGates(facts, now, limits),
    ...armingGates(facts, now),
    ...aimGates(facts, now),
  ];
  return refusals.toSorted((a, b) => SEND_REFUSAL_CODES.indexOf(a.code) - SEND_REFUSAL_CODES.indexOf(b.code));
}
