import type { Ask, MethodRow } from '../../domain/method.ts';

/** Asks that take something away from the customer as a whole, or a whole name from the net. */
const INTRUSIVE_ASKS: ReadonlySet<Ask> = new Set([
  'null-route',
  'suspend',
  'refuse-re-lease',
  'name-other-servers',
  'suspend-domain',
]);

/**
 * Whether a row must ask for two different people's approval: when it asks for anything from a null-route upwards,
 * when it serves an order, and when it claims copyright (a declaration under penalty of perjury).
 */
export function needsFourEyes(row: MethodRow): boolean {
  return (
    row.method === 'court-order' || row.method === 'copyright-notice' || row.asks.some((ask) => INTRUSIVE_ASKS.has(ask))
  );
}
