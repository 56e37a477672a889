import { isoInstant } from '../../domain/instant.ts';

/** No figure here is as large: from 2001 on, a number like that is a moment in milliseconds. */
const A_MOMENT = 1_000_000_000_000;

/** A value as the interface tells it: moments in ISO 8601, maps and sets as lists, bytes left out. */
export function shownJson(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && value >= A_MOMENT ? isoInstant(value) : value;
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return undefined;
  if (value instanceof Map || value instanceof Set) return [...value].map(shownJson);
  if (Array.isArray(value)) return value.map(shownJson);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shownJson(part)]));
}
